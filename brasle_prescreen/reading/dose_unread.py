"""Whether a stated dose holds a number that nothing explains: then the amounts that were found may not be all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from brasle_prescreen.reading.dose_amounts import bare_amounts, counts_beside_strength, milligrams, tablets
from brasle_prescreen.reading.quantity import without_dates
from brasle_prescreen.reading.words import any_of, matcher, phrases

# Lists of patterns whose number says how often, for how long or for what weight.
COUNTED = (
    "dose.times_a_day", "dose.times_a_week", "dose.every_n_days", "dose.per_kg", "dose.weight",
    "dose.weight_half_kilogram",
)  # fmt: skip
# What a number becomes that was read; not what a name becomes.
READ = "#"
PLAIN = ("dose.every_other_day", "dose.in_parts", "dose.once", "dose.twice", "dose.thrice", "dose.four_times")


def has_unread_number(said: str) -> bool:
    """True for "10 mg in the morning and 5", "20 until last week, 15 now"; dates, ages, weights and weeks are explained."""
    amounts = [*milligrams(said), *tablets(said), *counts_beside_strength(said), *bare_amounts(said)]
    rest = _without(said, [(amount.start, amount.end) for amount in amounts])
    for path in COUNTED:
        for pattern in map(re.compile, phrases(path)):
            rest = pattern.sub(" ", rest)
    rest = matcher(*PLAIN).sub(" ", rest)
    return _left_over().search(_counted().sub(" ", without_dates(rest))) is not None


def _without(said: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        said = said[:start] + READ * (end - start) + said[end:]
    return said


@cache
def _counted() -> re.Pattern[str]:
    """So many weeks, years or times; and what the dose was before."""
    number = r"\d+(?:\.\d+)?\+?(?:~\d+(?:\.\d+)?)?"
    return re.compile(rf"{number} ?{any_of('dose.explained')}|{any_of('dose.was')}[^\d,;.]{{0,4}}{number}")


@cache
def _left_over() -> re.Pattern[str]:
    """Any number but the character for "one" within a Chinese word, and digits within a Latin one."""
    return re.compile(r"(?<![a-z\d.])(?!1[\u3400-\u9fff])(?<![\u3400-\u9fff](?=1(?!\d)))\d+")
