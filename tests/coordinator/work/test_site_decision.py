"""What the site's decisions and a coordinator's verdicts settle, over the whole set of worked cases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import brasle_prescreen
from brasle_prescreen import Tier, Verdict, load_protocol, screen
from brasle_prescreen.site_decision import SiteDecision, Why, look_again, moves, open_reasons

PROTOCOL = load_protocol()
ON = date(2026, 11, 22)
EXAMPLES = Path(brasle_prescreen.__file__).parent / "contract" / "examples.jsonl"
NOTHING: dict[str, Any] = {}


def decision(criterion: str, about: str, verdict: Verdict, on: date = ON, id: int = 0) -> SiteDecision:
    return SiteDecision(criterion, about, verdict, on, id)


def cases() -> list[tuple[date, dict[str, Any]]]:
    if not EXAMPLES.exists():
        return [(ON, NOTHING)]
    lines = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines() if line.strip()]
    return [(date.fromisoformat(one["as_of"]), one["answers"]) for one in lines if "error" not in one["expect"]]


CASES = cases()


def test_without_a_word_of_the_site_the_program_stands() -> None:
    for on, answers in CASES:
        look = look_again(PROTOCOL, answers, on, [])
        screening = screen(PROTOCOL, answers, on)
        assert (look.findings, look.program, look.tier) == (screening.findings, screening.findings, screening.tier)
        assert moves(look, {one.id: one.verdict.value for one in screening.findings}, same_trial=True) == []


def test_a_decision_settles_what_was_left_open_for_its_reason() -> None:
    answers = {"malignancy": "past_cured"}
    before = screen(PROTOCOL, answers, ON).finding("E19")
    assert before.verdict is Verdict.UNKNOWN
    [about] = open_reasons(before)
    look = look_again(PROTOCOL, answers, ON, [decision("E19", about, Verdict.PASS)])
    assert look.finding("E19").verdict is Verdict.PASS
    assert look.settled["E19"].about == about
    assert [one.verdict for one in look.findings if one.id != "E19"] == [
        one.verdict for one in look.program if one.id != "E19"
    ]
    [moved] = moves(look, {"E19": "unknown"}, same_trial=True)
    assert (moved.criterion, moved.before, moved.after, moved.why) == ("E19", "unknown", "pass", Why.DECISION)
    assert moved.decision == look.settled["E19"]


def test_the_latest_decision_about_a_point_counts() -> None:
    answers = {"malignancy": "past_cured"}
    [about] = open_reasons(screen(PROTOCOL, answers, ON).finding("E19"))
    early = decision("E19", about, Verdict.PASS, date(2026, 10, 1), 2)
    late = decision("E19", about, Verdict.FAIL, date(2026, 11, 1), 1)
    look = look_again(PROTOCOL, answers, ON, [late, early])
    assert look.finding("E19").verdict is Verdict.FAIL
    assert look.tier is Tier.NOT_NOW  # never "unlikely": the next decision may be another
    taken_back = decision("E19", about, Verdict.UNKNOWN, date(2026, 11, 2), 3)
    assert look_again(PROTOCOL, answers, ON, [late, early, taken_back]).finding("E19").verdict is Verdict.UNKNOWN


def test_a_part_is_settled_and_the_rest_of_its_criterion_stays_open() -> None:
    answers = {"tuberculosis": {"disease": "never", "latent": "treated", "test": "indeterminate"}}
    before = screen(PROTOCOL, answers, ON).finding("E11")
    open_parts = [one for one in before.parts if one.judgement.verdict is Verdict.UNKNOWN]
    assert len(open_parts) == 2
    reasons = open_reasons(before)
    one = look_again(PROTOCOL, answers, ON, [decision("E11", reasons[0], Verdict.PASS)])
    if len(reasons) > 1:
        assert one.finding("E11").verdict is Verdict.UNKNOWN
        assert open_reasons(one.finding("E11")) == reasons[1:]
    every = look_again(PROTOCOL, answers, ON, [decision("E11", about, Verdict.PASS) for about in reasons])
    assert every.finding("E11").verdict is Verdict.PASS


def test_what_only_the_site_can_tell_stays_open_beside_a_settled_part() -> None:
    look = look_again(PROTOCOL, NOTHING, ON, [decision("E2", "not_answered", Verdict.PASS)])
    assert look.finding("E2").verdict is Verdict.UNKNOWN
    assert look.finding("E2").settled


@given(st.sampled_from(CASES), st.sampled_from([Verdict.PASS, Verdict.FAIL]))
def test_no_decision_turns_what_the_program_knows(case: tuple[date, dict[str, Any]], verdict: Verdict) -> None:
    on, answers = case
    program = screen(PROTOCOL, answers, on).findings
    every = [decision(one.id, about, verdict) for one in program for about in (*open_reasons(one), one.reason)]
    look = look_again(PROTOCOL, answers, on, every)
    for before, after in zip(program, look.findings, strict=True):
        if before.verdict is not Verdict.UNKNOWN:
            assert after == before
        assert (before.id in look.settled) <= (before.verdict is Verdict.UNKNOWN)
    if look.tier is Tier.UNLIKELY:
        assert any(one.kind == "permanent" for one in program)


def test_a_coordinators_own_verdict_counts_for_the_tier_and_touches_no_other() -> None:
    on, answers = CASES[0]
    for criterion in PROTOCOL.criteria:
        for verdict in Verdict:
            look = look_again(PROTOCOL, answers, on, [], {criterion.id: verdict})
            assert look.finding(criterion.id).verdict is verdict
            assert look.finding(criterion.id).reason == "overridden"
            rest = [one for one in look.findings if one.id != criterion.id]
            assert rest == [one for one in look.program if one.id != criterion.id]


@pytest.mark.parametrize(("same_trial", "why"), [(False, Why.TRIAL), (True, Why.PROGRAM)])
def test_a_verdict_that_moved_without_a_decision_moved_by_the_trial_or_the_program(same_trial: bool, why: Why) -> None:
    look = look_again(PROTOCOL, {"malignancy": "none"}, ON, [])
    [moved] = moves(look, {"E19": "unknown", "E20": "unknown", "E99": "pass"}, same_trial=same_trial)
    assert moved == ("E19", "unknown", "pass", why, None)
