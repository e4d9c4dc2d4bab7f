"""docs/criteria.md is what the data say today."""

from __future__ import annotations

from pathlib import Path

from bot.docs.criteria_page import criteria_page
from brasle_prescreen import load_protocol, load_protocols
from tests.domain.amending import write_amendment

PAGE = Path(__file__).parent.parent.parent / "docs" / "criteria.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == criteria_page(load_protocol()), "run make docs"


def test_every_line_of_the_registry_is_quoted() -> None:
    page = criteria_page(load_protocol())
    for line in load_protocol().eligibility.lines:
        assert f"> {line}\n" in page


def test_amendments_are_listed_with_what_they_change(tmp_path: Path) -> None:
    assert "The first version stands alone" in criteria_page(load_protocol())
    write_amendment(tmp_path)
    first, *amended = load_protocols(tmp_path)
    page = criteria_page(first.protocol, amended)
    assert f"| 1 | 2027-03-01 | Invented ethics committee, 2027-IRB-1 | `{amended[0].protocol.sha256}` |" in page
    assert "### Amendment 1" in page
    assert "| rule `rule.no_dose_within` | E13 | 3 months | 6 months |" in page
    assert "测试虚构" in page
