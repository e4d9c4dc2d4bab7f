"""The one reminder: a while after the family's last word, if it was asked for and not taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.conversation import REMIND_AFTER
from tests.bot.family import Clock, Family, conversation


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def family(tmp_path: Path, clock: Clock) -> Family:
    family = Family(conversation(tmp_path, clock), "telegram", "1001")
    await family.begin()
    await family.command("later")
    return family


async def reminded(family: Family, clock: Clock) -> list[str]:
    return [one.address for one in await family.talk._store.reminders_due(clock.now)]


async def test_it_stays_asked_for_while_the_family_goes_on(family: Family, clock: Clock) -> None:
    await family.tap("remind")
    await family.tap("link")
    clock.now += REMIND_AFTER / 2
    await family.command("help")
    clock.now += REMIND_AFTER / 2
    assert await reminded(family, clock) == []
    clock.now += REMIND_AFTER / 2
    assert await reminded(family, clock) == ["1001"]


async def test_it_can_be_taken_back(family: Family, clock: Clock) -> None:
    await family.tap("remind")
    await family.tap("remind")
    clock.now += 2 * REMIND_AFTER
    assert await reminded(family, clock) == []


async def test_it_comes_once(family: Family, clock: Clock) -> None:
    await family.tap("remind")
    clock.now += REMIND_AFTER
    assert await reminded(family, clock) == ["1001"]
    await family.talk.remind("telegram", "1001")
    assert await reminded(family, clock) == []
    clock.now += 2 * REMIND_AFTER
    assert await reminded(family, clock) == []


async def test_a_family_who_writes_at_that_very_moment_needs_none(family: Family, clock: Clock) -> None:
    await family.tap("remind")
    clock.now += REMIND_AFTER
    await asyncio.gather(family.command("help"), family.talk.remind("telegram", "1001"))
    clock.now += REMIND_AFTER
    assert await reminded(family, clock) == ["1001"]
