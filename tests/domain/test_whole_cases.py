"""Whole cases: the worked examples of the contract, and a case for every clause of its clarifications."""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from brasle_prescreen import assess
from tests.domain.cases import HERE
from tests.domain.schemas import check_input, check_output

EXAMPLES = [json.loads(line) for line in (HERE / "examples.jsonl").read_text(encoding="utf-8").splitlines()]
FILE = tomllib.loads((HERE / "clarifications.toml").read_text(encoding="utf-8"), parse_float=Decimal)
# Clauses that say how the others are to be read, how results are shown or scored, or what words mean on the way in.
TESTED_ELSEWHERE = {3, 10, 36, 37, 40, 41}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_example_of_the_contract(example: dict[str, Any]) -> None:
    request = {key: example[key] for key in ("id", "as_of", "answers")}
    before = copy.deepcopy(request)
    output = assess(request)
    assert request == before, "the input was changed"
    check_output(output)
    expected = example["expect"]
    if "error" in expected:
        assert output["error"]["key"] == expected["error"]
        return
    check_input(request)
    assert {one["id"]: one["verdict"] for one in output["criteria"]} == expected["verdicts"]
    assert (output["tier"], output["earliest_date"]) == (expected["tier"], expected["earliest_date"])


def boy() -> dict[str, Any]:
    """Nothing stands in his way, on any day from 2026 on."""
    answers: dict[str, Any] = copy.deepcopy(EXAMPLES[0]["answers"])
    return answers


def request_of(case: dict[str, Any]) -> dict[str, Any]:
    answers = boy()
    if case.get("all_unsure"):
        answers = dict.fromkeys(answers, "unsure")
    answers |= case.get("answers", {})
    answers["treatments"] = [*answers["treatments"], *case["more"]] if "more" in case else answers["treatments"]
    for key in case.get("without", ()):
        del answers[key]
    on: date = case.get("on", FILE["on"])
    return {"id": case["name"], "as_of": on.isoformat(), "answers": answers}


@pytest.mark.parametrize("case", FILE["case"], ids=lambda case: f"{case['clause']}-{case['name']}")
def test_clause(case: dict[str, Any]) -> None:
    output = assess(request_of(case))
    check_output(output)
    if "error" in case:
        assert output["error"]["key"] == case["error"]
        return
    assert "error" not in output, output
    expected = EXAMPLES[0]["expect"]["verdicts"] | case.get("verdicts", {})
    assert {one["id"]: one["verdict"] for one in output["criteria"]} == expected
    date_expected = case.get("earliest_date")
    assert output["tier"] == case["tier"]
    assert output["earliest_date"] == (date_expected.isoformat() if date_expected else None)


def test_every_clause_has_a_case() -> None:
    clauses = {int(case["clause"]) for case in FILE["case"]} | TESTED_ELSEWHERE
    assert clauses >= set(range(49)), set(range(49)) - clauses
