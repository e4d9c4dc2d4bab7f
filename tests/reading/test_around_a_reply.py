"""What stands around a reply does not change what it says: a greeting, thanks, a face, the width of digits, another fact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.reply_cases import Case, own_cases, verdict
from brasle_prescreen.reading.by_kind import KINDS, predicted

FOLDER = Path(__file__).parents[1] / "replies"
WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}

Around = Callable[[str], str]
CHINESE: dict[str, Around] = {
    "a greeting": lambda text: "医生你好，" + text,
    "thanks": lambda text: text + "，谢谢",
    "laughter": lambda text: text + "哈哈",
    "a face": lambda text: text + "\U0001f62d",
    "digits of full width": lambda text: text.translate(WIDE),
    "a full stop": lambda text: text + "。",
    "nothing else": lambda text: text + "，没有别的了",
    "another fact": lambda text: text + "，我们在杭州",
}
ENGLISH: dict[str, Around] = {
    "a greeting": lambda text: "hi, " + text,
    "thanks": lambda text: text + " thanks",
    "laughter": lambda text: text + " lol",
    "capitals": str.upper,
    "marks": lambda text: text + "!!",
    "curled apostrophes": lambda text: text.replace("'", "\u2019"),
    "nothing else": lambda text: text + ", nothing else",
    "another fact": lambda text: text + ", we live in Hangzhou",
}


def read(case: Case, text: str) -> object:
    return predicted(case.kind, text, question=case.question, on=case.as_of)


def around(case: Case, number: int) -> list[str]:
    """Every other of the ways, in turn: half the time, and each way is tried on hundreds of replies."""
    ways = list((ENGLISH if case.lang == "en" else CHINESE).values())
    return [way(case.text) for way in ways[number % 2 :: 2]]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_around_a_reply_makes_it_a_wrong_one(kind: str) -> None:
    wrong = [
        (text, result)
        for number, case in enumerate(own_cases(FOLDER))
        if case.kind == kind
        for text in around(case, number)
        if verdict(case, result := read(case, text)) == "silent"
    ]
    assert wrong == []
