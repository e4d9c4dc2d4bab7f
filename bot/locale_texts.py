"""What is to be done about one text of one language: nothing, or translate it, or look at it again."""

from __future__ import annotations

from typing import Literal

from bot.locale_checks.shelf import Shelf
from bot.wording import ENGLISH

State = Literal["", "missing", "fuzzy", "stale"]


def state_of(shelf: Shelf, language: str, key: str) -> State:
    """`missing`: no translation. `fuzzy`: marked so. `stale`: it translates an earlier English. "": up to date."""
    if language == ENGLISH:
        return ""
    entry = shelf.translations[language].entries.get(key)
    if entry is None or not entry.translation.strip():
        return "missing"
    if entry.fuzzy:
        return "fuzzy"
    return "stale" if entry.english != shelf.master.entries[key].english else ""
