"""What a running server asks of the system, seen from outside by strace: its calls as data, or some of them made to fail."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_LINE = re.compile(r"(\d+) +(.*)", re.DOTALL)
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)(.*)", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
_SOCKET = re.compile(r"(\d+<TCP(?:v6)?:\[[^\]]*\]>)")
# As much of a write as can be: a page of the database in a frame of the log.
LONGEST_STRING = 200_000
LETS_GO_WITHIN = 3.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `begun` and `done` are places in the order of everything seen; `file` a path, or a socket by its ends.

    `number` is the offset of a write and the new size of a truncation.
    """

    name: str
    file: str
    data: bytes
    number: int
    result: int
    begun: int
    done: int


@cache
def why_not() -> str:
    """Why strace cannot be used here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else "strace may not be used here: " + tried.stderr.strip().partition("\n")[0]


@dataclass
class Seen:
    """When a call was made to fail, on the monotonic clock."""

    failed: list[float] = field(default_factory=list)
    told: Callable[[], None] = lambda: None

    async def listen(self, lines: AsyncIterable[bytes]) -> None:
        async for line in lines:
            if b"(INJECTED)" in line:
                self.failed.append(time.monotonic())
                self.told()


@asynccontextmanager
async def traced(process: int, *options: str, told: Callable[[], None] = lambda: None) -> AsyncIterator[Seen]:
    """Follow a process and its threads with these options of strace, from now until left. End it afterwards, not meanwhile.
    `told` is called when a call was made to fail.
    """
    tracer = await asyncio.create_subprocess_exec(
        *("strace", "-f", *options, "-p", str(process)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert tracer.stderr is not None
    said = await tracer.stderr.readline()
    if b"attached" not in said:
        tracer.kill()
        raise RuntimeError(f"strace: {said.decode().strip()}")
    seen = Seen(told=told)
    listening = asyncio.create_task(seen.listen(tracer.stderr))
    try:
        yield seen
    finally:
        await _let_go(tracer)
        await listening


async def _let_go(tracer: asyncio.subprocess.Process) -> None:
    """The process goes on by itself. A tracer whose process was killed may wait for one of its threads for ever."""
    with suppress(ProcessLookupError):
        os.kill(tracer.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(LETS_GO_WITHIN):
            await tracer.wait()
    except TimeoutError:
        tracer.kill()
        await tracer.wait()


def recording(out: Path) -> tuple[str, ...]:
    """strace's options for `calls`: whatever changes a file or goes through a socket."""
    named = "openat,unlink,rename,link,ftruncate,write,pwrite64,fsync,fdatasync,sendto,sendmsg,recvfrom"
    return ("-yy", "-xx", "-s", str(LONGEST_STRING), "-e", f"trace={named}", "-o", str(out))


def failing(call: str, number: int, error: str) -> tuple[str, ...]:
    """strace's options that make a thread's call of this name and number, counted from now, fail once."""
    return ("-Z", "-s", "0", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}")


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls of such a record that succeeded, in the order in which they were done."""
    open_calls: dict[str, tuple[int, str]] = {}
    for place, line in enumerate(lines):
        found = _LINE.fullmatch(line.rstrip("\n"))
        if found is None:
            continue
        thread, words = found.groups()
        begun = place
        if words.endswith(_UNFINISHED):
            open_calls[thread] = (place, words.removesuffix(_UNFINISHED))
            continue
        if (resumed := _RESUMED.fullmatch(words)) is not None:
            begun, head = open_calls.pop(thread, (place, ""))
            words = head + resumed[2]
        call = _read(words, begun, place)
        if call is not None and call.result >= 0:
            yield call
    for begun, head in open_calls.values():  # killed while it was under way: it may have been done
        call = _read(f"{head}) = 0", begun, begun)
        if call is not None and call.name in ("pwrite64", "write", "ftruncate", "sendto", "sendmsg"):
            yield call


def _read(words: str, begun: int, done: int) -> Call | None:
    found = _CALL.fullmatch(words)
    if found is None:
        return None
    name, arguments, result, rest = found.groups()
    strings = [_bytes(one) for one in _HEX.findall(arguments)]
    number = 0
    if name in ("openat", "unlink", "rename", "link"):
        place = _FILE.search(rest) if name == "openat" else None
        file = _bytes(place[1]) if place else strings[0]
        data = b"created" if name == "openat" and "O_CREAT" in arguments else b"".join(strings[1:])
        return Call(name, os.fsdecode(file), data, number, int(result), begun, done)
    socket, path = _SOCKET.match(arguments), _FILE.search(arguments)
    file_name = socket[1] if socket else os.fsdecode(_bytes(path[1])) if path else ""
    if name in ("ftruncate", "pwrite64"):
        number = int(arguments.rpartition(", ")[2])
    return Call(name, file_name, b"".join(strings), number, int(result), begun, done)


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
