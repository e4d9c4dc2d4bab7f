"""Counting in working hours: when a call is due, how much working time has gone by, and back from a moment.

Which days are worked on is asked of a calendar (in China some Saturdays and Sundays are); whoever brings it
also says whether it knows the year at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
# A calendar that knows no working day in so many days is broken, and we would count for ever.
_LONGEST_HOLIDAY = 60


class Workday(NamedTuple):
    """Whether a day is worked on, and whether the calendar knows that year or only guesses by the weekday."""

    is_worked: bool
    is_known: bool = True


Calendar = Callable[[date], Workday]


def monday_to_friday(day: date) -> Workday:
    """Without a calendar: every week is like every other."""
    return Workday(day.weekday() < 5, is_known=False)


class Due(NamedTuple):
    """A moment counted in working hours. `is_certain` False: a day on the way lies in a year nobody knows
    yet.
    """

    at: datetime
    is_certain: bool


class WorkingHours(NamedTuple):
    """When the site works: spans of the day in its own zone, in order, on days that the calendar names."""

    spans: tuple[tuple[time, time], ...]
    zone: tzinfo
    calendar: Calendar

    def after(self, start: datetime, amount: timedelta) -> Due:
        """The moment at which `amount` of working time has gone by since `start`; within working hours."""
        left = amount
        certain = True
        for begin, end, known in self._forward(start):
            certain = certain and known
            if end - begin >= left:
                return Due(begin + left, certain)
            left -= end - begin
        raise AssertionError("the calendar ends")

    def latest_start(self, end: datetime, amount: timedelta) -> datetime:
        """The last moment from which `amount` of working time is over by `end`: after(s) <= end if s <=
        this.
        """
        left = amount
        for begin, finish in self._backward(end):
            if finish - begin >= left:
                return finish - left
            left -= finish - begin
        raise AssertionError("the calendar ends")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; zero if `end` comes first."""
        total = timedelta()
        if end <= start:
            return total
        for begin, finish, _ in self._forward(start):
            if begin >= end:
                break
            total += min(finish, end) - begin
        return total

    def opens(self, day: date) -> datetime:
        """The first working moment on or after a day."""
        midnight = datetime.combine(day, time(), self.zone)
        return next(self._forward(midnight))[0]

    @property
    def day(self) -> timedelta:
        """The working time of one working day."""
        return sum((_length(span) for span in self.spans), timedelta())

    def _forward(self, start: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
        """Spans from `start` on, the first cut at it. `known` also speaks of the free days passed over
        before it.
        """
        local = start.astimezone(self.zone)
        known = True
        idle = 0
        day = local.date()
        while True:
            worked = self.calendar(day)
            known = known and worked.is_known
            idle = 0 if worked.is_worked else idle + 1
            for begin, end in self._spans(day) if worked.is_worked else ():
                if end > local:
                    yield max(begin, local), end, known
            _must_end(idle, day)
            day += ONE_DAY

    def _backward(self, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        local = end.astimezone(self.zone)
        idle = 0
        day = local.date()
        while True:
            is_worked = self.calendar(day).is_worked
            idle = 0 if is_worked else idle + 1
            for begin, finish in reversed(self._spans(day)) if is_worked else ():
                if begin <= local:
                    yield begin, min(finish, local)
            _must_end(idle, day)
            day -= ONE_DAY

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        return [
            (datetime.combine(day, begin, self.zone), datetime.combine(day, end, self.zone))
            for begin, end in self.spans
        ]


def parse_spans(text: str) -> tuple[tuple[time, time], ...]:
    """Read "08:00-12:00,13:30-17:30"; ValueError says what such hours look like."""
    spans: list[tuple[time, time]] = []
    for part in text.replace(" ", "").split(","):
        begin, dash, end = part.partition("-")
        try:
            span = (time.fromisoformat(begin), time.fromisoformat(end))
        except ValueError:
            span = (time.max, time.min)
        if not dash or span[0] >= span[1] or (spans and span[0] <= spans[-1][1]):
            raise ValueError(f"{text!r} are no working hours: write them in order, such as 08:00-12:00,13:30-17:30")
        spans.append(span)
    return tuple(spans)


def _length(span: tuple[time, time]) -> timedelta:
    begin, end = (timedelta(hours=one.hour, minutes=one.minute, seconds=one.second) for one in span)
    return end - begin


def _must_end(idle: int, day: date) -> None:
    if idle > _LONGEST_HOLIDAY:
        raise ValueError(f"the calendar knows no working day in the {idle} days up to {day}")
