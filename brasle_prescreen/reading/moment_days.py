"""What each way of naming a day means: the days themselves, or why they cannot be known.

A resolver takes the match of its pattern in `moment_grammar.py` and today's date. It returns the days, a word for what
stands in the way (impossible, ambiguous, vague, duration), or None if the match is no date after all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading import calendar_days as days
from brasle_prescreen.reading.words import name_of

Resolver = Callable[[re.Match[str], date], "PartialDate | str | None"]


# ------------------------------------------------------------------ years and months


def _year(said: str | None, on: date) -> int | None:
    """A year in digits or as a word such as "last year"."""
    if said is None:
        return None
    back = name_of("time.years", said.strip())
    if back is not None:
        return on.year - int(back)
    digits = re.sub(r"\D", "", said)
    if len(digits) == 4:
        return int(digits)
    if len(digits) == 2:
        century = 2000 if int(digits) <= on.year % 100 + 1 else 1900
        return century + int(digits)
    return None


def _latest_not_future(on: date, in_year: Callable[[int], PartialDate | None]) -> PartialDate | None:
    """Without a year: this year's, or last year's if this year's has not begun."""
    this = in_year(on.year)
    if this is not None and this.earliest <= on:
        return this
    return in_year(on.year - 1)


def _in_month(
    year: int | None, first: int, last: int | None, part: str | None, days_said: tuple[int, int] | None, on: date
) -> PartialDate | str:
    def resolve(in_year: int) -> PartialDate | None:
        whole = days.months(in_year, first, last or first)
        if whole is None:
            return None
        if days_said:
            start, end = days.day(in_year, first, days_said[0]), days.day(in_year, first, days_said[1])
            return PartialDate(start.earliest, end.latest) if start and end and start <= end else None
        return days.month_part(whole, part) if part else whole

    resolved = resolve(year) if year is not None else _latest_not_future(on, resolve)
    if resolved is None and year is None and days_said:  # 29 February: the last leap year
        resolved = next((r for back in range(1, 5) if (r := resolve(on.year - back))), None) if first == 2 else None
        if resolved is not None and days_said != (29, 29):
            resolved = None
    return resolved if resolved is not None else "impossible"


def _days_said(match: re.Match[str], first: str = "d", last: str = "d2") -> tuple[int, int] | None:
    groups = match.groupdict()
    if groups.get(first) is None:
        return None
    start = int(groups[first])
    return start, int(groups[last]) if groups.get(last) else start


def written_date(match: re.Match[str], on: date) -> PartialDate | str:
    return days.day(int(match["y"]), int(match["m"]), int(match["d"])) or "impossible"


def day_month_year(match: re.Match[str], on: date) -> PartialDate | str:
    """3/4/2026 may be March or April: only a number above 12, or the same number twice, tells."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    if first > 12 or first == second:
        return days.day(year, second, first) or "impossible"
    if second > 12:
        return days.day(year, first, second) or "impossible"
    return "ambiguous"


def year_and_month(match: re.Match[str], on: date) -> PartialDate | str:
    return days.month(int(match["y"]), int(match["m"])) or "impossible"


def numbered_month(match: re.Match[str], on: date) -> PartialDate | str | None:
    part = name_of("time.part", match["part"]) if match["part"] else None
    year = _year(match["year"], on)
    last = int(match["m2"]) if match["m2"] else None
    if match["before"]:
        return "ambiguous"
    return _in_month(year, int(match["m"]), last, part, _days_said(match), on)


def named_month(match: re.Match[str], on: date) -> PartialDate | str | None:
    number = int(name_of("time.month", match["month"]) or 0)
    year = _year(match["year"] or match["year_before"], on)
    if match["d_before"] and match["d_after"]:  # "the second, on October 29th"
        return "ambiguous"
    day_said = match["d_before"] or match["d_after"]
    said = (int(match["d_from"] or day_said), int(match["d_to"] or day_said)) if day_said else None
    part = name_of("time.part", match["part"].strip()) if match["part"] else None
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    is_alone = before[-1:] in ("", ",", ";") and after[:1] in ("", ",", ".", "?", "!", ";")
    if number == 5 and match["month"] == "may" and not (year or said or part or is_alone or match["lead"]):
        return None  # "it may be"
    if match["last"] and not year:
        recent = _in_month(None, number, None, part, said, on.replace(day=1) - timedelta(days=1))
        in_last_year = _in_month(on.year - 1, number, None, part, said, on)
        return recent if recent == in_last_year else "ambiguous"
    return _in_month(year, number, None, part, said, on)


def relative_month(match: re.Match[str], on: date) -> PartialDate | str:
    first = days.before(on.replace(day=1), int(name_of("time.months", match["months"]) or 0), "month")
    part = match["part"] or match["part_before"]
    named = name_of("time.part", part.strip()) if part else None
    return _in_month(first.year, first.month, None, named, _days_said(match) or _days_said(match, "d_of", "d_of"), on)


# ------------------------------------------------------------------ weeks and days


def _weekday_number(said: str) -> int:
    """1 is Monday, 7 is Sunday."""
    if said.isdigit():
        return int(said)
    named = name_of("time.weekday", said)
    return int(named) if named else 7


def week(match: re.Match[str], on: date) -> PartialDate | str:
    monday = days.monday_of(on, int(name_of("time.weeks", match["weeks"]) or 0))
    if match["weekend"]:
        return PartialDate(monday + timedelta(days=5), monday + timedelta(days=6))
    if match["weekday"]:
        return PartialDate.exactly(monday + timedelta(days=_weekday_number(match["weekday"]) - 1))
    return PartialDate(monday, monday + timedelta(days=6))


def bare_weekday(match: re.Match[str], on: date) -> PartialDate | str:
    if match.groupdict().get("count"):
        return "ambiguous"
    back = (on.isoweekday() - _weekday_number(match["weekday"])) % 7
    return PartialDate.exactly(on - timedelta(days=back or (7 if match["last"] else 0)))


def weekend(match: re.Match[str], on: date) -> PartialDate:
    saturday = days.monday_of(on, 1 if match["last"] else 0) + timedelta(days=5)
    if saturday > on:
        saturday -= timedelta(days=7)
    return PartialDate(saturday, saturday + timedelta(days=1))


def day_word(match: re.Match[str], on: date) -> PartialDate:
    return PartialDate.exactly(on - timedelta(days=int(name_of("time.days", match[0]) or 0)))


def day_of_month(match: re.Match[str], on: date) -> PartialDate | str:
    """Only a day: of this month, or of the last one if this month's is still to come."""
    for back in (0, 1):
        first = days.before(on.replace(day=1), back, "month")
        resolved = days.day(first.year, first.month, int(match["d"]))
        if resolved and resolved.earliest <= on:
            return resolved
    return "impossible"


def month_dot_day(match: re.Match[str], on: date) -> PartialDate | str:
    first, second = int(match["m"]), int(match["d"])
    if second <= 12 and first != second:
        return "ambiguous"
    return _in_month(None, first, None, None, (second, second), on)


# ------------------------------------------------------------------ years, seasons, feasts


def of_year(match: re.Match[str], on: date) -> PartialDate | str | None:
    groups = match.groupdict()
    year = _year(groups.get("year") or groups.get("year_after"), on)
    if (groups.get("around") or groups.get("around_after")) and groups.get("festival"):
        return "vague"
    if said := groups.get("year_part"):
        part = name_of("time.year_part", said.strip()) or "end"
        return (days.year_part(year, part) if year else _recent(lambda y: days.year_part(y, part), on)) or "impossible"
    if said := groups.get("season"):
        name = name_of("time.season", said) or "summer"
        if groups.get("last") and not year:
            recent, before = _recent(lambda y: days.season(y, name), on), days.season(on.year - 1, name)
            return recent if recent and recent == before else "ambiguous"
        return (days.season(year, name) if year else _recent(lambda y: days.season(y, name), on)) or "impossible"
    name = name_of("time.festival", groups["festival"] or "") or ""
    resolved = days.festival(year, name) if year else _recent(lambda y: days.festival(y, name), on)
    if resolved and groups.get("near"):
        resolved = PartialDate(resolved.earliest - timedelta(days=7), resolved.latest + timedelta(days=7))
    return resolved or "impossible"


def _recent(in_year: Callable[[int], PartialDate | None], on: date) -> PartialDate | None:
    return _latest_not_future(on, in_year)


def whole_year(match: re.Match[str], on: date) -> PartialDate | str:
    year = _year(match["year"], on)
    return (days.months(year, 1, 12) if year else None) or "impossible"


# ------------------------------------------------------------------ lengths of time


def ago(match: re.Match[str], on: date) -> PartialDate | str | None:
    """Three months ago, stopped for three months, three months without: all of them, or else only a duration."""
    unit = name_of("time.unit", match["unit"]) or "day"
    least, most = float(match["n"]), float(match["m"] or match["n"])
    bare = not (
        match["ago"]
        or match["elapsed"]
        or match["less"]
        or (match["within_before"] or match["within"])
        or match["le"]
        or match["used"]
        or match["without"]
    )
    if unit == "year" and bare and len(match["n"]) == 2 and not (match["m"] or match["plus"]):
        return None  # a year of two digits
    limit = {"hour": 400, "day": 4000, "week": 600, "month": 240, "year": 60}[unit]
    if most > limit:
        return "impossible"
    is_ago = (
        match["ago"]
        or match["elapsed"]
        or match["less"]
        or (match["within_before"] or match["within"])
        or (match["le"] and not match["used"])
    )
    if match["used"] and not match["ago"]:
        return "duration"
    if not (is_ago or match["without"]):
        return "duration"
    hedged = bool(match["hedge"] or match["hedge_after"] or match["nearly"])
    if unit == "hour":
        return PartialDate(on - timedelta(days=int(-(-most // 24))), on - timedelta(days=int(least // 24)))
    if match["coarse"]:  # a year and three months ago
        on = days.before(on, float(match["coarse"]), name_of("time.unit", match["coarse_unit"]) or "year")
    if match["within_before"] or match["within"]:
        return PartialDate(days.before(on, most, unit), on)
    if match["less"]:
        return PartialDate(days.before(on, most, unit), days.before(on, max(0.0, least - 1), unit))
    if match["more"] or match["plus"]:
        return _and_some(least, unit, on)
    if match["m"]:
        slack = timedelta(days=days.half_width(most, unit) // 2)
        return PartialDate(days.before(on, most, unit) - slack, min(on, days.before(on, least, unit) + slack))
    half = days.half_width(least, unit)
    if hedged:
        half = max(1, half + (half + 1) // 2)
    centre = days.before(on, least, unit)
    return PartialDate(centre - timedelta(days=half), min(on, centre + timedelta(days=half)))


def _and_some(count: float, unit: str, on: date) -> PartialDate:
    """Four months and some: between four and five. Half a year and some: up to ten months."""
    longest = (10 / 12 if unit == "year" else 1.0) if count < 1 else count + 1
    return PartialDate(days.before(on, longest, unit), days.before(on, count, unit))
