"""Reads a score that a doctor gave, such as SLEDAI: a whole number in its range, and the day if it is told."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading.moment import find_moments
from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import any_of, matcher, rewrite, says

LONGEST = 400


class Score(NamedTuple):
    score: int
    date: PartialDate | None


def read_score(text: str, on: date, *, least: int, most: int) -> Reading[Score]:
    """One whole number from `least` to `most`; a range, several numbers, "high" or "low": ask back."""
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = rewrite(tight(plain(text)), "time.rewrite")
    parts = matcher("correction").split(said)
    if len(parts) > 1 and re.search(r"\d", parts[-1]):
        said = parts[-1]
    said = matcher("score.name").sub(" ", said)
    moments = [
        moment
        for moment in find_moments(said, on)
        if not re.fullmatch(r"\d+(?:[./]\d+)?", said[moment.start : moment.end]) and moment.problem != "duration"
    ]
    rest = said
    for moment in moments:
        rest = rest[: moment.start] + " " * (moment.end - moment.start) + rest[moment.end :]
    marked = [int(match["n"]) for match in _marked().finditer(rest)]
    numbers = marked or [int(number) for number in re.findall(r"(?<![\d.~])\d{1,4}(?![\d.~])", rest)]
    if not numbers:
        if says(said, "unsure", "score.not_given") and not says(said, "puts_off"):
            return state(Outcome.UNSURE, text)
        return ask_back("no_number", text)
    if len(set(numbers)) > 1 or re.search(r"\d ?[-~] ?\d", rest) or says(rest, "lab.limit", "lab.between"):
        return ask_back("two_values", text)
    if not least <= numbers[0] <= most:
        return ask_back("implausible", text)
    days = [moment.days for moment in moments if moment.days is not None]
    return found(Score(numbers[0], days[0] if len(days) == 1 else None), text, hedged=says(said, "hedge"))


@cache
def _marked() -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.~])(?P<n>\d{{1,4}}) ?(?:{any_of('score.points')})")
