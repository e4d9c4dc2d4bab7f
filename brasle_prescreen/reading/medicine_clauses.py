"""The clauses of a message about medicines, the names in each, and the words in it that tell of their use."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import NamedTuple

from brasle_prescreen.reading.medicine_place import Place
from brasle_prescreen.reading.words import any_of, matcher


class Use(Enum):
    """What is said of one medicine. UNCLEAR: the words can be read both ways."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    UNCLEAR = "unclear"


class Marker(NamedTuple):
    """A word of use. `is_weak`: only says when ("before", "now"), so that any other word of the clause goes first."""

    start: int
    end: int
    use: Use
    is_weak: bool


class Group(NamedTuple):
    """Names `first`..`last`, joined by "and" or a sign within one clause: what is said of one is said of all."""

    first: int
    last: int
    start: int
    end: int


class Clause(NamedTuple):
    start: int
    end: int


MARKERS = (
    ("medicines.not_used", Use.NOT_TAKEN, False),
    ("medicines.planned", Use.NOT_TAKEN, False),
    ("medicines.cannot_tell", Use.UNCLEAR, False),
    ("medicines.used", Use.TAKEN, False),
    ("medicines.time_words", Use.TAKEN, True),
    ("medicines.talked", Use.UNCLEAR, True),
)


def clauses_of(masked: str) -> list[Clause]:
    clauses, start = [], 0
    for match in clause_end().finditer(masked):
        if match.start() > start:
            clauses.append(Clause(start, match.start()))
        # A word that opens a clause ("but") belongs to it; a sign does not.
        start = match.end()
    if start < len(masked):
        clauses.append(Clause(start, len(masked)))
    return clauses


@cache
def clause_end() -> re.Pattern[str]:
    return re.compile(rf"[,;!?\n()\u3002]|\.(?!\d)|(?={any_of('medicines.turns')})")


def groups_of(masked: str, places: list[Place], inside: list[int]) -> list[Group]:
    groups: list[Group] = []
    for index in inside:
        place = places[index]
        if groups and joint().fullmatch(masked[groups[-1].end : place.start]):
            groups[-1] = groups[-1]._replace(last=index, end=place.end)
        else:
            groups.append(Group(index, index, place.start, place.end))
    return groups


@cache
def joint() -> re.Pattern[str]:
    """Only signs, joining words and strengths stand between two names of one group."""
    return re.compile(
        rf"(?:\s|[:\u3001+/&\"'-]|{any_of('medicines.joins')}|\d+(?:\.\d+)? ?{any_of('dose.milligram')})*"
    )


def markers_of(masked: str, start: int, end: int) -> list[Marker]:
    """The words of use between two places; of two that overlap, the one that begins first, then the longer."""
    said = masked[:end]
    found = [
        Marker(match.start(), match.end(), use, is_weak)
        for path, use, is_weak in MARKERS
        for match in matcher(path).finditer(said, start)
        if match.end() > match.start()
    ]
    found.sort(key=lambda marker: (marker.start, -marker.end, marker.use is not Use.TAKEN))
    kept: list[Marker] = []
    for marker in found:
        if kept and marker.start < kept[-1].end:
            continue
        if kept and kept[-1].use is Use.NOT_TAKEN and not masked[kept[-1].end : marker.start].strip():
            kept[-1] = kept[-1]._replace(end=marker.end)  # "never" and "used" side by side are one word
            continue
        kept.append(marker)
    return kept


def strong(markers: list[Marker]) -> list[Marker]:
    return [marker for marker in markers if not marker.is_weak]


def decisive(heard: list[Marker]) -> Use | None:
    first = next(iter(strong(heard)), None) or next(iter(heard), None)
    return first.use if first else None
