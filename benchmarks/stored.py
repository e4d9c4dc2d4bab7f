"""Many stored conversations: what one costs to load and to save among them, and how soon a restart answers.

`python stored.py COUNT`: makes so many with the store's own sealing, then measures in fresh processes.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from interview import START, incoming, learned, opened, opened_at

from bot.channels.telegram_render import CHANNEL
from bot.store import addresses
from bot.store.connection import connect_writer, transaction
from bot.store.keyring import Keyring
from bot.store.ledger import Ledger
from bot.store.moments import to_micros, utc_now
from bot.store.queries import load_queries
from bot.store.records import Commit
from bot.store.store import FILE_NAME, Store
from bot.store.turns import DIALOGUE

SPOKEN = 8  # steps of the interview that lie behind everybody
AT_ONCE = 10_000
TALKING = 20
ROUNDS = 200
RESTARTS = 40
LARGEST_ID = 2**63 - 1


def address(place: int) -> str:
    return str(10_000_000 + place)


async def one_of_them() -> str:
    """The dialogue of somebody in the middle of the interview."""
    with opened() as bench:
        steps = await learned(bench)
        for number, step in enumerate(steps[:SPOKEN]):
            await bench.conversation.handle(incoming("one", number, step))
        person = await bench.store.load(CHANNEL, "one")
        assert person is not None
        dialogue: str = person.dialogue
        return dialogue


def make(folder: Path, count: int, dialogue: str) -> None:
    """Everybody at once, by the functions that make one person; not flushed, as nobody waits for it."""
    Store.open(folder).close_now()
    create = load_queries("turn")["create"]
    keys = Keyring.open(folder, checkpoints=True)
    sql = connect_writer(folder / FILE_NAME, checkpoints=True)
    for pragma in ("synchronous = OFF", "cache_size = -1000000", "wal_autocheckpoint = 100000"):
        sql.execute(f"PRAGMA {pragma}")
    ledger = Ledger(sql, keys, utc_now)
    now, gap = to_micros(utc_now()), LARGEST_ID // (count + 1)
    for first in range(0, count, AT_ONCE):
        here = range(first, min(first + AT_ONCE, count))
        sealed = [(place, (place + 1) * gap, keys.make((place + 1) * gap)) for place in here]
        keys.save_new(now)
        with transaction(sql):
            sql.executemany(
                create,
                (
                    (
                        number,
                        SPOKEN,
                        ledger.chat(CHANNEL, address(place)),
                        now,
                        now,
                        None,
                        b"",
                        seal.close_text(DIALOGUE, dialogue),
                    )
                    for place, number, seal in sealed
                ),
            )
            for place, number, _ in sealed:
                addresses.add_address(ledger, number, CHANNEL, address(place))
        keys.keep_new()
    ledger.close()
    Store.open(folder).close_now()


async def turn(store: Store, place: int, mark: str) -> tuple[float, float]:
    """Load one conversation and save it: seconds for each."""
    started = time.perf_counter()
    person = await store.load(CHANNEL, address(place))
    assert person is not None
    dialogue = person.dialogue
    loaded = time.perf_counter()
    await store.commit(
        Commit(
            person=person.id,
            channel=CHANNEL,
            address=address(place),
            revision=person.revision,
            dialogue=dialogue,
            incoming=(CHANNEL, mark),
        )
    )
    return loaded - started, time.perf_counter() - loaded


async def measure(folder: Path, count: int, began: float) -> None:
    """In a fresh process that began at `began`: its first answer, conversations under way, and after a restart."""
    chance = random.Random(count)  # noqa: S311
    with opened_at(folder) as bench:
        place = chance.randrange(count)
        shown = await bench.conversation.handle(incoming(address(place), 0, START))
        assert shown.reply.card
        first = time.time() - began
        talking = [chance.randrange(count) for _ in range(min(TALKING, count))]
        warm = [await turn(bench.store, talking[one % len(talking)], f"w{one}") for one in range(ROUNDS)]
    cold = []
    for one in range(RESTARTS):
        store = Store.open(folder)
        cold.append(await turn(store, chance.randrange(count), f"c{one}"))
        store.close_now()
    told = {
        "name": f"{count:,} stored",
        "load_us": median(load for load, _ in warm[TALKING:]) * 1e6,
        "save_us": median(save for _, save in warm[TALKING:]) * 1e6,
        "turn_us": median(map(sum, warm[TALKING:])) * 1e6,
        "cold_us": median(map(sum, cold)) * 1e6,
        "first_ms": first * 1e3,
        "memory_mb": most_memory(),
        "file_mb": round(folder.joinpath(FILE_NAME).stat().st_size / 2**20, 1),
    }
    print(json.dumps(told), flush=True)


def most_memory() -> int:
    """MB that this process ever held; what its parent held before does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(round(int(line.split()[1]) / 1024) for line in lines if line.startswith("VmHWM"))


def run(count: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        started = time.perf_counter()
        make(folder, count, asyncio.run(one_of_them()))
        print(f"{count:,} made in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        command = [sys.executable, __file__, str(count), made, str(time.time())]
        print(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout, end="", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(measure(Path(sys.argv[2]), int(sys.argv[1]), float(sys.argv[3])))
    else:
        run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
