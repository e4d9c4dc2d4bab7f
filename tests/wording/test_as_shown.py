"""Every card as the program shows it, worded strictly: no key without words, no gap without a value."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.flows.cards import question_card, words
from bot.flows.dialogue import Dialogue, Interview, Medicine
from bot.flows.turn import SiteFacts, Surroundings
from bot.locale_checks.length import display_width
from bot.message import Answered, Channel, Reply, Text
from bot.wording import Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions
from tests.bot.family import Clock, Family, conversation

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
QUESTIONS = load_questions()
AROUND = Surroundings(
    protocol=load_protocol(), questions=QUESTIONS, now=NOON, languages=(("zh_Hans", "x"), ("en", "y"))
)
CARDS = [
    *(card.id for card in QUESTIONS.card),
    *(f"medicine.1.{card.id}" for card in QUESTIONS.medicine.card),
    *(f"vaccine.2.{card.id}" for card in QUESTIONS.vaccine.card),
]


def texts(reply: Reply) -> Iterator[Text]:
    """Every text of a card, with those of its buttons, rows and field."""
    yield reply.text
    yield from (*reply.notes, *reply.details)
    for row in reply.rows:
        yield from (row.label, row.answer, *([row.change.label] if row.change else []))
    for button in (*reply.choices, *reply.navigation):
        yield button.label
    if reply.entry is not None:
        yield reply.entry.label
        if reply.entry.hint is not None:
            yield reply.entry.hint


def say_all(wording: Wording, shown: Iterator[Text]) -> None:
    for text in shown:
        for language, _ in wording.languages():
            for adult in (False, True):
                assert wording.say(text, language, self_answering=adult).strip(), text.key
                assert wording.say_html(text, language, self_answering=adult).strip(), text.key


@pytest.mark.parametrize("id", CARDS)
@pytest.mark.parametrize("channel", ["browser", "telegram"])
def test_every_question_has_words_for_all_it_shows(wording: Wording, id: str, channel: Channel) -> None:
    medicine = Medicine(number=1, said="", name="prednisone", entry="prednisone")
    vaccine = Medicine(number=2, said="MMR", name="vax_mmr", entry="vax_mmr")
    interview = Interview(card=id, medicines=(medicine,), vaccines=(vaccine,), trail=("respondent",), ticked=("none",))
    dialogue = Dialogue(channel=channel, language="en", interview=interview)
    reply = question_card(dialogue, AROUND)
    say_all(wording, texts(reply))
    card, _ = QUESTIONS.template(id)
    for kind in ("why", "short"):
        assert wording.has(f"{words(id, card)}.{kind}")
    for button in reply.choices:
        for language, _ in wording.languages():
            assert display_width(wording.say(button.label, language)) <= 40, button.label


@pytest.mark.parametrize("seed", range(8))
async def test_a_wandering_family_reads_no_gap(wording: Wording, tmp_path: Path, seed: int) -> None:
    """Somebody who taps anything and types anything, in any order, on any channel: all words are there."""
    chance = random.Random(seed)
    channels: list[Channel] = ["browser", "telegram", "terminal"]
    settings: list[dict[str, Any]] = [{}, {"demo": True}, {"site": SiteFacts(), "demo": True}]
    talk = conversation(tmp_path, Clock(NOON), **chance.choice(settings))
    family = Family(talk, chance.choice(channels))
    await family.send(text="hello")
    for _ in range(90):
        say_all(wording, texts(family.shown.reply))
        if isinstance(family.shown.answered, Answered):
            say_all(wording, iter([family.shown.answered.text]))
        if family.shown.toast is not None:
            say_all(wording, iter([family.shown.toast]))
        await wander(family, chance)


TYPED = [
    "2015-03",
    "泼尼松",
    "1:320",
    "3周前",
    "不知道",
    "8",
    "4 mg, 2 tablets",
    "血小板 150",
    "张女士",
    "13800000000",
    "杭州",
    "!?",
]
COMMANDS = [
    "help",
    "about",
    "privacy",
    "status",
    "why",
    "back",
    "later",
    "mydata",
    "contact",
    "language",
    "restart",
]


async def wander(family: Family, chance: random.Random) -> None:
    """Mostly a choice of the card, sometimes words, a command, or what cannot be read."""
    onward = [button.id for button in family.buttons() if button.id not in ("person", "why", "back", "stop")]
    dice = chance.random()
    if dice < 0.78 and onward:
        await family.tap(chance.choice(onward))
    elif dice < 0.9:
        await family.says(chance.choice(TYPED))
    elif dice < 0.97:
        await family.command(chance.choice(COMMANDS))
    else:
        await family.send(
            other=chance.choice(["photo", "voice", "sticker", "video", "document", "location", "edited", "unknown"])
        )
