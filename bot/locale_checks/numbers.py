"""Numbers, units and comparisons: a translation says the same ones as the English."""

from __future__ import annotations

from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.language_words import LanguageWords, words_of
from bot.locale_checks.quantity import Quantity, quantities
from bot.locale_checks.shelf import Pair, Shelf

NAME = "numbers"
SAID = {"least": "at least", "more": "more than", "most": "at most", "less": "less than"}
# What differs only at the edge, and what one of the two languages often leaves unsaid.
MEND = "Compare both texts and make them say the same"


def check(shelf: Shelf) -> Iterable[Finding]:
    english_words = shelf.words["en"]
    for pair in shelf.pairs():
        words = words_of(shelf.words, pair.language)
        if words is not None:
            yield from _compared(pair, english_words, words)


def _compared(pair: Pair, english_words: LanguageWords, words: LanguageWords) -> Iterable[Finding]:
    english = quantities(pair.english, english_words)
    translated = quantities(pair.translation, words)
    for what in dict.fromkeys(
        [
            *_unsaid(english, translated, "the English says {said}, and the translation does not"),
            *_unsaid(translated, english, "the translation says {said}, and the English does not"),
            *_other_unit(english, translated),
            *_other_comparison(english, translated),
        ]
    ):
        yield pair.finding(NAME, what, MEND)


def _unsaid(these: list[Quantity], others: list[Quantity], what: str) -> Iterable[str]:
    values = {quantity.value for quantity in others} | {quantity.amount[0] for quantity in others}
    amounts = {quantity.amount for quantity in others}
    for quantity in these:
        if quantity.firm and quantity.value not in values and quantity.amount not in amounts:
            yield what.format(said=quantity.value + (f" ({quantity.said})" if quantity.said != quantity.value else ""))


def _other_unit(english: list[Quantity], translated: list[Quantity]) -> Iterable[str]:
    for value in dict.fromkeys(quantity.value for quantity in english):
        units = {quantity.unit for quantity in english if quantity.value == value}
        theirs = {quantity.unit for quantity in translated if quantity.value == value}
        if not theirs or not units:
            continue
        named, named_there = units - {None}, theirs - {None}
        if named and named_there and not named & named_there and value != "1":
            yield (f"the English says {value} {_units(named)}, the translation says {value} {_units(named_there)}")
        elif (units == {"percent"}) != (theirs == {"percent"}) and "percent" in units | theirs:
            yield f"{value} is a percentage in one of the two texts only"


def _other_comparison(english: list[Quantity], translated: list[Quantity]) -> Iterable[str]:
    for value in dict.fromkeys(quantity.value for quantity in english):
        said = {quantity.compare for quantity in english if quantity.value == value}
        theirs = {quantity.compare for quantity in translated if quantity.value == value}
        if theirs and value != "1" and not said & theirs:
            yield f"the English says {_listed(said, value)}, the translation {_listed(theirs, value)}"


def _units(names: set[str | None]) -> str:
    return " or ".join(sorted(name if name in ("mg", "kg", "percent") else f"{name}s" for name in names if name))


def _listed(comparisons: set[str | None], value: str) -> str:
    return " or ".join(sorted(f"{SAID[each]} {value}" if each else f"just {value}" for each in comparisons))
