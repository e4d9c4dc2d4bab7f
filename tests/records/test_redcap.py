"""REDCap files, read by a reader that knows only REDCap's rules; and what the import says of a family."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.records.given_answers import WHOLE
from bot.records.redcap import columns
from bot.records.redcap_import import import_table
from bot.records.study_form import StudyForm
from bot.records.taking_out import redcap_data, redcap_dictionary
from bot.store.audit import Wanted
from tests.coordinator.site import ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL, QUESTIONS, girl, hands_over
from tests.records.conftest import CANARY, WORDING, stored, told
from tests.records.redcap_rules import HEADS, faults, import_faults


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


@pytest.fixture(scope="module")
def dictionary() -> list[dict[str, str]]:
    heads, *table = rows(redcap_dictionary(WORDING, PROTOCOL))
    return [dict(zip(heads, row, strict=True)) for row in table]


def test_the_columns_are_redcaps_own_in_its_order() -> None:
    content = redcap_dictionary(WORDING, PROTOCOL)
    assert rows(content)[0] == next(csv.reader([HEADS]))
    assert not content.startswith(b"\xef\xbb\xbf")


def test_redcap_would_take_the_dictionary(dictionary: list[dict[str, str]]) -> None:
    assert list(faults(dictionary)) == []
    assert {row["Form Name"] for row in dictionary} == {"brasle_prescreening"}
    assert dictionary[0]["Variable / Field Name"] == "record_id"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Variable / Field Name", "Bp Sex"),
        ("Variable / Field Name", "bp_respondent"),
        ("Field Type", "chioce"),
        ("Field Label", " "),
        ("Choices, Calculations, OR Slider Labels", "female Girl"),
        ("Choices, Calculations, OR Slider Labels", "a, x | a, y"),
        ("Branching Logic (Show field only if...)", "[bp_nothing] = '1'"),
        ("Branching Logic (Show field only if...)", "[bp_respondent] = 'slef'"),
        ("Branching Logic (Show field only if...)", "[bp_respondent] = 'self' adn [bp_respondent] = 'parent'"),
        ("Text Validation Type OR Show Slider Number", "date"),
    ],
)
def test_the_reader_finds_what_redcap_refuses(dictionary: list[dict[str, str]], column: str, value: str) -> None:
    wrong = [dict(row) for row in dictionary]
    next(row for row in wrong if row["Variable / Field Name"] == "bp_sex")[column] = value
    assert list(faults(wrong)) != []


def test_questions_stand_in_the_order_of_the_conversation_in_both_languages(
    dictionary: list[dict[str, str]], form: StudyForm
) -> None:
    order = [one.item.id for one in columns(form) if one.item is not None and not one.item.group]
    assert list(dict.fromkeys(order)) == [card.id for card in QUESTIONS.card]
    for row in dictionary:
        assert "\n" in row["Field Label"]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in row["Field Label"]), row["Variable / Field Name"]
    asked = {row["Variable / Field Name"]: row["Branching Logic (Show field only if...)"] for row in dictionary}
    assert asked["bp_adult"] == "[bp_respondent] = 'self'"
    assert asked["bp_ana_titer"].startswith("[bp_antibodies(ana)] = '1' and [bp_antibodies(anti_dsdna)] <> '1'")
    assert asked["bp_med2_changed_from"] == "[bp_med2_name] <> '' and [bp_med2_use] = 'changed'"


def test_the_import_matches_the_dictionary_and_names_nobody(dictionary: list[dict[str, str]]) -> None:
    table = rows(redcap_data(WORDING, PROTOCOL, [stored(), stored(girl(), code="BR-GHJKLM")]))
    assert list(import_faults(table, dictionary)) == []
    row = dict(zip(table[0], table[1], strict=True))
    assert row["record_id"] == "BR-ABCDEF"
    assert (row["bp_respondent"], row["bp_sex"]) == ("parent", "female")
    assert (row["bp_antibodies___ana"], row["bp_antibodies___anti_dsdna"]) == ("1", "0")
    assert (row["bp_birth_date_date_from"], row["bp_birth_date_date_to"]) == ("2015-01-01", "2015-12-31")
    assert (row["bp_dialysis_when_date_from"], row["bp_dialysis_when_date_to"]) == ("2026-05-01", "2026-05-31")
    assert (row["bp_cns_event"], row["bp_kidney_plan"]) == ("skipped", "unsure")
    assert (row["bp_labs_hemoglobin"], row["bp_labs_hemoglobin_unit"]) == ("98", "g/L")
    assert [row[f"bp_med{number}_name"] for number in (1, 3, 4)] == ["prednisone", "rituximab", "masked"]
    assert (row["bp_mood"], row["bp_viruses___hiv"], row["bp_viruses___masked"]) == ("masked", "0", "1")
    assert (row["bp_hiv"], row["bp_pregnant"], row["bp_first_period"]) == ("", "", "")
    said = str(table)
    assert CANARY not in said
    assert "2015-03" not in said


def test_a_whole_row_still_matches(dictionary: list[dict[str, str]], form: StudyForm) -> None:
    table = list(import_table(form, columns(form), QUESTIONS, [stored()], WHOLE))
    assert list(import_faults(table, dictionary)) == []
    assert dict(zip(table[0], table[1], strict=True))["bp_hiv"] == "positive"


def test_a_ninth_medicine_is_not_lost(form: StudyForm) -> None:
    family = girl()
    for entry in (
        "hydroxychloroquine",
        "tacrolimus",
        "azathioprine",
        "methotrexate",
        "belimumab",
        "telitacicept",
        "ivig",
    ):
        family.takes(entry, entry)
    table = list(import_table(form, columns(form), QUESTIONS, [stored(family)]))
    row: dict[str, Any] = dict(zip(table[0], table[1], strict=True))
    assert row["bp_med8_name"] == "belimumab"
    assert row["bp_medicines_more"] == "telitacicept ivig"


def test_a_cell_that_a_spreadsheet_would_run_is_guarded() -> None:
    lead = stored()
    lead.packet["said"]["labs"]["sets"]["labs.hemoglobin"]["unit"] = "=1+1"
    assert b"'=1+1" in redcap_data(WORDING, PROTOCOL, [lead])


def test_the_console_warns_gives_both_files_and_the_trail_knows(site: ConsoleSite) -> None:
    wait_for(hands_over(site.store, told()))
    li = site.sign_in("coordinator", "Li Min")
    page = li.get("/coordinator/exports").text
    assert "uploading a data dictionary replaces all fields" in page
    given = li.post("/coordinator/exports/redcap", form="dictionary")
    assert given.headers["content-disposition"].startswith('attachment; filename="brasle-redcap-dictionary-')
    assert rows(given.content)[0][0] == "Variable / Field Name"
    assert rows(li.post("/coordinator/exports/redcap", form="data").content)[1][0].startswith("BR-")
    assert li.post("/coordinator/exports/redcap", form="exe").status_code == 422
    auditor = site.sign_in("auditor")
    assert auditor.post("/coordinator/exports/redcap", form="data").status_code == 403
    assert "REDCap" not in auditor.get("/coordinator/exports").text
    entries = wait_for(site.store.trail.entries(Wanted(who=f"account:{li.account.id}")))
    assert [one.action for one in entries if one.action.startswith("export.")] == [
        "export.redcap_data",
        "export.redcap_dictionary",
    ]


def test_the_command_warns_and_writes_both(
    site: ConsoleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wait_for(hands_over(site.store, told()))
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))
    one, other = tmp_path / "dictionary.csv", tmp_path / "data.csv"
    assert main(["export-redcap", "--dictionary", str(one), "--data", str(other)]) == 0
    assert "replaces all fields" in capsys.readouterr().err
    assert len(rows(other.read_bytes())) == 2
    assert main(["export-redcap"]) == 2
