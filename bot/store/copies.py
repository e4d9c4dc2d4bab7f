"""Copies of the data, and what must be told when one goes astray, as commands ask for them: `Store.copies`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.progress import Tell, untold
from bot.store import access_report, deletion_list, incident, key_copies
from bot.store.access_report import Report
from bot.store.audit_entry import Did
from bot.store.backup import Manifest, make_backup
from bot.store.incident import Affected
from bot.store.ledger import Ledger
from bot.store.moments import from_micros

if TYPE_CHECKING:
    from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """Where copies of a kind ("database" or "keys") were put, and when last.

    `there`: the folder can be reached now.
    """

    folder: Path
    kind: str
    at: datetime
    there: bool


class Copies:
    """Backups, copies of the keys and who is affected by an incident, all beside a running server."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def backup(self, to: Path, by: str, tell: Tell = untold) -> tuple[Path, Manifest]:
        """A checked backup in a new folder in `to` (absolute); from now on `to` is told of deletions."""
        now = self._store.clock()
        await self._store.trail.record(by, Did("backup.made", field="database"))
        made = await asyncio.to_thread(make_backup, self._store.folder, to, now, tell)
        await self._store._write(_note, to, "database")
        return made

    async def copy_keys(self, to: Path, by: str, keep: timedelta) -> tuple[Path, list[Path]]:
        """A copy of the keys in `to` (absolute), and the older ones that were removed there."""
        now = self._store.clock()
        await self._store.trail.record(by, Did("backup.made", field="keys"))
        made = await asyncio.to_thread(key_copies.make_copy, self._store.folder, to, now)
        await self._store._write(_note, to, "keys")
        return made, await asyncio.to_thread(key_copies.remove_old, [to], now, keep)

    async def affected(self, find: Callable[[Ledger], list[Affected]], by: str) -> list[Affected]:
        """Who is affected, as one of the ways of `bot.store.incident` finds it; the trail notes the list first."""
        found = await self._store._read_long(find)
        await self._store.trail.record(by, *incident.note(found))
        return found

    async def access_report(self, since: datetime, until: datetime, by: str) -> Report:
        """What the trail says of a span; that it was made is in the trail."""
        await self._store.trail.record(by, Did("access.reported"))
        return await self._store._read_long(access_report.report, since, until)

    async def places(self) -> list[CopyPlace]:
        """Where copies were put, the latest first."""
        return [
            CopyPlace(folder, kind, from_micros(at), deletion_list.is_there(folder))
            for folder, kind, at in self._store._read(lambda ledger: ledger.keys.places())
        ]

    async def keep_house(self, keep: timedelta) -> list[Path]:
        """Tell every place that can be reached of deletions, and remove copies of keys older than `keep`."""
        places = await self.places()
        erased = self._store._read(lambda ledger: ledger.keys.erased_when())
        await asyncio.to_thread(deletion_list.tell, [place.folder for place in places], erased)
        keys = [place.folder for place in places if place.kind == "keys"]
        return await asyncio.to_thread(key_copies.remove_old, keys, self._store.clock(), keep)


def _note(ledger: Ledger, place: Path, kind: str) -> None:
    ledger.keys.note_place(place, kind, ledger.now())
    deletion_list.tell([place], ledger.keys.erased_when())
