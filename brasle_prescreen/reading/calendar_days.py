"""Which days a family means by a feast, a season, the start of a month or the end of a year."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from brasle_prescreen.partial_date import PartialDate, Span, shift
from brasle_prescreen.reading.words import load

# First and last month; winter runs into the next year.
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 2)}
# Families are loose about the ends of a year: its first two, middle four, last two months.
YEAR_PARTS = {"start": (1, 2), "middle": (5, 8), "end": (11, 12), "first_half": (1, 6), "second_half": (7, 12)}


def month(year: int, number: int) -> PartialDate | None:
    """A calendar month; None if there is no such month."""
    return months(year, number, number)


def months(year: int, first: int, last: int) -> PartialDate | None:
    if not (1 <= first <= last <= 12 and 1 <= year <= 9998):
        return None
    return PartialDate(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def month_part(whole: PartialDate, part: str) -> PartialDate:
    """Days 1 to 10, 11 to 20, or 21 to the end; or two of them together."""
    first = whole.earliest
    if part == "start_middle":
        return PartialDate(first, first.replace(day=20))
    if part == "middle_end":
        return PartialDate(first.replace(day=11), whole.latest)
    if part == "start":
        return PartialDate(first, first.replace(day=10))
    if part == "middle":
        return PartialDate(first.replace(day=11), first.replace(day=20))
    return PartialDate(whole.latest.replace(day=21), whole.latest)


def day(year: int, month_number: int, day_number: int) -> PartialDate | None:
    try:
        return PartialDate.exactly(date(year, month_number, day_number))
    except ValueError:
        return None


def year_part(year: int, part: str) -> PartialDate | None:
    return months(year, *YEAR_PARTS[part])


def season(year: int, name: str) -> PartialDate | None:
    first, last = SEASONS[name]
    if not 1 <= year <= 9998:
        return None
    ends = year if first <= last else year + 1
    return PartialDate(date(year, first, 1), date(ends, last, monthrange(ends, last)[1]))


def festival(year: int, name: str) -> PartialDate | None:
    """None where the calendar does not go so far."""
    data: dict[str, Any] = load("calendar.toml").get(name, {})
    if "on" in data:
        first = date(year, *data["on"])
    elif "from" in data:
        return PartialDate(date(year, *data["from"]), date(year, *data["to"]))
    else:
        moving = load("calendar.toml")[data["same_as"]]["each"] if "same_as" in data else data.get("each", [])
        same_year = [moved for moved in moving if moved.year == year]
        if not same_year:
            return None
        first = same_year[0] - timedelta(days=data.get("before", 0))
    return PartialDate(first, first + timedelta(days=data["days"] - 1))


def monday_of(on: date, weeks_back: int) -> date:
    return on - timedelta(days=on.weekday() + 7 * weeks_back)


def before(on: date, count: float, unit: str) -> date:
    """The day `count` units before `on`; a fraction of a month counts as days, one of a year as months."""
    whole = int(count)
    fraction = count - whole
    if unit in ("day", "week"):
        return shift(on, Span(round(count * (7 if unit == "week" else 1)), "days"), back=True)
    if unit == "month":
        return shift(on, Span(whole, "months"), back=True) - timedelta(days=round(fraction * 30))
    return shift(on, Span(round(count * 12), "months"), back=True)


def half_width(count: float, unit: str) -> int:
    """How many days to either side "`count` units ago" may lie."""
    if unit == "day":
        return 0 if count <= 3 else 2 if count <= 14 else 4
    if unit == "week":
        return 3 if count <= 3 else 4 if count <= 8 else 7
    is_whole = count == int(count)
    if unit == "month":
        return 15 if is_whole else 4 if count < 1 else 12
    return 183 if is_whole else 30 if count < 1 else 60
