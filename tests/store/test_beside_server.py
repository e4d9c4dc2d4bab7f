"""A command in a second process works while a server has the folder open, and neither is ever turned away."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path

from bot.store.errors import StoreUnavailable
from bot.store.store import Store
from tests.store.conftest import Family, lead_record

COMMAND = """
import asyncio, sys
from datetime import date
from pathlib import Path
from bot.store.store import Store

async def main(folder, code):
    store = Store.open(Path(folder), beside_server=True)
    for number in range(40):
        await store.set_lead_status(code, "claimed" if number % 2 else "contacting", f"clerk {number}")
        await store.set_recruiting("open", date(2026, 11, 22), number, "clerk")
        assert (await store.lead(code)).status in ("claimed", "contacting")
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_both_write_and_both_see_it(store: Store, folder: Path, family: Family) -> None:
    code = (await family.says(lead=lead_record(store))).lead_code
    assert code is not None
    command = await asyncio.create_subprocess_exec(sys.executable, "-c", COMMAND, str(folder), code)
    ended = asyncio.create_task(command.wait())
    turns = 0
    others = [Family(store, str(number)) for number in range(8)]
    while not ended.done():
        await asyncio.gather(*[other.says() for other in others])
        turns += 1
    assert await ended == 0
    assert turns > 1
    history = await store.lead_history(code)
    assert [change.who for change in history] == ["family", *[f"clerk {number}" for number in range(40)]]
    recruiting = await store.recruiting()
    assert (recruiting.as_of, recruiting.places_left) == (date(2026, 11, 22), 39)
    for other in others:
        loaded = await store.load("telegram", other.address)
        assert loaded is not None
        assert loaded.revision == turns
    # The command has left the log to the server, which goes on with it.
    assert store._reader.sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_command_without_a_server_leaves_a_closed_folder(folder: Path) -> None:
    store = Store.open(folder, beside_server=True)
    await Family(store, "1").says()
    await store.close()
    assert sorted(path.name for path in folder.iterdir()) == [
        "brasle.sqlite3",
        "keys.sqlite3",
        "master.key",
    ]
    again = Store.open(folder)
    assert await again.load("telegram", "1") is not None
    await again.close()


async def test_a_command_that_erases_does_it_wholly_too(store: Store, folder: Path, family: Family) -> None:
    await family.says()
    beside = Store.open(folder, beside_server=True)
    await beside.erase(await family.person())
    await beside.close()
    assert await store.load("telegram", "1001") is None
    await family.says()


async def test_a_closed_store_can_be_closed_again(store: Store) -> None:
    await store.close()
    await store.close()
    store.close_now()
    try:
        await store.recruiting()
    except StoreUnavailable as error:
        assert "closed" in str(error)  # noqa: PT017
    else:
        raise AssertionError("it answered")


async def test_a_second_store_of_the_same_process_leaves_the_first_its_locks(store: Store, folder: Path) -> None:
    second = Store.open(folder, beside_server=True)
    await second.close()
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from bot.store.store import Store; "
        "Store.open(Path(sys.argv[1]), beside_server=True).close_now()",
        str(folder),
    )
    assert await command.wait() == 0
    assert (folder / "brasle.sqlite3-wal").exists(), (
        "whoever ends last takes the log away: the command was not the last"
    )
    assert (folder / "keys.sqlite3-wal").exists()
