"""Why a criterion stands as it does, in words: a reason code has words of its own, or those of the answer
in it.
"""

from __future__ import annotations

from bot.flows.cards import words
from bot.message import Text
from bot.wording import Wording
from brasle_prescreen.question import Card, Questions

_ENDINGS = ("inside_window", "before_window", "window_uncertain", "date_not_known", "ongoing")


class Reasons:
    """Words for the reason codes of findings."""

    def __init__(self, wording: Wording, questions: Questions) -> None:
        self._wording = wording
        self._questions = questions

    def text(self, criterion: str, reason: str) -> Text | None:
        """The words for one criterion's reason; None where there is no reason."""
        if not reason:
            return None
        if self._wording.has(f"console.why.{reason}"):
            return Text(key=f"console.why.{reason}")
        answer = self._answer(criterion, reason)
        if answer is not None:
            return Text(key="answer", values={"answer": answer})
        for ending in _ENDINGS:
            if reason.endswith(f"_{ending}"):
                last = Text(key=f"console.why.{ending}")
                answer = self._answer(criterion, reason.removesuffix(f"_{ending}"))
                return last if answer is None else Text(key="console.why.of", values={"answer": answer, "rest": last})
        return Text(key="console.why.as_answered")

    def _answer(self, criterion: str, value: str) -> Text | None:
        """The button that sets this value, on a card that informs the criterion."""
        for card in self._questions.card:
            if criterion not in card.why:
                continue
            for choice in card.choices:
                key = f"{words(card.id, card)}.choice.{choice.id}"
                if (choice.id == value or value in _strings(card, choice.id)) and self._wording.has(key):
                    return Text(key=key)
        return None


def _strings(card: Card, choice: str) -> tuple[str, ...]:
    found = card.choice(choice)
    return tuple(one for one in found.sets.values() if isinstance(one, str)) if found else ()
