"""What can go wrong with the store, said in words for whoever runs the server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.plain_words import PlainWords


class StoreError(PlainWords):
    """Something about the store that a person has to know of."""


class StoreUnavailable(StoreError):
    """Nothing of this was saved, and nothing is half saved: the caller keeps it and tries again later."""


class MasterKeyError(StoreError):
    """The master key is missing, unreadable, or belongs to another data folder."""


class InUse(StoreError):
    """A server or another command has the data folder open."""


class BadCopy(StoreError):
    """A backup or a copy of the keys is damaged, incomplete, or not one."""


class UnknownLead(StoreError, LookupError):
    """No lead has this reference number."""


class UnknownStatus(StoreError, ValueError):
    """Not a status of a lead, or not a recruiting state."""


class MoveRefused(StoreError):
    """The table of moves does not lead from the lead's status to that one."""


_CAUSES = {
    "SQLITE_FULL": "the disk is full; free some space, saving then goes on by itself",
    "SQLITE_READONLY": "it may not be written; check the owner and the rights of the folder and its files",
    "SQLITE_CANTOPEN": "it cannot be opened; check that the folder exists and who may write in it",
    "SQLITE_BUSY": "another program has kept it locked for too long; see which commands are still running",
    "SQLITE_LOCKED": "another program has kept it locked for too long; see which commands are still running",
    "SQLITE_IOERR": "the disk reports a reading or writing error; check the disk and the free space",
    "SQLITE_CORRUPT": "the file is damaged; stop the server and restore the last backup",
    "SQLITE_NOTADB": "the file is not a database of this program, or it is damaged; restore the last backup",
}


def in_words(error: sqlite3.Error, where: Path) -> StoreUnavailable:
    """Turn an error of SQLite into a sentence that names the folder, the cause and what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, cause in _CAUSES.items():
        if name.startswith(prefix):
            return StoreUnavailable(f"The data folder {where} cannot be used now: {cause}. ({name})")
    return StoreUnavailable(f"The data folder {where} cannot be used now: {error}.")


@contextmanager
def worded(where: Path) -> Iterator[None]:
    """For work with a connection of its own: SQLite's errors come out as StoreUnavailable."""
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error, where) from error
