"""Lengths: what a button, a pop-up or a message can hold, in each language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Length, Shelf

# Telegram refuses a longer message; whatever the rules say, no text comes near it.
TELEGRAM_MESSAGE = 4096
# A placeholder's value is not known here; most are a short name or a number.
PLACEHOLDER = "x" * 8

_PLACEHOLDER = re.compile(r"\{[a-z][a-z0-9_]*\}")


def check(shelf: Shelf) -> Iterable[Finding]:
    limits: dict[str, Length | None] = {}
    for line in shelf.lines():
        text = _PLACEHOLDER.sub(PLACEHOLDER, line.text)
        key = line.entry.key
        if key not in limits:  # the same for every language, and slow to find
            limits[key] = limit_of(key, shelf.rules.length)
        limit = limits[key]
        if limit is not None and limit.width is not None and display_width(text) > limit.width:
            what = f"{display_width(text)} wide; a {limit.kind} holds {limit.width} (a Chinese character is 2)"
            yield Finding(line.file, line.entry.line, line.entry.key, what, "Say it shorter")
        most = limit.characters if limit is not None and limit.characters is not None else TELEGRAM_MESSAGE
        if len(text) > most:
            kind = limit.kind if limit is not None else "message"
            what = f"{len(text)} characters; a {kind} holds {most}"
            yield Finding(line.file, line.entry.line, line.entry.key, what, "Say it shorter")


def limit_of(key: str, limits: tuple[Length, ...]) -> Length | None:
    """The first limit whose keys fit; the wording for an adult is bound as its plain key is."""
    plain = key.partition("|")[0]
    return next((limit for limit in limits if any(fnmatchcase(plain, glob) for glob in limit.keys)), None)


def display_width(text: str) -> int:
    """Width in narrow columns: wide and full-width characters count two, combining ones nothing."""
    width = 0
    for character in text:
        if unicodedata.combining(character):
            continue
        width += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    return width
