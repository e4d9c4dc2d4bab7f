"""Finds the amounts in a stated dose: tablets times strength, several a day, alternate days; in mg of the medicine a day."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from brasle_prescreen.reading.dose_strength import Strength, stated_strength
from brasle_prescreen.reading.measured import of_the_person
from brasle_prescreen.reading.words import any_of, matcher, phrases, says

NUMBER = r"(?<![\d.~])(?P<n>\d{1,4}(?:\.\d{1,3})?)(?:~(?P<m>\d{1,4}(?:\.\d{1,3})?))?"
UNITS = {"mg": "dose.mg", "ug": "dose.microgram", "g": "dose.gram"}
TIMES_OF_DAY = ("dose.morning", "dose.noon", "dose.evening")
WEEK = Decimal(7)
# A bare number below this may be a count of tablets.
LEAST_BARE_MG = Decimal(5)


class Amount(NamedTuple):
    """`least` to `most` of mg or of tablets, at a place in the text."""

    start: int
    end: int
    least: Decimal
    most: Decimal

    def times(self, factor: Decimal) -> Amount:
        return self._replace(least=self.least * factor, most=self.most * factor)


class PerDay(NamedTuple):
    """mg of the medicine a day, from `least` to `most`; with tablets of `tablet_mg` if it was said so."""

    least: Decimal
    most: Decimal
    tablet_mg: Decimal | None = None
    days: int = 1


@cache
def _milligrams() -> re.Pattern[str]:
    units = "|".join(f"(?P<{name}>{any_of(path)})" for name, path in UNITS.items())
    return re.compile(rf"{NUMBER} ?(?:{units})(?! ?(?:{any_of('dose.per')}) ?(?:{any_of('dose.kilogram')}))")


@cache
def _tablets() -> re.Pattern[str]:
    return re.compile(rf"{NUMBER} ?(?:{any_of('dose.tablet')})")


def milligrams(said: str) -> list[Amount]:
    found = []
    for match in _milligrams().finditer(said):
        factor = Decimal(1) if match["mg"] else Decimal("0.001") if match["ug"] else Decimal(1000)
        least, most = Decimal(match["n"]), Decimal(match["m"] or match["n"])
        found.append(Amount(match.start(), match.end(), least, most).times(factor))
    return found


def tablets(said: str) -> list[Amount]:
    return [
        Amount(*match.span(), Decimal(match["n"]), Decimal(match["m"] or match["n"]))
        for match in _tablets().finditer(said)
    ]


# ------------------------------------------------------------------ how often


@cache
def _counted(path: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(phrase) for phrase in phrases(path))


def _count(said: str, path: str) -> Decimal | None:
    for pattern in _counted(path):
        match = pattern.search(said)
        if match:
            return Decimal(match["n"])
    return None


def times_a_day(said: str) -> Decimal | None:
    for path, times in (("dose.twice", 2), ("dose.thrice", 3), ("dose.four_times", 4), ("dose.once", 1)):
        if says(said, path):
            return Decimal(times)
    return _count(said, "dose.times_a_day")


def days_between(said: str) -> Decimal:
    """2 for every other day; 7/3 for three times a week; 1 for daily."""
    if says(said, "dose.every_other_day"):
        return Decimal(2)
    a_week = _count(said, "dose.times_a_week")
    if a_week:
        return WEEK / a_week
    every = _count(said, "dose.every_n_days")
    return every if every and every > 1 else Decimal(1)


def _times_of_day(said: str) -> list[int]:
    """Where morning, noon and evening are named; a word said twice counts once."""
    places = []
    for path in TIMES_OF_DAY:
        match = matcher(path).search(said)
        if match:
            places.append(match.start())
    return sorted(places)


# ------------------------------------------------------------------ together


def per_day(said: str, strengths: frozenset[Decimal], *, bare_is_mg: bool) -> PerDay | str:
    """The mg a day that the text states, or the code of what is missing. `strengths`: the tablets that are sold."""
    if says(said, "dose.on_and_off", "dose.liquid", "dose.some_days", "dose.either"):
        return "unclear_schedule"
    by_weight = _by_weight(said)
    if by_weight is not None:
        return by_weight
    mg, counts = milligrams(said), tablets(said)
    stated = stated_strength(said)
    if isinstance(stated, str):
        return stated
    if stated is not None:
        mg = [amount for amount in mg if not any(start <= amount.start < end for start, end in stated.spans)]
        counts = _with_bare_beside(
            said, _without_the_unit_tablet(said, counts, stated), stated
        ) or _counts_without_tablets(said, stated)
        if not counts:
            return "unclear_count"
        from_tablets = _schedule(said, [count.times(stated.mg) for count in counts], stated.mg)
        whole = from_tablets.least if isinstance(from_tablets, PerDay) else None
        others = [amount for amount in mg if not _is_total(said, amount) and amount.least != whole]
        return "two_amounts" if others else from_tablets
    if counts and mg:
        return _paired(said, mg, counts, strengths)
    if counts:
        return "no_strength"
    mg += _bare_beside(said, mg) if mg else _bare(said) if bare_is_mg else []
    return _schedule(said, sorted(mg), None) if mg else "no_amount"


def _without_the_unit_tablet(said: str, counts: list[Amount], stated: Strength) -> list[Amount]:
    """In "three tablets a day, one tablet 5 mg" the one tablet states the strength and is not taken in addition."""
    at_a_time_of_day = re.compile(rf"{any_of(*TIMES_OF_DAY)} ?$")
    inside = [
        count
        for count in counts
        if count.least == count.most == 1
        and not at_a_time_of_day.search(said[: count.start])
        and any(start <= count.start and count.end <= end for start, end in stated.statements)
    ]
    return [count for count in counts if count not in inside]


def _without_strengths(said: str, stated: Strength) -> str:
    for start, end in stated.spans:
        said = said[:start] + "_" * (end - start) + said[end:]
    return said


def _with_bare_beside(said: str, counts: list[Amount], stated: Strength) -> list[Amount]:
    """Two tablets in the morning, one at night: the second count stands without the word."""
    return sorted(_apart(counts, _bare_beside(_without_strengths(said, stated), counts))) if counts else []


def _apart(first: list[Amount], others: list[Amount]) -> list[Amount]:
    """All of the first, and those of the others that stand elsewhere."""
    return [*first, *(one for one in others if all(one.start >= a.end or one.end <= a.start for a in first))]


def counts_beside_strength(said: str) -> list[Amount]:
    """How many tablets, where only a strength and no word for a tablet stands beside the number."""
    stated = stated_strength(said)
    if not isinstance(stated, Strength):
        return []
    rest = _without_strengths(said, stated)
    return [*_bare_beside(rest, []), *_multiplied(said), *_number_of(rest)]


def bare_amounts(said: str) -> list[Amount]:
    """Numbers without a unit that count as mg: beside a time of day, or if none has a unit."""
    mg = milligrams(said)
    if mg or tablets(said):
        return _bare_beside(said, mg) if mg else []
    return _bare(said)


@cache
def _multiplier() -> re.Pattern[str]:
    mg = any_of("dose.mg")
    return re.compile(rf"(?:{mg} ?[*x] ?(?P<a>\d{{1,2}}(?:\.\d)?))|(?P<b>(?<![\d.])\d{{1,2}}(?:\.\d)?) ?[*x] ?\d")


def _multiplied(said: str) -> list[Amount]:
    """5 mg x 3 says three, though not of what."""
    match = _multiplier().search(said)
    if not match:
        return _count_before_strength(said)
    count = Decimal(match["a"] or match["b"])
    return [Amount(*match.span(), count, count)]


def _counts_without_tablets(said: str, stated: Strength) -> list[Amount]:
    """How many, where only the strength is called a tablet: 5 mg tablets, 3 a day; 4 mg each, morning 2, evening 1."""
    rest = _without_strengths(said, stated)
    counts = _apart(_bare_beside(rest, []), _multiplied(said)) or _number_of(rest)
    if counts:
        return counts
    explained = rest
    for path in ("dose.times_a_day", "dose.every_n_days", "dose.times_a_week", "dose.per_tablet"):
        for pattern in _counted(path):
            explained = pattern.sub(" ", explained)
    explained = matcher("dose.every_other_day", "dose.a_day", "dose.tablet").sub(" ", explained)
    left = re.findall(r"\d+", explained)
    return [] if any(number != "1" for number in left) else [Amount(0, len(said), Decimal(1), Decimal(1))]


def _number_of(said: str) -> list[Amount]:
    """Three a day; three prednisone tablets."""
    for pattern in _counted("dose.count_a_day"):
        match = pattern.search(said)
        if match:
            count = Decimal(match["n"])
            return [Amount(*match.span(), count, count)]
    return []


def _count_before_strength(said: str) -> list[Amount]:
    """Two 5 mg tablets."""
    match = re.search(rf"(?<![\d.])(?P<n>\d{{1,2}}(?:\.\d)?) \d{{1,3}}(?:\.\d+)? ?{any_of('dose.mg')}", said)
    return [Amount(*match.span(), Decimal(match["n"]), Decimal(match["n"]))] if match else []


def _is_total(said: str, amount: Amount) -> bool:
    return re.search(rf"{any_of('dose.total')} ?$", said[: amount.start]) is not None or says(
        said[amount.end : amount.end + 10], "dose.total"
    )


def _paired(said: str, mg: list[Amount], counts: list[Amount], strengths: frozenset[Decimal]) -> PerDay | str:
    """Four tablets (20 mg): the strength of one, or the sum? Only the strengths that are sold can tell."""
    totals = [amount for amount in mg if _is_total(said, amount)]
    if totals:
        return _schedule(said, totals, None) if len(totals) == 1 and len(mg) == 1 else "two_amounts"
    if len(mg) != 1 or mg[0].least != mg[0].most:
        return "two_amounts"
    one, count = mg[0].least, sum((amount.least for amount in counts), Decimal(0))
    if len(counts) == 1 and count == 1:
        return _schedule(said, mg, one)
    is_strength = one in strengths
    is_sum = bool(count) and one / count in strengths and len(counts) == 1
    if is_strength and not is_sum:
        return _schedule(said, [amount.times(one) for amount in counts], one)
    if is_sum and not is_strength:
        return _schedule(said, mg, one / count)
    return "strength_or_sum"


@cache
def _bare_number() -> re.Pattern[str]:
    second = NUMBER.replace("?P<n>", "?P<n2>").replace("?P<m>", "?P<m2>")
    return re.compile(
        rf"{NUMBER}(?! ?(?:[a-z/*%\u3400-\u9fff]|\d))(?!\d|\.\d)"
        rf"|{second}(?= (?:{any_of('dose.after_bare')}))"
    )


def _bare(said: str) -> list[Amount]:
    """English speakers leave the mg out: prednisone 10. Small numbers might be tablets."""
    found = []
    for match in _bare_number().finditer(said):
        if of_the_person().search(said[: match.start()]):
            continue  # "she is 12" is her age
        least = Decimal(match["n"] or match["n2"])
        most = Decimal(match["m"] or match["m2"] or least)
        if least < LEAST_BARE_MG:
            return []
        found.append(Amount(*match.span(), least, most))
    return found


def _bare_beside(said: str, mg: list[Amount]) -> list[Amount]:
    """Morning 10, evening 5 mg: one unit for both, if a time of day stands with the bare number."""
    found = []
    for path in TIMES_OF_DAY:
        for match in re.finditer(
            rf"{any_of(path)} ?(?P<n>\d{{1,3}}(?:\.\d)?)(?![\d.~])(?! ?(?:{any_of('dose.mg', 'dose.tablet', 'dose.counters')}))",
            said,
        ):
            found.append(Amount(*match.span(), Decimal(match["n"]), Decimal(match["n"])))
        for match in re.finditer(rf"(?<![\d.])(?P<n>\d{{1,3}}(?:\.\d)?) {any_of(path)}", said):
            found.append(Amount(*match.span(), Decimal(match["n"]), Decimal(match["n"])))
    return [one for one in found if not any(one.start < other.end and other.start < one.end for other in mg)]


def _by_weight(said: str) -> PerDay | str | None:
    """So many mg for each kilogram: only with the weight."""
    per_kg = _count(said, "dose.per_kg")
    if per_kg is None:
        return None
    rest = said
    for pattern in _counted("dose.per_kg"):
        rest = pattern.sub(" ", rest)
    weight = _count(rest, "dose.weight")
    if weight is None and (jin := _count(rest, "dose.weight_half_kilogram")) is not None:
        weight = jin / 2
    if weight is None:
        return "no_weight"
    dose = per_kg * weight
    return PerDay(dose, dose)


def _schedule(said: str, amounts: list[Amount], tablet_mg: Decimal | None) -> PerDay | str:
    """Amounts through the day and over the days, summed or averaged."""
    places = _times_of_day(said)
    between = days_between(said)
    if len(amounts) > 1:
        if says(said, "dose.alternate", "dose.every_other_day") and len(amounts) == 2:
            total = _sum(amounts)
            return PerDay(total[0] / 2, total[1] / 2, tablet_mg, 2)
        if len(places) != len(amounts):
            return "two_amounts"
        least, most = _sum(amounts)
    else:
        least, most = amounts[0].least, amounts[0].most
        times = times_a_day(said)
        if says(said, "dose.in_parts") or _is_total(said, amounts[0]):
            times = None
        elif len(places) > 1:
            if times not in (None, Decimal(len(places))):
                return "unclear_schedule"
            times = Decimal(len(places))
        if times is not None and times > 1 and _is_daily(said, amounts[0]) and not says(said, "dose.each_time"):
            return "unclear_schedule"
        if says(said, "dose.alternate") and not says(said, "dose.every_other_day"):
            return "unclear_schedule"
        least, most = least * (times or 1), most * (times or 1)
    return PerDay(least / between, most / between, tablet_mg, int(between))


def _is_daily(said: str, amount: Amount) -> bool:
    """The amount itself is said to be a day's: "10 mg a day, twice" could be either."""
    return (
        re.search(rf"{any_of('dose.a_day')} ?(?:[a-z\u3400-\u9fff] ?)?$", said[: amount.start]) is not None
        and times_a_day(said[: amount.start]) is None
    )


def _sum(amounts: list[Amount]) -> tuple[Decimal, Decimal]:
    return sum((a.least for a in amounts), Decimal(0)), sum((a.most for a in amounts), Decimal(0))
