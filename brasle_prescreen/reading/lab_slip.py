"""Reads a pasted laboratory slip: item, number, unit, printed upper limit and date, as many lines as there are."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading.measured import (
    OTHER,
    THOUSANDS,
    Label,
    Measured,
    definition,
    labels,
    numbers,
    worth,
)
from brasle_prescreen.reading.moment import find_moments
from brasle_prescreen.reading.plain import plain
from brasle_prescreen.reading.words import any_of

MOST_LINES = 60
# Some fifty lines of a report. What stands after it is kept with the reply, for the call.
LONGEST = 1600
RANGE = re.compile(r"(?P<low>\d+(?:\.\d+)?) ?(?:-{1,2}|~) ?(?P<high>\d+(?:\.\d+)?)")
BELOW = re.compile(r"(?:<|\u2264|<=) ?=? ?(?P<high>\d+(?:\.\d+)?)")


class LabLine(NamedTuple):
    """One result. `value` and `upper_limit` are as printed, in `unit` (the contract's name; None where none was printed
    and none is certain); `date` is the day of the report, where the slip tells it."""

    analyte: str
    value: Decimal
    unit: str | None
    upper_limit: Decimal | None
    date: PartialDate | None
    said: str


class Segment(NamedTuple):
    label: Label
    start: int
    end: int


def read_lab_slip(text: str, on: date) -> tuple[LabLine, ...]:
    """Every line that can be read; implausible numbers and results that the trial does not ask for are left out.

    Where an item stands there twice, as a count and as a percentage, the count is kept.
    """
    said = THOUSANDS.sub("", plain(text[:LONGEST]))
    said, dates = _dates(said, on)
    named = _merged(said, labels(said))
    lines: dict[str, LabLine] = {}
    for segment in _segments(said, named)[:MOST_LINES]:
        line = _line(said, segment, dates)
        if line is None:
            continue
        kept = lines.get(line.analyte)
        if kept is None or (kept.unit == "%" and line.unit != "%"):
            lines[line.analyte] = line
    return tuple(lines.values())


def _dates(said: str, on: date) -> tuple[str, list[tuple[int, PartialDate]]]:
    """The dates of the slip, blanked out so that their numbers are not taken for results."""
    found = []
    for moment in find_moments(said, on):
        named = said[moment.start : moment.end]
        if re.fullmatch(r"\d+(?:[./]\d+)?", named) or moment.problem == "duration" or "\n" in named:
            continue
        if moment.days is not None:
            found.append((moment.start, moment.days))
        said = said[: moment.start] + " " * (moment.end - moment.start) + said[moment.end :]
    return said, found


def _merged(said: str, named: list[Label]) -> list[Label]:
    """A name and its abbreviation beside each other are one label."""
    merged: list[Label] = []
    for label in named:
        last = merged[-1] if merged else None
        if last and last.analyte == label.analyte and not re.search(r"\d", said[last.end : label.start]):
            merged[-1] = last._replace(end=label.end)
        else:
            merged.append(label)
    return merged


def _segments(said: str, named: list[Label]) -> list[Segment]:
    """From each label to the next one, or to the end of its line if a number stands before that."""
    segments = []
    for index, label in enumerate(named):
        end = named[index + 1].start if index + 1 < len(named) else len(said)
        line_end = said.find("\n", label.end)
        if 0 <= line_end < end and re.search(r"\d", said[label.end : line_end]):
            end = line_end
        segments.append(Segment(label, label.end, end))
    return segments


def _line(said: str, segment: Segment, dates: list[tuple[int, PartialDate]]) -> LabLine | None:
    analyte = definition(segment.label.analyte) if segment.label.analyte != OTHER else None
    if analyte is None:
        return None
    piece = said[segment.start : segment.end]
    measured = numbers(piece)
    if not measured or _is_limit_only(piece, measured[0]):
        return None
    first = measured[0]
    if first.unit is None and len(measured) > 1:
        first = first._replace(unit=_unit_further_on(measured))
    value = worth(analyte, first)
    if isinstance(value, str):
        if value in ("no_unit", "percent") and first.unit in (None, "", "%"):
            unit = "%" if value == "percent" else None
            in_range = value != "percent" or first.number <= 100
            return _as_line(said, segment, first, unit, piece, dates) if in_range else None
        return None
    written = first.unit if first.unit in analyte.units else None
    # Liver values without a printed unit stay without one: only their own printed limit makes them usable.
    certain = None if analyte.checked_as is not None else value.unit
    return _as_line(said, segment, first, written or certain, piece, dates, number=value.number)


def _as_line(
    said: str,
    segment: Segment,
    first: Measured,
    unit: str | None,
    piece: str,
    dates: list[tuple[int, PartialDate]],
    *,
    number: Decimal | None = None,
) -> LabLine:
    whole = said[segment.label.start : segment.end].strip()
    return LabLine(
        segment.label.analyte,
        first.number if number is None else number,
        unit,
        _upper_limit(piece[first.end :]),
        _date_of(segment, dates),
        whole,
    )


def _unit_further_on(measured: list[Measured]) -> str | None:
    """Some slips print the unit in the last column, after the reference range."""
    later = [one.unit for one in measured[1:] if one.unit]
    return later[0] if later else None


def _is_limit_only(piece: str, first: Measured) -> bool:
    return re.search(rf"(?:[<>\u2264\u2265]=?|{any_of('lab.limit')})\s*$", piece[: first.start]) is not None


def _upper_limit(after: str) -> Decimal | None:
    match = RANGE.search(after) or BELOW.search(after)
    return Decimal(match["high"]) if match else None


def _date_of(segment: Segment, dates: list[tuple[int, PartialDate]]) -> PartialDate | None:
    """The date on the line itself; else the last one above it, or the only one of the slip."""
    on_line = [days for place, days in dates if segment.label.start <= place < segment.end]
    if on_line:
        return on_line[0]
    above = [days for place, days in dates if place < segment.label.start]
    if above:
        return above[-1]
    return dates[0][1] if len({days for _, days in dates}) == 1 else None
