"""Finds the dates in a text: calendar words, written dates, feasts, "N months ago". Each becomes the days it may mean.

What to make of several of them, and of "never" and "still", is decided by `when.py`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading.moment_days import ago
from brasle_prescreen.reading.moment_grammar import grammar

MASK = "_"


class Moment(NamedTuple):
    """A date expression at `start`..`end` of the text. `days` is None where `problem` says why it cannot be used:
    impossible, future, ambiguous, vague, duration."""

    start: int
    end: int
    days: PartialDate | None
    problem: str = ""
    is_count: bool = False


def find_moments(text: str, on: date) -> list[Moment]:
    """All date expressions of a text that was made plain, in the order in which they stand."""
    found: list[Moment] = []
    for pattern, resolve in grammar():
        for match in pattern.finditer(text):
            resolved = resolve(match, on)
            if resolved is None:
                continue
            found.append(_moment(match, resolved, on, is_count=resolve is ago))
        for moment in found:
            width = moment.end - moment.start
            text = text[: moment.start] + MASK * width + text[moment.end :]
    return sorted(found)


def _moment(match: re.Match[str], resolved: PartialDate | str, on: date, *, is_count: bool) -> Moment:
    start, end = match.span()
    named = match.groupdict()
    # "Since", "stopped": what they say is for the reader of the clause.
    if named.get("lead") and not named.get("year_before"):
        start = match.end("lead")
    if isinstance(resolved, str):
        return Moment(start, end, None, resolved)
    if resolved.earliest > on:
        return Moment(start, end, None, "future")
    return Moment(start, end, PartialDate(resolved.earliest, min(resolved.latest, on)), is_count=is_count)
