"""What somebody typed at a card, as an answer: the reading is the domain's, the keys are the card's.

Where a careful nurse would ask back, `AskBack` names the message; nothing is ever taken by guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from bot.flows.as_given import left_open, one_choice, several_choices
from bot.flows.cards import choice_label, joined
from bot.flows.dialogue import Dialogue, Given
from bot.flows.plan import UNSURE
from bot.flows.turn import Surroundings
from bot.message import Day, Text, Value
from brasle_prescreen.partial_date import born_at_age
from brasle_prescreen.question import Card
from brasle_prescreen.reading.reading import Outcome, Reading

# Commas, stops and the like, Western and Chinese: what parts one statement from the next.
_CLAUSES = re.compile("[,.;:!?\n\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f]+")
# Choices that a plain "no" stands for.
FOR_NO = ("no", "none", "never")
# A plain "no" in one breath; a Chinese character counts two.
WIDEST_NO = 20
# Longer than any answer: kept whole as a remark, but not read.
LONGEST_READ = 4000


@dataclass(frozen=True, slots=True)
class AskBack:
    """The message to ask back with."""

    why: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Read, but asked back before it counts: the words say more than the answer."""

    given: Given


@dataclass(frozen=True, slots=True)
class Ticked:
    """Choices named at a list whose other lines were not spoken of: they are ticked, and the rest is asked."""

    choices: tuple[str, ...]


def understand(
    dialogue: Dialogue, asked: Card, id: str, said: str, around: Surroundings
) -> Given | AskBack | Doubtful | Ticked:
    """Read one typed reply at a card of any kind but the lists of medicines and vaccines."""
    if len(said) > LONGEST_READ:
        return AskBack("misread.too_long")
    read = _understood(dialogue, asked, id, said, around)
    # A private answer leaves the screen with its card: a typed one is read back before that, unless it is plain.
    if isinstance(read, Given) and asked.private and not set(read.choices) & {UNSURE, *FOR_NO}:
        return Doubtful(read)
    return read


def _understood(
    dialogue: Dialogue, asked: Card, id: str, said: str, around: Surroundings
) -> Given | AskBack | Doubtful | Ticked:
    read = _by_kind(dialogue, asked, id, said, around)
    if isinstance(read, AskBack) and asked.choices and asked.kind not in ("choice", "multiple"):
        by_choice = _choice(asked, id, said, around)
        return read if isinstance(by_choice, AskBack) else by_choice
    return read


def _by_kind(
    dialogue: Dialogue, asked: Card, id: str, said: str, around: Surroundings
) -> Given | AskBack | Doubtful | Ticked:
    match asked.kind:
        case "choice" | "multiple":
            return _choice(asked, id, said, around)
        case "age":
            return _age(said, around)
        case "date":
            return _when(asked, id, said, around)
        case "number":
            return _number(asked, id, said, around)
        case "titer":
            return _titer(asked, said)
        case "medicine_dose":
            return _dose(dialogue, id, said, around)
        case "slip":
            return _slip(dialogue, asked, id, said, around)
        case _:
            return AskBack("misread.choice")


def _choice(asked: Card, id: str, said: str, around: Surroundings) -> Given | AskBack | Doubtful | Ticked:
    read = _read(said, asked, id)
    if read.outcome is Outcome.UNSURE and not asked.no_skip:
        return left_open(asked, "unsure").model_copy(update={"said": said})
    if read.outcome is not Outcome.VALUE:
        return AskBack("misread.choice")
    return chosen(asked, id, said, read.value or (), around)


def chosen(
    asked: Card, id: str, said: str, choices: Sequence[str], around: Surroundings
) -> Given | AskBack | Doubtful | Ticked:
    """What naming these choices means at this card."""
    named = [choice for choice in asked.choices if choice.id in choices]
    # Somebody who names one of a list and says "nothing else" has not said "none of these".
    together = [choice for choice in named if not choice.alone] if asked.kind == "multiple" else []
    if not (together or len(named) == 1):
        return AskBack("misread.choice")
    if not together:
        given = one_choice(named[0], asked, id, around).model_copy(update={"said": said})
        return Doubtful(given) if _says_more(said, named[0].id, asked, id) else given
    ids = tuple(choice.id for choice in together)
    if asked.absent or any(choice.absent for choice in asked.choices):
        return Ticked(ids)
    return several_choices(ids, asked, id, around).model_copy(update={"said": said})


def _read(said: str, asked: Card, id: str) -> Reading[tuple[str, ...]]:
    from brasle_prescreen.reading.choice import read_choice

    return read_choice(said, card_key(asked, id), tuple(choice.id for choice in asked.choices))


def _says_more(said: str, choice: str, asked: Card, id: str) -> bool:
    """Whether a "no" stands among other words: "a little fluid, nothing else", "no, but she took antibiotics"."""
    if choice not in FOR_NO:
        return False
    clauses = [clause for clause in _CLAUSES.split(said) if clause.strip()]
    if len(clauses) == 1:
        return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in said.strip()) > WIDEST_NO
    return any(_read(clause, asked, id).value != (choice,) for clause in clauses)


def card_key(asked: Card, id: str) -> str:
    """The card's name in the word lists: templates share theirs."""
    group, _, rest = id.partition(".")
    return f"{group}.{asked.id}" if rest else asked.id


def _age(said: str, around: Surroundings) -> Given | AskBack:
    from brasle_prescreen.reading.age import read_age

    read = read_age(said, around.today)
    if read.outcome is Outcome.UNSURE:
        return Given(
            said=said,
            choices=("unsure",),
            sets={"birth_date": "unsure", "age_years": "unsure"},
            shown=Text(key="answered.unsure"),
        )
    if read.outcome is not Outcome.VALUE or read.value is None:
        return AskBack("misread.nominal_age" if read.why == "nominal_age" else "misread.age")
    age = read.value
    if age.birth is not None:
        earliest, latest = age.birth
        span = _span(earliest, latest)
        return Given(said=said, sets={"birth_date": span}, shown=Day(earliest=earliest, latest=latest))
    # Kept as the days of birth that fit today: whoever looks again later sees an older child.
    years = int(age.years or 0)
    span = _span(*born_at_age(years, around.today))
    return Given(said=said, sets={"birth_date": span}, shown=Text(key="age.years", values={"n": years}))


def _when(asked: Card, id: str, said: str, around: Surroundings) -> Given | AskBack:
    from brasle_prescreen.reading.when import read_when

    key = asked.sets_date or ""
    read = read_when(said, around.today)
    if read.outcome is Outcome.UNSURE:
        return Given(
            said=said,
            choices=("unsure",),
            sets={} if "*" in key else {key: "unsure"},
            shown=Text(key="answered.unsure"),
        )
    if read.outcome is Outcome.ONGOING:
        if not asked.ongoing:
            return AskBack("misread.when")
        return Given(said=said, choices=("ongoing",), sets={key: "ongoing"}, shown=Text(key="ongoing"))
    if read.outcome is Outcome.NEVER and (none := asked.choice("none")) is not None:
        return Given(said=said, choices=("none",), sets=none.sets, shown=choice_label(asked, id, "none"))
    if read.outcome is not Outcome.VALUE or read.value is None:
        return AskBack("misread.when_future" if read.why == "future" else "misread.when")
    earliest, latest = read.value
    return Given(said=said, sets={key: _span(earliest, latest)}, shown=Day(earliest=earliest, latest=latest))


def _number(asked: Card, id: str, said: str, around: Surroundings) -> Given | AskBack:
    """A whole number, with a date if one stands beside it."""
    from brasle_prescreen.reading.score import read_score

    number = asked.number
    assert number is not None
    read = read_score(said, around.today, least=number.least, most=number.most)
    if read.outcome is Outcome.UNSURE:
        whole = number.key.partition(".")[0]
        return Given(said=said, choices=("unsure",), sets={whole: "unsure"}, shown=Text(key="answered.unsure"))
    if read.outcome is not Outcome.VALUE or read.value is None:
        return AskBack("misread.number")
    score, day = read.value
    if day is None:
        return Given(said=said, sets={number.key: score}, shown=str(score))
    earliest, latest = day
    return Given(
        said=said,
        sets={number.key: score, number.date: _span(earliest, latest)},
        shown=joined([str(score), Day(earliest=earliest, latest=latest)]),
    )


def _titer(asked: Card, said: str) -> Given | AskBack:
    from brasle_prescreen.reading.ana import read_ana

    key = asked.fills[0]
    read = read_ana(said)
    if read.outcome is Outcome.UNSURE:
        return Given(said=said, choices=("unsure",), sets={key: "unsure"}, shown=Text(key="answered.unsure"))
    if read.outcome is not Outcome.VALUE or read.value is None:
        return AskBack("misread.titer")
    titer = read.value.titer
    if titer is None:
        # "Positive" without a number is a hint, not a titre: the titre itself stays unknown.
        return Given(said=said, sets={key: "unsure"}, shown=Text(key=f"titer.{read.value.result}"))
    return Given(said=said, sets={key: titer}, shown=Text(key="titer", values={"n": titer}))


def _dose(dialogue: Dialogue, id: str, said: str, around: Surroundings) -> Given | AskBack:
    number = int(id.split(".")[1])
    medicine = next((one for one in dialogue.interview.medicines if one.number == number), None)
    entry = medicine.entry if medicine else None
    from brasle_prescreen.reading.steroid_dose import read_dose_of

    read = read_dose_of(said, entry, around.protocol.medicines)
    if read.outcome is Outcome.UNSURE:
        return Given(said=said, choices=("unsure",), sets={"dose": "unsure"}, shown=Text(key="answered.unsure"))
    if read.outcome is not Outcome.VALUE or read.value is None:
        why = {"implausible": "misread.dose_too_much", "no_strength": "misread.dose_strength"}
        return AskBack(why.get(read.why or "", "misread.dose"))
    dose = read.value
    if dose.most <= 0:
        return AskBack("misread.dose")
    if dose.every_days > 1:
        # Not every day: the mean of the days at the least, the dose of one day at the most.
        dose = dose._replace(most=dose.most * dose.every_days, tablet_mg=None)
    if dose.tablet_mg is not None and dose.tablets_per_day is not None:
        sets: dict[str, Any] = {"tablet_mg": plain(dose.tablet_mg), "tablets_per_day": plain(dose.tablets_per_day)}
        shown: Value = Text(key="dose.tablets", values={"mg": str(dose.tablet_mg), "count": str(dose.tablets_per_day)})
    elif dose.least == dose.most:
        sets = {"mg_per_day": plain(dose.least)}
        shown = Text(key="dose.mg", values={"mg": str(dose.least)})
    else:
        sets = {"mg_per_day": {"min": plain(dose.least), "max": plain(dose.most)}}
        shown = Text(key="dose.between", values={"least": str(dose.least), "most": str(dose.most)})
    return Given(said=said, sets={"dose": sets}, shown=shown)


def _slip(dialogue: Dialogue, asked: Card, id: str, said: str, around: Surroundings) -> Given | AskBack:
    from brasle_prescreen.reading.lab_slip import read_lab_slip

    lines = read_lab_slip(said, around.today)
    if not lines:
        return AskBack("misread.slip")
    sets: dict[str, Any] = {}
    shown: list[Value] = []
    for line in lines:
        result: dict[str, Any] = {"value": plain(line.value)}
        if line.unit:
            result["unit"] = line.unit
        if line.upper_limit is not None:
            result["uln"] = plain(line.upper_limit)
        if line.date is not None:
            result["date"] = _span(*line.date)
        if line.analyte in around.protocol.analytes:
            sets[f"labs.{line.analyte}"] = result
        values: dict[str, Value] = {
            "item": Text(key=f"lab.{line.analyte}"),
            "value": str(line.value),
            "unit": line.unit or "",
        }
        shown.append(Text(key="lab.read", values=values))
    return Given(said=said, sets=sets, shown=joined(shown, lines=True))


_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")
_WECHAT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}")


def read_reach(way: str, said: str) -> str | AskBack:
    """A phone number in E.164, a WeChat id or an e-mail address; AskBack if it cannot be one."""
    from brasle_prescreen.reading.phone import read_phone

    if way == "phone" or (way == "wechat" and not _WECHAT.fullmatch(said)):
        read = read_phone(said)
        if read.outcome is Outcome.VALUE and read.value is not None:
            return str(read.value)
        return AskBack("contact.phone_unread" if way == "phone" else "contact.wechat_unread")
    if way == "email" and not _EMAIL.fullmatch(said):
        return AskBack("contact.email_unread")
    return said


def plain(number: Decimal) -> int | float:
    """An exact decimal as JSON carries it: `assess` reads it back by its shortest text, so nothing is lost."""
    return int(number) if number == number.to_integral_value() else float(number)


def _span(earliest: date, latest: date) -> dict[str, str]:
    return {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
