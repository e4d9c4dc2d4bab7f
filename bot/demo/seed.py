"""Puts the invented families of the file into an empty demo, with what became of them at the site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event

from bot.demo.family_file import Families, InventedFamily, Step, Who, load_families
from bot.demo.rehearsal import CHANNEL, InventedFamilyError, Stage, talk
from bot.flows.turn import SITE_ZONE
from bot.lead_keeper import LeadKeeper
from bot.store.account_records import NewAccount
from bot.store.audit import PROGRAM
from bot.store.store import Store
from bot.store.work_records import NewOverride
from bot.wording import Wording
from brasle_prescreen.lead import CloseCategory, LeadStatus
from brasle_prescreen.lead_work import Outcome
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.question import Questions

_ROLES = {"colleague": "coordinator", "pi": "pi"}


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the families go, and who they talk to. `me` is the account id of who opens the try-out."""

    folder: Path
    protocol: Protocol
    questions: Questions
    wording: Wording
    me: str
    language: str


class _Moment:
    """The clock of what is told: it stands at the moment of each step."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def seed(demo: Demo, now: datetime, stop: Event) -> int:
    """Seed in this thread, beside the running server; gives how many leads there are then.

    A store that holds a lead already is left as it is. `stop` ends it after the present step.
    """
    return asyncio.run(_seed(demo, now, stop))


async def holds_invented(store: Store) -> bool:
    """Whether a data folder was a demo's: then it must not go live."""
    return any([await store.load(CHANNEL, _address(family, 0)) is not None for family in load_families().family])


def _address(family: InventedFamily, number: int) -> str:
    return f"invented:{family.id}:{number}"


async def _seed(demo: Demo, now: datetime, stop: Event) -> int:
    moment = _Moment(now)
    store = Store.open(demo.folder, clock=moment, beside_server=True)
    try:
        if await store.desk.queue(ended=True):
            return 0
        families = load_families()
        stage = Stage(demo.protocol, demo.questions, demo.wording, families)
        told = _Told(
            store, moment, stage, {"me": f"account:{demo.me}", **await _colleagues(store, families, demo, now)}
        )
        for at, _, act in sorted(told.acts(now), key=lambda one: one[:2]):
            if stop.is_set():
                break
            moment.now = at
            await act()
        moment.now = now
        await LeadKeeper(store, demo.protocol, clock=moment).keep()
        return len(await store.desk.queue(ended=True))
    finally:
        await store.close()


async def _colleagues(store: Store, families: Families, demo: Demo, now: datetime) -> dict[Who, str]:
    """Accounts that nobody can open: their invitations are over as they are made."""
    found: dict[Who, str] = {}
    for who, name in families.colleagues.items():
        known = await store.staff.named(name)
        if known is not None:
            found[who] = f"account:{known.id}"
            continue
        new = NewAccount(name, _ROLES[who], demo.language)
        found[who] = f"account:{(await store.staff.invite(new, now, PROGRAM)).account}"
    return found


class _Told:
    """The families of the file as acts in time."""

    def __init__(self, store: Store, moment: _Moment, stage: Stage, accounts: dict[Who, str]) -> None:
        self._store = store
        self._moment = moment
        self._stage = stage
        self._accounts = accounts
        self._codes: dict[str, str] = {}

    def acts(self, now: datetime) -> list[tuple[datetime, int, Callable[[], Awaitable[object]]]]:
        """Each act with its moment and its place in the file."""
        acts: list[tuple[datetime, int, Callable[[], Awaitable[object]]]] = []
        for family in self._stage.families.family:
            for number in range(family.times):
                at = now - timedelta(hours=family.hours_ago * (1 + number / 4))
                acts.append((at, len(acts), partial(self._comes, family, number)))
            for step in family.work:
                at = now - timedelta(hours=step.hours_ago)
                acts.append((at, len(acts), partial(self._works, family, step)))
        return acts

    async def _comes(self, family: InventedFamily, number: int) -> None:
        commit = await talk(
            self._stage, family, _address(family, number), self._store.new_lead_code(), self._moment.now
        )
        committed = await self._store.commit(commit)
        if committed.lead_code:
            self._codes[family.id] = committed.lead_code

    async def _works(self, family: InventedFamily, step: Step) -> None:
        desk, code, by = self._store.desk, self._codes[family.id], self._accounts[step.who]
        today = self._moment.now.astimezone(SITE_ZONE).date()
        match step.what:
            case "claim":
                await desk.claim(code, by)
            case "call":
                await desk.call(code, Outcome(step.outcome), step.text, by)
            case "move":
                await desk.move(code, LeadStatus(step.to), by)
            case "note":
                await desk.note(code, step.text, by)
            case "override":
                await desk.override(code, NewOverride(step.criterion, step.verdict, step.text), by)
            case "merge":
                await desk.merge(code, self._codes[step.into], by)
            case "close":
                day = await desk.waits_for(code, today) if step.reason == CloseCategory.WINDOW else None
                await desk.close(code, step.reason, step.text, by, day)
            case "snooze":
                day = await desk.waits_for(code, today)
                until = day if step.until_window else today + timedelta(days=step.days)
                if until is None:
                    raise InventedFamilyError(f"{family.id} has no window to wait for")
                await desk.snooze(code, until, today, by)
