"""Files taken out of the console, read back by other readers; nothing in them runs, nothing names anybody
unasked.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coordinator.spreadsheet import as_csv, as_xlsx, clean, guarded
from bot.store.audit import Wanted
from tests.coordinator.site import Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL, hands_over
from tests.coordinator.work.test_pages import HOME, does, sees

SQLITE = shutil.which("sqlite3")
PAYLOADS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+86 138",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1+1",
    '=HYPERLINK("http://example.org")',
    "plain",
    'a "quoted", cell',
    "two\nlines",
    "NUL \x00 and bell \x07",
    "half \ud83d of a pair",
    "😀 王",
    "x" * 40_000,
)


def read_by_python(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_by_sqlite(content: bytes) -> list[list[str]]:
    """The sqlite3 program's own CSV reader."""
    assert SQLITE is not None
    path = Path(__import__("tempfile").mkdtemp()) / "export.csv"
    path.write_bytes(content.removeprefix(b"\xef\xbb\xbf"))
    said = subprocess.run(
        [SQLITE, "-json", ":memory:", "-cmd", f".import --csv {path} t", "SELECT * FROM t"],
        capture_output=True,
        check=True,
        timeout=30,
    )
    rows: list[dict[str, str]] = json.loads(said.stdout.decode() or "[]")
    return [list(rows[0]), *(list(row.values()) for row in rows)] if rows else []


def read_by_openpyxl(content: bytes) -> list[list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    [sheet] = book.worksheets
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "n"), cell.value  # never a formula
            assert cell.hyperlink is None
            assert cell.value is None or cell.data_type == "s"
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def take(colleague: Colleague, what: str, form: str) -> bytes:
    response = colleague.post(f"{HOME}/exports/{what}", form=form)
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith('attachment; filename="brasle-')
    assert response.headers["cache-control"] == "no-store"
    return response.content


@pytest.fixture
def li(site: ConsoleSite) -> Colleague:
    return site.sign_in("coordinator", "Li Min")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_runs(payload: str) -> None:
    [[cell]] = read_by_python(as_csv([[payload]]))
    assert cell[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))
    [[kept]] = read_by_openpyxl(as_xlsx([[payload]], "x"))
    assert kept.replace("_x000D_", "\r").strip() == clean(payload).strip()


@given(st.text(max_size=60))
def test_whatever_is_typed_can_be_taken_out_and_read_back(text: str) -> None:
    assert read_by_python(as_csv([[text, "next"]])) == [[guarded(text), "next"]]
    assert guarded(text).removeprefix("'") in (clean(text), clean(text).removeprefix("'"))


@pytest.mark.skipif(SQLITE is None, reason="there is no sqlite3 program here: its CSV reader is one of two")
def test_another_reader_reads_the_same(site: ConsoleSite, li: Colleague) -> None:
    for payload in PAYLOADS[:13]:
        wait_for(hands_over(site.store, contact={"name": payload, "city": "杭州"}))
    content = take(li, "queue-named", "csv")
    assert read_by_sqlite(content) == [[cell.replace("\r\n", "\n") for cell in row] for row in read_by_python(content)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_without_identities_names_nobody(site: ConsoleSite, li: Colleague, form: str) -> None:
    code = wait_for(
        hands_over(site.store, contact={"name": "canary one", "city": "canary two", "value": "+8613912345678"})
    )
    does(li, code, "claim")
    does(li, code, "call", outcome="reached", remark="canary three")
    read: Callable[[bytes], list[list[str]]] = read_by_python if form == "csv" else read_by_openpyxl
    rows = read(take(li, "queue", form))
    assert rows[0][:4] == ["Number", "Status", "FHIR ResearchSubject status", "Result"]
    assert rows[1][0] == code
    assert rows[1][1:4] == ["Contacting", "potential-candidate", "Not now"]
    assert rows[1][10] == "Li Min"
    said = json.dumps(rows)
    assert "canary" not in said
    assert "39123" not in said
    named = read(take(li, "queue-named", form))
    assert len(named[0]) == len(rows[0]) + 5
    assert "canary one" in named[1]
    assert any("13912345678" in cell for cell in named[1])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_screening_log_says_who_was_considered_and_how_it_ended(
    site: ConsoleSite, li: Colleague, form: str
) -> None:
    first = wait_for(hands_over(site.store, contact={"name": "canary"}))
    site.clock.pass_by(hours=1)
    second = wait_for(hands_over(site.store))
    li = site.signed_in(li.account)
    does(li, first, "claim")
    does(li, first, "call", outcome="reached")
    does(li, first, "undo")
    site.clock.pass_by(minutes=20)
    does(li, first, "call", outcome="no_answer")
    does(li, first, "close", reason="E13", detail="canary")
    does(li, second, "claim")
    does(li, second, "close", reason="E10", detail="canary")
    read: Callable[[bytes], list[list[str]]] = read_by_python if form == "csv" else read_by_openpyxl
    rows = read(take(li, "screening-log", form))
    assert [row[:2] for row in rows[1:]] == [["1", first], ["2", second]]
    assert rows[1][2:11] == [
        "2026-11-23 09:00",
        "2026-11-23 10:20",
        "1",
        "",
        "Closed",
        "ineligible",
        "E13",
        "",
        "Li Min",
    ]
    assert rows[2][8] == "private item"
    assert "canary" not in json.dumps(rows)


def test_every_export_is_in_the_trail_with_its_form_and_size(site: ConsoleSite, li: Colleague) -> None:
    wait_for(hands_over(site.store))
    take(li, "queue", "csv")
    take(li, "queue-named", "xlsx")
    take(li, "screening-log", "xlsx")
    entries = wait_for(site.store.trail.entries(Wanted(who=f"account:{li.account.id}")))
    exports = [(one.action, one.field, one.became) for one in entries if one.action.startswith("export.")]
    assert exports == [
        ("export.screening_log", "xlsx", "1"),
        ("export.queue_named", "xlsx", "1"),
        ("export.queue", "csv", "1"),
    ]


def test_who_may_take_out_what(site: ConsoleSite, li: Colleague) -> None:
    auditor = site.sign_in("auditor")
    assert "with names and numbers" not in sees(auditor, "/exports")
    assert take(auditor, "screening-log", "csv")
    assert auditor.post(f"{HOME}/exports/queue-named", form="csv").status_code == 403
    assert site.sign_in("administrator").get(f"{HOME}/exports").status_code == 403
    refused = li.post(f"{HOME}/exports/queue", form="exe")
    assert (refused.status_code, "Choose a kind of file" in refused.text) == (422, True)


def test_an_erased_family_leaves_a_line_without_a_name(site: ConsoleSite, li: Colleague) -> None:
    code = wait_for(hands_over(site.store, contact={"name": "canary"}))
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    wait_for(site.store.erase(lead.person or ""))
    for what in ("queue", "queue-named"):
        rows: list[Any] = read_by_python(take(li, what, "csv"))
        assert rows[1][0] == code
        assert "Erased by the family" in rows[1]
        assert "canary" not in str(rows)
    [_, line] = read_by_python(take(li, "screening-log", "csv"))
    assert line[1] == code
    assert "Taken back by the family" in line


def test_each_lead_s_criteria_stand_in_columns_and_private_ones_stay_closed(site: ConsoleSite, li: Colleague) -> None:
    code = wait_for(hands_over(site.store))
    does(li, code, "override", criterion="E13", verdict="pass", because="canary reason")
    content = take(li, "queue", "csv")
    heads, row = read_by_python(content)
    told = dict(zip(heads, row, strict=True))
    assert heads[heads.index("I1") : heads.index("E22") + 1] == [one.id for one in PROTOCOL.criteria]
    assert told["E13"] == "met"
    assert told["I1"] == "met"
    assert {told[one.id] for one in PROTOCOL.criteria if one.private} == {"private"}
    assert b"canary" not in content
    log_heads, log = read_by_python(take(li, "screening-log", "csv"))
    assert dict(zip(log_heads, log, strict=True))["Judged by hand"] == "E13"
