"""Looks every half minute whether somebody of the site must hear of a lead again: safety until it is
claimed, first calls that are overdue, windows that are over. Each is told once; a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.log import logger
from bot.notice_plan import NoticePlan
from bot.store.announcing import Announcement
from bot.store.errors import StoreUnavailable
from brasle_prescreen.lead_clock import Limits, Plan, escalation, safety_step
from brasle_prescreen.lead_queue import QueueRow, place

if TYPE_CHECKING:
    from bot.store.store import Store

LOOK_EVERY = 30.0

log = logger(__name__)


class Announcer:
    """One look is one reading of the queue; what is new goes into the outbox in one transaction."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        notices: NoticePlan,
        *,
        clock: Callable[[], datetime],
        public_url: str = "",
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._plan = plan
        self._notices = notices
        self._clock = clock
        self._public_url = public_url
        self._wake = wake

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                log.error("Nobody can be told of leads at the moment.", cause=error)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> int:
        """Tell what is due and was not told; gives how many announcements were new."""
        now = self._clock()
        told = await self._store.desk.announced()
        due = [
            one
            for row in await self._store.desk.queue()
            for one in self._due(row, told.get(row.code, {}), now)
            if one.kind not in told.get(row.code, {})
        ]
        if not due:
            return 0
        new = await self._store.desk.announce(due)
        if new:
            self._wake()
        return new

    def _due(self, row: QueueRow, told: Mapping[str, datetime], now: datetime) -> Iterator[Announcement]:
        limits = Limits(self._plan, now)
        if row.safety and not row.work.holder:
            yield from self._safety(row, told, now)
        for level in escalation(row.work, self._plan, limits):
            yield self._told(row, level.value, level.value, now, until_called=True)
        today = now.astimezone(self._plan.hours.zone).date()
        if place(row, self._plan, limits, now, today).cleared and self._plan.hours.opens(today) <= now:
            yield self._told(row, f"cleared {row.waits_for(today)}", "cleared", now)

    def _safety(self, row: QueueRow, told: Mapping[str, datetime], now: datetime) -> Iterator[Announcement]:
        """The first announcement went out with the hand-over itself; from it the repeated ones are counted."""
        begun = told.get("safety")
        if begun is None:
            yield Announcement(row.code, "safety")
            return
        step = safety_step(row.work, begun, now, self._plan.hours)
        if step:
            # After a night without the server one message says it all: the steps in between are left out.
            yield self._told(row, f"safety {step}", "safety_again", now, until_claimed=True)

    def _told(
        self,
        row: QueueRow,
        kind: str,
        op: str,
        now: datetime,
        *,
        until_claimed: bool = False,
        until_called: bool = False,
    ) -> Announcement:
        url = f"{self._public_url}/coordinator/leads/{row.code}" if self._public_url else ""
        outgoing = tuple(self._notices.rows(op, {"code": row.code, "url": url}, now))
        return Announcement(row.code, kind, outgoing, until_claimed, until_called)
