"""Reads free words at a question with choices: which of them they mean, or ask back. Words in `choices.*.toml`."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import FOLDER, WordsError, any_of, is_only, languages, load, matcher, says, united

LONGEST = 400
PREFIX = "choices."
# The lists of every card: what turns a phrase around, before it or after it.
NOT_BEFORE = "not_before"
NOT_AFTER = "not_after"
# What takes a plain "no" back: "no, but ...".
BUT = "but"
# Words that may stand beside "nothing" without saying anything else.
ADDS_NOTHING = "adds_nothing"
CLAUSE_END = re.compile(r"[,;!?\n]|\u3002|\.(?!\d)")
CONTENT = re.compile("[\u3400-\u9fff]{2,}|[a-z]{3,}|[+]")
# Choices that say that there is nothing: the others, once named, are what was meant.
NOTHING = ("none", "negative", "never_tested", "not_tested")
SEXES = frozenset(("female", "male"))
# Choices that a plain "no" or "yes" stands for, in this order.
FOR_NO = ("no", "none", "never")
FOR_YES = ("yes",)


class Found(NamedTuple):
    start: int
    end: int
    choice: str
    denied: bool


def read_choice(text: str, card: str, choices: Collection[str]) -> Reading[tuple[str, ...]]:
    """The choices of `card` that the words name, in the card's order.

    Several are given only where each is named; what is denied ("no fever") is left out. A hedge, a counter-question,
    somebody else's illness, or words that fit nothing: ask back.
    """
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = tight(plain(text)).strip()
    if not said:
        return ask_back("nothing", text)
    if is_only(said, "unsure"):
        return state(Outcome.UNSURE, text)
    if set(choices) == SEXES:
        return _sex(text)
    matches = _strongest([match for match in _matches(said, card) if match.choice in choices])
    named = _named(matches)
    if named and named <= set(NOTHING) and not _says_nothing_else(_without(said, matches)):
        return ask_back("nothing_and_more", text)
    if not named:
        return _plain_answer(text, said, card, choices, denied=bool(matches))
    rest = _without(said, matches)
    if says(rest, "asks"):
        return ask_back("asks", text)
    if says(rest, "hedge") or says(rest, "unsure"):
        return ask_back("hedged", text)
    if says(rest, "relative") and not says(rest, "patient"):
        return ask_back("relative", text)
    return found(tuple(choice for choice in choices if choice in named), text)


def _sex(text: str) -> Reading[tuple[str, ...]]:
    from brasle_prescreen.reading.sex import read_sex

    read = read_sex(text)
    return found((read.value,), text) if read.value is not None else ask_back(read.why, text)


def _named(matches: list[Found]) -> set[str]:
    """The choices that are meant. A "no" right before one thing denies that thing, not everything; and beside a thing
    that is named, "nothing" means nothing else."""
    denied = [match for match in matches if match.denied]
    meant = {
        match.choice
        for match in matches
        if not match.denied
        and not (match.choice in NOTHING and any(match.start <= one.start <= match.end for one in denied))
    }
    things = meant - set(NOTHING)
    return things or meant


def _plain_answer(
    text: str, said: str, card: str, choices: Collection[str], *, denied: bool
) -> Reading[tuple[str, ...]]:
    """Nothing is named: a plain yes or no, or not sure, if the card has room for it."""
    from brasle_prescreen.reading.yes_no import read_yes_no

    answer = read_yes_no(text)
    if answer.outcome is Outcome.UNSURE:
        return state(Outcome.UNSURE, text)
    if answer.outcome is Outcome.VALUE:
        wanted = FOR_YES if answer.value else FOR_NO
        chosen = next((choice for choice in wanted if choice in choices), None)
        rest = matcher("yes_no.no", "yes_no.deny").sub(" ", said)
        if chosen == "none" and not _says_nothing_else(rest):
            return ask_back("nothing_and_more", text)
        # "No fever" at a list of illnesses denies one of them: it is not "none of these".
        if chosen is not None and not (denied and len(choices) > len(FOR_YES) + 1):
            return found((chosen,), text)
    return ask_back("no_choice", text)


def _matches(said: str, card: str) -> list[Found]:
    before, after = _denial()
    matches = []
    for choice, pattern in _patterns(card):
        for match in pattern.finditer(said):
            denied = before.search(said[: match.start()]) is not None or after.match(said, match.end()) is not None
            if _is_about_others(said, match):
                continue
            matches.append(Found(match.start(), match.end(), choice, denied))
    return matches


def _is_about_others(said: str, match: re.Match[str]) -> bool:
    """The mother carries it: not said of the patient, unless the phrase itself speaks of contact."""
    start = max((end.end() for end in CLAUSE_END.finditer(said, 0, match.start())), default=0)
    end = next((end.start() for end in CLAUSE_END.finditer(said, match.end())), len(said))
    rest = said[start : match.start()] + " " + said[match.end() : end]
    return says(rest, "relative") and not says(rest, "patient")


def _says_nothing_else(rest: str) -> bool:
    """Whether what stands beside a plain "nothing" takes nothing of it back."""
    return _but().search(rest) is None and CONTENT.search(_adds_nothing().sub(" ", rest)) is None


def _without(said: str, matches: list[Found]) -> str:
    """What stands around the phrases: a hedge or a relative that belongs to a phrase says nothing more."""
    kept = list(said)
    for match in matches:
        kept[match.start : match.end] = " " * (match.end - match.start)
    return "".join(kept)


def _strongest(matches: list[Found]) -> list[Found]:
    """Without those inside a longer one of another choice: "surface antibody" in "only surface antibody"."""
    return [
        one
        for one in matches
        if not any(
            other.choice != one.choice
            and other.start <= one.start
            and one.end <= other.end
            and other.end - other.start > one.end - one.start
            for other in matches
        )
    ]


@cache
def _patterns(card: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    gathered: dict[str, list[str]] = {}
    for name, words in _files():
        for choice, phrases in words.get(card, {}).items():
            if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
                raise WordsError(f"{name}: {card}.{choice} must be a list of words in quotation marks")
            gathered.setdefault(choice, []).extend(phrases)
    return tuple((choice, _compiled(card, choice, phrases)) for choice, phrases in gathered.items())


def _compiled(card: str, choice: str, phrases: list[str]) -> re.Pattern[str]:
    from brasle_prescreen.reading.numerals import fold_numerals

    try:
        return re.compile(united({fold_numerals(phrase) for phrase in phrases}))
    except re.error as error:
        raise WordsError(f"choices: {card}.{choice}: a phrase is no valid pattern: {error}") from None


@cache
def _denial() -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = _shared(NOT_BEFORE), _shared(NOT_AFTER)
    return re.compile(rf"{united(before)}\s*$"), re.compile(rf"\s*{united(after)}")


@cache
def _but() -> re.Pattern[str]:
    return re.compile(united(_shared(BUT)))


@cache
def _adds_nothing() -> re.Pattern[str]:
    return re.compile(f"{united(_shared(ADDS_NOTHING))}|{any_of('particles', 'patient', 'nobody')}")


def _shared(key: str) -> list[str]:
    """A list that holds for every card, from all languages."""
    from brasle_prescreen.reading.numerals import fold_numerals

    return [fold_numerals(phrase) for _, words in _files() for phrase in words.get(key, [])]


@cache
def _files() -> tuple[tuple[str, dict[str, dict[str, list[str]]]], ...]:
    folder = files(__package__) / FOLDER
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(PREFIX))
    return tuple((name, load(name)) for name in names)


def cards() -> frozenset[str]:
    """Cards that have words of their own."""
    return frozenset(card for _, words in _files() for card in words if isinstance(words[card], dict))


def check_words() -> None:
    """Raise WordsError for a mistake in any word file: at the start, not when a family happens to use the word."""
    languages()
    _denial()
    for card in sorted(cards()):
        _patterns(card)
