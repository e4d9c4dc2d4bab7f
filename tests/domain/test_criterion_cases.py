"""Every criterion on its own cases, and every part on each verdict that it can reach."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from brasle_prescreen import Finding, Verdict, load_protocol, screen
from brasle_prescreen.criterion import Criterion
from tests.domain.cases import CRITERIA, Case, criterion_cases

PROTOCOL = load_protocol()
CASES = [case for criterion in PROTOCOL.criteria for case in criterion_cases(criterion.id)]


def _interval(finding: Finding) -> list[str]:
    return [day.isoformat() for day in finding.clears_on or ()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.criterion}-{case.name}")
def test_case(case: Case) -> None:
    screening = screen(PROTOCOL, case.answers, case.on)
    finding = screening.finding(case.criterion)
    found = {
        "verdict": finding.verdict.value,
        "kind": str(finding.kind).lower(),
        "clears_on": _interval(finding),
        "concern": finding.concern,
        "reason": finding.reason,
        "tier": str(screening.tier),
    }
    parts = case.expected.pop("parts", {})
    assert {key: found[key] for key in case.expected} == case.expected
    for id, verdict in parts.items():
        part = finding.part(id)
        assert part is not None, f"{id} was not judged"
        assert (id, part.verdict.value) == (id, verdict)


def test_every_failure_carries_answers_and_a_reason() -> None:
    for case in CASES:
        finding = screen(PROTOCOL, case.answers, case.on).finding(case.criterion)
        if finding.failed:
            assert finding.evidence, case.name
            assert finding.reason, case.name
            assert finding.kind is not None, case.name


@pytest.mark.parametrize("criterion", PROTOCOL.criteria, ids=lambda criterion: criterion.id)
def test_every_part_reaches_every_verdict_that_it_can(criterion: Criterion) -> None:
    """By the rules' own account of what they can come to."""
    seen: defaultdict[str, set[Verdict]] = defaultdict(set)
    for case in CASES:
        if case.criterion == criterion.id:
            finding = screen(PROTOCOL, case.answers, case.on).finding(criterion.id)
            seen[criterion.id].add(finding.verdict)
            for part in finding.parts:
                seen[part.id].add(part.judgement.verdict)
    reachable: dict[str, frozenset[Verdict]] = {}
    if criterion.rule is not None:
        reachable = {part or criterion.id: verdicts for part, verdicts in criterion.rule.reach.items()}
    for one in criterion.parts:
        reachable[one.id] = one.rule.reach[""]
    for id, verdicts in reachable.items():
        assert seen[id] == verdicts, f"{id}: cases for {verdicts ^ seen[id]} are missing or impossible"


def test_no_case_file_without_a_criterion() -> None:
    assert {path.stem for path in CRITERIA.glob("*.toml")} == {criterion.id for criterion in PROTOCOL.criteria}


def test_days_of_cases_are_days() -> None:
    assert all(type(case.on) is date for case in CASES)
