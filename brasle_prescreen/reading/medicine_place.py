"""Where a name of a medicine stands in a text, and what may stand beside a name."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from brasle_prescreen.reading.words import any_of, phrases

# What a name becomes once it has been found.
NAME_MASK = "_"
CJK = re.compile("[\u3400-\u9fff]")
# Shorter names are only heard exactly: too many words sound like them.
SHORTEST_BY_SOUND = 3

How = Literal["exact", "stripped", "sound", "spelling"]


class Place(NamedTuple):
    """A name at `start`..`end`. `entries` holds one id, or several that it may be. `how`: exact, stripped, sound, spelling."""

    start: int
    end: int
    entries: tuple[str, ...]
    how: How
    route: str | None = None


def mask(text: str, places: list[Place]) -> str:
    """The text with every name blotted out, at the same length."""
    for place in places:
        text = text[: place.start] + NAME_MASK * (place.end - place.start) + text[place.end :]
    return text


def stem(name: str) -> str:
    """A name without the ending that many names share."""
    return next((name.removesuffix(end) for end in phrases("medicines.shared_endings") if name.endswith(end)), name)


@cache
def glue_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.glue_before', 'medicines.used', 'medicines.planned', 'medicines.joins')}$")


@cache
def verb_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.verbs')}$")


@cache
def glue_after() -> re.Pattern[str]:
    return re.compile(any_of("medicines.glue_after", "medicines.joins"))


@cache
def form_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.form_before')}$")


@cache
def form_after() -> re.Pattern[str]:
    return re.compile(any_of("medicines.form_after", "medicines.topical"))


@cache
def topical_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.topical_before')}$")


@cache
def topical_after() -> re.Pattern[str]:
    return re.compile(any_of("medicines.topical"))
