"""Words that would sound like a decision or a promise: in no text, whatever its language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import RULES, Shelf


def check(shelf: Shelf) -> Iterable[Finding]:
    words = [word for listed in shelf.rules.forbidden.values() for word in listed]
    patterns = [(word.strip("*"), _pattern(word)) for word in dict.fromkeys(words)]
    for line in shelf.lines():
        for word, pattern in patterns:
            if pattern.search(line.text):
                what = f"the word “{word}” is forbidden ({RULES})"
                yield Finding(
                    line.file, line.entry.line, line.entry.key, what, "Say it without a verdict or a promise"
                )


def _pattern(word: str) -> re.Pattern[str]:
    """A Latin word as a whole word, with any ending after *; others wherever they stand."""
    if not word.isascii():
        return re.compile(re.escape(word))
    ending = r"\w*" if word.endswith("*") else r"\b"
    return re.compile(rf"\b{re.escape(word.rstrip('*'))}{ending}", re.IGNORECASE)
