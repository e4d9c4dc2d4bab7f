"""What came of reading one reply: a value, one of a few plain states, or the wish to ask back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Outcome(Enum):
    """VALUE: `Reading.value` holds it. The others speak for themselves; ASK_BACK is never a mistake, a wrong value is."""

    VALUE = "value"
    UNSURE = "unsure"
    NEVER = "never"
    ONGOING = "ongoing"
    ASK_BACK = "ask_back"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """One reply, read.

    `why` is a short stable code: for ASK_BACK what stood in the way (`future`, `two_values`, `no_unit` ...), so that the
    conversation can ask the right thing. `said` is what was typed, unchanged. `hedged` marks a value that the family
    was not certain of: it is still a value, but wider or to be confirmed.
    """

    outcome: Outcome
    value: T | None = None
    why: str = ""
    said: str = ""
    hedged: bool = False

    @property
    def is_value(self) -> bool:
        return self.outcome is Outcome.VALUE


def found(value: T, said: str, *, why: str = "", hedged: bool = False) -> Reading[T]:
    return Reading(Outcome.VALUE, value, why, said, hedged)


def ask_back(why: str, said: str) -> Reading[T]:
    return Reading(Outcome.ASK_BACK, None, why, said)


def state(outcome: Outcome, said: str, *, why: str = "") -> Reading[T]:
    return Reading(outcome, None, why, said)
