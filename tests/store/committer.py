"""A program to be killed: it commits turns of several chats and prints each one once it is acknowledged.

Each turn handles a stored update and adds its number to dialogue and outbox; some bring a lead, or erase.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.store.moments import utc_now
from bot.store.records import Commit, LeadRecord, Outgoing, Person, RawUpdate
from bot.store.store import Store

CHATS = 12


def say(*words: object) -> None:
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


async def take_turn(store: Store, chat: str, person: Person | None, inbox_id: int | None) -> None:
    said = json.loads(person.dialogue) if person else []
    number = said[-1] + 1 if said else 0
    lead = None
    if number % 7 == 3:
        lead = LeadRecord(store.new_lead_code(), 1, "zh", False, False, "likely", 80, None, {}, {"n": number})
    committed = await store.commit(
        Commit(
            person.id if person else None,
            "telegram",
            chat,
            person.revision if person else 0,
            json.dumps([*said, number]),
            ("telegram", f"{chat}:{person.id if person else ''}:{number}"),
            inbox_id=inbox_id,
            outgoing=(Outgoing("telegram", chat, "message", {"n": number}),),
            lead=lead,
        )
    )
    say("turn", chat, committed.person, number)
    if lead:
        say("lead", chat, committed.lead_code)


async def talk(store: Store, chat: str, start: int) -> None:
    for update in range(start, start + 100_000):
        await store.keep_updates([RawUpdate(update, chat, "x")])
        say("update", chat, update)
        waiting = [item for item in await store.pending(10 * CHATS) if item.chat == chat]
        for item in waiting:
            person = await store.load("telegram", chat)
            if person is not None and update % 97 == 50:
                await store.erase(person.id)
                say("erased", chat, person.id)
                person = None
            await take_turn(store, chat, person, item.id)
        if update % 11 == 0:
            for row in await store.due("telegram", 1, utc_now() + timedelta(seconds=1)):
                say("sending", row.address, row.payload["n"])
                await store.sent(row.id, live_message="1")


async def main(folder: Path, start: int) -> None:
    store = Store.open(folder)
    say("ready")
    await asyncio.gather(*[talk(store, str(chat), start) for chat in range(CHATS)])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
