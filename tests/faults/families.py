"""Families in a whole interview, by taps: each remembers what it answered, whatever happens to the server meanwhile."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.fake_telegram import FakeTelegram, Message, Person

# The calm way through the questions; a family is sometimes not sure.
CALM = ("choose:parent", "choose:none", "choose:no", "choose:complete", "choose:negative", "choose:not_told", "done")
# What is pressed on every card that is no question, in the order of preference.
ONWARDS = (
    "language:en", "agree", "confirm", "want_contact", "way:phone", "time:any", "travel:yes", "child:yes", "done",
    "send", "go_on", "close",
)  # fmt: skip
# Stands before the question, when a second tap came late.
STALE = "That question is already answered. Here is the one you are at.\n\n"
UNSURE = 0.2
DOUBLE_TAPS = 0.2


@dataclass
class Family:
    """One parent. `answered` is what was pressed at each question, in order."""

    person: Person
    name: str
    chance: random.Random
    answered: list[str] = field(default_factory=list)
    done: bool = False
    _acted: int = -1

    @property
    def card(self) -> Message | None:
        return self.person.card

    def is_asked_on(self) -> bool:
        """Whether a card stands there that came after the one last acted on."""
        card = self.card
        return card is not None and any(revision > self._acted for revision in _buttons(card).values())

    def act(self) -> bool:
        """Answer the card that stands there, once; False if there is nothing (new) to answer."""
        card = self.card
        if card is None:
            return False
        buttons = _buttons(card)
        if not buttons:
            return False
        revision = next(iter(buttons.values()))
        if revision <= self._acted or self.done:
            return False
        self._acted = revision
        if "another_child" in buttons:
            self.done = True
            return False
        pressed = self._choose(card, buttons)
        if pressed is None:
            self.person.says(self._words(buttons))
            return True
        for _ in range(2 if self.chance.random() < DOUBLE_TAPS else 1):
            self.person.presses(card, f"{revision}:{pressed}")
        return True

    def _choose(self, card: Message, buttons: dict[str, int]) -> str | None:
        if (card.text or "").removeprefix(STALE).startswith("Part "):
            pressed = self._answer(buttons)
            self.answered.append(pressed)
            return pressed
        return next((button for button in ONWARDS if button in buttons), None)

    def _answer(self, buttons: dict[str, int]) -> str:
        if "unsure" in buttons and self.answered and self.chance.random() < UNSURE:
            return "unsure"
        calm = [button for button in CALM if button in buttons]
        others = [button for button in ("unsure", "skip") if button in buttons]
        return (calm or others or [button for button in buttons if button.startswith("choose:")])[0]

    def _words(self, buttons: dict[str, int]) -> str:
        """The name first, without a way back; then the telephone number."""
        return "+86 138 0013 8000" if "back" in buttons else self.name


def families(telegram: FakeTelegram, count: int, chance: random.Random) -> list[Family]:
    made = [Family(telegram.person(f"P{number}", "en"), f"Family {number}", chance) for number in range(count)]
    for family in made:
        family.person.starts("ward-7")
    return made


def _buttons(card: Message) -> dict[str, int]:
    """Button id: revision."""
    found = {}
    for row in card.keyboard or []:
        for key in row:
            revision, _, id = key.get("callback_data", "").partition(":")
            if id:
                found[id] = int(revision)
    return found
