"""Which message keys the questions need, ours and the families': worked out from the trial's own files, never listed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.question import Card, Questions

# Nothing can be typed at these kinds that an example would help with.
WITHOUT_HINT = ("choice", "multiple")


def needed(questions: Questions) -> dict[str, frozenset[str]]:
    """Each key under `card.` and `question.`, with the placeholders that the program fills in it."""
    keys: dict[str, frozenset[str]] = {}
    for card in questions.card:
        keys |= dict(_of_card(f"card.{card.id}", card, frozenset()))
    for group, items in (("medicine", questions.medicine), ("vaccine", questions.vaccine)):
        for card in items.card:
            keys |= dict(_of_card(f"card.{group}.{card.id}", card, frozenset({group})))
    for id in load_family_questions():
        keys |= {f"question.{id}.{part}": frozenset() for part in ("button", "ask", "answer")}
    return keys


def _of_card(words: str, card: Card, about: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    yield f"{words}.ask", about
    yield f"{words}.short", about
    yield f"{words}.why", frozenset()
    if card.kind not in WITHOUT_HINT:
        yield f"{words}.hint", frozenset()
    for choice in card.choices:
        yield f"{words}.choice.{choice.id}", frozenset()
