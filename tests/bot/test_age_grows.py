"""An age told in years is an age on that day: a family or a coordinator who looks again later sees an older child."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.flows.dialogue import Interview
from bot.flows.plan import answers_of, relevant
from bot.lead_packet import packet_of
from brasle_prescreen import screen
from brasle_prescreen.judgement import Verdict
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.walk import NOW, surroundings

TODAY = date(2026, 11, 22)
AROUND = surroundings()


async def told(folder: Path, age: str) -> tuple[Family, Interview]:
    family = Family(conversation(folder, Clock()))
    await family.begin()
    await family.tap("choose:parent")
    await family.says(age)
    return family, (await family.stored()).interview


def answers(interview: Interview, on: date = TODAY) -> dict[str, Any]:
    return answers_of(interview, AROUND.questions, AROUND.protocol.medicines, on)


def verdict(interview: Interview, criterion: str, on: date) -> Any:
    findings = screen(AROUND.protocol, answers(interview, on), on).findings
    return next(one for one in findings if one.id == criterion)


async def test_a_child_of_four_turns_five(tmp_path: Path) -> None:
    _, interview = await told(tmp_path, "4 years old")
    today = verdict(interview, "I1", TODAY)
    assert today.verdict is Verdict.FAIL
    assert today.clears_on == (date(2026, 11, 23), date(2027, 11, 22))
    # On the day on which nobody of four can still be younger than five, nor ever after.
    for later in (today.clears_on.latest, date(2029, 5, 1)):
        assert verdict(interview, "I1", later).verdict is Verdict.PASS
    assert verdict(interview, "I1", today.clears_on.latest - timedelta(days=1)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("years", [1, 4, 5, 8, 9, 13, 17, 18, 110])
async def test_on_the_day_itself_it_is_that_age(tmp_path: Path, years: int) -> None:
    _, interview = await told(tmp_path, f"{years} years")
    given = answers(interview) | {"sex": "female", "labs": {"igg": {"value": 5, "unit": "g/L", "date": "2026-11-20"}}}
    by_years = {key: value for key, value in given.items() if key != "birth_date"} | {"age_years": years}
    assert screen(AROUND.protocol, given, TODAY) == screen(AROUND.protocol, by_years, TODAY)


async def test_a_girl_of_eight_is_asked_once_she_may_be_nine(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin()
    asked = await family.answer(BOY | {"birth_date": "'8 years old", "sex": "choose:female"})
    assert "first_period" not in asked
    interview = (await family.stored()).interview
    cards = AROUND.questions, AROUND.protocol.medicines
    assert "first_period" not in relevant(interview, *cards, TODAY)
    assert "first_period" in relevant(interview, *cards, TODAY + timedelta(days=1))


async def test_the_coordinator_sees_the_years_alone(tmp_path: Path) -> None:
    """Months that nobody told are not made up, however long after."""
    family, _ = await told(tmp_path, "10 years old")
    dialogue = await family.stored()
    assert packet_of(dialogue, AROUND)["age"] == {"years": 10}
    later = surroundings(now=NOW + timedelta(days=250))
    assert packet_of(dialogue, later)["age"] == {"years": 10}


async def test_a_birth_known_to_the_month_gives_months(tmp_path: Path) -> None:
    family, _ = await told(tmp_path, "2016-03")
    assert packet_of(await family.stored(), AROUND)["age"] == {"years": 10, "months": 7}
