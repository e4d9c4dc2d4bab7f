"""Words that would sound like a decision or a promise: in no text, whatever its language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import RULES, Shelf

# Texts that only people of the study team read.
OF_THE_TEAM = ("console.", "notice.", "command.")


def check(shelf: Shelf) -> Iterable[Finding]:
    everywhere = _patterns(shelf.rules.forbidden)
    to_families = {**everywhere, **_patterns(shelf.rules.forbidden_to_families)}
    for line in shelf.lines():
        patterns = everywhere if line.entry.key.startswith(OF_THE_TEAM) else to_families
        for word, pattern in patterns.items():
            if pattern.search(line.text):
                what = f"the word “{word}” is forbidden ({RULES})"
                mend = "Say it without a verdict or a promise"
                yield Finding(line.file, line.entry.line, line.entry.key, what, mend)


def _patterns(by_language: Mapping[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    """Every language's words, for every language: an English word in a Chinese text is no better."""
    return {word.strip("*"): _pattern(word) for words in by_language.values() for word in words}


def _pattern(word: str) -> re.Pattern[str]:
    """A Latin word as a whole word, with any ending after *; others wherever they stand."""
    if not word.isascii():
        return re.compile(re.escape(word))
    ending = r"\w*" if word.endswith("*") else r"\b"
    return re.compile(rf"\b{re.escape(word.rstrip('*'))}{ending}", re.IGNORECASE)
