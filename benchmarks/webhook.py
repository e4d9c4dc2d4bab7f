"""The webhook over real HTTP: a load generator in a process of its own, the server in another, 40 connections.

`python webhook.py ours|aiogram CHATS` sends as fast as is answered; `python webhook.py steady SECONDS` sends 500
updates a second to ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import workload as work
from http_bytes import Client, FakeApi, post
from interview import Step, learned, opened

HERE = Path(__file__).parent
PATH = "/telegram/webhook"
SECRET = "a-Secret_1"  # noqa: S105
CONNECTIONS = 40
A_SECOND = 500
QUIET = 1.0  # seconds without a call: everything has been sent


class Server(NamedTuple):
    port: int
    process: subprocess.Popen[str]
    folder: Path


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def server(command: Callable[[int, int, Path], list[str]]) -> AsyncIterator[Server]:
    """A server that has told the fake API of itself, or answers."""
    api = await asyncio.get_running_loop().create_server(FakeApi, "127.0.0.1", 0)
    port, api_port = free_port(), api.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = started(command(port, api_port, Path(folder)))
        try:
            await answering(port)
            yield Server(port, process, Path(folder))
        finally:
            process.kill()
            process.wait()
            api.close()


def started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def answering(port: int) -> None:
    while True:
        try:
            client = await Client.open(port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        await client.ask(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        client.close()
        return


def ours(port: int, api: int, folder: Path) -> list[str]:
    return [sys.executable, str(HERE / "webhook_server.py"), str(folder), str(port), str(api), "unpaced"]


def ours_paced(port: int, api: int, folder: Path) -> list[str]:
    return ours(port, api, folder)[:-1]


def aiogram(port: int, api: int, folder: Path) -> list[str]:
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    return [python, "-W", "ignore", str(HERE / "peers" / "aiogram_webhook.py"), str(port), str(api)]


def our_posts(steps: list[Step], count: int, first: int = 0) -> list[list[bytes]]:
    """The requests of all chats, step by step."""
    found = []
    for number, step in enumerate(steps):
        batch = []
        for place, chat in enumerate(work.chats(first + count)[first:]):
            update = 1 + number * 1_000_000 + first + place
            raw = (
                work.said(chat, number, step.text, update)
                if step.text is not None
                else work.pressed(chat, number, step.data, update, work.keyboard(number))
            )
            batch.append(post(PATH, raw, SECRET))
        found.append(batch)
    return found


async def our_steps() -> list[Step]:
    with opened() as bench:
        return await learned(bench)


async def sent() -> float:
    """The moment of the last call, once there are no more."""
    while time.perf_counter() - FakeApi.last < QUIET:
        await asyncio.sleep(0.05)
    return FakeApi.last


async def warmed(port: int, batches: list[list[bytes]]) -> None:
    """The server has gone through these, and so all of it is up."""
    calls = FakeApi.calls
    await as_fast_as_answered(port, batches)
    while FakeApi.calls == calls:  # not one an update: a card that a later one replaces is not sent
        await asyncio.sleep(0.05)
    await sent()


async def as_fast_as_answered(port: int, batches: list[list[bytes]]) -> list[float]:
    """How long each answer took; a chat's next update is posted when all have answered the one before."""
    clients = [await Client.open(port) for _ in range(CONNECTIONS)]
    took: list[float] = []

    async def through(client: Client, left: list[bytes]) -> None:
        while left:
            request = left.pop()
            started = time.perf_counter()
            assert await client.ask(request) == 200
            took.append(time.perf_counter() - started)

    for batch in batches:
        left = batch[::-1]
        await asyncio.gather(*[through(client, left) for client in clients])
    return took


async def fastest(kind: str, count: int) -> None:
    if kind == "ours":
        name, steps = "ours: durable, same app as the console", await our_steps()
        warm, batches = our_posts(steps, 40, count), our_posts(steps, count)
    else:
        name, warm = "aiogram tuned", [[post(PATH, raw, SECRET) for raw in batch] for batch in work.updates(40)]
        batches = [[post(PATH, raw, SECRET) for raw in batch] for batch in work.updates(count)]
    async with server(ours if kind == "ours" else aiogram) as running:
        await warmed(running.port, warm)
        calls = FakeApi.calls
        used, started = processor(running.process.pid), time.perf_counter()
        took = await as_fast_as_answered(running.port, batches)
        answered = time.perf_counter() - started
        done = await sent() - started
        used = processor(running.process.pid) - used
        updates = len(took)
        told = {
            "name": name,
            "updates": updates,
            "answered_us": answered / updates * 1e6,
            "through_us": max(answered, done) / updates * 1e6,
            "cpu_us": used / updates * 1e6,
            "calls": (FakeApi.calls - calls) / updates,
            **percentiles(took),
        }
        print(json.dumps(told), flush=True)


async def steady(seconds: float) -> None:
    """500 updates a second, whether or not the one before was answered: waiting counts from when it was due."""
    steps = await our_steps()
    count = max(CONNECTIONS, round(A_SECOND * seconds / len(steps)))
    warm, batches = our_posts(steps, 40, count), our_posts(steps, count)
    async with server(ours_paced) as running:
        await warmed(running.port, warm)
        running.folder.joinpath("watch").touch()
        await asyncio.sleep(0.2)
        free: asyncio.LifoQueue[Client] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            free.put_nowait(await Client.open(running.port))
        took: list[float] = []

        async def one(request: bytes, due: float) -> None:
            client = await free.get()
            assert await client.ask(request) == 200
            took.append(time.perf_counter() - due)
            free.put_nowait(client)

        started = time.perf_counter()
        requests = [request for batch in batches for request in batch]
        asked = []
        for number, request in enumerate(requests):
            due = started + number / A_SECOND
            if (ahead := due - time.perf_counter()) > 0.001:
                await asyncio.sleep(ahead)
            asked.append(asyncio.create_task(one(request, due)))
        await asyncio.gather(*asked)
        await asyncio.sleep(0.5)
        running.process.send_signal(signal.SIGTERM)
        told, _ = await asyncio.to_thread(running.process.communicate, timeout=60)
        pauses = json.loads(told.splitlines()[-1])
        name = f"ours: {A_SECOND} updates a second"
        print(json.dumps({"name": name, "updates": len(took), **percentiles(took), **pauses}), flush=True)


def percentiles(took: list[float], *parts: int) -> dict[str, float]:
    """In milliseconds, by name: p50_ms."""
    ordered = sorted(took)
    return {
        f"p{part}_ms": ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1e3 for part in parts or (50, 99)
    }


def processor(process: int) -> float:
    """Seconds of processor time that it has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    what, size = sys.argv[1], sys.argv[2]
    asyncio.run(steady(float(size)) if what == "steady" else fastest(what, int(size)))
