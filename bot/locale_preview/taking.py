"""The locale files and what `locales check` finds in them, as the page needs both."""

from __future__ import annotations

from pathlib import Path

from bot.locale_checks.every import findings_of
from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf


def look(folder: Path) -> tuple[Shelf, list[Finding]]:
    """WordingError if a file cannot be read at all."""
    shelf = Shelf.read(folder)
    return shelf, findings_of(shelf)
