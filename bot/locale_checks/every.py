"""All checks of `locales/`, in the order in which an editor mends things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from bot.locale_checks import complete, forbidden, keys, length, markup, variables
from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf

CHECKS: tuple[Callable[[Shelf], Iterable[Finding]], ...] = (
    complete.check,
    variables.check,
    markup.check,
    forbidden.check,
    length.check,
    keys.check,
)


def findings(folder: Path) -> list[Finding]:
    """Everything to mend in a folder of locale files; WordingError if one cannot be read at all."""
    shelf = Shelf.read(folder)
    return sorted({finding for check in CHECKS for finding in check(shelf)})
