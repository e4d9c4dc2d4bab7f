"""A stored lead packet, as the pages read it: whatever version wrote it, what is missing is simply not
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from bot.flows.cards import words
from bot.flows.contact import TIMES, WAYS
from bot.flows.dialogue import Asked, Given, Medicine
from bot.flows.turn import SITE_ZONE
from bot.message import Term, Text, Value
from bot.wording import Wording
from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.question import Card, Questions

CHINESE = "zh_Hans"
NOT_LISTED = Text(key="console.times.not_listed")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered card. `said` is verbatim and empty where something was tapped; `shown` is how it was
    read.
    """

    card: str
    question: Text
    said: str
    shown: Value
    is_private: bool
    is_open: bool


class Packet:
    """The packet of one lead, with the questions and names that its ids stand for."""

    def __init__(
        self, stored: Mapping[str, Any], questions: Questions, lexicon: Lexicon, *, own_words: bool = True
    ) -> None:
        """`own_words`: whether the reader may see what the family typed."""
        self.stored = stored
        self.own_words = own_words
        self._questions = questions
        self._lexicon = lexicon
        self._listed = {
            one.number: one for name in ("medicines", "vaccines") for one in _valid(Medicine, stored.get(name, ()))
        }

    @property
    def answers(self) -> Mapping[str, Any]:
        """Under the assessment contract's keys."""
        found: Mapping[str, Any] = self.stored.get("answers", {})
        return found

    @property
    def permissions(self) -> list[tuple[str, str, date]]:
        """What was allowed: name, state, and the day by the site's calendar."""
        found = self.stored.get("permissions", {})
        return [
            (name, one["state"], datetime.fromisoformat(one["at"]).astimezone(SITE_ZONE).date())
            for name, one in found.items()
        ]

    @property
    def as_of(self) -> date | None:
        """The day on which it was judged for the family."""
        day = self.stored.get("as_of")
        return date.fromisoformat(day) if day else None

    @property
    def is_self(self) -> bool:
        """Whether the patient answers about himself or herself."""
        return self.stored.get("respondent") == "self"

    @property
    def criteria(self) -> Mapping[str, Mapping[str, Any]]:
        """How each criterion was judged at the hand-over, by id."""
        return {one["id"]: one for one in self.stored.get("criteria", ())}

    def verdicts(self) -> dict[str, str]:
        """The stored verdict of each criterion."""
        return {id: one["verdict"] for id, one in self.criteria.items()}

    def given(self) -> Iterator[Answer]:
        """Every answered card, in the order in which they were answered."""
        for id, stored in self.stored.get("said", {}).items():
            card = self.card(id)
            found = next(_valid(Given, (stored,)), None)
            if card is None or found is None:
                continue
            tapped = bool(found.choices) and found.said == ",".join(found.choices)
            yield Answer(
                card=id,
                question=Text(key=f"{words(id, card)}.short", values=self.about(id)),
                said="" if tapped else found.said,
                shown=found.shown,
                is_private=card.private,
                is_open=found.choices in (("unsure",), ("skip",), ("tell_doctor",), ("prefer_doctor",)),
            )

    def asked(self) -> Iterator[Asked]:
        """What the family wants to know from the study team."""
        yield from _valid(Asked, self.stored.get("asked", ()))

    def card(self, id: str) -> Card | None:
        """The card behind an id; None for one that the questions do not know any more."""
        try:
            return self._questions.template(id)[0]
        except (KeyError, StopIteration):
            return None

    def private_cards(self) -> tuple[Card, ...]:
        """All cards that are folded once answered."""
        return tuple(card for card in self._questions.card if card.private)

    def about(self, id: str) -> dict[str, Value]:
        """The medicine or vaccine that a card's words speak of."""
        number = id.partition(".")[2].partition(".")[0]
        if not number.isdecimal():
            return {}
        one = self._listed.get(int(number))
        name: Value = self.name_of(one) if one else ""
        return {"medicine": name, "vaccine": name}

    def name_of(self, one: Medicine) -> Value:
        """As typed; one that was picked is named in the reader's language."""
        picked = one.entry is not None and one.entry in self._lexicon
        if one.entry is not None and picked and not (one.said and self.own_words):
            return self.term(one.entry)
        return one.said or one.name if self.own_words else NOT_LISTED

    def term(self, entry: str) -> Term:
        """A medicine's name in the reader's language."""
        return Term(by_language=self._lexicon.names(entry))

    def medicines_said(self) -> list[str]:
        """Each medicine as the family typed it, in the order of the judged list; "" for one that was picked."""
        listed = [one for one in packet_list(self.stored, "medicines") if isinstance(one, dict)]
        judged = [one for one in packet_list(self.answers, "treatments") if isinstance(one, dict)]
        if len(listed) == len(judged):
            return [str(one.get("said", "")) for one in listed]
        return [str(one.get("drug", "")) for one in judged]

    def ask(self, id: str) -> Text | None:
        """The question of a card, as the family is asked it."""
        card = self.card(id)
        return None if card is None else Text(key=f"{words(id, card)}.ask", values=self.about(id))


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's language, and whether the sentences speak to the patient."""

    wording: Wording
    language: str
    self_answering: bool = False

    def say(self, text: Text) -> str:
        """The sentence."""
        return self.wording.say(text, self.language, self_answering=self.self_answering)

    def value(self, value: Value) -> str:
        """A value in words."""
        return self.wording.value(value, self.language, self_answering=self.self_answering)

    def way(self, way: str) -> str:
        """By what the family wants to be reached."""
        return self.say(Text(key=f"contact.way.{way}")) if way in WAYS else way

    def best_time(self, time: str) -> str:
        """When they want to be called: one of the offered times, or their own words."""
        return self.say(Text(key=f"contact.time.{time}")) if time in TIMES else time


def packet_list(stored: Mapping[str, Any], name: str) -> list[Any]:
    """A list of a stored packet; empty where another version kept something else there."""
    found = stored.get(name, ())
    return list(found) if isinstance(found, (list, tuple)) else []


def _valid(model: type[Any], stored: Any) -> Iterator[Any]:
    for one in stored:
        try:
            yield model.model_validate(one)
        except ValidationError:  # written by a version with other fields
            continue
