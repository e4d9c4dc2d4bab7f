"""The whole program, its webhook set: `python webhook_server.py FOLDER PORT API_PORT [unpaced]` until SIGTERM.

Flood limits are off, as a load test comes from a thousand chats at once. At the end it tells the longest time for
which it answered nobody, and how long the garbage collector ever took.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from pathlib import Path

import workload as work
from pydantic import SecretStr

import bot.outbox
from bot.app import App
from bot.pace import Pace
from bot.settings import Settings

SECRET = "a-Secret_1"  # noqa: S105


def unpaced() -> Pace:
    return Pace(1e6, 1e6)


def settings(folder: Path, port: int, api: int) -> Settings:
    return Settings(
        _env_file=None,
        bot_token=SecretStr(work.TOKEN),
        telegram_api_base=f"http://127.0.0.1:{api}",
        webhook_secret=SecretStr(SECRET),
        public_url=f"http://127.0.0.1:{port}",
        data=folder,
        port=port,
        messages_per_minute=0,
        all_messages_per_minute=0,
        newcomers_per_minute=0,
    )


class Pauses:
    """The longest time for which the event loop did nothing else, and the longest collection, since it was told to watch:
    a file of that name appears in the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._begin = folder / "watch"
        self.loop = self.collector = 0.0
        self._started = 0.0
        self._watching = False
        gc.callbacks.append(self._collected)

    def _collected(self, phase: str, _: object) -> None:
        if phase == "start":
            self._started = time.perf_counter()
        elif self._watching:
            self.collector = max(self.collector, time.perf_counter() - self._started)

    async def watch(self) -> None:
        while not self._begin.exists():
            await asyncio.sleep(0.05)
        self._watching = True
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            self.loop, last = max(self.loop, now - last - 0.001), now


async def run(folder: Path, port: int, api: int) -> Pauses:
    pauses = Pauses(folder)
    watching = asyncio.create_task(pauses.watch())
    await App(settings(folder, port, api)).run()
    watching.cancel()
    return pauses


if __name__ == "__main__":
    if "unpaced" in sys.argv:
        vars(bot.outbox)["Pace"] = unpaced
    found = asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    told = {"pause_ms": found.loop * 1e3, "collector_ms": found.collector * 1e3, "memory_mb": memory}
    print(json.dumps(told), flush=True)
