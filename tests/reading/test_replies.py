"""Every typed reply of tests/replies is read right or asked back; nothing is silently misread."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from bot.commands.replies import RIGHT, measure
from bot.reply_cases import Case, own_cases, verdict, worked_cases
from brasle_prescreen.reading.by_kind import KINDS, predicted

FOLDER = Path(__file__).parents[1] / "replies"


def of_kind() -> dict[str, list[Case]]:
    cases = defaultdict(list)
    for case in own_cases(FOLDER):
        cases[case.kind].append(case)
    return cases


CASES = of_kind()


def read(case: Case) -> object:
    return predicted(case.kind, case.text, question=case.question, on=case.as_of)


def test_there_are_cases_of_every_kind_in_every_language() -> None:
    assert set(CASES) == set(KINDS)
    assert sum(map(len, CASES.values())) >= 500
    for kind, cases in CASES.items():
        assert {"zh", "en", "zh-Hant"} <= {case.lang for case in cases}, kind


@pytest.mark.parametrize("kind", KINDS)
def test_own_cases_reach_the_targets(kind: str) -> None:
    count = measure(CASES[kind])[kind, "all"]
    silent = [(case.text, read(case)) for case in CASES[kind] if verdict(case, read(case)) == "silent"]
    assert silent == []
    assert count["must missed"] == 0
    assert count["read"] >= 0.98 * count["value"]


@pytest.mark.parametrize("case", list(worked_cases(FOLDER)), ids=lambda case: case.id)
def test_worked_replies(case: Case) -> None:
    assert verdict(case, read(case)) in RIGHT


def test_no_cry_for_help_is_missed_and_no_idiom_alarms() -> None:
    heard = {case.text: read(case) for case in CASES["red_flag"]}
    wrong = [text for case in CASES["red_flag"] if (text := case.text) and verdict(case, heard[text]) not in RIGHT]
    assert wrong == []


def test_a_wrong_value_is_silent_and_a_wide_interval_is_not() -> None:
    case = next(
        case for case in CASES["when"] if case.accepted[0] == {"earliest": "2026-03-01", "latest": "2026-03-31"}
    )
    assert verdict(case, {"earliest": "2026-04-01", "latest": "2026-04-30"}) == "silent"
    assert verdict(case, {"earliest": "2026-03-05", "latest": "2026-03-05"}) == "silent"
    assert verdict(case, {"earliest": "2026-02-01", "latest": "2026-04-30"}) == "wide"
    assert verdict(case, "ask_back") == "missed"
    assert verdict(case, "never") == "silent"
