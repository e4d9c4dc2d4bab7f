"""Families' questions rest on sentences of the registry's listing, word for word; a slip in the file is said in words."""

from __future__ import annotations

from typing import Any

import pytest

from brasle_prescreen import load_protocol
from brasle_prescreen.family_question import DIRECTORY, load_family_questions, read_family_questions
from brasle_prescreen.trial_entry import ProtocolError, read_toml

LISTING = read_toml(DIRECTORY / "listing.toml")
LISTED = [str(LISTING["text"]), load_protocol().eligibility.text]


def test_every_source_stands_in_the_kept_listing() -> None:
    for question in load_family_questions().values():
        assert all(any(sentence in text for text in LISTED) for sentence in question.source), question.id
        assert bool(question.source) or question.answered in ("no", "chat")


def test_the_listing_and_the_criteria_are_of_one_day() -> None:
    assert LISTING["updated"] == load_protocol().record.updated
    assert f"Total Participants: {load_protocol().record.participants}" in LISTING["text"]


def test_money_and_medicines_are_never_answered_from_the_listing() -> None:
    questions = load_family_questions()
    assert {id for id, one in questions.items() if one.answered == "no"} == {"pays", "medicines", "risks", "works"}
    assert questions["medicines"].first == "alarm.medicine_advice"


def test_a_listing_is_its_own_words() -> None:
    """Slips included: nobody has tidied the copy."""
    for slip in ("five consecutive days each Be monitored", "safety and effectiveness Undergo regular", "Ages > 5"):
        assert slip in LISTING["text"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"id": "pays", "answered": "maybe"}, "'maybe', which there is not"),
        ({"id": "pays", "answered": "whole"}, "no sentence of the listing is named"),
        ({"id": "pays", "answered": "whole", "source": ["All costs are paid."]}, "stands neither in"),
        ({"id": "Who pays", "answered": "no"}, "an id is 2 to 16 small Latin letters"),
        ({"id": "pays", "answered": "no", "surce": []}, "unknown word 'surce'"),
    ],
)
def test_a_slip_is_told(entry: dict[str, Any], told: str) -> None:
    with pytest.raises(ProtocolError, match=told):
        read_family_questions({"question": [entry]}, LISTED)


def test_an_id_stands_once() -> None:
    twice = [{"id": "pays", "answered": "no"}] * 2
    with pytest.raises(ProtocolError, match="stands twice"):
        read_family_questions({"question": twice}, LISTED)
