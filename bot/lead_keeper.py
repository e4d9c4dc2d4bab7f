"""What happens to leads by itself: one closed for an open window comes back on its day, and leads about which the site has
said something, or whose window is over, are judged again, so that the queue knows them as they stand today.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.coordinator.grid import as_decision
from bot.flows.turn import SITE_ZONE
from bot.lead_version import as_protocols, version_of
from bot.log import logger
from bot.store.errors import StoreUnavailable
from bot.store.work_records import Decision, Look, Override, ToLook
from brasle_prescreen.facts import AnswerError
from brasle_prescreen.judgement import Verdict
from brasle_prescreen.lead import CloseCategory, is_criterion
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.site_decision import SecondLook, look_again
from brasle_prescreen.versions import Protocols

if TYPE_CHECKING:
    from bot.store.store import Store

LOOK_EVERY = 30.0
_AT_ONCE = 50  # a lead is judged in about a millisecond: pages go on being answered in between

log = logger(__name__)


class LeadKeeper:
    """One for each running server; a look that is cut off is taken again, and nothing is done twice."""

    def __init__(self, store: Store, protocol: Protocol | Protocols, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._protocols = as_protocols(protocol)
        self._clock = clock

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.keep()
            except StoreUnavailable as error:
                log.error("Leads cannot be judged again at the moment.", cause=error)
            await asyncio.sleep(LOOK_EVERY)

    async def keep(self) -> None:
        """Do everything that is due now."""
        await self.look()
        await self._store.desk.come_back(self._today())

    async def look(self, code: str = "") -> int:
        """Judge again what waits for it, or this lead alone; gives how many leads were looked at."""
        looked = 0
        while True:
            today, trial = self._today(), self._protocols.sha256
            basis, decisions, waiting = await self._store.desk.looks_waiting(today, trial, _AT_ONCE, code)
            if not waiting:
                return looked
            looks = await asyncio.to_thread(self._looks, waiting, decisions, today)
            kept = await self._store.desk.keep_looks(basis, looks)
            looked += kept
            if not kept:
                return looked  # all of them changed meanwhile: at the next look

    async def over_on(self, code: str, reason: str) -> date | None:
        """The coming day on which the window is over for which a lead is to be closed: a criterion that is not met
        until a day, or the category of all windows; None for any other reason.
        """
        file = await self._store.desk.judged_by(code)
        if file is None:
            return None
        packet, overrides, version = file
        today = self._today()
        try:
            seen = self._seen(packet, version, overrides, await self._store.desk.decisions(), today)
        except (AnswerError, KeyError):
            return None
        day = seen.clears_on
        if is_criterion(reason):
            one = seen.finding(reason)
            if not one.failed or one.clears_on is None:
                return None
            day = day or one.clears_on.latest
        elif reason != CloseCategory.WINDOW:
            return None
        return day if day is not None and day > today else None

    def _looks(
        self, waiting: Sequence[ToLook], decisions: Sequence[Decision], today: date
    ) -> list[tuple[ToLook, Look]]:
        return [(one, self._judged(one, decisions, today)) for one in waiting]

    def _judged(self, lead: ToLook, decisions: Sequence[Decision], today: date) -> Look:
        stored = {one["id"]: one["verdict"] for one in lead.packet.get("criteria", ())}
        try:
            seen = self._seen(lead.packet, lead.version, lead.overrides, decisions, today)
        except (AnswerError, KeyError):  # of another version: it stands as it was judged then
            day = lead.packet.get("earliest_date")
            return Look(lead.tier, date.fromisoformat(day) if day else None, {})
        now = {one.id: one.verdict.value for one in seen.findings}
        moved = {id: verdict for id, verdict in now.items() if stored.get(id) != verdict}
        return Look(seen.tier.value, seen.clears_on, moved)

    def _seen(
        self,
        packet: Mapping[str, Any],
        version: str,
        overrides: Mapping[str, Override],
        decisions: Sequence[Decision],
        today: date,
    ) -> SecondLook:
        """AnswerError and KeyError for answers of another version, or none at all."""
        return look_again(
            version_of(self._protocols, packet, version, today).protocol,
            packet["answers"],
            today,
            [as_decision(one) for one in decisions if one.verdict],
            {id: Verdict(one.verdict) for id, one in overrides.items()},
        )

    def _today(self) -> date:
        return self._clock().astimezone(SITE_ZONE).date()
