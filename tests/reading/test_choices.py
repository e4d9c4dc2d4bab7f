"""Free words at questions with choices: the right choice or "ask back", never another one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from brasle_prescreen import reading
from brasle_prescreen.question import load_questions

CASES = tomllib.loads((Path(__file__).parent / "choices.toml").read_text(encoding="utf-8"))
QUESTIONS = load_questions()


def choices_of(card: str) -> tuple[str, ...]:
    group, _, rest = card.partition(".")
    if rest:
        template = next(one for one in QUESTIONS.medicine.card if one.id == rest)
        return tuple(choice.id for choice in template.choices)
    return next(tuple(choice.id for choice in one.choices) for one in QUESTIONS.card if one.id == group)


def takes_several(card: str) -> bool:
    return any(one.id == card and one.kind == "multiple" for one in QUESTIONS.card)


def read(card: str, text: str) -> str:
    answer = reading.read_choice(text, card, choices_of(card))
    if answer.value and len(answer.value) > 1 and not takes_several(card):
        return "ask_back"  # the conversation asks which of them
    return ", ".join(answer.value) if answer.is_value and answer.value else answer.outcome.value


def test_every_question_with_choices_has_ten_cases() -> None:
    asked = {card.id for card in QUESTIONS.card if card.kind in ("choice", "multiple")}
    asked |= {f"medicine.{card.id}" for card in QUESTIONS.medicine.card if card.kind == "choice"}
    assert {card for card in asked if len(CASES.get(card, {})) < 10} == set()
    assert set(CASES) - asked == set()


@pytest.mark.parametrize("card", CASES)
def test_free_words(card: str) -> None:
    wrong = {}
    for text, means in CASES[card].items():
        got = read(card, text)
        if got not in [one.strip() for one in means.split("|")]:
            wrong[text] = f"{got}, expected {means}"
    assert wrong == {}
