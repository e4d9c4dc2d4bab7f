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
    """The number of the schema, as it is: a page goes to the disk, and nothing changes."""
    number = int(ledger.sql.execute("PRAGMA user_version").fetchall()[0][0])
    ledger.sql.execute(f"PRAGMA user_version = {number}")
