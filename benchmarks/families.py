"""Random families, the same ones each time: drawn as the domain's own tests draw them, with the tests' examples."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from brasle_prescreen import AnswerError, load_protocol
from brasle_prescreen.changed_answer import Standing, stand

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the tests are no part of what is installed
EXAMPLES = ROOT / "tests" / "domain" / "examples.jsonl"


class Family(NamedTuple):
    answers: dict[str, Any]
    on: date
    standing: Standing


def families(count: int) -> list[Family]:
    """The examples and then random ones, so many in all, without those whose answers contradict each other."""
    told = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]
    found = [(one["answers"], date.fromisoformat(one["as_of"])) for one in told]
    taken = _taken(found)
    while len(taken) < count:
        found = _drawn(max(100, count - len(taken)), len(taken))
        taken += _taken(found)
    return taken[:count]


def _drawn(count: int, by: int) -> list[tuple[dict[str, Any], date]]:
    from tests.domain import answer_strategies as drawing

    found: list[tuple[dict[str, Any], date]] = []

    @seed(by)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(drawing.families())
    def draw(family: tuple[dict[str, Any], date]) -> None:
        found.append(family)

    draw()
    return found


def _taken(told: list[tuple[dict[str, Any], date]]) -> list[Family]:
    found = []
    for answers, on in told:
        try:
            found.append(Family(answers, on, stand(load_protocol(), answers, on)))
        except AnswerError:
            continue
    return found
