"""A newer record of the registry against the shipped listing: found is what was changed, and nothing else."""

from __future__ import annotations

import copy
import io
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from brasle_prescreen.registry import load_registered
from brasle_prescreen.registry_check import Checked, RecordError, check_record
from tests.coordinator.site import ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL

REGISTERED = load_registered()


def record() -> dict[str, Any]:
    """Our listing as the registry's API would give it: stars for bullets, escaped signs, no lost spaces."""
    text = PROTOCOL.eligibility.text.replace("  • ", "   * ").replace("≥", "\\>=").replace("12months", "12 months")
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT06789107", "briefTitle": PROTOCOL.record.title},
            "statusModule": {
                "overallStatus": "RECRUITING",
                "startDateStruct": {"date": "2024-12-08"},
                "completionDateStruct": {"date": "2027-12-07", "type": "ESTIMATED"},
                "lastUpdatePostDateStruct": {"date": "2026-11-01"},
            },
            "designModule": {"phases": ["PHASE1"], "enrollmentInfo": {"count": 6}},
            "eligibilityModule": {
                "eligibilityCriteria": text.replace("\\>=", "≥"),
                "sex": "ALL",
                "minimumAge": "5 Years",
            },
        }
    }


def changed(before: str, after: str) -> dict[str, Any]:
    made = record()
    module = made["protocolSection"]["eligibilityModule"]
    assert before in module["eligibilityCriteria"]
    module["eligibilityCriteria"] = module["eligibilityCriteria"].replace(before, after)
    return made


def check(made: object) -> Checked:
    return check_record(made, PROTOCOL, REGISTERED)


def test_our_own_listing_differs_in_nothing() -> None:
    found = check(record())
    assert found == ("2026-11-01", "RECRUITING", True, ())


def test_the_shipped_facts_stand_in_the_listing() -> None:
    listing = (Path(__file__).parents[2] / "brasle_prescreen/trial/listing.toml").read_text("utf-8")
    for said in ("Active - Recruiting", "Phase: 1", "Total Participants: 6", "All Genders"):
        assert said in listing
    for said in ("December 08, 2024", "December 07, 2027"):
        assert said in listing


@pytest.mark.parametrize("criterion", [one.id for one in PROTOCOL.criteria])
def test_a_word_changed_in_any_criterion_is_found_there_and_only_there(criterion: str) -> None:
    for line in PROTOCOL.criterion(criterion).text:
        as_given = line.replace("12months", "12 months")
        if record()["protocolSection"]["eligibilityModule"]["eligibilityCriteria"].count(as_given) > 1:
            continue  # "•" lines that two criteria begin alike
        [one] = check(changed(as_given, f"{as_given[:-1]} except in adults.")).changes
        assert (one.kind, one.before, one.criteria) == ("changed", line, (criterion,))
        assert one.after.endswith("except in adults.")


def test_a_text_wrapped_as_older_exports_wrap_it_is_the_same_text() -> None:
    made = record()
    module = made["protocolSection"]["eligibilityModule"]
    wrapped = [part for line in module["eligibilityCriteria"].splitlines() for part in textwrap.wrap(line, 70) or [""]]
    assert max(map(len, wrapped)) <= 70
    module["eligibilityCriteria"] = "\n".join(wrapped)
    assert check(made).changes == ()


def test_what_could_steer_a_terminal_is_not_printed() -> None:
    made = changed("Age: ≥ 5 years old.", "Age: ≥ 6 years\x1b[2J\x00 \ud800old.")
    made["protocolSection"]["statusModule"]["overallStatus"] = "RECRUITING\x1b[31m"
    found = check(made)
    assert len(found.changes) == 2
    assert all(one.after.isprintable() for one in found.changes)
    assert found.status.isprintable()


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(RecordError, match="too long"):
        check(changed("Age: ≥ 5 years old.", "Age. " * 20_000))


def test_a_number_alone_is_a_change() -> None:
    [one] = check(changed("Age: ≥ 5 years old.", "Age: ≥ 6 years old.")).changes
    assert one == ("changed", "Age: ≥ 5 years old.", "Age: ≥ 6 years old.", ("I1",))


def test_a_criterion_gone_and_one_that_is_new() -> None:
    [gone] = check(changed("  18. Positive blood pregnancy test;\n", "")).changes
    assert (gone.kind, gone.criteria) == ("gone", ("E18",))
    new = "  18. Positive blood pregnancy test;\n\n  19. Body weight below 12 kg at enrolment;\n"
    [come] = check(changed("  18. Positive blood pregnancy test;\n", new)).changes
    assert come == ("new", "", "Body weight below 12 kg at enrolment;", ("E18",))


def test_recruiting_and_the_other_facts() -> None:
    made = record()
    made["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
    made["protocolSection"]["designModule"]["enrollmentInfo"]["count"] = 12
    found = check(made)
    assert [(one.kind, one.before, one.after) for one in found.changes] == [
        ("overall_status", "RECRUITING", "COMPLETED"),
        ("enrollment", "6", "12"),
    ]
    assert not found.takes_families


@pytest.mark.parametrize("made", [None, [], "text", 5, {}, {"protocolSection": []}, {"protocolSection": {}}])
def test_what_is_no_record_is_refused_in_one_sentence(made: object) -> None:
    with pytest.raises(RecordError, match="missing"):
        check(made)


def test_a_record_with_a_hole_names_it() -> None:
    for module, key in (("statusModule", "overallStatus"), ("eligibilityModule", "eligibilityCriteria")):
        made = copy.deepcopy(record())
        del made["protocolSection"][module][key]
        with pytest.raises(RecordError, match=rf"{module}\.{key} is missing"):
            check(made)
        del made["protocolSection"][module]
        with pytest.raises(RecordError, match=f"{module} is missing"):
            check(made)


def test_the_command_says_it_and_the_coordinator_sees_it(
    site: ConsoleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))
    li = site.sign_in("coordinator", "Li Min")
    assert "Nobody has compared" in li.get("/coordinator/protocol").text
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record()), encoding="utf-8")
    assert main(["registry", "check", str(path)]) == 0
    assert "Nothing differs." in li.get("/coordinator/protocol").text
    made = changed("Age: ≥ 5 years old.", "Age: ≥ 6 years old.")
    made["protocolSection"]["statusModule"]["overallStatus"] = "SUSPENDED"
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(made)))
    before = PROTOCOL.sha256
    assert main(["registry", "check", "-"]) == 1
    said = capsys.readouterr().out
    assert "+ Age: ≥ 6 years old." in said
    assert "criteria touched: I1" in said
    assert "no longer takes families" in said
    assert PROTOCOL.sha256 == before
    page = li.get("/coordinator/protocol").text
    assert "Age: ≥ 6 years old." in page
    assert "2 differences" in page
    assert "have changed since then" not in page
    assert "SUSPENDED" in page
    assert "no longer takes families" in page


def test_a_comparison_with_other_trial_files_says_so(site: ConsoleSite) -> None:
    wait_for(site.store.desk.keep_registry_check(check(record()), "other files", "command:root"))
    assert "have changed since then" in site.sign_in("auditor").get("/coordinator/protocol").text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "This is not JSON"),
        (b"\xff\xfe", "not JSON in UTF-8"),
        (b"[" * 100_000, "too long or too deep"),
        (b"{}", "protocolSection is missing"),
        (
            json.dumps(record()).replace("NCT06789107", "NCT00000001").encode(),
            "record of NCT00000001, not of NCT0678910",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_and_not_kept(
    content: bytes,
    sentence: str,
    site: ConsoleSite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))
    path = tmp_path / "record.json"
    path.write_bytes(content)
    assert main(["registry", "check", str(path)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert main(["registry", "check", str(tmp_path / "nothing.json")]) == 2
