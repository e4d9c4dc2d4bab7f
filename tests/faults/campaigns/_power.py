"""A disk whose power may go at any moment, played from the record of a server's work: what was flushed is there, of the
rest anything may be, whole, torn or not at all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.tracing import Call

# Disks write so much at once: a page of the database is torn between two of these.
SECTOR = 512
CHANGES = ("pwrite64", "write", "ftruncate")
FLUSHES = ("fsync", "fdatasync")
NAMES = ("openat", "unlink", "rename", "link")
KINDS = ("nothing", "everything", "some", "torn")


@dataclass(eq=False)
class Content:
    """A file's bytes on the disk, and the changes since its last flush."""

    flushed: bytearray = field(default_factory=bytearray)
    waiting: list[Call] = field(default_factory=list)

    def flush(self) -> None:
        for change in self.waiting:
            _apply(self.flushed, change, change.data)
        self.waiting = []

    def after_power_loss(self, kind: str, chance: random.Random) -> bytes:
        found = bytearray(self.flushed)
        for change in self.waiting if kind != "nothing" else ():
            if kind == "everything":
                _apply(found, change, change.data)
            elif chance.random() < 0.5:
                if kind == "torn" and change.name != "ftruncate":
                    _tear(found, change, chance)
                else:
                    _apply(found, change, change.data)
        return bytes(found)


@dataclass
class Disk:
    """The files of one folder. A name counts as there for good once the folder itself was flushed."""

    folder: Path
    now: dict[str, Content] = field(default_factory=dict)
    named: dict[str, Content] = field(default_factory=dict)
    waiting: list[tuple[str, Content | None]] = field(default_factory=list)

    def play(self, call: Call) -> bool:
        """Whether the call changed anything here. What is only shared memory leaves nothing behind."""
        if call.file == str(self.folder):
            if call.name in FLUSHES:
                self._flush_names()
                return True
            return False
        name = call.file.removeprefix(f"{self.folder}/")
        if name == call.file or name.endswith("-shm") or "/" in name:
            return False
        if call.name in NAMES:
            return self._name(call, name)
        content = self.now.get(name)
        if content is None:
            return False
        if call.name in FLUSHES:
            content.flush()
        elif call.name in CHANGES:
            content.waiting.append(call if call.name != "write" else _at_the_end(call, content))
        return True

    def after_power_loss(self, kind: str, chance: random.Random) -> Iterator[tuple[str, bytes]]:
        """The files, as the next start may find them. Of the names that were not flushed, those made first are there."""
        names = dict(self.named)
        many = {"nothing": 0, "everything": len(self.waiting)}.get(kind, chance.randint(0, len(self.waiting)))
        for name, content in self.waiting[:many]:
            _set(names, name, content)
        for name, content in names.items():
            yield name, content.after_power_loss(kind, chance)

    def _name(self, call: Call, name: str) -> bool:
        if call.name == "openat":
            if call.data != b"created" or name in self.now:
                return False
            self._set(name, Content())
            return True
        content = self.now.get(name)
        if content is None:
            return False
        if call.name in ("rename", "link"):
            self._set(Path(call.data.decode()).name, content)
        if call.name in ("rename", "unlink"):
            self._set(name, None)
        return True

    def _set(self, name: str, content: Content | None) -> None:
        _set(self.now, name, content)
        self.waiting.append((name, content))

    def _flush_names(self) -> None:
        for name, content in self.waiting:
            _set(self.named, name, content)
        self.waiting = []


def _set(names: dict[str, Content], name: str, content: Content | None) -> None:
    if content is None:
        names.pop(name, None)
    else:
        names[name] = content


def _apply(found: bytearray, change: Call, data: bytes, skip: int = 0) -> None:
    if change.name == "ftruncate":
        del found[change.number :]
        found.extend(bytes(change.number - len(found)))
        return
    at = change.number + skip
    found.extend(bytes(max(0, at + len(data) - len(found))))
    found[at : at + len(data)] = data


def _tear(found: bytearray, change: Call, chance: random.Random) -> None:
    """Of a write only some sectors came onto the disk."""
    for start in range(0, len(change.data), SECTOR):
        if chance.random() < 0.5:
            _apply(found, change, change.data[start : start + SECTOR], start)


def _at_the_end(call: Call, content: Content) -> Call:
    size = len(content.flushed)
    for change in content.waiting:
        size = change.number if change.name == "ftruncate" else max(size, change.number + len(change.data))
    return Call("write", call.file, call.data, size, call.result, call.begun, call.done)
