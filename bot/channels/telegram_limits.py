"""Telegram's limits in one table, and how it counts. Source: https://core.telegram.org/bots/api."""

from __future__ import annotations

from unicodedata import east_asian_width

LONGEST_TEXT = 4096
LONGEST_TOAST = 200
LONGEST_CALLBACK_DATA = 64  # bytes
LONGEST_START_CODE = 64
LONGEST_NAME = 64
LONGEST_DESCRIPTION = 512
LONGEST_SHORT_DESCRIPTION = 120
LONGEST_COMMAND_DESCRIPTION = 256
MOST_BUTTONS = 100


def utf16_length(text: str) -> int:
    """Telegram counts UTF-16 code units: most characters one, emoji two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int, mark: str = "\N{HORIZONTAL ELLIPSIS}") -> str:
    """The text, cut to `most` units with `mark` at its end if it is longer; never inside a character."""
    if 2 * len(text) <= most or utf16_length(text) <= most:
        return text
    kept = text[: most - len(mark)]
    while utf16_length(kept) > most - len(mark):
        kept = kept[:-1]
    return kept + mark


_WIDE = frozenset("WF")


def display_width(text: str) -> int:
    """Columns on a screen: a Chinese character or an emoji takes two."""
    return len(text) + sum(map(_WIDE.__contains__, map(east_asian_width, text)))
