"""Which message keys the questions need: worked out from the trial's own file, never listed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from brasle_prescreen.question import Card, Questions

# Nothing can be typed at these kinds that an example would help with.
WITHOUT_HINT = ("choice", "multiple")


def needed(questions: Questions) -> dict[str, frozenset[str]]:
    """Each key under `card.`, with the placeholders that the program fills in it."""
    keys: dict[str, frozenset[str]] = {}
    for card in questions.card:
        keys |= dict(_of_card(f"card.{card.id}", card, frozenset()))
    for group, items in (("medicine", questions.medicine), ("vaccine", questions.vaccine)):
        for card in items.card:
            keys |= dict(_of_card(f"card.{group}.{card.id}", card, frozenset({group})))
    return keys


def _of_card(words: str, card: Card, about: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    yield f"{words}.ask", about
    yield f"{words}.short", about
    yield f"{words}.why", frozenset()
    if card.kind not in WITHOUT_HINT:
        yield f"{words}.hint", frozenset()
    for choice in card.choices:
        yield f"{words}.choice.{choice.id}", frozenset()
