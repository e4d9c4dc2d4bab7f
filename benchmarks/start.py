"""Fresh processes: how long until a command has answered, and until a server takes its first request.

`python start.py` prints one round. The server is started with a new data folder, then with what is in it, without
Telegram and with a webhook.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import workload as work
from families import EXAMPLES
from http_bytes import FakeApi, post
from webhook import PATH, SECRET, free_port

PROGRAM = [sys.executable, "-m", "bot"]
PAGE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n"
KB = 1024
SETTLED = 3.0  # seconds
LONGEST = 60.0


def command(name: str, given: list[str], standard_input: bytes = b"") -> None:
    """Run it to its end."""
    started = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(given, input=standard_input, stdout=subprocess.DEVNULL, check=True)
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    told(name, took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def told(name: str, took: float, processor: float, memory: float | None = None) -> None:
    row = {"name": name, "ready_ms": took * 1e3, "cpu_ms": processor * 1e3}
    print(json.dumps(row if memory is None else row | {"memory_mb": round(memory)}), flush=True)


async def first_answer(port: int, request: bytes) -> None:
    """Ask until it is answered with 200; a server that is not there yet refuses the connection at once."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.002)
            continue
        writer.write(request)
        line = await reader.readline()
        writer.close()
        assert b" 200 " in line, line
        return


async def server(name: str, request: bytes, folder: Path, settings: dict[str, str], *, memory: bool = False) -> None:
    """Start it, wait for the first answer, and end it."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("BRASLE_", "BOT_", "TELEGRAM_"))}
    given = {**known, **settings, "BRASLE_DATA": str(folder)}
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "run", "--no-browser", env=given, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(LONGEST):
            await first_answer(int(settings["BRASLE_PORT"]), request)
        took, used = time.perf_counter() - started, spent(process.pid)
        if memory:
            await asyncio.sleep(SETTLED)  # what is done once the door is open has been done
        told(name, took, used, resident(process.pid) if memory else None)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


def resident(process: int) -> float:
    """MB in memory now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / KB for line in lines if line.startswith("VmRSS"))


def spent(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def servers(folder: Path) -> None:
    port = free_port()
    browser = {"BRASLE_PORT": str(port)}
    await server("browser, new data folder", PAGE % port, folder, browser)
    await server("browser", PAGE % port, folder, browser, memory=True)
    api = await asyncio.get_running_loop().create_server(FakeApi, "127.0.0.1", 0)
    port = free_port()
    telegram = {
        "BRASLE_PORT": str(port),
        "BRASLE_PUBLIC_URL": f"https://127.0.0.1:{port}",
        "BRASLE_WEBHOOK_SECRET": SECRET,
        "BOT_TOKEN": work.TOKEN,
        "TELEGRAM_API_BASE": f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}",
    }
    hello = post(PATH, work.said(work.FIRST_CHAT, 0, "/start", 1), SECRET)
    await server("webhook intake", hello, folder, telegram)
    api.close()


if __name__ == "__main__":
    example = json.loads(EXAMPLES.read_text("utf-8").splitlines()[0])
    request = json.dumps({"as_of": example["as_of"], "answers": example["answers"]}).encode()
    command("Python alone", [sys.executable, "-c", "pass"])
    command("--help", [*PROGRAM, "--help"])
    command("assess", [*PROGRAM, "assess"], request)
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(servers(Path(made)))
