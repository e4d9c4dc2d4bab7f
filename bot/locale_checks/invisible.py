"""Characters that nobody sees: zero-width ones, no-break spaces, full-width spaces, control characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf

# Spaces of other widths look like a space and break searching, wrapping and the reading of commands.
STRANGE_SPACES = "\u00a0\u2007\u202f\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000"


def check(shelf: Shelf) -> Iterable[Finding]:
    for line in shelf.lines():
        for character in dict.fromkeys(line.text):
            what = _what(character)
            if what:
                place = line.text.index(character)
                before = line.text[max(0, place - 6) : place].strip() or "the beginning"
                yield Finding(
                    line.file, line.entry.line, line.entry.key, f"{what} after “{before}”", "Delete it and type it anew"
                )


def _what(character: str) -> str:
    if character == "\n":
        return ""
    name = unicodedata.name(character, f"character U+{ord(character):04X}").lower()
    if character in STRANGE_SPACES:
        return f"a {name} in place of a space"
    if unicodedata.category(character) in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp") or character == "\u3164":
        return f"an invisible character ({name})"
    return ""
