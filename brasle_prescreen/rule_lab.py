"""Words for measured values and scores. None of them ever fails: the site measures again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from brasle_prescreen.facts import Facts
from brasle_prescreen.glucocorticoids import EXACT
from brasle_prescreen.judgement import Judgement, Verdict, for_site, passed
from brasle_prescreen.partial_date import PartialDate, Span, age_reached, shift
from brasle_prescreen.rule import Reach, Trial
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth

_NEVER_FAILS: Reach = {"": frozenset({Verdict.PASS, Verdict.UNKNOWN})}
NOT_TOLD = for_site("not_told")


def is_recent(taken: PartialDate | None, recent: Span, facts: Facts) -> bool:
    """Whether even the first possible day is recent."""
    return taken is not None and taken.earliest >= _recent_since(recent, facts.on)


@lru_cache(64)
def _recent_since(recent: Span, on: date) -> date:
    return shift(on, recent, back=True)


def by_value(good: Truth, taken: PartialDate | None, recent: Span, facts: Facts, key: str) -> Judgement:
    """A good value passes if it is recent; a bad one is a concern, whatever its date."""
    found = _of_value(key)
    if good is Truth.FALSE:
        return found["on_the_wrong_side"]
    if good is Truth.UNKNOWN:
        return found["not_clear"]
    if taken is None:
        return found["date_not_known"]
    return found["in_range" if is_recent(taken, recent, facts) else "not_recent"]


@cache
def _of_value(key: str) -> dict[str, Judgement]:
    """What an answer with a value may come to."""
    evidence = (key,)
    return {
        "on_the_wrong_side": for_site("on_the_wrong_side", evidence, concern=True),
        "in_range": passed("in_range", evidence),
        **{name: for_site(name, evidence) for name in ("not_clear", "date_not_known", "not_recent")},
    }


@dataclass(frozen=True, slots=True)
class Measured:
    """`measured`: an analyte that must be at least `least`, or at most `most`, in its own unit."""

    analyte: str
    least: Decimal | None
    most: Decimal | None
    recent: Span

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"labs.{self.analyte}",)

    @property
    def reach(self) -> Reach:
        return _NEVER_FAILS

    def judge(self, facts: Facts) -> Judgement:
        lab = facts.labs.get(self.analyte)
        if lab is None or lab.printed is None:
            return NOT_TOLD
        good = Truth.UNKNOWN
        if lab.value is not None:
            enough = self.least is None or lab.value >= self.least
            good = Truth.of(enough and (self.most is None or lab.value <= self.most))
        return by_value(good, lab.date, self.recent, facts, self.keys[0])


def read_measured(entry: Entry, trial: Trial) -> Measured:
    found = Measured(
        analyte=entry.one_of("measured", trial.analytes),
        least=entry.number_or_none("at_least"),
        most=entry.number_or_none("at_most"),
        recent=trial.recent,
    )
    if found.least is None and found.most is None:
        raise entry.wrong("no limit is given", "Add at_least or at_most")
    return found


@dataclass(frozen=True, slots=True)
class AtMostUpperLimits:
    """`upper_limits_of`: an analyte of at most so many times the upper limit of normal that the report
    prints.

    Without that limit: good up to `good_up_to`, a concern above `concern_above`, not clear between the two.
    """

    analyte: str
    times: Decimal
    good_up_to: Decimal
    concern_above: Decimal
    recent: Span

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"labs.{self.analyte}",)

    @property
    def reach(self) -> Reach:
        return _NEVER_FAILS

    def judge(self, facts: Facts) -> Judgement:
        lab = facts.labs.get(self.analyte)
        if lab is None or lab.printed is None:
            return NOT_TOLD
        good = Truth.UNKNOWN
        if lab.limit is not None:
            good = Truth.of(lab.printed <= EXACT.multiply(self.times, lab.limit))
        elif lab.value is not None and lab.value <= self.good_up_to:
            good = Truth.TRUE
        elif lab.value is not None and lab.value > self.concern_above:
            good = Truth.FALSE
        return by_value(good, lab.date, self.recent, facts, self.keys[0])


def read_at_most_upper_limits(entry: Entry, trial: Trial) -> AtMostUpperLimits:
    without = entry.table("without_limit")
    found = AtMostUpperLimits(
        analyte=entry.one_of("upper_limits_of", trial.analytes),
        times=entry.number("at_most"),
        good_up_to=without.number("good_up_to"),
        concern_above=without.number("concern_above"),
        recent=trial.recent,
    )
    without.finish()
    if found.good_up_to > found.concern_above:
        raise without.wrong("'good_up_to' is above 'concern_above'", "Exchange the two numbers")
    return found


@dataclass(frozen=True, slots=True)
class MeasuredByAge:
    """`measured_by_age`: an analyte whose lower limit is higher from an age on.

    While it is not known on which side of that age somebody is, the higher limit is needed to pass, and
    only what lies below the lower one is a concern.
    """

    analyte: str
    age: Span
    least_under: Decimal
    least_from: Decimal
    recent: Span

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"labs.{self.analyte}", "birth_date", "age_years")

    @property
    def reach(self) -> Reach:
        return _NEVER_FAILS

    def judge(self, facts: Facts) -> Judgement:
        lab = facts.labs.get(self.analyte)
        if lab is None or lab.printed is None:
            return NOT_TOLD
        good = Truth.UNKNOWN
        if lab.value is not None:
            reached = Truth.UNKNOWN if facts.birth is None else age_reached(facts.birth, self.age, facts.on)
            needed = self.least_under if reached is Truth.FALSE else self.least_from
            worrying = self.least_from if reached is Truth.TRUE else self.least_under
            if lab.value >= needed:
                good = Truth.TRUE
            elif lab.value < worrying:
                good = Truth.FALSE
        return by_value(good, lab.date, self.recent, facts, self.keys[0])


def read_measured_by_age(entry: Entry, trial: Trial) -> MeasuredByAge:
    return MeasuredByAge(
        analyte=entry.one_of("measured_by_age", trial.analytes),
        age=entry.span("age"),
        least_under=entry.number("at_least_under"),
        least_from=entry.number("at_least_from"),
        recent=trial.recent,
    )


@dataclass(frozen=True, slots=True)
class ScoreAtLeast:
    """`score_at_least`: a score that a doctor wrote down."""

    answer: str
    least: int
    recent: Span

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.answer,)

    @property
    def reach(self) -> Reach:
        return _NEVER_FAILS

    def judge(self, facts: Facts) -> Judgement:
        score = facts.told.get(f"{self.answer}.score")
        if score is None:
            return NOT_TOLD
        taken = facts.told.get(f"{self.answer}.date")
        return by_value(Truth.of(score >= self.least), taken, self.recent, facts, self.answer)


def read_score_at_least(entry: Entry, trial: Trial) -> ScoreAtLeast:
    answer = entry.text("answer")
    trial.answers.checked(entry, f"{answer}.score")
    trial.answers.checked(entry, f"{answer}.date")
    return ScoreAtLeast(answer, entry.whole("score_at_least"), trial.recent)
