"""The dialogues of the families who wrote last, as they were committed: their next press need not be opened and read.

Kept in this process's memory. One is taken only at the very revision at which the database holds it.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.flows.dialogue import Dialogue

MOST = 2000


class RecentDialogues:
    """By person, with the revision at which each was committed; the longest unused goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._dialogues: OrderedDict[str, tuple[int, Dialogue]] = OrderedDict()

    def find(self, person: str, revision: int) -> Dialogue | None:
        """The dialogue, unless somebody else has written it since."""
        kept, dialogue = self._dialogues.get(person, (None, None))
        return dialogue if kept == revision else None

    def keep(self, person: str, revision: int, dialogue: Dialogue) -> None:
        self._dialogues[person] = (revision, dialogue)
        self._dialogues.move_to_end(person)
        if len(self._dialogues) > self._most:
            self._dialogues.popitem(last=False)

    def forget(self, person: str) -> None:
        self._dialogues.pop(person, None)
