"""How fast turns are loaded and committed, sealed and durable: `python tests/store/speed.py [folder]`."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from bot.store.moments import utc_now
from bot.store.records import Commit, Event, Outgoing
from bot.store.store import Store

ANSWERS = {f"question_{number}": {"value": f"answer {number}", "at": "2026-11-22T10:00:00Z"} for number in range(30)}
DIALOGUE = json.dumps({"state": "answering", "answers": ANSWERS, "behind": list(ANSWERS)})
CARD = {
    "text": "One question, in some words more. " * 6,
    "keyboard": [[{"text": "Yes", "callback_data": "a:1"}]] * 4,
}


async def turn(store: Store, address: str, number: int) -> None:
    person = await store.load("telegram", address)
    await store.commit(
        Commit(
            person.id if person else None,
            "telegram",
            address,
            person.revision if person else 0,
            DIALOGUE,
            ("telegram", f"{address}:{number}"),
            events=(Event("answered", "question_7", utc_now()),),
            outgoing=(Outgoing("telegram", address, "card", CARD),),
        )
    )


async def chat(store: Store, address: str, turns: int) -> None:
    for number in range(turns):
        await turn(store, address, number)


async def measure(folder: Path) -> None:
    store = Store.open(folder)
    print(f"dialogue {len(DIALOGUE)} bytes, card {len(json.dumps(CARD))} bytes, synchronous=FULL, {folder}")
    for chats, turns in ((1, 2000), (16, 300), (64, 200), (256, 50), (1000, 13)):
        started, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*[chat(store, f"{chats}-{number}", turns) for number in range(chats)])
        took, used = time.perf_counter() - started, time.process_time() - used
        done = chats * turns
        print(f"{chats:5} in flight: {done / took:7.0f} turns/s, {used / done * 1e6:4.0f} us of processor each")
    await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as made:
        asyncio.run(measure(Path(made)))
