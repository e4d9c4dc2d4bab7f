"""Interviews while the protocol is amended: those under way finish on their version, new ones take the one in force."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.flows.dialogue import Dialogue, dump, load
from bot.flows.turn import Surroundings, led
from brasle_prescreen import load_protocol
from brasle_prescreen.amendment import ORIGINAL
from brasle_prescreen.question import load_questions
from brasle_prescreen.versions import Protocols, load_protocols
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.walk import surroundings, walk
from tests.domain.amending import SIX_MONTHS, WINDOWS, write_amendment

# 1 March 2027 begins in Hangzhou while it is still 28 February in Greenwich.
BEFORE_MIDNIGHT = datetime(2027, 2, 28, 15, 59, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2027, 2, 28, 16, 0, tzinfo=UTC)
# Rituximab four months ago: long enough by three months, not by six.
TOLD = BOY | {
    "medicines": "pick:rituximab+done",
    "medicine.1.response": "choose:inadequate",
    "medicine.1.having": "choose:finished",
    "medicine.1.last": "'2026-10-20",
}


@pytest.fixture(scope="module")
def protocols(tmp_path_factory: pytest.TempPathFactory) -> Protocols:
    below = tmp_path_factory.mktemp("amendments")
    write_amendment(below, edits=(*SIX_MONTHS, WINDOWS))
    return load_protocols(below)


def family(folder: Path, clock: Clock, protocols: Protocols | None) -> Family:
    return Family(conversation(folder, clock, protocols=protocols))


async def hands_over(family: Family) -> dict[str, Any]:
    """Confirm and ask for a call; gives the packet that the site gets."""
    for one in ("confirm", "want_contact", "agree"):
        await family.tap(one)
    for one in ("'Wang", "way:phone", "'13800138000", "time:evening", "travel:yes", "child:not_asked", "done", "send"):
        await family._reply(one)
    [row] = await family.talk._store.leads()
    lead = await family.talk._store.lead(row.code)
    assert lead is not None
    return dict(lead.packet)


def verdict(packet: dict[str, Any], criterion: str) -> str:
    return str(next(one["verdict"] for one in packet["criteria"] if one["id"] == criterion))


async def test_an_interview_across_midnight_in_hangzhou_finishes_on_its_version(
    tmp_path: Path, protocols: Protocols
) -> None:
    clock = Clock(BEFORE_MIDNIGHT)
    early = family(tmp_path, clock, protocols)
    await early.begin()
    clock.now = AFTER_MIDNIGHT
    await early.answer(TOLD)
    packet = await hands_over(early)
    assert packet["as_of"] == "2027-03-01"
    assert packet["protocol"]["version"] == ORIGINAL
    assert packet["protocol"]["trial_sha256"] == load_protocol().sha256
    assert verdict(packet, "E13") == "pass"


async def test_one_that_begins_on_the_day_takes_the_amendment(tmp_path: Path, protocols: Protocols) -> None:
    clock = Clock(BEFORE_MIDNIGHT)
    late = family(tmp_path, clock, protocols)
    await late.command("start")
    await late.tap("language:en")
    clock.now = AFTER_MIDNIGHT
    await late.tap("agree")
    assert (await late.stored()).interview.protocol == "1"
    await late.answer(TOLD)
    packet = await hands_over(late)
    assert packet["protocol"]["version"] == "1"
    assert packet["protocol"]["trial_sha256"] == protocols.named("1").protocol.sha256
    assert verdict(packet, "E13") == "fail"
    assert packet["tier"] == "not_now"


async def test_its_questions_are_those_of_its_version(tmp_path: Path, protocols: Protocols) -> None:
    offered = {}
    for name, moment in (("before", BEFORE_MIDNIGHT), ("after", AFTER_MIDNIGHT)):
        one = family(tmp_path / name, Clock(moment), protocols)
        await one.begin()
        while one.card != "medicine.1.last":
            await one._reply(TOLD.get(one.card))
        offered[name] = [button.id for button in one.buttons() if button.id.startswith("window:")]
    assert offered == {
        "before": ["window:w4weeks", "window:b4weeks_w3months", "window:b3months"],
        "after": ["window:w4weeks", "window:b4weeks_w3months", "window:b3months_w6months", "window:b6months"],
    }


async def test_another_child_and_a_new_beginning_take_the_version_of_their_day(
    tmp_path: Path, protocols: Protocols
) -> None:
    clock = Clock(BEFORE_MIDNIGHT)
    one = family(tmp_path, clock, protocols)
    await one.begin()
    await one.answer(TOLD)
    await one.tap("confirm")
    await one.tap("no_contact")
    clock.now = AFTER_MIDNIGHT
    await one.tap("another_child")
    stored = await one.stored()
    assert (stored.interview.protocol, stored.earlier[0].protocol) == ("1", "")
    assert one.card == "respondent"

    two = family(tmp_path / "two", clock, protocols)
    clock.now = BEFORE_MIDNIGHT
    await two.begin()
    await two.tap("choose:parent")
    clock.now = AFTER_MIDNIGHT
    await two.command("restart")
    assert (await two.stored()).interview.protocol == ""
    await two.tap("restart:yes")
    assert (await two.stored()).interview.protocol == "1"


async def test_going_on_after_a_call_was_asked_for_before_the_first_question_takes_the_version_in_force(
    tmp_path: Path, protocols: Protocols
) -> None:
    """A second child who answered alone: the adult asks for a call, refuses the hand-over and then answers."""
    one = family(tmp_path, Clock(AFTER_MIDNIGHT), protocols)
    await one.begin()
    await one.answer(TOLD)
    for press in (
        "confirm",
        "no_contact",
        "another_child",
        "choose:self",
        "choose:no",
        "person",
        "call_me",
        "refuse",
        "go_on",
    ):
        await one.tap(press)
    assert one.card == "respondent"
    assert (await one.stored()).interview.protocol == "1"


async def test_of_an_amendment_taken_away_the_version_in_force_counts(tmp_path: Path, protocols: Protocols) -> None:
    clock = Clock(AFTER_MIDNIGHT)
    one = family(tmp_path, clock, protocols)
    await one.begin()
    await one.tap("choose:parent")
    await one.talk._store.close()
    again = Family(conversation(tmp_path, clock), address=one.address)
    await again.command("help")
    assert again.key
    await again.talk._store.close()


def test_a_stored_dialogue_without_a_version_is_of_the_first() -> None:
    stored = '{"version":1,"channel":"browser","language":"en","interview":{"card":"birth_date"}}'
    dialogue = load(stored)
    assert dialogue.interview.protocol == ""
    assert dialogue.interview.is_begun
    alone = Protocols.alone(load_protocol(), load_questions())
    assert alone.find(dialogue.interview.protocol, AFTER_MIDNIGHT.date()).number == ORIGINAL
    later = dialogue.with_interview(protocol="1")
    assert json.loads(dump(later))["interview"]["protocol"] == "1"
    assert load(dump(later)) == later


def test_a_new_dialogue_has_no_version_yet() -> None:
    fresh = Dialogue.model_validate({"channel": "browser", "language": "en"})
    assert not fresh.interview.is_begun
    assert "protocol" not in dump(fresh)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_family_does_its_interview_keeps_its_version(protocols: Protocols, seed: int) -> None:
    """The clock goes to and fro over midnight at every turn; a version is taken at a first question, and then stays."""
    base = surroundings()

    def around(dialogue: Dialogue, number: int) -> Surroundings:
        moment = AFTER_MIDNIGHT if number % 3 == 0 else BEFORE_MIDNIGHT
        return led(replace(base, now=moment), dialogue, protocols)

    taken, before = set(), Dialogue.model_validate({"channel": "browser", "language": "en"})
    for step in walk(seed, 60, "browser", base, around):
        after = step.turn.dialogue
        if before.interview.is_begun and after.interview.protocol != before.interview.protocol:
            assert not after.interview.given  # another child, or from the first question again
        if after.interview.is_begun:
            taken.add(after.interview.protocol)
        before = after
    assert taken <= {"", "1"}
