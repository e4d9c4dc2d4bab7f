"""Judging every criterion as of one day, and weighing the findings: tier, earliest date, what a family may
be shown.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from brasle_prescreen.criterion import Finding
from brasle_prescreen.facts import Facts
from brasle_prescreen.judgement import Kind, Verdict
from brasle_prescreen.score import Score

if TYPE_CHECKING:
    from brasle_prescreen.protocol import Protocol, Record


class Tier(StrEnum):
    """How a screening is sorted for the coordinator; never an answer to "eligible or not"."""

    LIKELY = "likely"
    NEEDS_REVIEW = "needs_review"
    NOT_NOW = "not_now"
    UNLIKELY = "unlikely"


class ShownWindow(NamedTuple):
    """What may be shown to a family: one day if `earliest` is `latest`, else "between about ... and ...".

    `others_later`: a window that is not certain ends later, so "other points may take longer".
    """

    earliest: date
    latest: date
    others_later: bool


class Screening(NamedTuple):
    """The provisional result for one person on one day. Nothing in it says that somebody is or is not
    eligible.
    """

    record: Record
    on: date
    findings: tuple[Finding, ...]
    tier: Tier
    earliest_date: date | None
    score: Score

    def finding(self, id: str) -> Finding:
        """The finding of one criterion; KeyError if there is no such criterion."""
        for finding in self.findings:
            if finding.id == id:
                return finding
        raise KeyError(id)

    def shown_window(self) -> ShownWindow | None:
        """When it may be looked at again; None where no date may be shown.

        The end of an interval is never shown alone: with it stands the latest of the first possible days.
        """
        if self.earliest_date is None:
            return None
        failed = [one.clears_on for one in self.findings if one.failed and one.clears_on is not None]
        open_ = [one.clears_on for one in self.findings if not one.failed and one.clears_on is not None]
        return ShownWindow(
            earliest=max(one.earliest for one in failed),
            latest=self.earliest_date,
            others_later=any(one.latest > self.earliest_date for one in open_),
        )


def screen(protocol: Protocol, answers: Any, on: date) -> Screening:
    """Judge every criterion as of one day.

    `answers` is the object of the assessment contract; it is not changed. Raises AnswerError for an answer
    that cannot be taken.
    """
    return screen_facts(protocol, protocol.reading.read(answers, on))


def screen_facts(protocol: Protocol, facts: Facts) -> Screening:
    """The same, for answers that were read already."""
    return screening_of(protocol, facts, tuple([criterion.judge(facts) for criterion in protocol.criteria]))


def screening_of(protocol: Protocol, facts: Facts, findings: tuple[Finding, ...]) -> Screening:
    """What the findings of all criteria come to."""
    tier = weigh(findings, protocol.counted)
    return Screening(
        record=protocol.record,
        on=facts.on,
        findings=findings,
        tier=tier,
        earliest_date=clears_by(findings) if tier is Tier.NOT_NOW else None,
        score=protocol.scoring.score(findings, facts),
    )


def check_answers(protocol: Protocol, answers: Any, on: date) -> Facts:
    """The answers as read, for criteria to judge. Raises AnswerError for the first one that cannot be taken."""
    return protocol.reading.read(answers, on)


def weigh(findings: tuple[Finding, ...], counted: frozenset[str]) -> Tier:
    """The tier. Only here does an unknown become a decision, and the decision is "somebody should look"."""
    fail = Verdict.FAIL
    failed = [one for one in findings if one.verdict is fail]
    if failed:
        return Tier.UNLIKELY if any(one.kind is Kind.PERMANENT for one in failed) else Tier.NOT_NOW
    for one in findings:
        if one.concern or (not one.settled and one.id in counted):
            return Tier.NEEDS_REVIEW
    return Tier.LIKELY


def clears_by(findings: tuple[Finding, ...]) -> date | None:
    """The latest day on which a dated failure is over; None if one has no date."""
    failed = [one for one in findings if one.verdict is Verdict.FAIL]
    days = [one.clears_on.latest for one in failed if one.clears_on is not None]
    return max(days) if len(days) == len(failed) else None
