"""From a message in our own words to the committed turn and its rendered reply: sealed, and flushed to the disk."""

from __future__ import annotations

import asyncio
import gc
import sys

import workload as work
from interview import incoming, learned, opened

from bot.collector import settle


async def run(count: int) -> None:
    with opened() as bench:
        steps = await learned(bench)
        chats = [str(chat) for chat in work.chats(count)]
        gc.collect()
        settle()
        watch = work.Watch()
        for number, step in enumerate(steps):
            batch = [incoming(chat, number, step) for chat in chats]
            with watch.running():
                await asyncio.gather(*[bench.conversation.handle(one) for one in batch])
        work.report("ours: engine, durable", count * len(steps), watch)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
