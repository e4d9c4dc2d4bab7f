"""The readiness score, 0 to 100: it orders the coordinator's queue and nothing else; no family sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from brasle_prescreen.criterion import Criterion, Finding
from brasle_prescreen.facts import Facts
from brasle_prescreen.judgement import Kind, Verdict
from brasle_prescreen.medicines import NONE
from brasle_prescreen.partial_date import Span, shift
from brasle_prescreen.rule import Trial
from brasle_prescreen.rule_lab import is_recent
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth


class Score(NamedTuple):
    """The four components; `total` is their sum."""

    core: int
    exclusions: int
    reports: int
    practical: int

    @property
    def total(self) -> int:
        return self.core + self.exclusions + self.reports + self.practical


class Place(NamedTuple):
    """Where the verdict of a criterion, or of one part of it, stands among the findings."""

    criterion: int
    part: int | None

    def verdict(self, findings: tuple[Finding, ...]) -> Verdict:
        criterion, part = self
        finding = findings[criterion]
        return finding.verdict if part is None else finding.parts[part].judgement.verdict


Points = Mapping[Verdict, int]


class Report(NamedTuple):
    """Points for having a report in hand, whatever its value: each group needs one answer.

    A group is of answers, each with the key under which its date is told.
    """

    points: int
    groups: tuple[tuple[tuple[str, str], ...], ...]
    recent: bool


@dataclass(frozen=True, slots=True)
class Scoring:
    core: tuple[tuple[Place, Points], ...]
    alone: tuple[int, ...]  # groups of one whole criterion
    groups: tuple[tuple[Place, ...], ...]  # the others
    group_points: Points
    reports: tuple[Report, ...]
    recent: Span
    windows_clear: int
    windows_soon: int
    soon: Span
    flags_in_the_way: tuple[str, ...]
    answers: tuple[tuple[str, int], ...]

    def score(self, findings: tuple[Finding, ...], facts: Facts) -> Score:
        of_group = self.group_points
        verdicts = [one.verdict for one in findings]
        alone = sum([of_group[verdicts[place]] for place in self.alone])
        return Score(
            core=sum([points[place.verdict(findings)] for place, points in self.core]),
            exclusions=alone + sum([of_group[_worst(group, findings)] for group in self.groups]),
            reports=sum([report.points for report in self.reports if self._in_hand(report, facts)]),
            practical=self._windows(findings, facts)
            + sum([points for key, points in self.answers if facts.told.get(key) is True]),
        )

    def _in_hand(self, report: Report, facts: Facts) -> bool:
        for group in report.groups:
            for key, dated in group:
                if key in facts.told and (not report.recent or self._is_recent(dated, facts)):
                    break
            else:
                return False
        return True

    def _is_recent(self, dated: str, facts: Facts) -> bool:
        return is_recent(facts.told.get(dated), self.recent, facts)

    def _windows(self, findings: tuple[Finding, ...], facts: Facts) -> int:
        """Whether the calendar allows a start now, soon, or nobody knows when."""
        undated = Kind.TEMPORARY_UNDATED
        # Most findings are neither dated nor a failure.
        told = [one for one in findings if one.kind is undated or one.clears_on is not None]
        if any(one.kind is undated for one in told):
            return 0
        for one in facts.treatments or ():
            if one.current is Truth.TRUE and any(one.effect.flags[flag] != NONE for flag in self.flags_in_the_way):
                return 0
        ends = [one.clears_on.latest for one in told if one.clears_on is not None]
        if not ends:
            return self.windows_clear
        return self.windows_soon if max(ends) <= shift(facts.on, self.soon) else 0


def _worst(group: tuple[Place, ...], findings: tuple[Finding, ...]) -> Verdict:
    """A group fails if one of it does, and passes if all do."""
    if len(group) == 1:
        return group[0].verdict(findings)
    verdicts = [place.verdict(findings) for place in group]
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.PASS


def read_scoring(file: str, data: Mapping[str, Any], criteria: tuple[Criterion, ...], trial: Trial) -> Scoring:
    """Read score.toml; every criterion, part and answer that it names must be there."""
    top = Entry(file, "", data)
    places = {one.id: Place(number, None) for number, one in enumerate(criteria)}
    for number, one in enumerate(criteria):
        places |= {part.id: Place(number, index) for index, part in enumerate(one.parts)}
    core_entry = top.table("core")
    core = tuple(
        (places[core_entry.known(id, places, "there is no criterion")], _read_points(core_entry.table(id)))
        for id in core_entry
    )
    exclusions = top.table("exclusions")
    groups = [
        tuple(places[exclusions.known(id, places, "'groups' names the criterion")] for id in group)
        for group in exclusions.lists("groups")
    ]
    alone = [group for group in groups if len(group) == 1 and group[0].part is None]
    group_points = _points(exclusions)
    exclusions.finish()
    practical = top.table("practical")
    flags = practical.texts("nothing_while_current")
    for flag in flags:
        practical.known(flag, trial.lexicon.unnamed.flags, "'nothing_while_current' names the flag")
    points_of = practical.table("answers")
    answers = [(key, points_of.whole(key)) for key in points_of]
    for key, _ in answers:
        trial.answers.checked(practical, key)
    found = Scoring(
        core=core,
        alone=tuple(group[0].criterion for group in alone),
        groups=tuple(group for group in groups if group not in alone),
        group_points=group_points,
        reports=tuple(_read_report(one, trial) for one in top.tables("report")),
        recent=trial.recent,
        windows_clear=practical.whole("windows_clear"),
        windows_soon=practical.whole("windows_soon"),
        soon=practical.span("soon"),
        flags_in_the_way=flags,
        answers=tuple(answers),
    )
    practical.finish()
    top.finish()
    return found


def _read_points(entry: Entry) -> Points:
    points = _points(entry)
    entry.finish()
    return points


def _points(entry: Entry) -> Points:
    return {Verdict.PASS: entry.whole("pass"), Verdict.UNKNOWN: entry.whole("unknown"), Verdict.FAIL: 0}


def _read_report(entry: Entry, trial: Trial) -> Report:
    groups = [entry.texts("any_of", needed=True)]
    if "and_any_of" in entry:
        groups.append(entry.texts("and_any_of"))
    for group in groups:
        for key in group:
            trial.answers.checked(entry, key)
    with_dates = tuple(tuple((key, f"{key.rpartition('.')[0]}.date") for key in group) for group in groups)
    found = Report(entry.whole("points"), with_dates, entry.yes("recent"))
    entry.finish()
    return found
