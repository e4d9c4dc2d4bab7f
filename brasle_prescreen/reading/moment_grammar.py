"""The patterns of dates, the most telling first. Words are in `words/*.toml`; what a match means, in `moment_days.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from brasle_prescreen.reading.moment_days import (
    Resolver,
    ago,
    bare_weekday,
    day_month_year,
    day_of_month,
    day_word,
    month_dot_day,
    named_month,
    numbered_month,
    of_year,
    relative_month,
    week,
    weekend,
    whole_year,
    written_date,
    year_and_month,
)
from brasle_prescreen.reading.words import any_in, any_of, phrases

Y4 = r"(?<!\d)(?:19|20)\d\d(?!\d)"
ORDINAL = r"(?:st|nd|rd|th)?"


@cache
def grammar() -> tuple[tuple[re.Pattern[str], Resolver], ...]:
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
    days_to = rf"(?: ?[-~] ?| {any_of('time.day_range')} (?:the )?)"

    yield any_of("time.lunar"), lambda match, on: "ambiguous"
    yield any_of("time.counted_from"), lambda match, on: "vague"
    yield (
        rf"(?<!\d)(?P<y>(?:19|20)\d\d) ?(?:[-/.]|{mark_year}) ?(?P<m>\d{{1,2}}) ?(?:[-/.]|{mark_month}) ?"
        rf"(?P<d>\d{{1,2}})(?!\d)(?:{mark_day})?",
        written_date,
    )
    yield r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)", written_date
    yield r"(?<![\d.])(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>(?:19|20)\d\d)(?!\d)", day_month_year
    yield r"(?<![\d.])\d{1,2}[-/.]\d{1,2}[-/.]\d\d(?!\d)", lambda match, on: "ambiguous"
    yield (
        rf"(?:(?P<year_before>{year}){of_}? ?)?(?:(?P<lead>{any_of('time.month_lead')}) ?)?(?:(?P<last>{last}) )?"
        rf"(?:(?P<part>{part})[ -]?)?"
        rf"(?:(?:the )?(?<!\d)(?:(?P<d_from>\d{{1,2}}){ORDINAL}{days_to})?(?P<d_before>\d{{1,2}}){ORDINAL}[-./]? ?(?:of )?)?"
        rf"(?P<month>{month_name})\.?"
        rf"(?:(?: ?the)? ?(?P<d_after>\d{{1,2}}){ORDINAL}(?:{days_to}(?P<d_to>\d{{1,2}}){ORDINAL})?(?![\d:]))?"
        rf"(?:[-/,]? ?(?:of |in )?(?P<year>{year}|'\d\d(?!\d)))?(?! ?(?:of |[-/'] ?)\d)",
        named_month,
    )
    yield (
        rf"(?:(?P<year>{year}){of_}?[,.]? ?)?(?<![\d.])(?P<m>\d{{1,2}})(?:~(?P<m2>\d{{1,2}}))?{mark_month}{of_}?"
        rf"(?:(?P<before>{ago_word})|(?P<part>{part})|(?P<d>\d{{1,2}})(?:[~-](?P<d2>\d{{1,2}}))?(?:{mark_day})?(?![\d{_counters()}]))?",
        numbered_month,
    )
    yield r"(?<!\d)(?P<y>(?:19|20)\d\d) ?[-/.] ?(?P<m>\d{1,2})(?!\d|\.\d)", year_and_month
    yield r"(?<![\d./])(?P<m>\d{1,2}) ?[-/.] ?(?P<y>(?:19|20)\d\d)(?!\d)", year_and_month
    yield (
        rf"(?:(?P<part_before>{part}) )?(?:(?:the )?(?<!\d)(?P<d_of>\d{{1,2}}){ORDINAL} of )?"
        rf"(?P<months>{any_in('time.months')}){of_}?"
        rf"(?:(?P<part>{part})|(?P<d>\d{{1,2}})(?:{mark_day})?(?![\d.{_counters()}]))?",
        relative_month,
    )
    weekday = rf"(?:[1-7](?!\d)|{any_of('time.weekday_sunday')}|{any_in('time.weekday')})"
    yield (
        rf"{any_of('time.weeks_ahead')}"
        rf"(?: ?(?:{any_of('time.weekend', 'time.weekday_sunday')}|{any_in('time.weekday')})|[1-6](?!\d))",
        lambda match, on: "future",
    )
    yield (
        rf"(?P<weekday>{any_in('time.weekday')}) (?:of )?(?P<weekend>(?!))?(?P<weeks>{any_in('time.weeks')})",
        week,
    )
    yield (
        rf"(?P<weeks>{any_in('time.weeks')})(?: ?(?:(?P<weekend>{any_of('time.weekend')})|(?P<weekday>{weekday})))?",
        week,
    )
    yield rf"(?P<last>{any_of('time.last_weekend')})|{any_of('time.recent_weekend')}", weekend
    yield (
        rf"(?<![\d{_each()}])(?:{any_of('time.weekday_lead')})(?P<last>(?!))?(?P<weekday>[1-6](?!\d)|{any_of('time.weekday_sunday')})",
        bare_weekday,
    )
    yield rf"(?:(?P<last>{last}) |(?P<count>\d+) )?(?P<weekday>{any_in('time.weekday')})", bare_weekday
    yield any_in("time.days"), day_word
    around = rf"(?: ?(?:(?P<near>{any_of('time.around')})|(?P<around>{any_of('time.festival_before_after')})))?"
    # A feast that is called by its date is two digits by now: not within a longer number, nor so many of something.
    festival = rf"(?<![\d.]){any_in('time.festival')}(?!\d|(?<=\d)[{_counters()}])"
    season = any_in("time.season")
    yield rf"(?P<year>{year}){of_}? ?(?P<festival>{festival}){around}", of_year
    yield (
        rf"(?:(?P<around>{any_of('time.festival_before_after')}) )?(?P<festival>{festival}),? ?"
        rf"(?:of |in )?(?P<year_after>{year})?{_unnamed(around)}",
        of_year,
    )
    yield rf"(?P<year>{year}){of_}? ?(?P<season>{season})", of_year
    yield rf"(?:(?P<last>{last}) )?(?P<season>{season}),? ?(?:of |in )?(?P<year_after>{year})?", of_year
    yield rf"(?P<year>{year}){of_}?(?P<year_part>{any_in('time.year_part')})", of_year
    yield rf"(?P<year_part>{any_in('time.year_part')}) ?(?P<year_after>{year})", of_year
    yield rf"(?P<year_part>{any_of('time.year_part_alone')})", of_year
    yield _ago_source(unit), ago
    yield any_of("time.future"), lambda match, on: "future"
    yield rf"(?P<year>{year_words}|{short_year}|{Y4}{mark_year}?)(?!\d|[.:]\d|[%s])", whole_year
    yield rf"(?<![\d{_counters()}.])(?P<d>\d{{1,2}})(?:{mark_day})(?!\d)", day_of_month
    yield (
        rf"\bthe (?P<d>\d{{1,2}})(?:st|nd|rd|th)(?![a-z])(?! {any_of('time.numbered')})",
        day_of_month,
    )
    yield (
        r"(?<![\d.:/])(?P<m>1[0-2]|0?[1-9])[./](?P<d>[12]\d|3[01]|0?[1-9])(?!\d|[./]\d|[/%])(?! ?[a-z])",
        month_dot_day,
    )


def _ago_source(unit: str) -> str:
    """The words around a length of time that tell "ago" from "for"."""
    hedge = any_of("time.hedge")
    return (
        rf"(?:(?P<used>{any_of('time.used_for')}) ?)?(?:(?P<elapsed>{any_of('time.elapsed_before')}) ?)?"
        rf"(?:(?P<hedge>{hedge}) ?)?(?:(?P<nearly>{any_of('time.nearly')}) ?)?(?:(?P<less>{any_of('time.less_than')}) ?)?"
        rf"(?:(?P<within_before>{any_of('time.within')}) ?)?"
        rf"(?:(?P<more>{any_of('time.more_than')}) ?)?"
        rf"(?:(?<![\d.])(?<!\d:)(?P<coarse>\d{{1,2}}) ?(?P<coarse_unit>{unit})(?: ?{any_of('time.plus')})? ?(?=\d))?"
        rf"(?<![\d./])(?<!\d[: ])(?P<n>\d{{1,3}}(?:\.\d)?)(?P<plus>\+)?(?:~(?P<m>\d{{1,4}}))? ?(?P<unit>{unit})"
        rf"(?: ?(?P<hedge_after>{hedge}))?"
        rf"(?: ?(?:(?P<ago>{any_of('time.ago_for_certain')})|(?P<without>{any_of('time.elapsed_after')})"
        rf"|(?P<le>{any_of('time.already')})|(?P<within>{any_of('time.within_after')})))?"
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
