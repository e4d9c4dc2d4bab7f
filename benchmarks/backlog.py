"""An outage is over: so many updates come at once, while other families go on talking.

`python backlog.py UPDATES`. Intake in batches of a hundred as polling takes them, sealed and flushed; then the worker
with aiogram's Dispatcher to the reply committed to the outbox.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time
from collections import defaultdict

import workload as work
from aiogram import Bot
from interview import Step, learned, opened
from webhook import percentiles

from bot.channels.telegram_router import Families, Feed
from bot.collector import settle
from bot.store.records import InboxItem, RawUpdate
from bot.store.store import Store
from bot.worker import Worker

AT_ONCE = 100
LIVE = 40
FIRST_LIVE = 90_000_000
# Seconds that a family reads before it answers.
READS = (0.2, 1.0)


async def ignore(*_: object) -> None: ...


def updates(steps: list[Step], chat: int, first: int) -> list[RawUpdate]:
    found = []
    for number, step in enumerate(steps):
        raw = (
            work.said(chat, number, step.text, first + number)
            if step.text is not None
            else work.pressed(chat, number, step.data, first + number, work.keyboard(number))
        )
        found.append(RawUpdate(first + number, str(chat), json.dumps(json.loads(raw))))
    return found


class Outage:
    """What was handled: whether in each chat's order, and who waits for an answer."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.handled = self.out_of_order = 0
        self._last: defaultdict[str | None, int] = defaultdict(int)
        self._waits: dict[int, asyncio.Event] = {}

    async def handle(self, item: InboxItem) -> None:
        await self._feed.handle(item)
        assert item.update_id is not None
        self.handled += 1
        self.out_of_order += item.update_id < self._last[item.chat]
        self._last[item.chat] = item.update_id
        if (answered := self._waits.pop(item.update_id, None)) is not None:
            answered.set()

    async def talk(self, store: Store, worker: Worker, steps: list[Step], place: int, took: list[float]) -> None:
        """One family that goes on talking, interview after interview, until it is cancelled."""
        chance = random.Random(place)  # noqa: S311
        for turn in range(1_000_000):
            chat = FIRST_LIVE + place + turn * LIVE
            for update in updates(steps, chat, chat * 100):
                await asyncio.sleep(chance.uniform(*READS))
                answered = self._waits[update.update_id] = asyncio.Event()
                started = time.perf_counter()
                await store.keep_updates([update])
                worker.wake()
                await answered.wait()
                took.append(time.perf_counter() - started)


async def run(count: int) -> None:
    with opened() as bench:
        steps = await learned(bench)
        families = Families(bench.conversation, left=ignore, in_group=ignore)
        outage = Outage(Feed(Bot(work.TOKEN), families.router()))
        chats = work.chats(-(-count // len(steps)))
        waiting = [updates(steps, chat, 1 + place * len(steps)) for place, chat in enumerate(chats)]
        backlog = [update for batch in zip(*waiting, strict=True) for update in batch][:count]
        gc.collect()
        settle()
        watch, took = work.Watch(), list[float]()
        with watch.running():
            for first in range(0, count, AT_ONCE):
                await bench.store.keep_updates(backlog[first : first + AT_ONCE])
            worker = Worker(bench.store, outage.handle)
            running = asyncio.create_task(worker.run())
            talking = [asyncio.create_task(outage.talk(bench.store, worker, steps, one, took)) for one in range(LIVE)]
            while await bench.store.pending(1) and outage.handled < count + len(took):
                await asyncio.sleep(0.02)
        for task in talking:
            task.cancel()
        await worker.stop()
        await running
        assert took, "nobody was answered meanwhile"
        work.report(
            f"backlog of {count:,}",
            outage.handled,
            watch,
            cpu_s=watch.processor,
            live_p95_ms=percentiles(took, 95)["p95_ms"],
            live=len(took),
            out_of_order=outage.out_of_order,
        )


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
