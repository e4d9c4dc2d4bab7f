"""What a page shows only once or only for a while, kept in this process's memory and nowhere else.

An answer has no place in a cookie, an address or a log, and losing what is here loses nothing that was sent.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.channels.browser_pages import Shown
from bot.message import Text

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class NextPage:
    """What the page after a redirect shows: the turn's result, or why a form was not taken."""

    shown: Shown | None
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed and ticked on a card, but is not its answer yet."""

    card: str
    typed: str
    ticked: tuple[str, ...]


class Briefly(Generic[Kept]):
    """One thing for each session, for `seconds`, at most `most` of them: the oldest go first."""

    def __init__(self, seconds: float, *, most: int = 2000, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Kept]] = OrderedDict()

    def put(self, session: str, value: Kept) -> None:
        self._kept.pop(session, None)
        while self._kept and (len(self._kept) >= self._most or self._is_old(next(iter(self._kept)))):
            self._kept.popitem(last=False)
        self._kept[session] = (self._clock() + self._seconds, value)

    def get(self, session: str) -> Kept | None:
        if session not in self._kept or self._is_old(session):
            return None
        return self._kept[session][1]

    def take(self, session: str) -> Kept | None:
        value = self.get(session)
        self._kept.pop(session, None)
        return value

    def _is_old(self, session: str) -> bool:
        return self._kept[session][0] < self._clock()
