"""docs/criteria.md is what the data say today."""

from __future__ import annotations

from pathlib import Path

from bot.docs.criteria_page import criteria_page
from brasle_prescreen import load_protocol

PAGE = Path(__file__).parent.parent.parent / "docs" / "criteria.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == criteria_page(load_protocol()), "run make docs"


def test_every_line_of_the_registry_is_quoted() -> None:
    page = criteria_page(load_protocol())
    for line in load_protocol().eligibility.lines:
        assert f"> {line}\n" in page
