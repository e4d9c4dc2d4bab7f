"""Finds the dates in a text: calendar words, written dates, feasts, "N months ago". Each becomes the days it may mean.

What to make of several of them, and of "never" and "still", is decided by `when.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading import calendar_days as days
from brasle_prescreen.reading.words import any_in, any_of, name_of, names, phrases

Y4 = r"(?<!\d)(?:19|20)\d\d(?!\d)"
ORDINAL = r"(?:st|nd|rd|th)?"
MASK = "_"


class Moment(NamedTuple):
    """A date expression at `start`..`end` of the text. `days` is None where `problem` says why it cannot be used:
    impossible, future, ambiguous, vague, duration."""

    start: int
    end: int
    days: PartialDate | None
    problem: str = ""
    is_count: bool = False


Resolver = Callable[[re.Match[str], date], "PartialDate | str | None"]


def find_moments(text: str, on: date) -> list[Moment]:
    """All date expressions of a text that was made plain, in the order in which they stand."""
    found: list[Moment] = []
    for pattern, resolve in _grammar():
        for match in pattern.finditer(text):
            resolved = resolve(match, on)
            if resolved is None:
                continue
            found.append(_moment(match, resolved, on, is_count=resolve is _ago))
        for moment in found:
            width = moment.end - moment.start
            text = text[: moment.start] + MASK * width + text[moment.end :]
    return sorted(found)


def _moment(match: re.Match[str], resolved: PartialDate | str, on: date, *, is_count: bool) -> Moment:
    start, end = match.span()
    if match.groupdict().get("lead"):  # "since", "stopped": what they say is for the reader of the clause
        start = match.end("lead")
    if isinstance(resolved, str):
        return Moment(start, end, None, resolved)
    if resolved.earliest > on:
        return Moment(start, end, None, "future")
    return Moment(start, end, PartialDate(resolved.earliest, min(resolved.latest, on)), is_count=is_count)


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


def _written_date(match: re.Match[str], on: date) -> PartialDate | str:
    return days.day(int(match["y"]), int(match["m"]), int(match["d"])) or "impossible"


def _day_month_year(match: re.Match[str], on: date) -> PartialDate | str:
    """3/4/2026 may be March or April: only a number above 12, or the same number twice, tells."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    if first > 12 or first == second:
        return days.day(year, second, first) or "impossible"
    if second > 12:
        return days.day(year, first, second) or "impossible"
    return "ambiguous"


def _year_and_month(match: re.Match[str], on: date) -> PartialDate | str:
    return days.month(int(match["y"]), int(match["m"])) or "impossible"


def _numbered_month(match: re.Match[str], on: date) -> PartialDate | str | None:
    part = name_of("time.part", match["part"]) if match["part"] else None
    year = _year(match["year"], on)
    last = int(match["m2"]) if match["m2"] else None
    if match["before"]:
        return "ambiguous"
    return _in_month(year, int(match["m"]), last, part, _days_said(match), on)


def _named_month(match: re.Match[str], on: date) -> PartialDate | str | None:
    number = int(name_of("time.month", match["month"]) or 0)
    year = _year(match["year"] or match["year_before"], on)
    day_said = match["d_before"] or match["d_after"]
    said = (int(day_said), int(day_said)) if day_said else None
    part = name_of("time.part", match["part"].strip()) if match["part"] else None
    is_alone = not match.string.replace(match[0], "").strip(" .,!?")
    if number == 5 and match["month"] == "may" and not (year or said or part or is_alone or match["lead"]):
        return None  # "it may be"
    if match["last"] and not year:
        recent = _in_month(None, number, None, part, said, on.replace(day=1) - timedelta(days=1))
        in_last_year = _in_month(on.year - 1, number, None, part, said, on)
        return recent if recent == in_last_year else "ambiguous"
    return _in_month(year, number, None, part, said, on)


def _relative_month(match: re.Match[str], on: date) -> PartialDate | str:
    first = days.before(on.replace(day=1), int(name_of("time.months", match["months"]) or 0), "month")
    part = match["part"] or match["part_before"]
    named = name_of("time.part", part.strip()) if part else None
    return _in_month(first.year, first.month, None, named, _days_said(match), on)


# ------------------------------------------------------------------ weeks and days


def _weekday_number(said: str) -> int:
    """1 is Monday, 7 is Sunday."""
    if said.isdigit():
        return int(said)
    named = name_of("time.weekday", said)
    return int(named) if named else 7


def _week(match: re.Match[str], on: date) -> PartialDate | str:
    monday = days.monday_of(on, int(name_of("time.weeks", match["weeks"]) or 0))
    if match["weekend"]:
        return PartialDate(monday + timedelta(days=5), monday + timedelta(days=6))
    if match["weekday"]:
        return PartialDate.exactly(monday + timedelta(days=_weekday_number(match["weekday"]) - 1))
    return PartialDate(monday, monday + timedelta(days=6))


def _bare_weekday(match: re.Match[str], on: date) -> PartialDate | str:
    if match.groupdict().get("count"):
        return "ambiguous"
    back = (on.isoweekday() - _weekday_number(match["weekday"])) % 7
    return PartialDate.exactly(on - timedelta(days=back or (7 if match["last"] else 0)))


def _weekend(match: re.Match[str], on: date) -> PartialDate:
    saturday = days.monday_of(on, 1 if match["last"] else 0) + timedelta(days=5)
    if saturday > on:
        saturday -= timedelta(days=7)
    return PartialDate(saturday, saturday + timedelta(days=1))


def _day_word(match: re.Match[str], on: date) -> PartialDate:
    return PartialDate.exactly(on - timedelta(days=int(name_of("time.days", match[0]) or 0)))


def _day_of_month(match: re.Match[str], on: date) -> PartialDate | str:
    """Only a day: of this month, or of the last one if this month's is still to come."""
    for back in (0, 1):
        first = days.before(on.replace(day=1), back, "month")
        resolved = days.day(first.year, first.month, int(match["d"]))
        if resolved and resolved.earliest <= on:
            return resolved
    return "impossible"


def _month_dot_day(match: re.Match[str], on: date) -> PartialDate | str:
    first, second = int(match["m"]), int(match["d"])
    if second <= 12 and first != second:
        return "ambiguous"
    return _in_month(None, first, None, None, (second, second), on)


# ------------------------------------------------------------------ years, seasons, feasts


def _of_year(match: re.Match[str], on: date) -> PartialDate | str | None:
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


def _whole_year(match: re.Match[str], on: date) -> PartialDate | str:
    year = _year(match["year"], on)
    return (days.months(year, 1, 12) if year else None) or "impossible"


# ------------------------------------------------------------------ lengths of time


def _ago(match: re.Match[str], on: date) -> PartialDate | str | None:
    """Three months ago, stopped for three months, three months without: all of them, or else only a duration."""
    unit = name_of("time.unit", match["unit"]) or "day"
    least, most = float(match["n"]), float(match["m"] or match["n"])
    bare = not (match["ago"] or match["elapsed"] or match["less"] or (match["within_before"] or match["within"]) or match["le"] or match["used"] or match["without"])
    if unit == "year" and bare and len(match["n"]) == 2 and not (match["m"] or match["plus"]):
        return None  # a year of two digits
    limit = {"hour": 400, "day": 4000, "week": 600, "month": 240, "year": 60}[unit]
    if most > limit:
        return "impossible"
    is_ago = match["ago"] or match["elapsed"] or match["less"] or (match["within_before"] or match["within"]) or (match["le"] and not match["used"])
    if match["used"] and not match["ago"]:
        return "duration"
    if not (is_ago or match["without"]):
        return "duration"
    hedged = bool(match["hedge"] or match["hedge_after"] or match["nearly"])
    if unit == "hour":
        return PartialDate(on - timedelta(days=int(-(-most // 24))), on - timedelta(days=int(least // 24)))
    if match["coarse"]:  # a year and three months ago
        on = days.before(on, float(match["coarse"]), name_of("time.unit", match["coarse_unit"]) or "year")
    if (match["within_before"] or match["within"]):
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
    if count < 1:
        longest = 10 / 12 if unit == "year" else 1.0
    else:
        longest = count + 1
    return PartialDate(days.before(on, longest, unit), days.before(on, count, unit))


# ------------------------------------------------------------------ the grammar, most telling first


@cache
def _grammar() -> tuple[tuple[re.Pattern[str], Resolver], ...]:
    return tuple((re.compile(source), resolve) for source, resolve in _sources())


def _sources() -> Iterator[tuple[str, Resolver]]:
    mark_year, mark_month = (f"(?:{'|'.join(phrases_of(path))})" for path in ("time.year_mark", "time.month_mark"))
    mark_day = any_of("time.day_mark")
    short_year = rf"(?<!\d)\d\d{mark_year}"
    year_words = any_in("time.years")
    year = rf"(?:{Y4}{mark_year}?|{short_year}|{year_words})"
    month_name, part = any_in("time.month"), any_in("time.part")
    ago_word, unit = any_of("time.ago_for_certain"), any_in("time.unit")
    last = any_of("time.last_word")
    of_ = any_of("time.of_word")

    yield any_of("time.lunar"), lambda match, on: "ambiguous"
    yield (
        rf"(?<!\d)(?P<y>(?:19|20)\d\d) ?(?:[-/.]|{mark_year}) ?(?P<m>\d{{1,2}}) ?(?:[-/.]|{mark_month}) ?"
        rf"(?P<d>\d{{1,2}})(?!\d)(?:{mark_day})?",
        _written_date,
    )
    yield r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)", _written_date
    yield r"(?<![\d.])(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>(?:19|20)\d\d)(?!\d)", _day_month_year
    yield r"(?<![\d.])\d{1,2}[-/.]\d{1,2}[-/.]\d\d(?!\d)", lambda match, on: "ambiguous"
    yield (
        rf"(?:(?P<year_before>{year}){of_}? ?)?(?:(?P<lead>{any_of('time.month_lead')}) ?)?(?:(?P<last>{last}) )?"
        rf"(?:(?P<part>{part})[ -]?)?(?:(?:the )?(?<!\d)(?P<d_before>\d{{1,2}}){ORDINAL}[-./]? ?(?:of )?)?"
        rf"(?P<month>{month_name})\.?(?:(?: ?the)? ?(?P<d_after>\d{{1,2}}){ORDINAL}(?![\d:]))?"
        rf"(?:[-/,]? ?(?:of |in )?(?P<year>{year}|'\d\d(?!\d)))?(?! ?(?:of |[-/'] ?)\d)",
        _named_month,
    )
    yield (
        rf"(?:(?P<year>{year}){of_}?[,.]? ?)?(?<![\d.])(?P<m>\d{{1,2}})(?:~(?P<m2>\d{{1,2}}))?{mark_month}{of_}?"
        rf"(?:(?P<before>{ago_word})|(?P<part>{part})|(?P<d>\d{{1,2}})(?:[~-](?P<d2>\d{{1,2}}))?(?:{mark_day})?(?![\d{_counters()}]))?",
        _numbered_month,
    )
    yield r"(?<!\d)(?P<y>(?:19|20)\d\d) ?[-/.] ?(?P<m>\d{1,2})(?![\d.])", _year_and_month
    yield r"(?<![\d./])(?P<m>\d{1,2}) ?[-/.] ?(?P<y>(?:19|20)\d\d)(?!\d)", _year_and_month
    yield (
        rf"(?:(?P<part_before>{part}) )?(?P<months>{any_in('time.months')}){of_}?"
        rf"(?:(?P<part>{part})|(?P<d>\d{{1,2}})(?:{mark_day})?(?![\d.{_counters()}]))?",
        _relative_month,
    )
    weekday = rf"(?:[1-7](?!\d)|{any_of('time.weekday_sunday')}|{any_in('time.weekday')})"
    yield (
        rf"(?P<weeks>{any_in('time.weeks')})(?: ?(?:(?P<weekend>{any_of('time.weekend')})|(?P<weekday>{weekday})))?",
        _week,
    )
    yield rf"(?P<last>{any_of('time.last_weekend')})|{any_of('time.recent_weekend')}", _weekend
    yield (
        rf"(?<![\d{_each()}])(?:{any_of('time.weekday_lead')})(?P<last>(?!))?(?P<weekday>[1-6](?!\d)|{any_of('time.weekday_sunday')})",
        _bare_weekday,
    )
    yield rf"(?:(?P<last>{last}) |(?P<count>\d+) )?(?P<weekday>{any_in('time.weekday')})", _bare_weekday
    yield any_in("time.days"), _day_word
    around = rf"(?: ?(?:(?P<near>{any_of('time.around')})|(?P<around>{any_of('time.festival_before_after')})))?"
    festival, season = any_in("time.festival"), any_in("time.season")
    yield rf"(?P<year>{year}){of_}? ?(?P<festival>{festival}){around}", _of_year
    yield (
        rf"(?:(?P<around>{any_of('time.festival_before_after')}) )?(?P<festival>{festival}),? ?(?:of |in )?(?P<year_after>{year})?{_unnamed(around)}",
        _of_year,
    )
    yield rf"(?P<year>{year}){of_}? ?(?P<season>{season})", _of_year
    yield rf"(?:(?P<last>{last}) )?(?P<season>{season}),? ?(?:of |in )?(?P<year_after>{year})?", _of_year
    yield rf"(?P<year>{year}){of_}?(?P<year_part>{any_in('time.year_part')})", _of_year
    yield rf"(?P<year_part>{any_in('time.year_part')}) ?(?P<year_after>{year})", _of_year
    yield rf"(?P<year_part>{any_of('time.year_part_alone')})", _of_year
    yield _ago_source(unit), _ago
    yield any_of("time.future"), lambda match, on: "future"
    yield rf"(?P<year>{year_words}|{short_year}|{Y4}{mark_year}?)(?![\d.:%s])", _whole_year
    yield rf"(?<![\d{_counters()}.])(?P<d>\d{{1,2}})(?:{mark_day})(?!\d)", _day_of_month
    yield r"\bthe (?P<d>\d{1,2})(?:st|nd|rd|th)(?![a-z])(?! (?:time|dose|one))", _day_of_month
    yield r"(?<![\d.:/])(?P<m>1[0-2]|0?[1-9])[./](?P<d>[12]\d|3[01]|0?[1-9])(?![\d./%])(?! ?[a-z])", _month_dot_day


def _ago_source(unit: str) -> str:
    """The words around a length of time that tell "ago" from "for"."""
    hedge = any_of("time.hedge")
    return (
        rf"(?:(?P<used>{any_of('time.used_for')}) ?)?(?:(?P<elapsed>{any_of('time.elapsed_before')}) ?)?"
        rf"(?:(?P<hedge>{hedge}) ?)?(?:(?P<nearly>{any_of('time.nearly')}) ?)?(?:(?P<less>{any_of('time.less_than')}) ?)?(?:(?P<within_before>{any_of('time.within')}) ?)?"
        rf"(?:(?P<more>{any_of('time.more_than')}) ?)?"
        rf"(?:(?<![\d.:])(?P<coarse>\d{{1,2}}) ?(?P<coarse_unit>{unit})(?: ?{any_of('time.plus')})? ?(?=\d))?"
        rf"(?<![\d.:])(?P<n>\d{{1,3}}(?:\.\d)?)(?P<plus>\+)?(?:~(?P<m>\d{{1,4}}))? ?(?P<unit>{unit})"
        rf"(?: ?(?P<hedge_after>{hedge}))?"
        rf"(?: ?(?:(?P<ago>{any_of('time.ago_for_certain')})|(?P<without>{any_of('time.elapsed_after')})|(?P<le>{any_of('time.already')})|(?P<within>{any_of('time.within_after')})))?"
    )


def _unnamed(source: str) -> str:
    return re.sub(r"\?P<around>", "?P<around_after>", source)


def _counters() -> str:
    """Characters after a bare number which say that it is no day of a month, as a character class."""
    return "".join(phrases("time.counters"))


def _each() -> str:
    return "".join(phrases("time.each"))


def phrases_of(path: str) -> tuple[str, ...]:
    return phrases(path) or (r"(?!)",)


__all__ = ["Moment", "find_moments", "names"]
