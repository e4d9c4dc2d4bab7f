"""All checks of `locales/`, in the order in which an editor mends things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from bot.locale_checks import (
    complete,
    forbidden,
    glossary,
    invisible,
    keys,
    length,
    markup,
    negation,
    numbers,
    punctuation,
    reading,
    same_as_source,
    variables,
)
from bot.locale_checks.exceptions import EXCEPTIONS, read_exceptions, without_excepted
from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf

CHECKS: tuple[Callable[[Shelf], Iterable[Finding]], ...] = (
    complete.check,
    same_as_source.check,
    variables.check,
    markup.check,
    invisible.check,
    punctuation.check,
    numbers.check,
    negation.check,
    glossary.check,
    forbidden.check,
    length.check,
    reading.check,
    keys.check,
)


def findings(folder: Path) -> list[Finding]:
    """Everything to mend in a folder of locale files, advice too; WordingError if one cannot be read at all."""
    return findings_of(Shelf.read(folder))


def findings_of(shelf: Shelf) -> list[Finding]:
    """As `findings`, of files that were read already."""
    exceptions = read_exceptions(shelf.folder / EXCEPTIONS)
    found = {finding for check in CHECKS for finding in check(shelf)}
    return sorted(without_excepted(shelf.folder.name, found, exceptions))


def mistakes(folder: Path) -> list[Finding]:
    """What must be mended before these files may be shown: every finding that is not mere advice."""
    return [finding for finding in findings(folder) if not finding.advice]
