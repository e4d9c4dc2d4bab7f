"""Every card in every language is something that Telegram takes: checked here, so that no family finds out first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from bot.channels.telegram_commands import COMMANDS
from bot.channels.telegram_keyboard import LONGEST_LABEL
from bot.channels.telegram_limits import (
    LONGEST_COMMAND_DESCRIPTION,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_SHORT_DESCRIPTION,
    LONGEST_TOAST,
    utf16_length,
)
from bot.channels.telegram_render import TelegramRenderer, tap_id
from bot.conversation import Shown
from bot.flows.anytime import COMMANDS as TYPED
from bot.flows.dialogue import Dialogue, Interview, Medicine
from bot.flows.take_turn import present, take_turn
from bot.flows.turn import Surroundings, Turn
from bot.message import Incoming, Reply, Text
from bot.store.records import Outgoing
from bot.wording import Wording
from tests.bot.walk import surroundings, walk
from tests.fake_telegram import parse_html
from tests.fake_telegram.keyboards import read_keyboard

WORDING = Wording.load(strict=True)
LANGUAGES = [code for code, _ in WORDING.languages()]
RENDERER = TelegramRenderer(WORDING)


def rendered(turn: Turn, reply: Reply, said: Incoming, language: str) -> Iterable[Outgoing]:
    shown = Shown(
        reply=reply,
        answered=turn.answered,
        toast=turn.toast,
        language=language,
        self_answering=turn.dialogue.self_answering,
        revision=turn.dialogue.revision,
        refreshed=turn.refreshed,
    )
    return RENDERER.render(said, shown)


def check(rows: Iterable[Outgoing]) -> list[str]:
    """Telegram's own checks; gives the texts as they are seen."""
    seen = []
    for row in rows:
        for text in _texts(row):
            plain, _ = parse_html(text)
            assert plain.strip()
            assert utf16_length(plain) <= 4096
            seen.append(plain)
        if row.op == "answer_callback":
            assert utf16_length(row.payload["text"]) <= LONGEST_TOAST
        keyboard = read_keyboard({"inline_keyboard": row.payload.get("keyboard", [])})
        assert all(len(key["text"]) <= LONGEST_LABEL for line in keyboard or [] for key in line)
    return seen


def _texts(row: Outgoing) -> list[str]:
    if row.op == "settle":
        return [row.payload["text"]]
    return list(row.payload.get("texts", ()))


def as_telegram(said: Incoming, number: int) -> Incoming:
    id = tap_id(str(number), number) if said.button is not None else f"message:{number}"
    return said.model_copy(update={"id": id})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("recruiting", ["open", "waitlist", "closed"])
def test_whatever_a_family_does_telegram_takes_the_answer(language: str, recruiting: str) -> None:
    around = surroundings(recruiting=recruiting)
    for seed in range(3):
        for number, step in enumerate(walk(seed, 100, "telegram", around)):
            check(rendered(step.turn, step.shown, as_telegram(step.said, number), language))


def question_cards(around: Surroundings) -> Iterator[Dialogue]:
    """A dialogue at each question, with the longest name of a medicine where one is asked about."""
    questions = around.questions
    names = {id: around.protocol.medicines.names(id) for card in questions.card for id in card.picks}
    longest = max(names, key=lambda id: len(str(names[id])))
    listed = (Medicine(number=1, said="", name=longest, entry=longest), Medicine(number=2, said="x" * 200, name="x"))
    ids = [card.id for card in questions.card]
    ids += [f"medicine.1.{card.id}" for card in questions.medicine.card]
    ids += [f"vaccine.1.{card.id}" for card in questions.vaccine.card]
    for id in ids:
        interview = Interview(card=id, medicines=listed, vaccines=listed, trail=("respondent",))
        yield Dialogue(channel="telegram", language="en", state="answering", revision=10**9, interview=interview)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_fits_one_message_and_so_does_its_why(language: str) -> None:
    around = surroundings()
    for dialogue in question_cards(around):
        said = Incoming(channel="telegram", address="1", id=tap_id("1", 1), button="why", revision=dialogue.revision)
        turn = take_turn(dialogue, said, around)
        for reply in (present(dialogue, around), present(turn.dialogue, around)):
            card = list(rendered(turn, reply, said, language))[-1]
            assert len(check([card])) == 1, dialogue.interview.card


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_profile_fits(language: str) -> None:
    limits = {
        "telegram.name": LONGEST_NAME,
        "telegram.description": LONGEST_DESCRIPTION,
        "telegram.short_description": LONGEST_SHORT_DESCRIPTION,
    } | {f"telegram.command.{name}": LONGEST_COMMAND_DESCRIPTION for name in COMMANDS}
    for key, most in limits.items():
        assert 1 <= utf16_length(WORDING.say(Text(key=key), language)) <= most, key


def test_every_command_of_the_menu_does_something() -> None:
    around = surroundings()
    for command in COMMANDS:
        dialogue = Dialogue(
            channel="telegram", language="en", state="answering", interview=Interview(card="respondent")
        )
        said = Incoming(channel="telegram", address="1", id="message:1", command=command)
        notes = {note.key for note in present(take_turn(dialogue, said, around).dialogue, around).notes}
        assert "unknown_command" not in notes, command


def test_what_a_family_may_do_with_its_data_stands_in_the_menu() -> None:
    assert {"mydata", "export", "delete", "stop", "privacy"} <= set(COMMANDS)
    assert set(COMMANDS) <= set(TYPED), "each is understood"
    assert len({WORDING.say(Text(key=f"telegram.command.{one}"), "zh_Hans") for one in COMMANDS}) == len(COMMANDS)
