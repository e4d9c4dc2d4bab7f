"""Negation: a translation denies something where the English does, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.language_words import LanguageWords, words_of
from bot.locale_checks.shelf import Shelf

NAME = "negation"


def check(shelf: Shelf) -> Iterable[Finding]:
    english_words = shelf.words["en"]
    for pair in shelf.pairs():
        words = words_of(shelf.words, pair.language)
        if words is None:
            continue
        english, translation = _denies(pair.english, english_words), _denies(pair.translation, words)
        if english and not translation and not words.may_say_no.search(pair.translation):
            what = f"the English denies something (“{english}”) and the translation does not"
            yield pair.finding(NAME, what, "Compare both texts, and add the “not” that is missing")
        elif translation and not english and not english_words.may_say_no.search(pair.english):
            what = f"the translation denies something (“{translation}”) and the English does not"
            yield pair.finding(NAME, what, "Compare both texts, and take out the “not” that is too many")


def _denies(text: str, words: LanguageWords) -> str:
    match = words.says_no.search(words.neutral.sub(" ", text))
    return match[0] if match else ""
