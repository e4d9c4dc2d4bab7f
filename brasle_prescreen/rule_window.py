"""The word for things that must not have happened within a window: seizures, dialysis, infections, heart
attacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from brasle_prescreen.facts import ONGOING, Facts
from brasle_prescreen.judgement import (
    NOT_ANSWERED,
    Judgement,
    Kind,
    Verdict,
    ask,
    for_site,
    passed,
)
from brasle_prescreen.partial_date import PartialDate, Span, clears_on, window
from brasle_prescreen.rule import ANCHORS, Reach, Trial
from brasle_prescreen.rule_choice import reached, sort_whole
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth

OUTCOMES = ("pass", "site", "concern", "dated", "undated")
# Where the event lies: surely inside the window, on its boundary or on either side, surely before it,
# still going on, or nobody knows when.
POSITIONS = ("inside", "uncertain", "before", "ongoing", "date_not_known")


class Case(NamedTuple):
    """What an event of one kind leads to."""

    inside: str
    before: str
    ongoing: str | None

    def at(self, position: str) -> set[str]:
        """Everything that it may lead to, as far as the position tells."""
        if position == "uncertain":
            return {self.inside, self.before}
        ongoing = {self.ongoing} if self.ongoing else set()
        if position == "date_not_known":
            return {self.inside, self.before, *ongoing}
        return {"inside": {self.inside}, "before": {self.before}, "ongoing": ongoing}[position]


@dataclass(frozen=True, slots=True)
class NoEventWithin:
    """`no_event_within`: an event, with a date or still going on, and what it means inside and before the
    window.

    With `by`, that depends on another answer (the kind or the cause); while it is not known, a verdict
    holds only if every kind agrees on it. `absent` are words that say that it never happened.
    """

    span: Span
    before: str
    answer: str
    group: str
    whole: Mapping[Any, Judgement]
    absent: Mapping[Any, Judgement]
    by: str
    cases: Mapping[str, Case]
    table: Mapping[str | None, Mapping[str, Judgement]] = field(repr=False)
    # The kinds of event that fail inside the window; None, a kind that is not known, may be one of them.
    may_fail: frozenset[str | None]

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.by, self.answer) if self.by else (self.answer,)

    @property
    def reach(self) -> Reach:
        verdicts = {one.verdict for positions in self.table.values() for one in positions.values()}
        return {"": frozenset(verdicts | {Verdict.UNKNOWN}) | reached(self.whole) | reached(self.absent)}

    def judge(self, facts: Facts) -> Judgement:
        told = facts.told
        event = told.get(self.answer)
        if event is None:
            whole = told.get(self.group)
            if whole is None:
                return NOT_ANSWERED
            if whole in self.whole:
                return self.whole[whole]
        elif event in self.absent:
            return self.absent[event]
        kind = told.get(self.by) if self.by else None
        positions = self.table[kind]
        if event is None:
            return positions["date_not_known"]
        if event == ONGOING:
            return positions["ongoing"]
        assert isinstance(event, PartialDate)
        holds = window(self.span, facts.on).holds(event)
        if holds is Truth.FALSE:
            return positions["before"]
        judgement = positions["inside" if holds is Truth.TRUE else "uncertain"]
        # Told of an unknown verdict only where the window may fail it, or where its end would settle it.
        clearing = kind in self.may_fail or positions["before"].verdict is Verdict.PASS
        return judgement._replace(clears_on=clears_on(event, self.span)) if clearing else judgement


def read_no_event_within(entry: Entry, trial: Trial) -> NoEventWithin:
    path = entry.text("answer")
    shape = trial.answers.checked(entry, path)
    if not shape.is_date:
        raise entry.wrong(f"{path!r} has no date", "Name an answer that is a date")
    absent = entry.texts("absent")
    for word in absent:
        entry.known(word, shape.words, f"{path!r} has no word")
    ongoing = ONGOING in shape.words
    for word in shape.words:
        if word != ONGOING and word not in absent:
            raise entry.wrong(f"nothing is said about {path!r} = {word!r}", f"Write absent = ['{word}'] if it passes")
    group, whole = sort_whole(entry, path, trial)
    by = entry.text("by", "")
    cases: dict[str, Case] = {}
    if by:
        kinds = trial.answers.checked(entry, by).words
        table = entry.table("cases")
        for kind in table:
            table.known(kind, kinds, f"{by!r} has")
        for kind in kinds:
            inner = table.table(kind)
            cases[kind] = _case(inner, ongoing=ongoing)
            inner.finish()
        table.finish()
    else:
        cases[""] = _case(entry, ongoing=ongoing)
    return NoEventWithin(
        span=entry.span("no_event_within"),
        before=entry.one_of("before", ANCHORS),
        answer=path,
        group=group,
        whole=whole,
        absent={word: passed(word, (path,)) for word in absent},
        by=by,
        cases=cases,
        table=_table(cases, by, path),
        may_fail=_may_fail(cases),
    )


def _case(entry: Entry, *, ongoing: bool) -> Case:
    return Case(
        inside=entry.one_of("inside", OUTCOMES),
        before=entry.one_of("before_it", OUTCOMES, "pass"),
        ongoing=entry.one_of("ongoing", [one for one in OUTCOMES if one != "dated"]) if ongoing else None,
    )


def _may_fail(cases: Mapping[str, Case]) -> frozenset[str | None]:
    kinds = [kind for kind, case in cases.items() if case.inside in ("dated", "undated")]
    return frozenset([*kinds, None]) if kinds else frozenset()


def _table(cases: Mapping[str, Case], by: str, path: str) -> dict[str | None, dict[str, Judgement]]:
    """The verdict for each kind and position; under None, that of a kind that is not known."""
    table: dict[str | None, dict[str, Judgement]] = {}
    keys = (by, path) if by else (path,)
    together: dict[str, set[str]] = {position: set() for position in POSITIONS}
    for kind, case in cases.items():
        table[kind or None] = {}
        for position in POSITIONS:
            outcomes = case.at(position)
            if outcomes:
                together[position] |= outcomes
                table[kind or None][position] = _verdict(outcomes, kind, position, keys)
    if by:
        table[None] = {
            position: _verdict(outcomes, "kind_not_known", position, keys)
            for position, outcomes in together.items()
            if outcomes
        }
    return table


def _verdict(outcomes: set[str], kind: str, position: str, keys: tuple[str, ...]) -> Judgement:
    """The verdict that holds for all of these outcomes."""
    reason = {"inside": "inside_window", "uncertain": "window_uncertain", "before": "before_window"}.get(
        position, position
    )
    reason = f"{kind}_{reason}" if kind else reason
    if outcomes == {"pass"}:
        return passed(reason, keys)
    if outcomes == {"dated"}:
        return Judgement(Verdict.FAIL, reason, Kind.TEMPORARY_DATED, evidence=keys)
    if outcomes == {"undated"}:
        return Judgement(Verdict.FAIL, reason, Kind.TEMPORARY_UNDATED, evidence=keys)
    if outcomes <= {"site", "concern"}:
        return for_site(reason, keys, concern=outcomes == {"concern"})
    return ask(reason, keys)
