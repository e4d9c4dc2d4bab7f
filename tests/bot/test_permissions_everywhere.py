"""Three permissions, each by itself: every state that can be reached, and thousands of chats that do anything.

`BRASLE_WALK=whole` takes every channel and language, with forged presses, and 10,000 chats; `BRASLE_WALK=deep`, for a night,
also tells every question, with each page and pause over it, from every other.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.flows.dialogue import Dialogue
from bot.flows.table import STATES
from bot.flows.take_turn import present
from bot.message import Channel, Incoming
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.permissions_model import Count, answered, explore, faults, from_another_channel, one_turn
from tests.bot.walk import _anything, surroundings

DEEP = os.environ.get("BRASLE_WALK") == "deep"
WHOLE = DEEP or os.environ.get("BRASLE_WALK") == "whole"
SHORT = (("browser", "en"), ("telegram", "zh_Hans"))
ALL = tuple((channel, language) for channel in ("browser", "telegram", "terminal") for language in ("zh_Hans", "en"))
CHATS = 10_000 if WHOLE else 150
STEPS = 60


@pytest.mark.parametrize(("channel", "language"), ALL if WHOLE else SHORT)
def test_no_state_asks_keeps_or_hands_over_without_its_permission(channel: str, language: str) -> None:
    count = Count()
    found = list(explore(channel, language, surroundings(), count, whole=DEEP, forging=WHOLE))
    assert not found, f"{len(found)} of {count.turns}: {found[:10]}"
    never = set(STATES) - count.reached - {"erased"} - ({"asking_abroad"} if channel != "telegram" else set())
    assert not never, "these states were not walked"
    print(
        f"{channel} in {language}: {count.states} states, {count.turns} turns, {len(count.cards)} kinds of card; "
        f"a permission taken back {count.taken_back} times; 0 faults"
    )


def test_a_messenger_that_is_only_a_door_asks_and_shows_nothing() -> None:
    """Also with families who come to it from the browser, in the midst of everything."""
    around = replace(surroundings(), telegram_minimal=True)
    browser = answered("browser", "en", around)
    came: list[Dialogue] = []
    for state in ("answering", "reviewing", "showing_result", "asking_handover", "giving_contact", "done"):
        came.append(browser.having(state=state, back_to=None))
    came += [browser.having(page=page) for page in ("mydata", "questions", "export", "take_back:health", "restart")]
    count = Count()
    found = list(explore("telegram", "en", around, count, begin=from_another_channel(came, "telegram")))
    assert not found, found[:10]
    assert "door" in count.cards
    shown = count.cards - {
        "door",
        "language",
        "help",
        "about",
        "privacy",
        "urgent",
        "person",
        "stopped",
        "delete",
        "erased",
    }
    assert not shown, "these cards are not for a door"
    print(f"a door: {count.states} states, {count.turns} turns, 0 faults")


def test_coming_back_to_telegram_asks_for_its_permission_first() -> None:
    around = surroundings()
    browser = answered("browser", "en", around)
    [there] = from_another_channel([browser], "telegram")
    assert present(there, around).card == "abroad"
    here: dict[str, Any] = {"channel": "telegram", "address": "a", "id": "m"}
    typed = one_turn(there, Incoming(**here, text="her platelets are 20"), around)
    assert typed[1].interview == there.interview
    agreed = one_turn(there, Incoming(**here, button="agree", revision=0), around)
    assert (agreed[1].permitted("abroad"), agreed[2].card) == (True, "review")
    refused = one_turn(there, Incoming(**here, button="refuse", revision=0), around)
    assert (refused[1].state, refused[2].text.key) == ("declined", "declined.kept")


def test_whatever_a_family_does_no_permission_is_overstepped() -> None:
    arounds = [surroundings(), surroundings(recruiting="paused"), replace(surroundings(), telegram_minimal=True)]
    turns = 0
    for seed in range(CHATS):
        random = Random(seed)
        around = arounds[seed % len(arounds)]
        dialogue = Dialogue.model_validate({"channel": random.choice(("telegram", "browser")), "language": "en"})
        for number in range(STEPS):
            if random.random() < 0.01:  # over by the private link, to the other one
                other = "browser" if dialogue.channel == "telegram" else "telegram"
                dialogue = dialogue.model_copy(update={"channel": other})
            said = _anything(random, present(dialogue, around), dialogue, number)
            turn, after, shown = one_turn(dialogue, said, around)
            turns += 1
            assert list(faults(dialogue, turn, after, shown, around)) == [], (seed, number, said)
            if after.state == "erased":
                after = Dialogue.model_validate({"channel": after.channel, "language": "en"})
            dialogue = after
    print(f"{CHATS} chats, {turns} turns, 0 faults")


# ------------------------------------------------------------------ with the real store


async def handed_over(folder: Path, channel: Channel = "browser") -> Family:
    family = Family(conversation(folder, Clock(), notice_targets=("0",)), channel)
    await family.begin()
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await family.tap("agree")
    await family.says("Mother of Bao")
    await family.tap("way:phone")
    await family.says("13800138000")
    for press in ("time:any", "travel:yes", "child:yes", "done", "send"):
        await family.tap(press)
    return family


async def waiting(family: Family, now: datetime) -> list[str]:
    return [item.op for item in await family.talk._store.due("notice", 20, now)]


async def take_back(family: Family, name: str) -> None:
    await family.command("mydata")
    await family.tap(f"take_back:{name}")
    await family.tap(f"take_back:{name}")


@pytest.mark.parametrize("name", ["health", "handover"])
async def test_what_was_not_sent_is_undone_and_the_rest_is_told(tmp_path: Path, name: str) -> None:
    family = await handed_over(tmp_path)
    clock = family.talk._clock()
    assert await waiting(family, clock) == ["lead"]
    await take_back(family, name)
    assert await waiting(family, clock) == ["withdrawn"]
    assert [lead.status for lead in await family.talk._store.leads()] == ["withdrawn"]
    stored = await family.stored()
    assert not stored.permitted("handover")
    assert stored.permitted("health") == (name == "handover")
    if name == "health":
        assert family.key == "declined.kept"
        await family.tap("reconsider")
        await family.tap("agree")
        assert family.card == "review"


async def test_taking_back_telegram_leaves_the_browser(tmp_path: Path) -> None:
    family = await handed_over(tmp_path, "telegram")
    await take_back(family, "abroad")
    assert family.key == "declined.kept"
    assert "permission.abroad.browser" in [one.key for one in family.shown.reply.details]
    stored = await family.stored()
    assert stored.handed_over, "the study team may still call"
    await family.command("mydata")
    assert {row.label.key for row in family.shown.reply.rows} == {
        f"permission.short.{n}" for n in ("health", "abroad", "handover")
    }


async def test_every_permission_is_kept_with_its_text_its_day_and_its_language(tmp_path: Path) -> None:
    family = await handed_over(tmp_path, "telegram")
    family.talk._clock.now += timedelta(hours=1)  # type: ignore[attr-defined]
    await take_back(family, "health")
    person = await family.talk._store.load(family.channel, family.address)
    assert person is not None
    kept = (await family.talk._store.export(person.id))["permissions"]
    told = {(one["name"], one["state"]) for one in kept}
    given = {("health", "given"), ("abroad", "given"), ("handover", "given")}
    assert told == given | {("handover", "withdrawn"), ("health", "withdrawn")}
    assert all(len(one["text_hash"]) == 64 and one["language"] == "en" and one["at"] for one in kept)


@pytest.mark.parametrize("channel", ["browser", "telegram"])
async def test_a_look_at_the_questions_leaves_nothing(tmp_path: Path, channel: Channel) -> None:
    from tests.bot.test_child_alone import CANARY, LEFT, holding, remains

    folder = tmp_path / "data"
    family = Family(conversation(folder, Clock()), channel, address=f"{CANARY}-address")
    await family.command("start")
    await family.tap("language:en")
    await family.tap("look")
    seen = set()
    while "look:next" in {one.id for one in family.buttons()}:
        seen.add(family.key)
        assert family.notes[0] == "look.banner"
        assert set(remains(folder)) <= LEFT
        await family.tap("look:next")
    assert len(seen) > 50
    await family.says(f"{CANARY} 11 years")
    assert "look.not_read" in family.notes
    await family.tap("look:end")
    assert family.key == "permission.health.ask"
    assert (set(remains(folder)) <= LEFT, holding(folder, CANARY)) == (True, [])
    await family.tap("refuse")
    assert set(remains(folder)) <= LEFT
    await family.tap("reconsider")
    await family.tap("agree")
    assert (await family.stored()).permitted("health")
