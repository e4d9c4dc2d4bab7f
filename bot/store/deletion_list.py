"""Deletions told to the places where copies lie: a copy put back must not bring anybody back.

A line is a random number and a moment: nothing about anybody.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FILE_NAME = "deletions.txt"


def tell(places: Iterable[Path], erased: Iterable[tuple[int, int]]) -> list[Path]:
    """Add whoever is not on the list of each place yet; gives the places that could not be told."""
    rows = list(erased)
    untold = []
    for place in sorted(set(places)):
        try:
            _add(place, rows)
        except OSError:  # a disk that is not mounted now is told by a later housekeeping
            untold.append(place)
    return untold


def is_there(place: Path) -> bool:
    """Whether the folder can be reached. One that we may not even look for is not: `Path.is_dir` would raise."""
    return os.path.isdir(place)


def read(path: Path) -> list[tuple[int, int]]:
    """(person, microseconds) of every whole line; a line cut short by a crash is left out."""
    found = []
    for line in path.read_text("ascii", "replace").splitlines():
        number, _, at = line.partition(" ")
        with suppress(ValueError):
            found.append((int(number, 16), int(at)))
    return found


def _add(place: Path, rows: list[tuple[int, int]]) -> None:
    if not is_there(place):
        raise FileNotFoundError(place)
    path = place / FILE_NAME
    known = {person for person, _ in read(path)} if path.exists() else set()
    missing = [f"{person:016x} {at}\n" for person, at in rows if person not in known]
    if not missing and path.exists():
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A line before ours may have been cut short: begin a new one.
        os.write(handle, ("\n" * bool(known) + "".join(missing)).encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
