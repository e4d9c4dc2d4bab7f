"""Medicines and windows along one line of time: where each thing stands in the picture, and the same as a
table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.coordinator.grid import Row
from bot.coordinator.packet import NOT_LISTED, Packet, Voice
from bot.message import Day, Text
from brasle_prescreen.facts import AnswerError, Treatment
from brasle_prescreen.glucocorticoids import EXACT
from brasle_prescreen.partial_date import PartialDate, Span, shift
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.truth import Truth

# Of the picture, in its own units: it is stretched to the width of the page.
WIDTH = 560
GUTTER = 128
TOP = 26
LINE = 24
BAR = 10
_ROOM_FOR_A_LABEL = 44
_LONGEST_LABEL = 16  # a Chinese character counts two
_BACK = Span(12, "months")
_BACK_MOST = Span(36, "months")
_AHEAD = Span(3, "months")
_AHEAD_MOST = Span(15, "months")


@dataclass(frozen=True, slots=True)
class Taken:
    """One medicine of the list, in words for the table."""

    name: str
    said: str
    medicine_class: str
    response: Text | None
    is_current: Truth
    last_dose: Day | None
    changed: Day | None
    dose: str
    prednisone: str


@dataclass(frozen=True, slots=True)
class Open:
    """A criterion's window that ends later, or may."""

    criterion: str
    mark: str
    clears_on: Day


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line: `kind` "taken", "last" (some day in it was the last dose), "window", "maybe"."""

    kind: str
    x: float
    width: float
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the picture."""

    y: int
    label: str
    bars: tuple[Piece, ...]
    is_window: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything drawn, in the picture's units. `ticks` are month beginnings with their label."""

    width: int
    gutter: int
    height: int
    today_x: float
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The table's rows and the picture of them; `picture` is None where there is nothing to draw."""

    taken: tuple[Taken, ...]
    windows: tuple[Open, ...]
    picture: Picture | None


def timeline(packet: Packet, protocol: Protocol, rows: Sequence[Row], today: date, voice: Voice) -> Timeline:
    """The medicines as told, and every window that is still open, private ones left out."""
    treatments = _treatments(packet, protocol)
    windows = tuple(
        Open(row.criterion.id, row.mark, row.clears_on)
        for row in rows
        if row.clears_on is not None and not row.is_folded and row.clears_on.latest > today
    )
    said = packet.medicines_said()
    taken = tuple(_taken(one, protocol, packet, voice, name) for one, name in zip(treatments, said, strict=False))
    return Timeline(taken, windows, _picture(treatments, taken, windows, today))


def _treatments(packet: Packet, protocol: Protocol) -> tuple[Treatment, ...]:
    if packet.as_of is None:
        return ()
    try:
        return protocol.reading.read(packet.answers, packet.as_of).treatments or ()
    except AnswerError:
        return ()


def _taken(one: Treatment, protocol: Protocol, packet: Packet, voice: Voice, said: str) -> Taken:
    name = voice.value(packet.term(one.medicine.id)) if one.recognised else said or one.medicine.id
    if not one.recognised and not packet.own_words:
        name = voice.value(NOT_LISTED)
    return Taken(
        name=name,
        said=said if said != name else "",
        medicine_class=one.medicine.medicine_class if one.recognised else "",
        response=Text(key=f"console.response.{one.response}") if one.response else None,
        is_current=one.current,
        last_dose=_day(one.last_dose),
        changed=_day(one.changed),
        dose=_range(one.dose.least, one.dose.most) if one.dose else "",
        prednisone=_prednisone(one, protocol),
    )


def _prednisone(one: Treatment, protocol: Protocol) -> str:
    """Of a steroid taken by mouth, in mg a day; empty for anything else."""
    table = protocol.glucocorticoids
    if one.dose is None or one.medicine.id not in table.steroids:
        return ""
    if one.effect.flags.get(table.swallowed_flag) != table.swallowed_value:
        return ""
    equal = table.equivalent(one.medicine.id, one.dose)
    scale = Decimal(table.scale)
    return _range(EXACT.divide(equal.least, scale), EXACT.divide(equal.most, scale))


def _range(least: Decimal, most: Decimal) -> str:
    ends = [format(one.quantize(Decimal("0.1")).normalize(), "f") for one in (least, most)]
    return ends[0] if ends[0] == ends[1] else "-".join(ends)


def _day(span: PartialDate | None) -> Day | None:
    return None if span is None else Day(earliest=span.earliest, latest=span.latest)


def _picture(
    treatments: Sequence[Treatment], taken: Sequence[Taken], windows: Sequence[Open], today: date
) -> Picture | None:
    if not any(one.last_dose or one.current is Truth.TRUE for one in treatments) and not windows:
        return None
    days = [one.last_dose.earliest for one in treatments if one.last_dose]
    days += [one.changed.earliest for one in treatments if one.changed]
    first = max(min([*days, shift(today, _BACK, back=True)]), shift(today, _BACK_MOST, back=True)).replace(day=1)
    ends = [one.clears_on.latest for one in windows]
    last = min(max([*ends, shift(today, _AHEAD)]), shift(today, _AHEAD_MOST))
    axis = _Axis(first, last)
    lines = []
    for treatment, words in zip(treatments, taken, strict=True):
        lines.append((words.name, _bars_of(treatment, axis, today), False))
    for one in windows:
        sure = axis.bar("window", today, one.clears_on.earliest)
        perhaps = axis.bar("maybe", max(today, one.clears_on.earliest), one.clears_on.latest)
        lines.append((one.criterion, tuple(bar for bar in (sure, perhaps) if bar.width > 0), True))
    return Picture(
        width=WIDTH,
        gutter=GUTTER,
        height=TOP + LINE * len(lines) + 6,
        today_x=axis.x(today),
        ticks=tuple(axis.ticks()),
        lines=tuple(
            Line(TOP + LINE * place, _shortened(label), bars, is_window)
            for place, (label, bars, is_window) in enumerate(lines)
        ),
    )


def _bars_of(one: Treatment, axis: _Axis, today: date) -> tuple[Piece, ...]:
    if one.current is Truth.TRUE:
        # Since when is not asked: the bar begins with what is known, the last change, or where the picture
        # begins.
        begin = one.changed.earliest if one.changed else axis.first
        return (axis.bar("taken", begin, today, goes_on=True),)
    if one.last_dose is None:
        return ()
    return (axis.bar("last", one.last_dose.earliest, one.last_dose.latest + timedelta(days=1)),)


class _Axis:
    def __init__(self, first: date, last: date) -> None:
        self.first = first
        self.last = last
        self._scale = (WIDTH - GUTTER - 10) / max(1, (last - first).days)

    def x(self, day: date) -> float:
        day = min(max(day, self.first), self.last)
        return round(GUTTER + (day - self.first).days * self._scale, 1)

    def bar(self, kind: str, begin: date, end: date, *, goes_on: bool = False) -> Piece:
        """At least wide enough to be seen, if it is there at all."""
        if end < begin:
            return Piece(kind, self.x(begin), 0)
        x = self.x(begin)
        return Piece(kind, x, max(round(self.x(end) - x, 1), 3.0), goes_on)

    def ticks(self) -> list[tuple[float, str]]:
        """Month beginnings, as many as fit; one at the edge has no room for its label."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        step = next(one for one in (1, 2, 3, 6, 12) if months / one <= 7)
        found = []
        day = self.first
        while day <= self.last:
            x = self.x(day)
            found.append((x, f"{day:%Y-%m}" if x < WIDTH - _ROOM_FOR_A_LABEL else ""))
            day = shift(day, Span(step, "months"))
        return found


def _shortened(label: str) -> str:
    width = 0
    for place, letter in enumerate(label):
        width += 2 if ord(letter) > 0x2E7F else 1
        if width > _LONGEST_LABEL:
            return label[:place] + "…"
    return label
