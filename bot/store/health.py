"""Whether the store can be used now: read, and written if the last writing failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.ledger import Ledger

if TYPE_CHECKING:
    from bot.store.store import Store


async def check(store: Store) -> None:
    """StoreUnavailable, or nothing. What is well costs one short reading, so that it may be asked every second."""
    await store.recruiting()
    if store._writer.is_troubled:
        await store._write(_write_the_least)


def _write_the_least(ledger: Ledger) -> None:
    """A number in each file's head that nothing uses, as it is: a page goes to the disk, and nothing changes."""
    ledger.keys.write_the_least()
    ledger.sql.execute("PRAGMA application_id = 0")
