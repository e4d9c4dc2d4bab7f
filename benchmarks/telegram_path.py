"""From the stored raw update through aiogram's Dispatcher to the reply committed to the outbox, by the real worker."""

from __future__ import annotations

import asyncio
import gc
import json
import sys

import workload as work
from aiogram import Bot
from interview import learned, opened

from bot.channels.telegram_router import Families, Feed
from bot.collector import settle
from bot.store.records import InboxItem, RawUpdate
from bot.worker import Worker


async def ignore(*_: object) -> None: ...


async def run(count: int) -> None:
    with opened() as bench:
        steps = await learned(bench)
        families = Families(bench.conversation, left=ignore, in_group=ignore)
        feed = Feed(Bot(work.TOKEN), families.router())
        left = 0
        emptied = asyncio.Event()

        async def handle(item: InboxItem) -> None:
            nonlocal left
            await feed.handle(item)
            left -= 1
            if not left:
                emptied.set()

        worker = Worker(bench.store, handle)
        running = asyncio.create_task(worker.run())
        gc.collect()
        settle()
        watch = work.Watch()
        for number, step in enumerate(steps):
            batch = []
            for place, chat in enumerate(work.chats(count)):
                update = 1 + number * count + place
                raw = (
                    work.said(chat, number, step.text, update)
                    if step.text is not None
                    else work.pressed(chat, number, step.data, update, work.keyboard(number))
                )
                batch.append(RawUpdate(update, str(chat), json.dumps(json.loads(raw))))
            await bench.store.keep_updates(batch)
            left = count
            emptied.clear()
            with watch.running():
                worker.wake()
                await emptied.wait()
        await worker.stop()
        await running
        work.report("ours: Telegram path, durable", count * len(steps), watch)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
