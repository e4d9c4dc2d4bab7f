"""Reads in the record of a server's work whether each thing it confirmed was flushed to the disk before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.store.store import Store
from tests.faults.campaigns._recorded import Recording
from tests.faults.tracing import Call

LOG, KEYS_LOG = "brasle.sqlite3-wal", "keys.sqlite3-wal"
FLUSHES = ("fsync", "fdatasync")
# In SQLite's log a page comes after a head of its own; that of a transaction's last page says how large the file is then.
HEAD = 24
NEVER = 1 << 60


async def marked(made: Recording) -> dict[bytes, int]:
    """By which bytes the store knows each thing confirmed, and where that was."""
    store = Store.open(made.folder)
    try:
        return {made.mark(store._reader.marks, one): one.place for one in made.confirmed}
    finally:
        await store.close()


def unproved(made: Recording, marked: Mapping[bytes, int]) -> Iterator[bytes]:
    """What was confirmed before it was flushed."""
    log = ReadLog(set(marked))
    for call in made.calls:
        if call.file.startswith(str(made.folder)):
            log.read(call)
    for mark, confirmed in marked.items():
        if log.flushed.get(mark, NEVER) >= confirmed:
            yield mark


def folder_is_named(made: Recording) -> bool:
    """Whether the folder in which the data folder was made was flushed before anything was confirmed."""
    first = min(one.place for one in made.confirmed)
    parent = str(made.folder.parent)
    return any(call.name in FLUSHES and call.file == parent and call.done < first for call in made.calls)


@dataclass
class ReadLog:
    """Follows the marks through the log: written, their transaction ended, flushed. `flushed` is where that was done.

    A transaction does not count while keys written before it are not flushed: without them nobody could read it.
    """

    wanted: set[bytes]
    flushed: dict[bytes, int] = field(default_factory=dict)
    _written: set[bytes] = field(default_factory=set)
    _ended: set[bytes] = field(default_factory=set)
    _is_last_page: bool = False
    _keys_wait: bool = False

    def read(self, call: Call) -> None:
        if call.name in FLUSHES and call.file.endswith(KEYS_LOG):
            self._keys_wait = False
        elif call.name == "pwrite64" and call.file.endswith(KEYS_LOG):
            self._keys_wait = True
        elif call.name in FLUSHES and call.file.endswith(LOG):
            self.flushed.update(dict.fromkeys(self._ended, call.done))
            self._ended = set()
        elif call.name == "pwrite64" and call.file.endswith(LOG):
            self._read_write(call)

    def _read_write(self, call: Call) -> None:
        if len(call.data) == HEAD:
            self._is_last_page = call.data[4:8] != b"\0\0\0\0"
            return
        found = {mark for mark in self.wanted if mark in call.data}
        self.wanted -= found
        self._written |= found
        if self._is_last_page and not self._keys_wait:
            self._ended |= self._written
            self._written = set()
