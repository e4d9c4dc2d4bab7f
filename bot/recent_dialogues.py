"""The dialogues of the families who wrote last, as they were committed: their next press need not be opened and read.

Kept in this process's memory, for ten minutes while others write: what is deleted meanwhile is not to stay here. One
is taken only at the very revision at which the database holds it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.flows.dialogue import Dialogue

MOST = 1000
LONGEST_SECONDS = 600.0  # who answers presses again sooner; a dialogue takes some 45 kB


class RecentDialogues:
    """By person, with the revision at which each was committed; the longest unused goes first."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._dialogues: OrderedDict[str, tuple[int, Dialogue, float]] = OrderedDict()

    def find(self, person: str, revision: int) -> Dialogue | None:
        """The dialogue, unless somebody else has written it since."""
        kept, dialogue, _ = self._dialogues.get(person, (None, None, 0.0))
        return dialogue if kept == revision else None

    def keep(self, person: str, revision: int, dialogue: Dialogue) -> None:
        now = self._clock()
        self._dialogues[person] = (revision, dialogue, now)
        self._dialogues.move_to_end(person)
        while len(self._dialogues) > self._most or next(iter(self._dialogues.values()))[2] < now - LONGEST_SECONDS:
            self._dialogues.popitem(last=False)

    def forget(self, person: str) -> None:
        self._dialogues.pop(person, None)
