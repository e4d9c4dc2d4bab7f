"""Words a day, or a span of possible days: which of the `date.` messages says it, and with what values."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from bot.message import Day

# A span this long means "at some time before": nobody is asked to read the year 1906.
LONG_YEARS = 60


def pattern(day: Day) -> tuple[str, dict[str, date]]:
    """The message key for a span, and the days that fill its placeholders."""
    first, last = min(day.earliest, day.latest), max(day.earliest, day.latest)
    if first == last:
        return "date.day", {"date": first}
    if (first.year, first.month) == (last.year, last.month) and first.day == 1 and last.day == _month_end(last):
        return "date.month", {"date": first}
    if first.year == last.year and (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return "date.year", {"date": first}
    if last.year - first.year >= LONG_YEARS:
        return "date.until", {"date": last}
    return "date.span", {"earliest": first, "latest": last}


def parts(day: date, language: str) -> dict[str, str]:
    """What a `date.` message may use: the ISO day, its numbers, the month's name in the reader's language."""
    return {
        "iso": day.isoformat(),
        "year": str(day.year),
        "month": str(day.month),
        "day": str(day.day),
        "month_name": month_name(day.month, language),
    }


def month_name(month: int, language: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return str(month)
    return str(locale.months["stand-alone"]["wide"][month])


def _month_end(day: date) -> int:
    return monthrange(day.year, day.month)[1]
