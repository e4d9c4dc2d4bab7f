"""Following one changed answer gives what judging everything anew gives, for every family and every change."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from brasle_prescreen import AnswerError, load_protocol, screen
from brasle_prescreen.changed_answer import Standing, change, stand
from brasle_prescreen.facts import Facts
from tests.domain.answer_strategies import families, values
from tests.domain.test_properties import thorough

PROTOCOL = load_protocol()
LINES = (Path(__file__).parent / "examples.jsonl").read_text("utf-8").splitlines()


def taken() -> list[tuple[dict[str, Any], date]]:
    """The examples whose answers can be taken, all as of the last day that one of them has."""
    told = [json.loads(line) for line in LINES]
    on = date.fromisoformat(max(one["as_of"] for one in told))
    found = []
    for one in told:
        with suppress(AnswerError):
            screen(PROTOCOL, one["answers"], on)
            found.append((one["answers"], on))
    return found


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], date]:
    """Answers, some of them as they are later (another family's, something else, or taken back), and the day."""
    answers, on = draw(families())
    others = draw(families())[0]
    changed: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(list(PROTOCOL.answers.shapes)), min_size=1, max_size=4)):
        if key in others and draw(st.booleans()):
            changed[key] = others[key]
        elif draw(st.integers(0, 3)):
            changed[key] = draw(values(PROTOCOL.answers.shapes[key], on))
        else:
            changed[key] = None
    return answers, changed, on


def known(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.__slots__ if name != "events"} | {
        "events": sorted(facts.events)
    }


def same(one: Standing, other: Standing) -> None:
    assert known(one.facts) == known(other.facts)
    assert one.screening == other.screening


@thorough
@given(changes())
def test_a_changed_answer_gives_what_everything_judged_anew_gives(
    drawn: tuple[dict[str, Any], dict[str, Any], date],
) -> None:
    answers, changed, on = drawn
    try:
        before = stand(PROTOCOL, answers, on)
    except AnswerError:
        assume(False)
        raise
    try:
        anew = stand(PROTOCOL, {**answers, **changed}, on)
    except AnswerError:
        refused = True
    else:
        refused = False
    try:
        followed = change(PROTOCOL, before, changed)
    except AnswerError:
        assert refused
        return
    assert not refused
    same(followed, anew)


def test_any_example_becomes_any_other() -> None:
    """An answer at a time; on the way two may contradict each other, as while a family corrects itself."""
    examples = taken()
    reached = 0
    for (one, on), (other, _) in zip(examples, [*examples[7:], *examples[:7]], strict=True):
        standing = stand(PROTOCOL, one, on)
        try:
            for key in dict.fromkeys([*one, *other]):
                standing = change(PROTOCOL, standing, {key: other.get(key)})
        except AnswerError:
            continue
        same(standing, stand(PROTOCOL, other, on))
        reached += 1
    assert reached > len(examples) / 2


def test_what_no_criterion_rests_on_changes_no_finding() -> None:
    answers, on = taken()[0]
    before = stand(PROTOCOL, answers | {"can_travel": None}, on)
    after = change(PROTOCOL, before, {"can_travel": True})
    assert after.screening.findings == before.screening.findings
    assert after.screening.score.practical > before.screening.score.practical
