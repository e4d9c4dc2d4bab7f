"""Reads one laboratory value: the number asked for, in its own unit, or ask back."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import pairwise

from brasle_prescreen.reading.measured import (
    THOUSANDS,
    Label,
    Measured,
    Worth,
    definition,
    labels,
    numbers,
    of_the_person,
    worth,
)
from brasle_prescreen.reading.moment import find_moments
from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Reading, ask_back, found
from brasle_prescreen.reading.words import any_of, matcher, rewrite, says

LONGEST = 600
# 11,8 is written for 11.8 in half of Europe.
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d(?!\d))")
# Dates in the text only have to be found, not understood: any late day will do.
SOME_DAY = date(2100, 1, 1)


def read_quantity(text: str, analyte: str) -> Reading[Worth]:
    """The value of `analyte` (a key of the trial's analytes, or creatinine).

    A bare number takes the unit in which it is plausible. Percentages of cells, "normal", ranges, "below", implausible
    numbers, another analyte: ask back.
    """
    asked = definition(analyte)
    if asked is None or is_too_long(text, LONGEST):
        return ask_back("too_long" if asked else "unknown_analyte", text)
    dated = DECIMAL_COMMA.sub(".", THOUSANDS.sub("", tight(plain(text))))
    parts = matcher("correction").split(dated)
    if len(parts) > 1 and re.search(r"\d", parts[-1]):
        dated = parts[-1]
    dated = matcher("lab.reference").sub(" ", dated)
    said = without_dates(dated)
    named = labels(said)
    measured = _of_asked(said, named, analyte)
    if measured is None:
        return ask_back("other_analyte", text)
    measured = [one for one in measured if not _is_beside_the_point(said, one)]
    if not measured:
        return ask_back("no_number", text)
    # "She is 12, and it was 10.5": the first may be her age as well as her result.
    if any(one.unit is None and of_the_person().search(said[: one.start]) for one in measured):
        return ask_back("two_values", text)
    chosen = _latest(dated, measured)
    if chosen is None:
        return ask_back("two_values", text)
    if _is_range_or_limit(_without_labels(said, named), chosen):
        return ask_back("range", text)
    value = worth(asked, chosen)
    if isinstance(value, str):
        return ask_back(value, text)
    return found(value, text, hedged=says(said, "hedge", "lab.about"))


def without_dates(said: str) -> str:
    """Dates become blanks, so that their numbers are not taken for values; 11.8 is a value, not a day in November."""
    timed = rewrite(said, "time.rewrite")
    if len(timed) != len(said):
        timed = said
    for moment in find_moments(timed, SOME_DAY):
        named = said[moment.start : moment.end]
        if re.fullmatch(r"\d+(?:[./]\d+)?", named) is None and moment.problem not in ("duration", "impossible"):
            said = said[: moment.start] + " " * (moment.end - moment.start) + said[moment.end :]
    return said


def _of_asked(said: str, named: list[Label], analyte: str) -> list[Measured] | None:
    """Numbers that may be the asked value; None if every number is labelled as another result."""
    measured = numbers(_without_labels(said, named))
    own = [label for label in named if label.analyte == analyte]
    others = [label for label in named if label.analyte != analyte]
    labelled = [one for one in measured if _label_of(one, named) == analyte]
    if own and labelled:
        return labelled
    if not others:
        return measured
    unlabelled = [one for one in measured if _label_of(one, named) is None]
    return unlabelled or None


def _without_labels(said: str, named: list[Label]) -> str:
    for label in named:
        said = said[: label.start] + "_" * (label.end - label.start) + said[label.end :]
    return said


def _label_of(measured: Measured, named: list[Label]) -> str | None:
    before = [label for label in named if label.end <= measured.start]
    return before[-1].analyte if before else None


def _is_beside_the_point(said: str, measured: Measured) -> bool:
    """Times, ages, tablets: numbers of something else."""
    return _counted().match(said, measured.end) is not None


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(rf"\s*{any_of('lab.counted')}")


def _latest(said: str, measured: list[Measured]) -> Measured | None:
    """Of several values the one said to be the latest: from 90 to 105, last time 90 and now 105."""
    if len(measured) == 1:
        return measured[0]
    pairs = list(pairwise(measured))
    if len(measured) == 2 and _moved().fullmatch(said[pairs[0][0].end : pairs[0][1].start]):
        return measured[1]
    if any(_to().fullmatch(said[a.end : b.start]) and not _from().search(said[: a.start]) for a, b in pairs):
        return None  # a range
    now = [one for one in measured if _time_before(said, measured, one) == "lab.now"]
    if len(now) == 1:
        return now[0]
    rest = [one for one in measured if _time_before(said, measured, one) != "lab.earlier"]
    return rest[0] if len(rest) == 1 else None


@cache
def _to() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:[-~]|{any_of('lab.to')})\s*")


@cache
def _from() -> re.Pattern[str]:
    return re.compile(rf"{any_of('lab.from')}\s*$")


@cache
def _moved() -> re.Pattern[str]:
    return re.compile(rf"[^\d]{{0,6}}{any_of('lab.moved_to')}[^\d]{{0,4}}")


def _time_before(said: str, measured: list[Measured], one: Measured) -> str | None:
    start = max((other.end for other in measured if other.end <= one.start), default=0)
    before = said[start : one.start]
    ends = {path: [m.end() for m in matcher(path).finditer(before)] for path in ("lab.now", "lab.earlier")}
    heard = {path: max(found_ends) for path, found_ends in ends.items() if found_ends}
    return max(heard, key=lambda path: heard[path]) if heard else None


def _is_range_or_limit(said: str, measured: Measured) -> bool:
    before, after = said[: measured.start], said[measured.end :]
    if re.search(r"(?:[<>\u2264\u2265]|\d\s*[-~]|\+)\s*=?\s*$", before) or re.match(
        r"\s*(?:[-~]\s*\d|\+(?!\d))", after
    ):
        return True
    if _limit_before().search(before) or _vague_after().match(after):
        return True
    return says(said, "lab.between")


@cache
def _limit_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('lab.limit')}\s*$")


@cache
def _vague_after() -> re.Pattern[str]:
    return re.compile(rf"\s*{any_of('lab.vague_after')}")
