"""The trail of what was read and changed, as the rest of the program asks for it: `Store.trail`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.progress import Tell, untold
from bot.store import audit, audit_check
from bot.store.audit import Head, Wanted
from bot.store.audit_check import Checked
from bot.store.audit_entry import Did, Entry
from bot.store.ledger import Ledger

if TYPE_CHECKING:
    from bot.store.store import Store


class Trail:
    """Entries are added by the functions that change something; `record` is for what changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, by: str, *did: Did) -> None:
        """Entries for a reading, to be written before what was read is shown."""
        await self._store._write(_append_all, by, did)

    async def entries(self, wanted: Wanted) -> list[Entry]:
        """Newest first."""
        return self._store._read(audit.listing, wanted)

    async def actions(self) -> list[str]:
        """Every kind of entry that occurs."""
        return self._store._read(audit.actions)

    async def head(self) -> Head | None:
        """Where it ends now: to be kept elsewhere. None if the end was removed or forged."""
        return self._store._read(audit.head)

    async def check(self, printed: Head | None = None, tell: Tell = untold) -> Checked:
        """Read all of it in another thread. `printed`: an end noted earlier, which it must still hold."""
        return await self._store._read_long(audit_check.check, printed, tell)

    async def anchor(self) -> bool:
        """Remember the committed end in the file of the keys. False: it does not follow from the last one."""
        end = self._store._read(audit.head)
        return end is not None and await self._store._write(audit.anchor, end)


def _append_all(ledger: Ledger, by: str, did: tuple[Did, ...]) -> None:
    for one in did:
        audit.append(ledger, by, one)
