"""The questions as data: which card fills which keys, when it is asked, and what its choices write.

A card is named by its id; its words live in `locales/`. Cards of a medicine or a vaccine are templates that
are asked for each one of the list: their ids read `medicine.2.response`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from brasle_prescreen.partial_date import Span, shift, window

FILE = "questions.toml"

# A window button of "more than N ago" needs a first day: nobody under study is older than this.
LIFETIME = Span(120, "years")

Scalar = bool | int | str
CardKind = Literal[
    "choice", "multiple", "age", "date", "number", "titer", "medicines", "medicine_dose", "vaccines", "slip"
]


class QuestionsError(Exception):
    """The questions file holds a mistake: the message says where, what is wrong and the likely fix."""


class Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)


class WindowChoice(Data):
    """A button of a date card: within the last `within`, and not within the last `before`."""

    within: str | None = None
    before: str | None = None

    @property
    def id(self) -> str:
        """ASCII id such as `b4weeks_w3months`: before 4 weeks, within 3 months."""
        parts = [f"b{self.before}"] if self.before else []
        parts += [f"w{self.within}"] if self.within else []
        return "_".join(parts).replace(" ", "")

    def interval(self, on: date) -> tuple[date, date]:
        """The days that this button stands for, as of `on`.

        The day exactly at an edge belongs to neither button: no family means one single day by "less than" or
        "more than", and on that day a window would be undecided.
        """
        latest = window(Span.parse(self.before), on).last_before if self.before else on
        if self.within is None:
            return shift(on, LIFETIME, back=True), latest
        return window(Span.parse(self.within), on).first_inside, latest


class Choice(Data):
    """One thing to choose, and what it writes under the contract's keys (`sets`)."""

    id: str
    sets: dict[str, Any] = {}
    absent: dict[str, Any] = {}
    alone: bool = False
    confirm: bool = False
    alarm: str | None = None
    since: WindowChoice | None = None
    adds_medicine: str | None = None
    returns_to: str | None = None


class AskedWhen(Data):
    """One condition of a card; exactly one word of it is used."""

    card: str | None = None
    chosen: tuple[str, ...] = ()
    not_chosen: tuple[str, ...] = ()
    answer: str | None = None
    is_: tuple[Scalar, ...] = Field(default=(), alias="is")
    not_: tuple[Scalar, ...] = Field(default=(), alias="not")
    not_surely_younger_than: str | None = None
    undated_labs: bool | None = None


class Needs(Data):
    """One condition of a medicine's card: on a lexicon flag of the medicine, or on what was said about it."""

    flag: str | None = None
    any_flag: tuple[str, ...] = ()
    answer: str | None = None
    chosen: str | None = None
    is_: Scalar | tuple[Scalar, ...] = Field(default=(), alias="is")
    not_: Scalar | tuple[Scalar, ...] = Field(default=(), alias="not")

    def allows(self, value: Scalar | None) -> bool:
        wanted = self.is_ if isinstance(self.is_, tuple) else (self.is_,)
        unwanted = self.not_ if isinstance(self.not_, tuple) else (self.not_,)
        return (not wanted or value in wanted) and value not in unwanted


class Number(Data):
    key: str
    least: int
    most: int
    date: str


class CallToday(Data):
    """A result below this, in the analyte's own unit, is answered with "call the treating doctor today"."""

    analyte: str
    below: float


class Dated(Data):
    """The interval that a card's own wording implies for its dates ("in the last 12 months")."""

    within: str
    keys: tuple[str, ...]

    def interval(self, on: date) -> tuple[date, date]:
        return shift(on, Span.parse(self.within), back=True), on


class EarlyEnd(Data):
    """The page that is shown when this card makes the criterion fail."""

    criterion: str
    page: str


class Card(Data):
    """One question. The head of questions.toml says what each field means."""

    id: str
    part: int = 0
    kind: CardKind
    fills: tuple[str, ...] = ()
    why: tuple[str, ...]
    private: bool = False
    no_skip: bool = False
    asked_when: tuple[AskedWhen, ...] = ()
    needs: tuple[Needs, ...] = ()
    choices: tuple[Choice, ...] = ()
    absent: dict[str, Any] = {}
    sets_date: str | None = None
    ongoing: bool = False
    windows: tuple[WindowChoice, ...] = ()
    dated: Dated | None = None
    number: Number | None = None
    context: str | None = None
    early_end: EarlyEnd | None = None
    call_today: tuple[CallToday, ...] = ()
    picks: tuple[str, ...] = ()
    ask_route: tuple[str, ...] = ()

    def choice(self, id: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.id == id), None)

    def window(self, id: str) -> WindowChoice | None:
        return next((window for window in self.windows if window.id == id), None)


class PerItem(Data):
    """Cards asked for each medicine or vaccine of the list, for at most so many of them."""

    most: int
    card: tuple[Card, ...]

    def find(self, id: str) -> Card:
        return next(card for card in self.card if card.id == id)


class Questions(Data):
    """The whole plan of questions, in asking order."""

    parts: int
    also_called: dict[str, dict[str, str]] = {}
    also_called_as: dict[str, str] = {}
    card: tuple[Card, ...]
    medicine: PerItem
    vaccine: PerItem

    @cached_property
    def by_id(self) -> Mapping[str, Card]:
        return {card.id: card for card in self.card}

    @cached_property
    def private_criteria(self) -> frozenset[str]:
        """Criteria that private cards inform: never named to a family as a reason."""
        return frozenset(criterion for card in self.card if card.private for criterion in card.why)

    def called(self, medicine: str, names: Mapping[str, str]) -> dict[str, str]:
        """The lexicon's names of a medicine, each with what families call it in that language."""
        also = self.also_called.get(medicine, {})
        return {
            language: self.also_called_as[language].format(name=name, also=also[language]) if language in also else name
            for language, name in names.items()
        }

    def template(self, id: str) -> tuple[Card, int | None]:
        """The card behind an id, and the number of the medicine or vaccine in it, if any.

        Raises KeyError for an id that names no card (a stale or forged button).
        """
        if id in self.by_id:
            return self.by_id[id], None
        group, _, rest = id.partition(".")
        number, _, name = rest.partition(".")
        items = {"medicine": self.medicine, "vaccine": self.vaccine}[group]
        found = next((card for card in items.card if card.id == name), None)
        if found is None or not number.isdecimal():
            raise KeyError(id)
        return found, int(number)


def parse_questions(text: str) -> Questions:
    """Read questions.toml; QuestionsError names the entry and the likely fix."""
    try:
        data = tomllib.loads(text)
        questions = Questions.model_validate(data)
    except tomllib.TOMLDecodeError as error:
        raise QuestionsError(
            f"{FILE}: not readable as TOML: {error}. Look at that line for a missing quote or comma."
        ) from error
    except ValidationError as error:
        raise QuestionsError(f"{FILE}, {_place(error, data)}") from error
    _check(questions)
    return questions


@cache
def load_questions() -> Questions:
    return parse_questions((files("brasle_prescreen") / "trial" / FILE).read_text(encoding="utf-8"))


def _place(error: ValidationError, data: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    where: list[str] = []
    here: Any = data
    for step in first["loc"]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            where.append(str(step))
            continue
        where.append(str(here.get("id", step)) if isinstance(here, dict) else str(step))
    fields = ", ".join(sorted(field.alias or name for name, field in Card.model_fields.items()))
    hint = (
        f"A card may hold: {fields}."
        if first["type"] == "extra_forbidden"
        else "See the head of the file for what each field means."
    )
    return f"{'.'.join(where)}: {first['msg']}. {hint}"


def _check(questions: Questions) -> None:
    """Mistakes that types cannot see."""
    seen: set[str] = set()
    for card in questions.card:
        if card.id in seen:
            raise QuestionsError(f"{FILE}, {card.id}: this id stands twice. Give one of the two cards another id.")
        for condition in card.asked_when:
            if condition.card is None:
                continue
            if condition.card not in seen:
                raise QuestionsError(
                    f"{FILE}, {card.id}: asked_when names the card {condition.card!r}, which is not asked before it. "
                    "Move the card below it, or mend the name."
                )
            known = {choice.id for choice in questions.by_id[condition.card].choices}
            for id in (*condition.chosen, *condition.not_chosen):
                if id not in known:
                    raise QuestionsError(
                        f"{FILE}, {card.id}: asked_when names the choice {id!r}, which {condition.card} does not have. "
                        f"It has: {', '.join(sorted(known))}."
                    )
        if card.part not in range(1, questions.parts + 1):
            raise QuestionsError(f"{FILE}, {card.id}: part must be a number from 1 to {questions.parts}.")
        seen.add(card.id)
    for card in (*questions.card, *questions.medicine.card, *questions.vaccine.card):
        for choice in card.windows:
            for span in (choice.within, choice.before):
                if span is not None:
                    _check_span(card.id, span)


def _check_span(card: str, span: str) -> None:
    try:
        Span.parse(span)
    except ValueError as error:
        raise QuestionsError(f"{FILE}, {card}: {error}") from error
