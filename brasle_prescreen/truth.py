"""Three-valued (Kleene) logic: what is not known stays not known, and never counts as no."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Truth(Enum):
    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    # There is one object of each, so its identity will do: Enum's own hash is a function in Python, and slow.
    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth is not a bool: compare it with Truth.TRUE or Truth.FALSE")

    @classmethod
    def of(cls, answer: bool | None) -> Truth:
        """The truth of a yes-or-no answer; None is an answer that is not known."""
        if answer is None:
            return cls.UNKNOWN
        return cls.TRUE if answer else cls.FALSE


def any_of(parts: Iterable[Truth]) -> Truth:
    """True if one part is; otherwise one unknown part leaves the whole unknown."""
    seen = set(parts)
    if Truth.TRUE in seen:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in seen else Truth.FALSE


def all_of(parts: Iterable[Truth]) -> Truth:
    """False if one part is; otherwise one unknown part leaves the whole unknown."""
    seen = set(parts)
    if Truth.FALSE in seen:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in seen else Truth.TRUE


def at_least(count: int, parts: Iterable[Truth]) -> Truth:
    """Whether `count` or more parts are true; unknown while the unknown parts could still decide it."""
    listed = list(parts)
    surely = listed.count(Truth.TRUE)
    if surely >= count:
        return Truth.TRUE
    return Truth.UNKNOWN if surely + listed.count(Truth.UNKNOWN) >= count else Truth.FALSE
