"""Which card comes next for this child, and what the answers given so far are under the assessment contract's keys.

Answers are never stored twice: the contract's `answers` are put together from what each relevant card was given, so
that Back and Change can never leave a value behind whose question no longer applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from bot.flows.dialogue import Given, Interview, Medicine
from bot.flows.name_list import LONGEST_LIST
from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.partial_date import Span, shift
from brasle_prescreen.question import AskedWhen, Card, Needs, Questions

_parsed = cache(Span.parse)  # the few spans of questions.toml

UNSURE = "unsure"
SKIPPED = "skipped"


def relevant(interview: Interview, questions: Questions, lexicon: Lexicon, on: date) -> Iterator[str]:
    """Ids of the cards that apply to this child, in asking order, as far as the answers given so far tell."""
    for card in questions.card:
        if card.asked_when and not all(_holds(condition, interview, on) for condition in card.asked_when):
            continue
        yield card.id
        if card.id == "medicines_complete":
            yield from _medicine_cards(interview, questions, lexicon)
        elif card.kind == "vaccines":
            yield from _vaccine_cards(interview, questions, lexicon)


def next_card(interview: Interview, questions: Questions, lexicon: Lexicon, on: date) -> str | None:
    """The first card that applies and has not been answered; None when all have been."""
    return first_open(relevant(interview, questions, lexicon, on), interview)


def first_open(cards: Iterable[str], interview: Interview) -> str | None:
    """The same, where the relevant cards are known already."""
    return next((id for id in cards if id not in interview.given), None)


def answers_of(interview: Interview, questions: Questions, lexicon: Lexicon, on: date) -> dict[str, Any]:
    """What `assess` takes: the values of every relevant card, merged under the contract's keys."""
    return answers_at(relevant(interview, questions, lexicon, on), interview, questions)


def answers_at(cards: Iterable[str], interview: Interview, questions: Questions) -> dict[str, Any]:
    """The same, where the relevant cards are known already."""
    answers: dict[str, Any] = {}
    for id in cards:
        given = interview.given.get(id)
        if given is None:
            continue
        card, number = questions.template(id)
        if number is not None:
            continue
        if card.kind == "medicines" and not given.sets:
            answers["treatments"] = [_treatment(medicine, interview) for medicine in interview.medicines]
        elif card.kind == "vaccines" and not given.sets:
            answers["vaccines"] = [_vaccine(vaccine, interview) for vaccine in interview.vaccines]
        else:
            merge(answers, given.sets)
    if len(interview.medicines) >= LONGEST_LIST and "treatments_complete" in answers:
        answers["treatments_complete"] = UNSURE
    if interview.can_travel is not None:
        answers["can_travel"] = interview.can_travel
    if interview.wants_call:
        answers["willing"] = True
    return answers


def merge(answers: dict[str, Any], sets: Mapping[str, Any]) -> None:
    """Write dotted keys into `answers`. `*` stands for every entry of an object; lists are joined.

    A detail never replaces an answer for the whole group ("none"); a not-known whole never replaces known details.
    """
    for path, value in sets.items():
        _write(answers, path.split("."), value)


def _write(answers: dict[str, Any], path: list[str], value: Any) -> None:
    key, rest = path[0], path[1:]
    if key == "*":
        for entry in answers.values():
            if isinstance(entry, dict) and entry.get(rest[0]) is None:
                _write(entry, rest, value)
        return
    if not rest:
        if isinstance(value, list) and isinstance(answers.get(key), list):
            answers[key] = [*answers[key], *(one for one in value if one not in answers[key])]
        elif value in (UNSURE, SKIPPED) and isinstance(answers.get(key), dict):
            return
        else:
            # A copy: a later key may write into it, and what the family answered stays as it was.
            answers[key] = _copied(value)
        return
    inner = answers.get(key)
    if not isinstance(inner, dict):
        inner = answers[key] = {}
    _write(inner, rest, value)


def _copied(value: Any) -> Any:
    return {key: _copied(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _holds(condition: AskedWhen, interview: Interview, on: date) -> bool:
    if condition.card is not None:
        given = interview.given.get(condition.card)
        if given is None:
            return not condition.chosen
        chosen = frozenset(given.choices)
        if condition.chosen and chosen.isdisjoint(condition.chosen):
            return False
        return chosen.isdisjoint(condition.not_chosen)
    if condition.answer is not None:
        value = _plain(interview, condition.answer)
        return (not condition.is_ or value in condition.is_) and value not in condition.not_
    if condition.not_surely_younger_than is not None:
        return not _surely_younger(interview, condition.not_surely_younger_than, on)
    if condition.undated_labs:
        return any(
            isinstance(value, dict) and "date" not in value and path.startswith("labs.")
            for given in interview.given.values()
            for path, value in given.sets.items()
        )
    return True


def _plain(interview: Interview, key: str) -> Any:
    for given in interview.given.values():
        if key in given.sets:
            return given.sets[key]
    return None


def _surely_younger(interview: Interview, span: str, on: date) -> bool:
    """Whether even the earliest possible day of birth makes the child younger than `span`."""
    birth = _plain(interview, "birth_date")
    if isinstance(birth, dict):
        return shift(date.fromisoformat(birth["earliest"]), _parsed(span)) > on
    years = _plain(interview, "age_years")
    # Completed years: a child of 8 is under 9 on that very day.
    return isinstance(years, int) and not isinstance(years, bool) and years < _parsed(span).count


def surely_at_least(interview: Interview, years: int, on: date) -> bool:
    """Whether even the latest possible day of birth makes the child so many years old; False while no age was told."""
    birth = _plain(interview, "birth_date")
    if isinstance(birth, dict):
        return shift(date.fromisoformat(birth["latest"]), _parsed(f"{years} years")) <= on
    told = _plain(interview, "age_years")
    return isinstance(told, int) and not isinstance(told, bool) and told >= years


def surely_minor(interview: Interview, on: date) -> bool:
    return _surely_younger(interview, "18 years", on)


def _medicine_cards(interview: Interview, questions: Questions, lexicon: Lexicon) -> Iterator[str]:
    for medicine in interview.medicines[: questions.medicine.most]:
        if medicine.route == "topical":
            continue
        for card in questions.medicine.card:
            if all(_needed(needs, card, medicine, interview, lexicon) for needs in card.needs):
                yield f"medicine.{medicine.number}.{card.id}"


def _needed(needs: Needs, card: Card, medicine: Medicine, interview: Interview, lexicon: Lexicon) -> bool:
    flags = lexicon.flags(medicine.entry, medicine.route)
    if needs.flag is not None:
        return needs.allows(flags[needs.flag])
    if needs.any_flag:
        return any(needs.allows(flags[flag]) for flag in needs.any_flag)
    prefix = f"medicine.{medicine.number}."
    if needs.chosen is not None:
        given = interview.given.get(prefix + needs.chosen)
        return given is not None and given.choices == (needs.is_,)
    said = {
        key: value
        for id, given in interview.given.items()
        if id.startswith(prefix)
        for key, value in given.sets.items()
    }
    return needs.allows(said.get(needs.answer or ""))


def _vaccine_cards(interview: Interview, questions: Questions, lexicon: Lexicon) -> Iterator[str]:
    for vaccine in interview.vaccines[: questions.vaccine.most]:
        if lexicon.flags(vaccine.entry, None)["e17"] == "none" and vaccine.entry is not None:
            continue
        yield from (f"vaccine.{vaccine.number}.{card.id}" for card in questions.vaccine.card)


def _treatment(medicine: Medicine, interview: Interview) -> dict[str, Any]:
    treatment: dict[str, Any] = {"drug": medicine.name}
    if medicine.route is not None:
        treatment["route"] = medicine.route
    return _with_details(treatment, f"medicine.{medicine.number}.", interview.given)


def _vaccine(vaccine: Medicine, interview: Interview) -> dict[str, Any]:
    return _with_details({"vaccine": vaccine.name}, f"vaccine.{vaccine.number}.", interview.given)


def _with_details(entry: dict[str, Any], prefix: str, given: Mapping[str, Given]) -> dict[str, Any]:
    for id, answer in given.items():
        if id.startswith(prefix):
            merge(entry, answer.sets)
    return entry
