"""Conversations of which nothing may be kept, in this process's memory and nowhere else, for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.flows.dialogue import Dialogue

KEPT = timedelta(hours=1)
_MOST = 1000  # the oldest go first: who comes back after that is greeted anew


class Passing:
    """The dialogue of each address as it stood last; a stopped server forgets them all, and nothing is lost by it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._dialogues: OrderedDict[tuple[str, str], tuple[datetime, Dialogue]] = OrderedDict()

    def find(self, channel: str, address: str) -> Dialogue | None:
        """The dialogue, if it is not older than an hour."""
        at, dialogue = self._dialogues.get((channel, address), (None, None))
        return dialogue if at is not None and self._clock() - at < KEPT else None

    def keep(self, channel: str, address: str, dialogue: Dialogue) -> None:
        self.forget(channel, address)
        while self._dialogues and (len(self._dialogues) >= _MOST or self._oldest_is_over()):
            self._dialogues.popitem(last=False)
        self._dialogues[channel, address] = (self._clock(), dialogue)

    def forget(self, channel: str, address: str) -> None:
        self._dialogues.pop((channel, address), None)

    def _oldest_is_over(self) -> bool:
        at, _ = next(iter(self._dialogues.values()))
        return self._clock() - at >= KEPT
