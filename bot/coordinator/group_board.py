"""Which cards stand in the coordinators' group, and which of them must change: read from the leads themselves, so
that a claim in the console, a family's second thoughts and a restart are all the same to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.coordinator.group_card import Face, Shows, face_of, over, rest
from bot.log import logger, trouble
from bot.store.errors import StoreUnavailable
from bot.store.group_cards import BOARD, CHANNEL, PRESSED, REST, URGENT, GroupCard
from bot.waiting import rung
from brasle_prescreen.lead_clock import Limits, Plan
from brasle_prescreen.lead_queue import QueueRow, order, place

if TYPE_CHECKING:
    from bot.store.store import Store

LOOK_EVERY = 5.0
# So many families who wait have a card of their own, and those with a safety flag besides; the rest share one card.
MOST_WAITING = 6
# Beyond so many the order by who came first is good enough.
MOST_ORDERED = 200

_log = logger(__name__)


class GroupBoard:
    """One look is one reading of the queue; what must change goes into the outbox."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        group: int,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
        most: int = MOST_WAITING,
    ) -> None:
        self._store = store
        self._room = store.telegram_group
        self._plan = plan
        self._group = group
        self._clock = clock
        self._wake = wake
        self._most = most
        self._asked: dict[str, tuple[str, int, int]] = {}
        self._bell = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._bell.clear()
            try:
                await self.look()
            except StoreUnavailable as error:
                _log.error("The cards in the coordinators' group cannot be brought up to date.", cause=error)
            except Exception as error:  # a mistake of ours: families must not feel it
                _log.error("The cards in the coordinators' group cannot be brought up to date.", **trouble(error))
            await rung(self._bell, LOOK_EVERY)

    def ring(self) -> None:
        """Something was committed."""
        self._bell.set()

    async def look(self) -> int:
        """Ask for every card that must change, each once; gives how many these were."""
        standing = await self._room.standing(self._group)
        if standing.trouble and await self._something_waits():
            return 0  # it is tried again until it gets through; then the rest follows
        cards = await self._room.cards()
        faces = await self.faces()
        self._asked = {code: asked for code, asked in self._asked.items() if code in faces}
        changed = [face for code, face in faces.items() if not is_shown(face, cards.get(code), standing.chat)]
        new = [face for face in changed if self._asked.get(face.code) != (face.mark, face.step, standing.chat)]
        for face in new:
            await self._room.show(face.code, _line(face))
            self._asked[face.code] = (face.mark, face.step, standing.chat)
        if new:
            self._wake()
        return len(new)

    async def faces(self) -> dict[str, Face]:
        """What every card should say: those that stand there, and those of families who wait for a first call."""
        now = self._clock()
        cards = await self._room.cards()
        chat = (await self._room.standing(self._group)).chat
        up = {code for code, card in cards.items() if card.message is not None and card.place == chat}
        rows, far_behind = await self._in_order(up, now)
        found: dict[str, Face] = {}
        without: list[str] = []
        room = self._most - sum(_waits(row) and not row.safety for row in rows if row.code in up)
        for row in rows:
            if row.code not in up and not row.safety:
                if room <= 0:
                    without.append(row.code)
                    continue
                room -= 1
            card = cards.get(row.code)
            found[row.code] = face_of(row, self._plan, now, card.first_at if card else None)
        without += far_behind
        found |= {code: over(code) for code in up - found.keys() - {REST}}
        if without or REST in up:
            found[REST] = rest(tuple(without))
        return found

    async def _in_order(self, up: set[str], now: datetime) -> tuple[list[QueueRow], list[str]]:
        """Leads that have a card or should have one, whom to call first on top; and codes of those far behind."""
        limits = Limits(self._plan, now)
        today = now.astimezone(self._plan.hours.zone).date()
        rows = await self._store.desk.queue()
        waiting = [row for row in rows if row.code not in up and _waits(row)]
        if len(waiting) > MOST_ORDERED:
            waiting.sort(key=lambda row: (not row.safety, row.created, row.code))
        wanted = [row for row in rows if row.code in up] + waiting[:MOST_ORDERED]
        placed = sorted(
            (place(row, self._plan, limits, now, today) for row in wanted), key=lambda one: order(one, today)
        )
        return [one.row for one in placed], [row.code for row in waiting[MOST_ORDERED:]]

    async def _something_waits(self) -> bool:
        return any(one.channel == CHANNEL for one in await self._store.desk.waiting())


def is_shown(face: Face, card: GroupCard | None, chat: int) -> bool:
    """Whether the card says this already; one that was never put up need not say that all is over."""
    if card is None or card.message is None or card.place != chat:
        return face.shows is Shows.OVER
    return card.shown == face.mark and card.step >= face.step


def _line(face: Face) -> str:
    if face.shows is Shows.WAITING:
        return URGENT if face.urgent else BOARD
    return BOARD if face.shows is Shows.REST else PRESSED


def _waits(row: QueueRow) -> bool:
    work = row.work
    return work.is_open and not work.holder and work.attempts == 0 and work.snoozed_until is None
