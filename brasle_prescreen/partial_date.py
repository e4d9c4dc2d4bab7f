"""Dates as families know them ("March 2025") and the windows of the protocol, in days or in calendar
months.

A `PartialDate` is the interval of days on which something may have happened. A window is judged over the
whole interval: certainly inside, certainly before it, or not certain.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from brasle_prescreen.truth import Truth

ONE_DAY = timedelta(days=1)
_UNITS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}


class PartialDate(NamedTuple):
    """Every day from `earliest` to `latest`, both included."""

    earliest: date
    latest: date

    @property
    def has_width(self) -> bool:
        return self.earliest != self.latest

    @classmethod
    def exactly(cls, day: date) -> PartialDate:
        return cls(day, day)


class Span(NamedTuple):
    """A length of time in whole days, weeks, months or years; months and years are calendar months."""

    count: int  # type: ignore[assignment]  # not the tuple's method: a named tuple, because it is hashed for every window
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "3 months"; ValueError says what a span looks like."""
        words = text.split() if isinstance(text, str) else []
        plural = dict(zip(_UNITS.values(), _UNITS.values(), strict=True)) | _UNITS
        if len(words) != 2 or not words[0].isascii() or not words[0].isdigit() or words[1] not in plural:
            raise ValueError(f"{text!r} is no span of time: write a number and a unit, such as '3 months' or '30 days'")
        return cls(int(words[0]), plural[words[1]])

    def __str__(self) -> str:
        return f"{self.count} {self.unit if self.count != 1 else self.unit[:-1]}"


def shift(day: date, span: Span, *, back: bool = False) -> date:
    """`day` moved by `span`. A month's end is clamped: 30 November and 3 months is 28 (or 29) February.

    A result before year 1 or after year 9999 stops at the first or last day that a date can name.
    """
    count = -span.count if back else span.count
    if span.unit in ("days", "weeks"):
        days = count * 7 if span.unit == "weeks" else count
        try:
            return day + timedelta(days=days)
        except OverflowError:
            return date.min if back else date.max
    months = day.year * 12 + day.month - 1 + (count * 12 if span.unit == "years" else count)
    year, month = divmod(months, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    if day.day <= 28:
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_day(day: date) -> date:
    return day if day == date.max else day + ONE_DAY


class Window(NamedTuple):
    """The edges of "within `span` before `on`": a day d lies inside if d + span is after `on`.

    `first_inside` is the earliest day inside; `last_before` the latest day d with d + span before `on`. A day
    between the two, if any, is the boundary day, on which the window is not certain.
    """

    first_inside: date
    last_before: date

    def holds(self, event: PartialDate) -> Truth:
        """Whether the event lies inside for every day that it may have happened on."""
        if event.earliest >= self.first_inside:
            return Truth.TRUE
        return Truth.FALSE if event.latest <= self.last_before else Truth.UNKNOWN


_windows: dict[tuple[Span, date], Window] = {}
_MOST_WINDOWS = 512


def window(span: Span, on: date) -> Window:
    """The window of `span` before `on`. Remembered, because one day's screenings share a dozen windows."""
    key = (span, on)
    found = _windows.get(key)
    if found is None:
        if len(_windows) >= _MOST_WINDOWS:
            _windows.clear()
        found = _windows[key] = _window(span, on)
    return found


def _window(span: Span, on: date) -> Window:
    # Clamping makes several days share one end (30 and 31 August plus 6 months), so the edges are searched.
    day = shift(on, span, back=True)
    while shift(day, span) <= on and day < date.max:
        day += ONE_DAY
    while day > date.min and shift(day - ONE_DAY, span) > on:
        day -= ONE_DAY
    first_inside = day
    while day > date.min and shift(day, span) >= on:
        day -= ONE_DAY
    return Window(first_inside, day)


def clears_on(event: PartialDate, span: Span) -> PartialDate:
    """The first days on which the event lies certainly before the window: d + span + 1 day for both ends."""
    return PartialDate(next_day(shift(event.earliest, span)), next_day(shift(event.latest, span)))


def ends_on(event: PartialDate, span: Span) -> PartialDate:
    """The days on which "at least `span`" is reached: d + span for both ends."""
    return PartialDate(shift(event.earliest, span), shift(event.latest, span))


def latest_of(dates: list[PartialDate]) -> PartialDate:
    """When the last of several things happens: the later of both ends."""
    return PartialDate(max(one.earliest for one in dates), max(one.latest for one in dates))


def first_of(dates: list[PartialDate]) -> PartialDate:
    """When the first of several things happens: the earlier of both ends."""
    return PartialDate(min(one.earliest for one in dates), min(one.latest for one in dates))


def birthday(birth: date, age: Span) -> date:
    """The day from which a person is certainly that old: 1 March for those born on 29 February."""
    day = shift(birth, age)
    return day if day.day == birth.day else next_day(day)


def age_reached(birth: PartialDate, age: Span, on: date) -> Truth:
    """Whether that age is reached on the day.

    For a birth on 29 February, the 28th of a common year is uncertain: countries differ on which day counts.
    """
    if on >= birthday(birth.latest, age):
        return Truth.TRUE
    return Truth.FALSE if on < shift(birth.earliest, age) else Truth.UNKNOWN


def born_at_age(years: int, on: date) -> PartialDate:
    """The days of birth of somebody who is `years` full years old on the day."""
    oldest = shift(on, Span(years + 1, "years"), back=True)
    return PartialDate(next_day(oldest), shift(on, Span(years, "years"), back=True))
