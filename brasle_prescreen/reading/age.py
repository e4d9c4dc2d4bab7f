"""Reads how old the patient is: completed years, or the days on which the birth may have been. Never rounds up."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading.moment import Moment, find_moments
from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import any_of, matcher, rewrite, says

LONGEST = 300
OLDEST = 110
MONTHS_A_YEAR = Decimal(12)
HALF = Decimal("0.5")


class Age(NamedTuple):
    """Either `birth`, the first and last possible day, or `years`, whose whole part is the completed years."""

    years: Decimal | None
    birth: PartialDate | None = None


class Said(NamedTuple):
    """One age found in the text."""

    start: int
    end: int
    years: Decimal
    is_bare: bool
    # Reckoned from a coming birthday: two months short of six.
    is_exact: bool = False


def read_age(text: str, on: date) -> Reading[Age]:
    """Years or a birth date as of `on`. Nominal age, school grade, zodiac sign, "about ten": ask back."""
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = rewrite(rewrite(tight(plain(text)), "age.rewrite"), "time.rewrite")
    parts = matcher("correction").split(said)
    if len(parts) > 1 and re.search(r"\d", parts[-1]):
        said = parts[-1]
    said = matcher("age.decoration").sub(" ", said)
    if says(said, "age.lunar"):
        return ask_back("lunar", text)
    ages = _coming_birthday(said) or _stated_ages(said)
    born = [] if ages else [moment for moment in find_moments(said, on) if not moment.is_count]
    is_born = says(said, "age.born")
    with_year = [moment for moment in born if _names_year(said[moment.start : moment.end], is_born=is_born)]
    if with_year:
        return _birth(said, with_year, text, on)
    ages = ages or _bare_ages(_without(said, born))
    if len(ages) == 2 and _is_between(said, *ages):
        return _checked(ages[0].years + HALF, text)
    ages = _of_today(said, ages)
    if len(ages) > 1:
        ages = _of_the_patient(said, ages)
    if len({age.years for age in ages}) > 1:
        return ask_back("two_ages", text)
    if ages and _is_firm(said, ages[0]):
        return _checked(ages[0].years, text)
    if ages:
        return _from_age(said, ages[0], text)
    if says(said, "unsure"):
        return ask_back("unsure", text)
    if born:
        return ask_back("no_year", text)
    return ask_back("nominal_age" if says(said, "age.nominal") else "no_age", text)


def _without(said: str, moments: list[Moment]) -> str:
    for moment in moments:
        named = said[moment.start : moment.end]
        if not re.fullmatch(r"\d+(?:\.\d+)?", named):
            said = said[: moment.start] + "_" * (moment.end - moment.start) + said[moment.end :]
    return said


def _clause_of(said: str, age: Said) -> str:
    start = max((match.end() for match in _comma().finditer(said, 0, age.start)), default=0)
    end = next((match.start() for match in _comma().finditer(said, age.end)), len(said))
    return said[start:end]


def _of_today(said: str, ages: list[Said]) -> list[Said]:
    """Seven when diagnosed, now twelve: the age at another time is left out, if another age is there."""
    today = [age for age in ages if not says(_clause_of(said, age), "age.other_event")]
    return today or ages


def _is_between(said: str, younger: Said, older: Said) -> bool:
    """Eleven, going on twelve."""
    gap = said[younger.end : older.start]
    return older.years == younger.years + 1 and says(gap, "age.going_on", "age.nearly")


# ------------------------------------------------------------------ birth dates


def _birth(said: str, born: list[Moment], text: str, on: date) -> Reading[Age]:
    problems = {moment.problem for moment in born if moment.problem}
    if problems:
        return ask_back(f"{min(problems)}_date", text)
    if len(born) > 1:
        return ask_back("two_dates", text)
    days = born[0].days
    assert days is not None
    if says(said, "age.other_event") and not says(said, "age.born"):
        return ask_back("other_event", text)
    if says(said, "relative") and not says(said, "patient", "age.born"):
        return ask_back("somebody_else", text)
    if on.year - days.latest.year > OLDEST:
        return ask_back("implausible", text)
    return found(Age(None, days), text, hedged=says(said, "hedge"))


def _names_year(named: str, *, is_born: bool) -> bool:
    """Whether a date tells the year; "this year" only if it is said of the birth."""
    return (
        re.search(r"\d{4}", named) is not None
        or _year_without_century().search(named) is not None
        or (is_born and says(named, "age.year_word"))
    )


@cache
def _year_without_century() -> re.Pattern[str]:
    return re.compile(rf"\d\d{any_of('time.year_mark')}|'\d\d$")


# ------------------------------------------------------------------ ages


@cache
def _age_pattern() -> re.Pattern[str]:
    years, months = any_of("age.years"), any_of("age.months")
    and_ = any_of("age.and")
    return re.compile(
        rf"(?<![\d./+~-])(?<!\d[: ])(?P<y>\d{{1,2}}) (?:{and_}) (?P<m>\d{{1,2}}) ?(?:{months})(?![a-z])"
        rf"|(?<![\d./+~-])(?<!\d[: ])(?P<years>\d{{1,3}}(?:\.\d)?)(?P<more>\+)?[ -]?(?:{years})(?:-?{any_of('age.old')})?"
        rf"(?:(?: ?(?:{and_}))? ?(?P<months>\d{{1,2}}) ?(?:{months}))?(?P<more_after> ?{any_of('age.more')})?"
        rf"|(?<![\d./+~-])(?<!\d[: ])(?P<only_months>\d{{1,3}}) ?(?:{any_of('age.months_alone')})(?![a-z])"
    )


def _stated_ages(said: str) -> list[Said]:
    """Numbers with "years" or "months" after them."""
    found_ages = []
    for match in _age_pattern().finditer(said):
        if _vague().search(said[: match.start()]) or _range_end().match(said, match.end()):
            continue
        if match["y"]:
            years = Decimal(match["y"]) + Decimal(match["m"]) / MONTHS_A_YEAR
        elif match["only_months"]:
            years = Decimal(match["only_months"]) / MONTHS_A_YEAR
        else:
            years = Decimal(match["years"])
            if match["months"] and int(match["months"]) < MONTHS_A_YEAR:
                years += Decimal(match["months"]) / MONTHS_A_YEAR
            elif (match["more"] or match["more_after"]) and years == int(years):
                years += Decimal("0.3")
        found_ages.append(Said(*match.span(), years, is_bare=False))
    return found_ages


def _bare_ages(said: str) -> list[Said]:
    bare = [match for match in _bare().finditer(said) if not _vague().search(said[: match.start("years")])]
    numbers = re.findall(r"\d+", said)
    if len(bare) == 1 and len(numbers) == 1:
        if _range_end().match(said, bare[0].end("years")):
            return []
        return [Said(*bare[0].span("years"), Decimal(bare[0]["years"]), is_bare=True)]
    return [Said(*match.span("years"), Decimal(match["years"]), is_bare=True) for match in bare]


@cache
def _bare() -> re.Pattern[str]:
    """A number that may be an age: nothing but particles around it, or a word such as "is", "aged" before it."""
    lead = any_of("age.lead")
    return re.compile(
        rf"(?:^|(?:{lead})[ :]*|(?<=[,;. ]))(?<!\d\.)(?!0\d)(?P<years>\d{{1,3}}(?:\.\d)?)"
        rf"(?=$|[\s,.;!\u3002)]|{any_of('particles')}|{any_of('age.after')})(?![\d.]*[.%:/-]?\d)"
    )


@cache
def _vague() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('age.not_an_age_before')}|[~+]|-)\s*$")


@cache
def _range_end() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{any_of('age.not_an_age_after')})")


def _of_the_patient(said: str, ages: list[Said]) -> list[Said]:
    """Of several ages, the one that is said of the child: full years before nominal ones, the child's before the parent's."""
    by_clause = {age: _clause_of(said, age) for age in ages}
    full = [age for age in ages if says(by_clause[age], "age.full") and not says(by_clause[age], "age.nominal")]
    if full:
        return full
    not_nominal = [age for age in ages if not says(by_clause[age], "age.nominal")]
    others = [age for age in not_nominal if not says(by_clause[age], "age.parent")]
    return [age for age in others if not says(by_clause[age], "relative")] or others or not_nominal or ages


@cache
def _comma() -> re.Pattern[str]:
    return re.compile(r"[,;\u3002.!?\u3001(](?!\d)")


def _is_firm(said: str, age: Said) -> bool:
    """Full years said beside nominal ones need no further question."""
    clause = _comma().split(said[: age.start])[-1] + _comma().split(said[age.start :])[0]
    return says(clause, "age.full") and not says(clause, "age.nominal") and not says(said, "age.nearly", "age.coming")


def _from_age(said: str, age: Said, text: str) -> Reading[Age]:
    before, after = said[: age.start], said[age.end :]
    clause = _clause_of(said, age)
    if says(said, "age.nominal"):
        return ask_back("nominal_age", text)
    if says(clause, "age.other_event") or says(said, "age.comparison"):
        return ask_back("other_event", text)
    if says(before, "relative", "age.parent") and not (says(before, "patient") or says(said, "age.self")):
        return ask_back("somebody_else", text)
    if says(said, "age.two_children"):
        return ask_back("two_children", text)
    if says(clause, "hedge") or says(after, "age.ish"):
        return ask_back("hedged", text)
    if says(clause, "age.turned"):
        return _checked(age.years, text)
    # Nearly six may be five for months: near a birthday only the month of birth tells.
    if age.is_exact:
        return _checked(age.years, text)
    if says(clause, "age.nearly", "age.coming"):
        return ask_back("near_birthday", text)
    return _checked(age.years, text)


def _checked(years: Decimal, text: str) -> Reading[Age]:
    if not 0 < years <= OLDEST:
        return ask_back("implausible", text)
    return found(Age(years.quantize(Decimal("0.01"))), text)


@cache
def _coming() -> tuple[re.Pattern[str], ...]:
    """Two months short of six; six in two months; turning six next month."""
    months, years = any_of("age.months"), any_of("age.years")
    short, until, reach = any_of("age.short_of"), any_of("age.until"), any_of("age.reach")
    count = r"(?P<count>\d{1,2}(?:\.\d)?)"
    age = r"(?P<years>\d{1,2})"
    next_month = f"(?P<next>{any_of('age.next_month')})"
    return tuple(
        re.compile(source)
        for source in (
            rf"(?:{short})[^\d]{{0,3}}{count} ?(?:{months})[^\d,]{{0,6}}{age} ?(?:{years})?",
            rf"(?:{until})[^\d]{{0,3}}{count} ?(?:{months})[^\d,]{{0,6}}{age} ?(?:{years})",
            rf"{count} ?(?:{months}) (?:{short}) (?:being |turning |(?:her|his) )?{age}",
            rf"{age} ?(?:{years})?[^\d,]{{0,4}}(?:{short}) ?{count} ?(?:{months})",
            rf"(?:{reach})[^\d,]{{0,4}}{age} ?(?:{years})?[^\d,]{{0,6}}(?:{until}) ?{count} ?(?:{months})",
            rf"{next_month}[^\d,]{{0,6}}(?:{reach})?[^\d,]{{0,4}}{age} ?(?:{years})",
            rf"(?:{reach})[^\d,]{{0,4}}{age} ?(?:{years})? ?{next_month}",
        )
    )


def _coming_birthday(said: str) -> list[Said]:
    for pattern in _coming():
        match = pattern.search(said)
        if match:
            groups = match.groupdict()
            short_by = Decimal(groups["count"]) / MONTHS_A_YEAR if groups.get("count") else 1 / MONTHS_A_YEAR
            return [Said(*match.span(), Decimal(match["years"]) - short_by, is_bare=False, is_exact=True)]
    return []


__all__ = ["Age", "Outcome", "read_age", "state"]
