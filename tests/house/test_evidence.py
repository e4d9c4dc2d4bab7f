"""The folder of evidence names real tests, tells their real results, and says so when there is none."""

from __future__ import annotations

import ast
import csv
import io
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.evidence.asvs import load_asvs
from bot.evidence.folder import Evidence, as_csv, as_page, gather, write_folder
from bot.evidence.requirement import load_requirements
from bot.evidence.results import Results, hash_of_sources, read_results
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
# Every row of the law table and of the goals that this part of the product promises.
PROMISED = {*(f"L{n}" for n in range(1, 14)), *(f"P{n}" for n in range(1, 11)), *(f"S{n}" for n in range(1, 13))}

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" timestamp="2026-11-22T07:00:00+00:00">
<properties><property name="sources" value="abc"/></properties>
<testcase classname="tests.a.test_b" name="test_c[one]"/>
<testcase classname="tests.a.test_b" name="test_c[two]"><failure message="no">why</failure></testcase>
<testcase classname="tests.a.test_b" name="test_d"/>
<testcase classname="tests.a.test_b" name="test_e"><skipped/></testcase>
</testsuite></testsuites>
"""


@cache
def names_in(file: str) -> frozenset[str]:
    """The tests that a file holds; none if there is no such file."""
    path = ROOT / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def is_there(named: str) -> bool:
    file, _, test = named.partition("[")[0].partition("::")
    return test in names_in(file) if test else bool(names_in(file))


def can_be_run(command: str, targets: str) -> bool:
    campaign = command.removeprefix("python -m tests.faults.campaigns ").removesuffix(" --long")
    if campaign != command:
        return (ROOT / f"tests/faults/campaigns/{campaign.removesuffix(' --long')}.py").exists()
    return f"\n{command.removeprefix('make ')}:" in targets


def evidence(outcome: str = "passed", sources: str = "s") -> Evidence:
    """As if every test of every row had this outcome."""
    named = {test for row in load_requirements().row for test in row.tests}
    full = {test if "::" in test else f"{test}::test_x": (outcome,) for test in named}
    results = Results(full, "2026-11-22T07:00:00", sources)  # type: ignore[arg-type]
    return gather(load_requirements(), load_asvs(), results, sources="s", version="1", made=NOW)


@pytest.mark.parametrize("row", load_requirements().row, ids=lambda row: row.id)
def test_a_row_names_what_is_there(row) -> None:  # type: ignore[no-untyped-def]
    assert [test for test in row.tests if not is_there(test)] == []
    assert [name for name in row.documents if not (ROOT / name).exists()] == []
    assert [name for name in row.settings if name not in Settings.model_fields] == []
    targets = (ROOT / "Makefile").read_text("utf-8")
    assert [command for command in row.long if not can_be_run(command, targets)] == []


def test_a_test_that_is_not_there_is_noticed() -> None:
    assert is_there("tests/house/test_evidence.py::test_a_test_that_is_not_there_is_noticed")
    assert not is_there("tests/house/test_evidence.py::test_never_written")
    assert not is_there("tests/house/never_written.py")


def test_every_promise_has_its_row() -> None:
    assert PROMISED - {row.id for row in load_requirements().row} == set()


def test_the_chinese_page_names_rules_in_chinese() -> None:
    page = as_page(evidence(), "zh-CN")
    assert "个人信息保护法第28条" in page
    assert "PIPL" not in page


def test_results_are_read_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "results.xml"
    file.write_text(REPORT)
    results = read_results(file)
    assert results is not None
    assert (results.sources, results.at) == ("abc", "2026-11-22T07:00:00+00:00")
    assert results.of("tests/a/test_b.py::test_c") == ("passed", "failed")
    assert results.of("tests/a/test_b.py::test_c[one]") == ("passed",)
    assert results.of("tests/a/test_b.py::test_e") == ("skipped",)
    assert len(results.of("tests/a/test_b.py")) == 4
    assert results.of("tests/a/test_b.py::test_never_run") == ()


def test_a_damaged_file_of_results_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "results.xml").write_text(REPORT[:200])
    with pytest.raises(ValueError, match="make test"):
        read_results(tmp_path / "results.xml")


def test_green_is_only_what_passed() -> None:
    rows = len(load_requirements().row)
    assert evidence("passed").counts["passed"] == rows
    assert evidence("failed").counts["passed"] == 0
    assert evidence("skipped").counts["passed"] == 0
    without = gather(load_requirements(), load_asvs(), None, sources="s", version="1", made=NOW)
    assert without.counts == {"passed": 0, "skipped": 0, "failed": 0, "none": rows}


def test_results_of_other_files_are_said_so() -> None:
    assert evidence(sources="s").warning == ""
    assert evidence(sources="another").warning == "of_other_sources"
    assert "run after" not in as_page(evidence(sources="s"), "en")
    assert load_requirements().words["of_other_sources"][1] in as_page(evidence(sources="another"), "zh-CN")


def test_one_changed_byte_makes_other_sources(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "a.py").write_text("one")
    before = hash_of_sources(tmp_path)
    (tmp_path / "bot" / "__pycache__").mkdir()
    (tmp_path / "bot" / "__pycache__" / "a.pyc").write_text("made by running")
    assert hash_of_sources(tmp_path) == before
    (tmp_path / "bot" / "a.py").write_text("onf")
    assert hash_of_sources(tmp_path) != before


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_needs_nothing_from_anywhere(language: str) -> None:
    page = as_page(evidence("failed", "another"), language)
    assert not [word for word in ("<script", "src=", "@import", "url(", "http-equiv") if word in page]
    for row in load_requirements().row:
        assert f'id="{row.id}"' in page
        assert all(test in page for test in row.tests)


def test_the_folder_holds_both_languages_and_the_same_rows(tmp_path: Path) -> None:
    files = write_folder(evidence(), tmp_path / "out")
    assert {"evidence.en.html", "evidence.zh-CN.html", "evidence.csv", "evidence.json", "asvs.csv"} == set(files)
    with pytest.raises(FileExistsError):
        write_folder(evidence(), tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(as_csv(evidence()).lstrip("\ufeff"))))
    told = json.loads((tmp_path / "out" / "evidence.json").read_text("utf-8"))
    assert {row["id"] for row in rows} == {row["id"] for row in told["rows"]} >= PROMISED
    assert {row["result"] for row in rows} == {"passed"}


def test_the_command_says_what_has_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "results.xml").write_text(REPORT)
    status = main(["evidence", "--out", str(tmp_path / "out"), "--results", str(tmp_path / "results.xml")])
    said = capsys.readouterr()
    assert status == 1
    assert f"{len(load_requirements().row)} without a result" in said.out
    assert "other files" in said.err
    assert main(["evidence", "--out", str(tmp_path / "out2"), "--results", str(tmp_path / "never.xml")]) == 1
    assert "make test" in capsys.readouterr().err
    assert main(["evidence", "--out", str(tmp_path / "out")]) == 2


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_row_stands_at_a_glance_with_its_result(language: str) -> None:
    page = as_page(evidence("failed"), language)
    glance = page[page.index("<table>") : page.index("</table>")]
    for row in load_requirements().row:
        assert f'<a href="#{row.id}">{row.id}</a>' in glance
        assert f'id="{row.id}"' in page
    assert glance.count('class="failed"') == len(load_requirements().row)
