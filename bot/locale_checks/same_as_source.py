"""A translation that is the English text again: somebody forgot to translate it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf

NAME = "same"

_NOT_WORDS = re.compile(r"\{[a-z0-9_]+\}|</?[a-z]+>|/[a-z]+|\S+@\S+")


def check(shelf: Shelf) -> Iterable[Finding]:
    for pair in shelf.pairs():
        if pair.english.strip() != pair.translation.strip():
            continue
        # Names that every language writes alike (HIV, SLEDAI) are in the glossary.
        words = _NOT_WORDS.sub(" ", shelf.glossary.without_names(pair.english))
        if any(character.isalpha() for character in words):
            yield pair.finding(NAME, "the translation is the English text again", "Translate it")
