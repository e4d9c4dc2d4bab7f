"""From a message in our own words to the committed turn and its rendered reply: sealed, and flushed to the disk."""

from __future__ import annotations

import asyncio
import sys
import time

import workload as work
from interview import incoming, learned, opened


async def run(count: int) -> None:
    with opened() as bench:
        steps = await learned(bench)
        chats = [str(chat) for chat in work.chats(count)]
        seconds = used = 0.0
        for number, step in enumerate(steps):
            batch = [incoming(chat, number, step) for chat in chats]
            started, before = time.perf_counter(), time.process_time()
            await asyncio.gather(*[bench.conversation.handle(one) for one in batch])
            seconds += time.perf_counter() - started
            used += time.process_time() - before
        done = count * len(steps)
        work.report("ours: engine, durable", done, seconds, cpu_us=round(used / done * 1e6))


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
