from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fake_telegram import FakeTelegram

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT = 60.0


class Nursery:
    """Starts servers that have nothing left to import, and kills them."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.server: int | None = None

    async def start(self, **arguments: Any) -> None:
        """`held=True`: it waits for `go_on` before its first step."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
        self._process.stdin.flush()
        self.server = int(await asyncio.to_thread(self._process.stdout.readline))

    def go_on(self) -> None:
        assert self.server is not None
        os.kill(self.server, signal.SIGUSR1)

    def kill(self) -> None:
        """Returns when it is gone: only then is its port free for the next one."""
        if self.server is not None:
            handle = os.pidfd_open(self.server)
            try:
                os.kill(self.server, signal.SIGKILL)
                select.select([handle], [], [], WAIT)
            finally:
                os.close(handle)
            self.server = None

    async def kill_at_work(
        self, telegram: FakeTelegram, chance: random.Random, work: Callable[[], None], most_calls: int
    ) -> None:
        """Kill the server after a random number of its calls, and then a random bit later; `work` keeps it busy."""
        last = calls(telegram) + chance.randint(1, most_calls)
        while (now := calls(telegram)) < last:
            work()
            await telegram.until(partial(is_past, telegram, now), WAIT)
        for _ in range(chance.randint(0, 40)):
            await asyncio.sleep(0)
        self.kill()


def calls(telegram: FakeTelegram) -> int:
    return len(telegram.calls) + telegram.webhook.deliveries


def is_past(telegram: FakeTelegram, count: int) -> bool:
    return calls(telegram) > count


def free_port() -> int:
    """A port for a server that is started again and again: below those that the system lends for outgoing calls."""
    while True:
        port = random.randrange(18_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


# Nurseries that have done: their imports take seconds, so the next test takes one of them.
_rested: list[subprocess.Popen[bytes]] = []


@asynccontextmanager
async def nursery_process() -> AsyncIterator[Nursery]:
    """A nursery, and an end to its server."""
    process = _rested.pop() if _rested else _new_process()
    nursery = Nursery(process)
    try:
        yield nursery
    except BaseException:
        _end(process)  # it may be in the middle of an answer
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself: what waited for it says so
            nursery.kill()
        if process.poll() is None:
            _rested.append(process)


def _new_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


@atexit.register
def _end_all() -> None:
    while _rested:
        _end(_rested.pop())


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with nursery_process() as nursery:
        yield nursery
