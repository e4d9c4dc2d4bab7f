"""A site with its leads, its clock and its announcer on a real store; and who must have heard of what by now."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.announcer import Announcer
from bot.coordinator.workdays import china
from bot.flows.turn import SITE_ZONE
from bot.notice_plan import NoticePlan
from bot.store.records import Commit, LeadRecord
from bot.store.store import Store
from brasle_prescreen.lead_clock import Plan
from brasle_prescreen.lead_work import Outcome
from brasle_prescreen.working_hours import WorkingHours, parse_spans
from tests.faults.campaigns._plain_time import after_working

PLAN = Plan(WorkingHours(parse_spans("08:00-12:00,13:30-17:30"), SITE_ZONE, china))
LEVELS = {"second_person": 4 * 60, "pi": 8 * 60}  # in working minutes
NOTICES = NoticePlan(first=("0",), second=("second:0",), pi=("pi:0",))
COORDINATOR = "account:LI11-2222"
A_DAY = timedelta(days=1)


class Site:
    """`now` is what the server's clock says, rightly or not. `told` counts what went out, `first` says when."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self.now = now
        self.store = self._open()
        self.waiting: dict[str, datetime] = {}
        self.due: dict[tuple[str, str], datetime] = {}
        self.told: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], datetime] = {}
        self._numbers = itertools.count(1)

    def _open(self) -> Store:
        return Store.open(self.folder, clock=lambda: self.now)

    async def begin_anew(self) -> None:
        await self.store.close()
        self.store = self._open()

    async def lead(self, *, remind: bool = False) -> str:
        """A family hands over, at a whole minute of the clock."""
        number = next(self._numbers)
        record = LeadRecord(
            code=self.store.new_lead_code(),
            child=1,
            language="zh_Hans",
            asked_for_call=False,
            safety=False,
            tier="likely",
            score=80,
            earliest_date=None,
            packet={},
            contact={"name": "X"},
        )
        done = await self.store.commit(
            Commit(
                person=None,
                channel="browser",
                address=f"family {number}",
                revision=0,
                dialogue="{}",
                incoming=("browser", f"message {number}"),
                lead=record,
                remind_at=self.now + A_DAY if remind else None,
            )
        )
        code = done.lead_code or ""
        self.waiting[code] = self.now
        for level, minutes in LEVELS.items():
            self.due[code, level] = after_working(self.now, minutes)
        return code

    async def called(self, code: str) -> None:
        """Somebody of the site calls: nobody need hear of it any more."""
        await self.store.desk.claim(code, COORDINATOR)
        await self.store.desk.call(code, Outcome.NO_ANSWER, "", COORDINATOR)
        self.done_with(code)

    def done_with(self, code: str) -> None:
        del self.waiting[code]

    async def look(self) -> None:
        """One look of the announcer, and what of it goes out."""
        await Announcer(self.store, PLAN, NOTICES, clock=lambda: self.now).look()
        while rows := await self.store.due("notice", 500, datetime(9000, 1, 1, tzinfo=UTC)):
            for row in rows:
                one = row.payload["code"], row.op
                self.told[one] += 1
                self.first.setdefault(one, self.now)
                await self.store.sent(row.id)

    def overdue(self) -> set[tuple[str, str]]:
        """Who must have heard of which lead, by the clock as it stands."""
        return {
            (code, level)
            for code, since in self.waiting.items()
            for level in LEVELS
            if self.due[code, level] <= self.now or since > self.now + A_DAY
        }
