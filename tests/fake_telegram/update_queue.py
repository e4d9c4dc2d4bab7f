"""The updates that wait for one bot: offsets confirm, old ones expire, a quiet week renumbers."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DAY = 86_400.0
WEEK = 7 * DAY
# Telegram keeps a message for a day, but a tap only this long: nobody waits longer for a button.
TAP_KEPT = 150.0
LARGEST_ID = 2_147_483_647
# An offset this far past the newest update is taken for a mistake: the oldest update is served again.
TOLERATED_FUTURE = 10


@dataclass(slots=True)
class Waiting:
    id: int
    kind: str
    body: Any
    lane: str
    expires: float


class UpdateQueue:
    """Updates in order of arrival; `clock` gives unix seconds."""

    def __init__(self, clock: Callable[[], float], chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._waiting: OrderedDict[int, Waiting] = OrderedDict()
        self._next_id = self._random_id()
        self._last_push: float | None = None

    def push(self, kind: str, body: Any, lane: str, keep: float = DAY) -> int:
        """Queue an update; `lane` (one chat) is what webhook delivery keeps in order."""
        now = self._clock()
        if self._last_push is not None and now - self._last_push >= WEEK:
            self._waiting.clear()
            self._next_id = self._random_id()
        self._last_push = now
        update = Waiting(self._next_id, kind, body, lane, now + keep)
        self._waiting[update.id] = update
        self._next_id += 1
        return update.id

    def number_from(self, next_id: int) -> None:
        """Number the next update so, as if chance had chosen it after a quiet week."""
        self._next_id = next_id
        self._last_push = None

    def get(self, offset: int, limit: int) -> list[Waiting]:
        """What getUpdates would answer at once; a positive offset forgets everything before it."""
        self._expire()
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popitem(last=False)
        elif 0 < offset <= self._next_id + TOLERATED_FUTURE:
            for id in [id for id in self._waiting if id < offset]:
                del self._waiting[id]
        return list(self._waiting.values())[:limit]

    def heads(self) -> dict[str, Waiting]:
        """The oldest update of every lane, for webhook delivery."""
        self._expire()
        heads: dict[str, Waiting] = {}
        for update in self._waiting.values():
            heads.setdefault(update.lane, update)
        return heads

    def forget(self, id: int) -> None:
        self._waiting.pop(id, None)

    def clear(self) -> None:
        self._waiting.clear()

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    def _expire(self) -> None:
        now = self._clock()
        for id in [id for id, update in self._waiting.items() if update.expires <= now]:
            del self._waiting[id]

    def _random_id(self) -> int:
        return self._chance.randint(2_000_001, LARGEST_ID // 2)


def as_json(update: Waiting) -> dict[str, Any]:
    """The Update object; a raw one (kind "") is handed out as the test gave it, with or without an id."""
    if update.kind:
        return {"update_id": update.id, update.kind: update.body}
    if isinstance(update.body, dict) and update.body.get("update_id", ...) is None:
        return {**update.body, "update_id": update.id}
    return update.body  # type: ignore[no-any-return]
