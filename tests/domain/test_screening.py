"""What is made of the findings: the score, the dates that may be shown, the answers that a finding rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from brasle_prescreen import ShownWindow, check_answers, load_protocol, screen
from brasle_prescreen.facts import AnswerError
from tests.domain.test_whole_cases import boy

PROTOCOL = load_protocol()
ON = date(2026, 11, 22)
EVERY_REPORT: dict[str, Any] = {
    "labs": {
        "platelets": {"value": 20, "date": "2026-11-01"},
        "cd19_b_cells": {"value": 1},
        "igg": {"value": 1},
        "egfr": {"value": 10},
        "alt": {"value": 900},
        "lvef": {"value": 20},
    },
    "sledai": {"score": 0},
}


def parts(**changed: Any) -> tuple[int, ...]:
    return tuple(screen(PROTOCOL, boy() | changed, ON).score)


def test_the_boy_without_reports() -> None:
    assert parts() == (40, 30, 4, 10)
    assert screen(PROTOCOL, boy(), ON).score.total == 84


def test_having_a_report_scores_whatever_it_says() -> None:
    assert parts(**EVERY_REPORT) == (40, 30, 20, 10)


def test_only_the_blood_count_must_be_recent() -> None:
    old = {"labs": EVERY_REPORT["labs"] | {"platelets": {"value": 20, "date": "2026-10-01"}}}
    assert parts(**old)[2] == 14


def test_liver_without_kidney_scores_nothing() -> None:
    assert parts(labs={"alt": {"value": 30}})[2] == 4


def test_nothing_known_scores_the_halves() -> None:
    score = screen(PROTOCOL, {}, ON).score
    # I1 2, I2 5, I3 2, I4 7, I6 4; fifteen groups of 1; no windows known to be open.
    assert tuple(score) == (20, 15, 0, 5)


@pytest.mark.parametrize(
    ("changed", "exclusions"),
    [
        ({"mas": {"status": "suspected", "ended": "2026-11"}}, 29),
        ({"mas": {"status": "confirmed", "ended": "2026-11"}}, 28),
        ({"allergy": ["other_severe"], "vaccines": "unsure"}, 29),
        ({"mood": "current"}, 30),
        ({"dialysis": {"kind": "dialysis", "last": "ongoing"}}, 28),
        # E5 is open after a transplant, and the group of E12 and E7 fails.
        ({"transplant": {"date": "2026-11-01", "gvhd": "none"}}, 27),
    ],
)
def test_groups_of_exclusions(changed: dict[str, Any], exclusions: int) -> None:
    assert parts(**changed)[1] == exclusions


@pytest.mark.parametrize(
    ("changed", "practical"),
    [
        ({}, 10),
        ({"willing": "unsure", "can_travel": False}, 5),
        # A window that ends within 30 days; one that ends later; one without an end.
        ({"vaccines": [{"vaccine": "MMR", "date": "2026-11-01"}]}, 8),
        ({"mas": {"status": "confirmed", "ended": "2026-11-22"}}, 5),
        ({"mas": {"status": "confirmed", "ended": "ongoing"}}, 5),
        # An undecided window counts like one that is open.
        ({"vaccines": [{"vaccine": "乙脑疫苗", "date": "2026-11-01"}]}, 8),
    ],
)
def test_the_calendar(changed: dict[str, Any], practical: int) -> None:
    assert parts(**changed)[3] == practical


@pytest.mark.parametrize("drug", ["倍力腾", "环磷酰胺", "美罗华", "丙球"])
def test_nothing_for_the_calendar_while_it_is_still_given(drug: str) -> None:
    assert parts(treatments=[*boy()["treatments"], {"drug": drug, "current": True}])[3] == 5


def shown(**changed: Any) -> ShownWindow | None:
    return screen(PROTOCOL, boy() | changed, ON).shown_window()


def test_no_date_for_the_likely_and_the_unlikely() -> None:
    assert shown() is None
    assert shown(malignancy="current", vaccines=[{"vaccine": "MMR", "date": "2026-11-20"}]) is None


def test_no_date_while_a_failure_has_none() -> None:
    vaccine = [{"vaccine": "MMR", "date": "2026-11-20"}]
    assert shown(vaccines=vaccine, infection={"systemic_treatment_last_day": "ongoing"}) is None


def test_one_day_when_it_is_exact() -> None:
    day = date(2026, 12, 19)
    assert shown(vaccines=[{"vaccine": "MMR", "date": "2026-11-20"}]) == ShownWindow(day, day, others_later=False)


def test_a_span_when_it_is_not() -> None:
    found = shown(birth_date="2022", antibodies="unsure", treatments="unsure")
    assert found == ShownWindow(date(2027, 1, 1), date(2027, 12, 31), others_later=False)


def test_the_latest_of_the_first_days() -> None:
    found = shown(
        mas={"status": "confirmed", "ended": "2026-11"},
        vaccines=[{"vaccine": "MMR", "date": "2026-11-13"}],
    )
    assert found == ShownWindow(date(2026, 12, 12), date(2026, 12, 23), others_later=False)


def test_an_open_window_that_ends_later() -> None:
    clot = {"kind": "clot", "last": "2026-11-01"}
    found = shown(antiphospholipid=clot, vaccines=[{"vaccine": "MMR", "date": "2026-11-20"}])
    assert found is not None
    assert found.others_later


def test_a_finding_names_the_answers_that_it_rests_on() -> None:
    more = {"drug": "美罗华", "current": False, "last_dose": "2026-11-01"}
    screening = screen(PROTOCOL, boy() | {"treatments": [*boy()["treatments"], more], "hiv": "positive"}, ON)
    assert screening.finding("E13").evidence == ("treatments[3]",)
    assert screening.finding("E10").evidence == ("hiv",)
    assert PROTOCOL.criterion("E20").keys == ("other_trials", "treatments")
    with pytest.raises(KeyError):
        screening.finding("E99")


def test_checking_answers_only_complains() -> None:
    check_answers(PROTOCOL, boy(), ON)
    with pytest.raises(AnswerError) as raised:
        check_answers(PROTOCOL, {"age_years": 3, "birth_date": "2010"}, ON)
    assert (raised.value.key, raised.value.code) == ("age_years", "age_and_birth_disagree")


def test_the_record_comes_with_it() -> None:
    screening = screen(PROTOCOL, {}, ON)
    assert (screening.record.registry_id, screening.on) == ("NCT06789107", ON)
    assert len(PROTOCOL.sha256) == len(PROTOCOL.eligibility_sha256) == 64
