"""Words over the list of treatments and of vaccines: no dose of these medicines within a window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from brasle_prescreen.facts import Facts, Treatment, Vaccine
from brasle_prescreen.judgement import (
    NOT_ANSWERED,
    Judgement,
    Kind,
    Verdict,
    ask,
    dated,
    for_site,
    passed,
    undated,
)
from brasle_prescreen.medicines import HIT, NONE, SITE
from brasle_prescreen.partial_date import PartialDate, Span, clears_on, latest_of, window
from brasle_prescreen.rule import ANCHORS, Reach, Trial
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth


def together(judgements: Iterable[Judgement], otherwise: Judgement) -> Judgement:
    """The verdict over several doses: one failure fails, else one unknown leaves it unknown, else
    `otherwise`.
    """
    found = list(judgements)
    failed = [one for one in found if one.verdict is Verdict.FAIL]
    chosen = failed or [one for one in found if one.verdict is Verdict.UNKNOWN]
    if not chosen:
        return otherwise
    if len(chosen) == 1:
        return chosen[0]
    evidence = tuple(dict.fromkeys(key for one in chosen for key in one.evidence))
    clearing = [one.clears_on for one in chosen if one.clears_on is not None]
    if failed:
        if len(clearing) < len(failed):
            reason = min(one.reason for one in failed if one.clears_on is None)
            return undated(reason, evidence)
        return dated(min(one.reason for one in failed), latest_of(clearing), evidence)
    # What the family could still tell comes first.
    first = min(chosen, key=lambda one: (one.kind is Kind.SITE, one.timing, one.reason))
    return Judgement(
        Verdict.UNKNOWN,
        first.reason,
        Kind.SITE if all(one.kind is Kind.SITE for one in chosen) else None,
        latest_of(clearing) if clearing else None,
        timing=all(one.timing for one in chosen),
        evidence=evidence,
    )


@dataclass(frozen=True, slots=True)
class NoDoseWithin:
    """`no_dose_within`: no dose of a medicine with this lexicon flag.

    A "hit" inside the window fails with `inside` = "dated", or is a timing note with "timing"; while it is
    still taken it fails with `current` = "undated", or is for the site. A "site" flag never fails. To pass,
    the list must be confirmed complete. `only_if_stopped`: it fails only if it was said that no dose will
    follow. `stays_open`: (mark, reason) of medicines that do not pass even before the window. `classes` and
    `other_classes` divide one flag between two parts; what nobody can name belongs to both.
    """

    span: Span
    before: str
    flag: str
    inside: str
    current: str
    only_if_stopped: bool
    stays_open: tuple[str, str] | None
    classes: frozenset[str]
    other_classes: frozenset[str]
    reason_current: str

    @property
    def keys(self) -> tuple[str, ...]:
        return ("treatments", "treatments_complete")

    @property
    def reach(self) -> Reach:
        fails = {Verdict.FAIL} if self.inside == "dated" or self.current == "undated" else set()
        return {"": frozenset({Verdict.PASS, Verdict.UNKNOWN} | fails)}

    def judge(self, facts: Facts) -> Judgement:
        treatments = facts.treatments
        if treatments is None:
            return NOT_ANSWERED
        found = []
        for one in treatments:
            flag = one.effect.flags[self.flag]
            if flag != NONE and self._counts(one):
                found.append(self._one(one, flag, facts))
        if facts.complete is Truth.TRUE:
            return together(found, _BEFORE if found else _NONE_LISTED)
        # Something may be missing from the list: no timing note can be all that stands in the way.
        return together([*found, _LIST_NOT_COMPLETE], _LIST_NOT_COMPLETE) if found else _LIST_NOT_COMPLETE

    def _counts(self, one: Treatment) -> bool:
        if "unnamed" in one.medicine.marks:
            return True
        if self.classes:
            return one.medicine.medicine_class in self.classes
        return one.medicine.medicine_class not in self.other_classes

    def _one(self, one: Treatment, flag: str, facts: Facts) -> Judgement:
        evidence = (one.key,)
        if one.current is Truth.TRUE:
            if self.current == "undated" and flag == HIT:
                return undated("still_taken", evidence)
            return for_site(self.reason_current, evidence)
        if one.last_dose is None:
            return ask("date_not_known", evidence)
        holds = window(self.span, facts.on).holds(one.last_dose)
        if holds is Truth.FALSE:
            if self.stays_open is not None and self.stays_open[0] in one.medicine.marks:
                return for_site(self.stays_open[1], evidence)
            return _BEFORE
        clearing = clears_on(one.last_dose, self.span)
        if self.inside == "timing":
            return for_site("inside_window", evidence, clears_on=clearing, timing=True)
        if holds is Truth.UNKNOWN:
            return ask("window_uncertain", evidence, clearing)
        if flag == SITE:
            return for_site("inside_window", evidence, clears_on=clearing)
        if self.only_if_stopped and not _surely_stopped(one, facts):
            return ask("further_doses_not_known", evidence, clearing)
        return dated("inside_window", clearing, evidence)


_LIST_NOT_COMPLETE = ask("list_not_complete", ("treatments_complete",))
_NONE_LISTED = passed("none_listed", ("treatments",))
_BEFORE = passed("before_window", ("treatments",))


def _surely_stopped(one: Treatment, facts: Facts) -> bool:
    """Whether no entry of this very medicine is, or could be, still going on."""
    return all(other.current is Truth.FALSE for other in facts.treatments or () if other.identity == one.identity)


def read_no_dose_within(entry: Entry, trial: Trial) -> NoDoseWithin:
    flags = trial.lexicon.unnamed.flags
    classes = {medicine.medicine_class for medicine in trial.lexicon}
    stays = entry.table_or_none("stays_open")
    stays_open = None
    if stays is not None:
        marks = {mark for medicine in trial.lexicon for mark in medicine.marks}
        stays_open = (stays.one_of("mark", sorted(marks)), stays.text("reason"))
        stays.finish()
    found = NoDoseWithin(
        span=entry.span("no_dose_within"),
        before=entry.one_of("before", ANCHORS),
        flag=entry.one_of("of", flags),
        inside=entry.one_of("inside", ("dated", "timing")),
        current=entry.one_of("current", ("undated", "site")),
        only_if_stopped=entry.yes("only_if_stopped"),
        stays_open=stays_open,
        classes=frozenset(entry.texts("class")),
        other_classes=frozenset(entry.texts("not_class")),
        reason_current=entry.text("reason_current", "still_taken"),
    )
    for name in (*found.classes, *found.other_classes):
        entry.known(name, sorted(classes), "no medicine of the lexicon is of the class")
    return found


@dataclass(frozen=True, slots=True)
class NoVaccineWithin:
    """`no_vaccine_within`: no vaccine with this lexicon flag. A vaccine of unclear type inside the window
    is unknown.
    """

    span: Span
    before: str
    flag: str

    @property
    def keys(self) -> tuple[str, ...]:
        return ("vaccines",)

    @property
    def reach(self) -> Reach:
        return {"": frozenset(Verdict)}

    def judge(self, facts: Facts) -> Judgement:
        if facts.vaccines is not None:
            return together((self._one(one, facts) for one in facts.vaccines), _NOT_LIVE)
        # The only word that may stand instead of a list says that there was none.
        return _NO_VACCINE if "vaccines" in facts.told else NOT_ANSWERED

    def _one(self, one: Vaccine, facts: Facts) -> Judgement:
        flag = SITE if one.medicine is None else one.medicine.flags[self.flag]
        evidence = (one.key,)
        if flag == NONE:
            return _NOT_LIVE
        if one.date is None:
            return ask("date_not_known", evidence)
        holds = window(self.span, facts.on).holds(one.date)
        if holds is Truth.FALSE:
            return _NOT_LIVE
        clearing: PartialDate = clears_on(one.date, self.span)
        if flag == SITE:
            return ask("type_not_known", evidence, clearing)
        if holds is Truth.UNKNOWN:
            return ask("window_uncertain", evidence, clearing)
        return dated("inside_window", clearing, evidence)


_NOT_LIVE = passed("no_live_vaccine_inside", ("vaccines",))
_NO_VACCINE = passed("none_reported", ("vaccines",))


def read_no_vaccine_within(entry: Entry, trial: Trial) -> NoVaccineWithin:
    trial.answers.checked(entry, "vaccines")
    return NoVaccineWithin(
        span=entry.span("no_vaccine_within"),
        before=entry.one_of("before", ANCHORS),
        flag=entry.one_of("of", trial.lexicon.unnamed.flags),
    )
