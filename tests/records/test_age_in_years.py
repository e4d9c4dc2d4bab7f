"""An age told in years is exported as years, although it is kept as days of birth: no date can hold a year that is not a
calendar year.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.records.given_answers import CODED, WHOLE, Openness, Said, given_answers
from bot.records.study_form import StudyForm
from brasle_prescreen.partial_date import born_at_age
from tests.coordinator.work.families import NOON, QUESTIONS, girl

TODAY = NOON.date()


def packet(earliest: date, latest: date) -> dict[str, Any]:
    return girl().day("birth_date", "so old", earliest.isoformat(), latest.isoformat()).packet()


def birth(form: StudyForm, told: dict[str, Any], openness: Openness = CODED) -> dict[str, Said]:
    plain = given_answers(told, form, QUESTIONS, openness).plain
    return {id: said for id, said in plain.items() if id.startswith("birth_date")}


@pytest.mark.parametrize("openness", [CODED, WHOLE])
@pytest.mark.parametrize("years", [0, 4, 10, 17, 110])
def test_years_come_out_as_years(form: StudyForm, years: int, openness: Openness) -> None:
    told = packet(*born_at_age(years, TODAY))
    assert birth(form, told, openness) == {"birth_date.years": Said(number=years)}


def test_they_are_those_of_the_packet(form: StudyForm) -> None:
    """Told a while before the packet was made: the years that are sure by then."""
    assert birth(form, packet(*born_at_age(10, TODAY - timedelta(days=20))))["birth_date.years"].number == 10
    assert birth(form, packet(*born_at_age(10, TODAY - timedelta(days=400))))["birth_date.years"].number == 11


@pytest.mark.parametrize(
    ("earliest", "latest"),
    [
        (date(2015, 3, 5), date(2015, 3, 5)),
        (date(2015, 1, 1), date(2015, 12, 31)),
        (date(2014, 12, 20), date(2015, 1, 10)),
        (date(2014, 1, 1), date(2015, 12, 31)),
    ],
)
def test_days_of_birth_stay_days(form: StudyForm, earliest: date, latest: date) -> None:
    assert birth(form, packet(earliest, latest), WHOLE) == {"birth_date.date": Said(days=(earliest, latest))}
