"""What the site has decided about open points, laid over the program's findings; and whose verdicts that
moves.

The family's answers are never touched, and nothing here is shown to a family: a decision speaks to the
coordinators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from brasle_prescreen.criterion import Criterion, Finding
from brasle_prescreen.judgement import Judgement, Kind, PartJudgement, Verdict
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.screening import Tier, clears_by, screen, weigh

SITE_DECIDED = "site_decided"
OVERRIDDEN = "overridden"


class SiteDecision(NamedTuple):
    """The site's answer to a criterion's open point: findings left open for the reason `about` are `verdict`.

    Only what is UNKNOWN is settled by it; a FAIL or PASS of the program is never turned.
    """

    criterion: str
    about: str
    verdict: Verdict
    decided_on: date
    id: int = 0


class SecondLook(NamedTuple):
    """The findings as they stand with the site's decisions and the coordinator's own verdicts.

    `program`: as the program alone judges. `settled`: which decision settled a criterion. `tier`: of
    `findings`.
    """

    findings: tuple[Finding, ...]
    program: tuple[Finding, ...]
    settled: Mapping[str, SiteDecision]
    tier: Tier

    @property
    def clears_on(self) -> date | None:
        """The day on which the last dated failure is over; None where there is none, or one without a date."""
        return clears_by(self.findings) if self.tier is Tier.NOT_NOW else None

    def finding(self, id: str) -> Finding:
        """The finding of one criterion; KeyError if there is none."""
        for one in self.findings:
            if one.id == id:
                return one
        raise KeyError(id)


class Why(StrEnum):
    """What moved a stored verdict."""

    TRIAL = "trial"
    PROGRAM = "program"
    DECISION = "decision"


class Moved(NamedTuple):
    """A criterion whose verdict is not the stored one any more, and why."""

    criterion: str
    before: str
    after: str
    why: Why
    decision: SiteDecision | None = None


def look_again(
    protocol: Protocol,
    answers: Mapping[str, Any],
    on: date,
    decisions: Sequence[SiteDecision],
    overrides: Mapping[str, Verdict] | None = None,
) -> SecondLook:
    """Judge stored answers as of a day, with everything that the site has said since. May raise
    AnswerError.
    """
    program = screen(protocol, answers, on).findings
    latest = _latest(decisions)
    settled: dict[str, SiteDecision] = {}
    findings = []
    for criterion, finding in zip(protocol.criteria, program, strict=True):
        theirs = [one for one in latest if one.criterion == criterion.id]
        decided, by = _settle(criterion, finding, theirs)
        if by is not None:
            settled[criterion.id] = by
        if overrides and criterion.id in overrides:
            decided = _overridden(decided, overrides[criterion.id])
        findings.append(decided)
    together = tuple(findings)
    return SecondLook(together, program, settled, weigh(together, protocol.counted))


def moves(look: SecondLook, stored: Mapping[str, str], *, same_trial: bool) -> list[Moved]:
    """Which stored verdicts (by criterion) are others now. A coordinator's overrides are left out by the
    caller.
    """
    moved = []
    for alone, now in zip(look.program, look.findings, strict=True):
        before = stored.get(now.id)
        if before is None or before == now.verdict.value:
            continue
        if alone.verdict is now.verdict:
            why = Why.PROGRAM if same_trial else Why.TRIAL
            moved.append(Moved(now.id, before, now.verdict.value, why))
        else:
            moved.append(Moved(now.id, before, now.verdict.value, Why.DECISION, look.settled.get(now.id)))
    return moved


def open_reasons(finding: Finding) -> tuple[str, ...]:
    """The reasons for which something of a criterion is open: what a decision can be about."""
    if finding.verdict is not Verdict.UNKNOWN:
        return ()
    parts = [one.judgement.reason for one in finding.parts if one.judgement.verdict is Verdict.UNKNOWN]
    return tuple(dict.fromkeys(parts or [finding.reason]))


def known_points(criterion: Criterion) -> tuple[str, ...]:
    """Reasons for which the criterion's rules may leave something open, as far as their data spell them out.

    Reasons that are put together from an answer and its date are not among them: they come from the leads.
    """
    rules = [criterion.rule] if criterion.rule is not None else [part.rule for part in criterion.parts]
    found = (one.reason for rule in rules for one in _judgements(rule) if one.verdict is Verdict.UNKNOWN)
    return tuple(dict.fromkeys(found))


def _judgements(value: object) -> Iterator[Judgement]:
    if isinstance(value, Judgement):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _judgements(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _judgements(getattr(value, field.name))


def _latest(decisions: Iterable[SiteDecision]) -> list[SiteDecision]:
    """The one that counts about each point: the latest day, then the latest recorded."""
    latest: dict[tuple[str, str], SiteDecision] = {}
    for one in sorted(decisions, key=lambda decision: (decision.decided_on, decision.id)):
        latest[one.criterion, one.about] = one
    return [one for one in latest.values() if one.about]


def _settle(
    criterion: Criterion, finding: Finding, decisions: Sequence[SiteDecision]
) -> tuple[Finding, SiteDecision | None]:
    if finding.verdict is not Verdict.UNKNOWN or not decisions:
        return finding, None
    by_reason = {one.about: one for one in decisions if one.verdict is not Verdict.UNKNOWN}
    if not criterion.parts:
        by = by_reason.get(finding.reason)
        if by is None:
            return finding, None
        told = _judgement(by)
        settled = finding._replace(
            verdict=told.verdict,
            kind=told.kind,
            clears_on=None,
            concern=False,
            reason=told.reason,
            settled=told.verdict is Verdict.PASS,
        )
        return settled, by
    used = None
    parts = []
    for part in finding.parts:
        by = by_reason.get(part.judgement.reason) if part.judgement.verdict is Verdict.UNKNOWN else None
        parts.append(PartJudgement(part.id, _judgement(by)) if by else part)
        used = by or used
    return (criterion.combine(tuple(parts)), used) if used else (finding, None)


def _judgement(decision: SiteDecision) -> Judgement:
    # An exclusion by decision may be changed by the next one: it is never permanent.
    kind = Kind.TEMPORARY_UNDATED if decision.verdict is Verdict.FAIL else None
    return Judgement(decision.verdict, SITE_DECIDED, kind)


def _overridden(finding: Finding, verdict: Verdict) -> Finding:
    return finding._replace(
        verdict=verdict,
        kind=Kind.TEMPORARY_UNDATED if verdict is Verdict.FAIL else None,
        clears_on=None,
        concern=False,
        reason=OVERRIDDEN,
        settled=verdict is Verdict.PASS,
    )
