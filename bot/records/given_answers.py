"""What a family answered, field by field of the study form, as far as it may be shown.

Without identities: no contact, no free text, nothing private; a birth to its year, any other day to its month. Days are
only ever widened, so that no answer says more than was said.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.records.study_form import NONE, ONLY, Item, StudyForm
from brasle_prescreen.partial_date import Span, next_day, shift
from brasle_prescreen.question import Card, Questions

Absent = Literal["", "unsure", "skipped", "masked"]
Days = tuple[date, date]
_ONE_YEAR = Span(1, "years")
OPEN: Mapping[str, Absent] = {"unsure": "unsure", "skip": "skipped", "skipped": "skipped"}


@dataclass(frozen=True, slots=True)
class Openness:
    """How much may be shown. The default is without identities."""

    private: bool = False
    words: bool = False
    exact_days: bool = False


CODED = Openness()
WHOLE = Openness(private=True, words=True, exact_days=True)


@dataclass(frozen=True, slots=True)
class Said:
    """One field's answer. `chosen` are codes; `typed` the family's words for a medicine that the lexicon does not know."""

    chosen: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    number: int | float | None = None
    unit: str = ""
    days: Days | None = None
    absent: Absent = ""


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """By field id; `medicine` and `vaccine` fields per entry of the list, in its order."""

    plain: Mapping[str, Said]
    entries: Mapping[str, tuple[Mapping[str, Said], ...]]


def given_answers(
    packet: Mapping[str, Any], form: StudyForm, questions: Questions, openness: Openness = CODED
) -> GivenAnswers:
    """The answers of one stored lead packet."""
    said: Mapping[str, Any] = packet.get("said", {})
    plain: dict[str, Said] = {}
    entries: dict[str, tuple[Mapping[str, Said], ...]] = {}
    for item in form.items:
        if item.group or _is_hidden(item, openness):
            if item.private and not item.conditional:
                plain[item.fields[0].id] = Said(absent="masked")
            continue
        if item.id in said:
            card = questions.by_id[item.id]
            plain |= _of_card(item, card, said[item.id], packet, openness)
    for group in ("medicine", "vaccine"):
        listed = packet.get(f"{group}s", ())
        entries[group] = tuple(_entry(group, one, said, form, questions, openness) for one in listed)
    return GivenAnswers(plain, entries)


def _is_hidden(item: Item, openness: Openness) -> bool:
    return item.private and not openness.private


def _entry(
    group: str,
    one: Mapping[str, Any],
    said: Mapping[str, Any],
    form: StudyForm,
    questions: Questions,
    openness: Openness,
) -> Mapping[str, Said]:
    found = {f"{group}.name": _name(one, openness)}
    for item in form.items:
        if item.group != group or item.id == f"{group}.name":
            continue
        name = item.id.partition(".")[2]
        given = said.get(f"{group}.{one['number']}.{name}")
        if given is not None:
            per_item = questions.medicine if group == "medicine" else questions.vaccine
            found |= _of_card(item, per_item.find(name), given, {}, openness)
    return found


def _name(one: Mapping[str, Any], openness: Openness) -> Said:
    if one.get("entry"):
        return Said(chosen=(one["entry"],))
    return Said(typed=(str(one.get("said") or one.get("name", "")),)) if openness.words else Said(absent="masked")


def _of_card(
    item: Item, card: Card, given: Mapping[str, Any], packet: Mapping[str, Any], openness: Openness
) -> dict[str, Said]:
    first = item.fields[0].id
    choices, sets = tuple(given.get("choices", ())), given.get("sets", {})
    if len(choices) == 1 and choices[0] in OPEN:
        return {first: Said(absent=OPEN[choices[0]])}
    found = dict(_values(item, card, choices, sets, packet, openness))
    if found:
        return found
    # Something was said that says nothing under this field: "positive" without a titre, a choice that leaves it open.
    left_open = next((OPEN[value] for value in sets.values() if isinstance(value, str) and value in OPEN), None)
    return {first: Said(absent=left_open)} if left_open else {}


def _values(
    item: Item,
    card: Card,
    choices: tuple[str, ...],
    sets: Mapping[str, Any],
    packet: Mapping[str, Any],
    openness: Openness,
) -> Iterator[tuple[str, Said]]:
    id = item.id
    match card.kind:
        case "choice" | "multiple":
            known = tuple(one for one in choices if card.choice(one))
            if known:
                only = (ONLY,) if card.kind == "multiple" and _nothing_else(card, known, sets) else ()
                yield id, Said(chosen=(*known, *only))
        case "age":
            birth = sets.get("birth_date")
            if (exact := _days(birth, WHOLE)) and _is_of_an_age(*exact):
                yield f"{id}.years", Said(number=_years(exact[1], date.fromisoformat(packet["as_of"])))
            elif days := _days(birth, openness, birth=True):
                yield f"{id}.date", Said(days=days)
            if isinstance(years := sets.get("age_years"), int):
                yield f"{id}.years", Said(number=years)
        case "date":
            known = tuple(one for one in choices if card.choice(one) or card.window(one) or one == "ongoing")
            if known:
                yield f"{id}.choice", Said(chosen=known)
            elif days := _days(sets.get(card.sets_date or ""), openness):
                yield item.fields[-1].id, Said(days=days)
        case "number":
            assert card.number is not None
            if isinstance(number := sets.get(card.number.key), int | float):
                yield f"{id}.number", Said(number=number)
            if days := _days(sets.get(card.number.date), openness):
                yield f"{id}.date", Said(days=days)
        case "titer":
            if isinstance(titer := sets.get(card.fills[0]), int):
                yield id, Said(number=titer)
        case "medicines" | "vaccines":
            yield id, _names(packet.get(card.kind, ()), openness)
        case "medicine_dose":
            yield from _dose(id, sets.get("dose"))
        case "slip":
            yield from _results(id, sets, openness)


def _nothing_else(card: Card, chosen: tuple[str, ...], sets: Mapping[str, Any]) -> bool:
    """Whether the family said "only these": then the unticked choices' denials were written, too."""
    ticked = [choice for choice in card.choices if choice.id in chosen]
    if any(choice.alone for choice in ticked):
        return False
    denied = dict(card.absent)
    for choice in card.choices:
        if choice.id not in chosen:
            denied |= choice.absent
    said = {key for choice in ticked for key in choice.sets}
    left = {key: value for key, value in denied.items() if key not in said}
    return bool(left) and all(sets.get(key) == value for key, value in left.items())


def _names(listed: Any, openness: Openness) -> Said:
    if not listed:
        return Said(chosen=(NONE,))
    unknown = tuple(str(one.get("said") or one.get("name", "")) for one in listed if not one.get("entry"))
    known = tuple(dict.fromkeys(one["entry"] for one in listed if one.get("entry")))
    return Said(
        chosen=known,
        typed=unknown if openness.words else (),
        absent="masked" if unknown and not known and not openness.words else "",
    )


def _dose(id: str, dose: Any) -> Iterator[tuple[str, Said]]:
    if not isinstance(dose, dict):
        return
    a_day = dose.get("mg_per_day")
    least, most = (a_day.get("min"), a_day.get("max")) if isinstance(a_day, dict) else (a_day, a_day)
    told = {"mg_least": least, "mg_most": most} | {name: dose.get(name) for name in ("tablet_mg", "tablets_per_day")}
    for name, number in told.items():
        if isinstance(number, int | float):
            yield f"{id}.{name}", Said(number=number)


def _results(id: str, sets: Mapping[str, Any], openness: Openness) -> Iterator[tuple[str, Said]]:
    for key, result in sets.items():
        analyte = key.removeprefix("labs.")
        if isinstance(result, dict) and isinstance(value := result.get("value"), int | float):
            yield f"{id}.{analyte}", Said(number=value, unit=str(result.get("unit") or ""))
            if days := _days(result.get("date"), openness):
                yield f"{id}.{analyte}.date", Said(days=days)


def _days(value: Any, openness: Openness, *, birth: bool = False) -> Days | None:
    """The days that a stored date may stand for, widened if they may not be told exactly."""
    if isinstance(value, str):
        days = _partial(value)
    elif isinstance(value, dict) and "earliest" in value and "latest" in value:
        days = date.fromisoformat(value["earliest"]), date.fromisoformat(value["latest"])
    else:
        return None
    if days is None or openness.exact_days:
        return days
    earliest, latest = days
    if birth:
        return earliest.replace(month=1, day=1), latest.replace(month=12, day=31)
    return earliest.replace(day=1), latest.replace(day=monthrange(latest.year, latest.month)[1])


def _is_of_an_age(earliest: date, latest: date) -> bool:
    """Whether they are the days of birth that fit an age in years: one year long, and no calendar year."""
    return earliest.year != latest.year and next_day(shift(latest, _ONE_YEAR, back=True)) == earliest


def _years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _partial(text: str) -> Days | None:
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        return None
    year, *rest = map(int, parts)
    if not rest:
        return date(year, 1, 1), date(year, 12, 31)
    last = monthrange(year, rest[0])[1]
    day = rest[1] if len(rest) == 2 else None
    return date(year, rest[0], day or 1), date(year, rest[0], day or last)
