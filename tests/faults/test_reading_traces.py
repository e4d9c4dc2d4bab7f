"""A record of system calls is read as it was written, and what was confirmed too early is found in it."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.campaigns._flushes import unproved
from tests.faults.campaigns._power import Disk
from tests.faults.tracing import Call, calls

FOLDER = Path("/data")
MARK = b"the mark of it"
PAGE, LAST_PAGE = bytes(24), b"\0\0\0\1\0\0\0\7" + bytes(16)


def call(name: str, file: str, data: bytes = b"", number: int = 0) -> tuple[str, str, bytes, int]:
    return name, f"{FOLDER}/{file}" if file else str(FOLDER), data, number


WRITES = [
    call("pwrite64", "brasle.sqlite3-wal", PAGE),
    call("pwrite64", "brasle.sqlite3-wal", b"..." + MARK + b"..."),
    call("pwrite64", "brasle.sqlite3-wal", LAST_PAGE),
    call("pwrite64", "brasle.sqlite3-wal", b"another page"),
]
FLUSH = call("fdatasync", "brasle.sqlite3-wal")
KEY, KEY_FLUSH = call("pwrite64", "keys.sqlite3-wal", b"a key"), call("fdatasync", "keys.sqlite3-wal")
CASES = {
    "flushed": ([*WRITES, FLUSH], True),
    "not flushed": (WRITES, False),
    "flushed in the middle of the transaction": ([*WRITES[:2], FLUSH, *WRITES[2:]], False),
    "another file flushed": ([*WRITES, call("fdatasync", "brasle.sqlite3")], False),
    "the key flushed before": ([KEY, KEY_FLUSH, *WRITES, FLUSH], True),
    "the key not flushed": ([KEY, *WRITES, FLUSH], False),
}


def made(steps: list[tuple[str, str, bytes, int]]) -> list[Call]:
    return [Call(name, file, data, number, 0, place, place) for place, (name, file, data, number) in enumerate(steps)]


@pytest.mark.parametrize("case", CASES)
def test_what_was_not_flushed_before_is_found(case: str) -> None:
    steps, is_proved = CASES[case]
    record: Any = SimpleNamespace(folder=FOLDER, calls=made(steps))
    assert list(unproved(record, {MARK: len(steps)})) == ([] if is_proved else [MARK])
    assert list(unproved(record, {MARK: len(steps) - 1})) == [MARK]


def test_a_power_loss_leaves_what_was_flushed_and_some_of_the_rest() -> None:
    disk = Disk(FOLDER)
    for one in made(
        [
            call("openat", "a", b"created"),
            call("pwrite64", "a", b"first"),
            call("fsync", "a"),
            call("fsync", ""),
            call("pwrite64", "a", b"second", 5),
            call("openat", "b", b"created"),
        ]
    ):
        disk.play(one)
    chance = random.Random(1)
    assert dict(disk.after_power_loss("nothing", chance)) == {"a": b"first"}
    assert dict(disk.after_power_loss("everything", chance)) == {"a": b"firstsecond", "b": b""}
    some = {dict(disk.after_power_loss("some", chance))["a"] for _ in range(50)}
    assert some == {b"first", b"firstsecond"}


def test_calls_of_several_threads_are_put_together() -> None:
    def hexed(words: str) -> str:
        return "".join(f"\\x{byte:02x}" for byte in words.encode())

    file, data = hexed("/data/a"), hexed("abc")
    socket = "TCP:[127.0.0.1:1->127.0.0.1:2]"
    lines = [
        f'7 pwrite64(3<{file}>, "{data}", 3, 4096 <unfinished ...>\n',
        f'8 sendto(9<{socket}>, "{data}", 3, 0, NULL, 0) = 3\n',
        "7 <... pwrite64 resumed>) = 3\n",
        f"7 fdatasync(3<{file}>) = -1 EIO (Input/output error) (INJECTED)\n",
        f"7 fdatasync(3<{file}>) = 0\n",
        "8 +++ killed by SIGKILL +++\n",
    ]
    assert list(calls(lines)) == [
        Call("sendto", f"9<{socket}>", b"abc", 0, 3, 1, 1),
        Call("pwrite64", "/data/a", b"abc", 4096, 3, 0, 2),
        Call("fdatasync", "/data/a", b"", 0, 0, 4, 4),
    ]
