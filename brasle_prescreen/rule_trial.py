"""Words about other clinical trials: taking part in one, and the study drug that was given there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brasle_prescreen.facts import OBJECT, ONGOING, Facts, Treatment
from brasle_prescreen.judgement import (
    NOT_ANSWERED,
    Judgement,
    Verdict,
    ask,
    dated,
    for_site,
    passed,
    undated,
)
from brasle_prescreen.partial_date import PartialDate, Span, clears_on, latest_of, shift, window
from brasle_prescreen.rule import ANCHORS, Reach, Trial
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth

When = PartialDate | str | None


def dose_and_visit(told: Any, answer: str, facts: Facts) -> tuple[When, When]:
    """The last dose and the last visit. The last visit is never before the last dose: it is the later of the two."""
    dose, visit = told.get(f"{answer}.last_dose"), told.get(f"{answer}.last_visit")
    if dose == ONGOING:
        return dose, ONGOING
    if not isinstance(dose, PartialDate) or visit == ONGOING:
        return dose, visit
    if visit is None:
        return dose, PartialDate(dose.earliest, facts.on)
    return dose, latest_of([dose, visit])


@dataclass(frozen=True, slots=True)
class NoTrialWithin:
    """`no_trial_within`: no other clinical trial within the window, counted from the later of last dose and
    visit.

    Only a trial of the kind `fails_for` fails, and only if its last dose surely lies inside. What clears
    within `unless_clears_within` is a timing note. Medicines of these classes or marks, listed without any
    trial being described, leave it unknown: they are hardly ever given outside one.
    """

    span: Span
    before: str
    answer: str
    fails_for: str
    unless_clears_within: Span
    classes: frozenset[str]
    marks: frozenset[str]
    none: Judgement

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.answer, "treatments")

    @property
    def reach(self) -> Reach:
        return {"": frozenset(Verdict)}

    def judge(self, facts: Facts) -> Judgement:
        given = facts.told.get(self.answer)
        if given is None:
            return NOT_ANSWERED
        if given is OBJECT:
            return self._described(facts)
        return self._not_described(facts)

    def _described(self, facts: Facts) -> Judgement:
        told = facts.told
        evidence = (self.answer,)
        dose, visit = dose_and_visit(told, self.answer, facts)
        within = window(self.span, facts.on)
        clearing = None
        if isinstance(visit, PartialDate):
            if within.holds(visit) is Truth.FALSE:
                return passed("before_window", evidence)
            clearing = clears_on(visit, self.span)
        kind = told.get(f"{self.answer}.kind")
        if kind is None:
            return ask("kind_not_known", evidence, clearing)
        if kind != self.fails_for:
            return for_site(str(kind), evidence, clears_on=clearing)
        if dose == ONGOING:
            return undated("ongoing", evidence)
        if not isinstance(dose, PartialDate):
            return ask("date_not_known", evidence, clearing)
        holds = within.holds(dose)
        if holds is Truth.FALSE:
            return for_site("dose_before_window_visit_not", evidence, clears_on=clearing)
        if clearing is None:
            return undated("visits_ongoing", evidence) if holds is Truth.TRUE else ask("window_uncertain", evidence)
        horizon = shift(facts.on, self.unless_clears_within)
        if clearing.latest <= horizon:
            return for_site("inside_window", evidence, clears_on=clearing, timing=True)
        if holds is Truth.TRUE and clearing.earliest > horizon:
            return dated("inside_window", clearing, evidence)
        return ask("window_uncertain", evidence, clearing)

    def _not_described(self, facts: Facts) -> Judgement:
        within = window(self.span, facts.on)
        found: list[Treatment] = []
        for one in facts.treatments or ():
            if one.medicine.medicine_class not in self.classes and self.marks.isdisjoint(one.medicine.marks):
                continue
            before = one.last_dose is not None and within.holds(one.last_dose) is Truth.FALSE
            if one.current is Truth.TRUE or not before:
                found.append(one)
        if not found:
            return self.none
        clearing = [clears_on(one.last_dose, self.span) for one in found if _counted_from(one) and one.last_dose]
        evidence = tuple(one.key for one in found)
        return ask("study_medicine_without_a_trial", evidence, latest_of(clearing) if clearing else None)


def _counted_from(one: Treatment) -> bool:
    return one.current is not Truth.TRUE


def read_no_trial_within(entry: Entry, trial: Trial) -> NoTrialWithin:
    answer, fails_for = _trial_answer(entry, trial)
    listed = entry.table("or_listed")
    classes, marks = listed.texts("class"), listed.texts("mark")
    for name in classes:
        listed.known(name, sorted({one.medicine_class for one in trial.lexicon}), "no medicine is of the class")
    for name in marks:
        listed.known(name, sorted({mark for one in trial.lexicon for mark in one.marks}), "no medicine has the mark")
    listed.finish()
    return NoTrialWithin(
        span=entry.span("no_trial_within"),
        before=entry.one_of("before", ANCHORS),
        answer=answer,
        fails_for=fails_for,
        unless_clears_within=entry.span("unless_clears_within"),
        classes=frozenset(classes),
        marks=frozenset(marks),
        none=passed("none_reported", (answer,)),
    )


def _trial_answer(entry: Entry, trial: Trial) -> tuple[str, str]:
    answer = entry.text("answer")
    for field in ("kind", "last_dose", "last_visit"):
        trial.answers.checked(entry, f"{answer}.{field}")
    return answer, entry.one_of("fails_for", trial.answers.checked(entry, f"{answer}.kind").words)


@dataclass(frozen=True, slots=True)
class NoStudyDrugWithin:
    """`no_study_drug_within`: no dose in another trial of the kind `fails_for`; other kinds of trial pass."""

    span: Span
    before: str
    answer: str
    fails_for: str
    none: Judgement

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.answer,)

    @property
    def reach(self) -> Reach:
        return {"": frozenset(Verdict)}

    def judge(self, facts: Facts) -> Judgement:
        given = facts.told.get(self.answer)
        evidence = (self.answer,)
        if given is None:
            return NOT_ANSWERED
        if given is not OBJECT:
            return self.none
        kind = facts.told.get(f"{self.answer}.kind")
        if kind is not None and kind != self.fails_for:
            return passed(str(kind), evidence)
        judgement = self._by_date(facts, evidence)
        if judgement.verdict is Verdict.FAIL and kind is None:
            return ask("kind_not_known", evidence, judgement.clears_on)
        return judgement

    def _by_date(self, facts: Facts, evidence: tuple[str, ...]) -> Judgement:
        dose, visit = dose_and_visit(facts.told, self.answer, facts)
        within = window(self.span, facts.on)
        if dose == ONGOING:
            return undated("ongoing", evidence)
        if not isinstance(dose, PartialDate):
            if isinstance(visit, PartialDate) and within.holds(visit) is Truth.FALSE:
                return passed("before_window", evidence)
            return ask("date_not_known", evidence)
        holds = within.holds(dose)
        if holds is Truth.FALSE:
            return passed("before_window", evidence)
        clearing = clears_on(dose, self.span)
        if holds is Truth.UNKNOWN:
            return ask("window_uncertain", evidence, clearing)
        return dated("inside_window", clearing, evidence)


def read_no_study_drug_within(entry: Entry, trial: Trial) -> NoStudyDrugWithin:
    answer, fails_for = _trial_answer(entry, trial)
    return NoStudyDrugWithin(
        span=entry.span("no_study_drug_within"),
        before=entry.one_of("before", ANCHORS),
        answer=answer,
        fails_for=fails_for,
        none=passed("none_reported", (answer,)),
    )
