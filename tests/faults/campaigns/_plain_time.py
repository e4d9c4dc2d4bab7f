"""Days, windows and working time, counted as one would on one's fingers: what the program's own are held against."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

MINUTE = timedelta(minutes=1)
# Hangzhou is eight hours ahead of UTC, summer and winter.
AHEAD = timedelta(hours=8)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MORNING, NOON, AFTERNOON, EVENING = 8 * 60, 12 * 60, 13 * 60 + 30, 17 * 60 + 30


def day_in_hangzhou(moment: datetime) -> date:
    return EPOCH.date() + timedelta(days=(moment + AHEAD - EPOCH).days)


def later(day: date, count: int, unit: str) -> date:
    """A day so many days or calendar months later; where a month has no such day, its last one."""
    if unit == "days":
        return day + timedelta(days=count)
    year, month = day.year, day.month + count
    while month > 12:
        year, month = year + 1, month - 12
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(8192)
def is_worked(day: date) -> bool:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # not announced yet
        return day.weekday() < 5


def after_working(since: datetime, minutes: int) -> datetime:
    """The moment at which so many working minutes have passed; `since` is a whole minute. Minute by minute."""
    local = since + AHEAD
    while True:
        of_day = local.hour * 60 + local.minute
        if not is_worked(local.date()):
            local += timedelta(minutes=24 * 60 - of_day)
            continue
        if MORNING <= of_day < NOON or AFTERNOON <= of_day < EVENING:
            minutes -= 1
        local += MINUTE
        if minutes == 0:
            return local - AHEAD
