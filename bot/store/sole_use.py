"""Holding a database file alone: for what must not happen while a server or another command has it open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.store.errors import InUse
from bot.store.server_lock import ServerLock


@contextmanager
def no_server(folder: Path, now: datetime) -> Iterator[None]:
    """No server serves the folder, nor can one start. StoreUnavailable, with the holder's name, if one does."""
    lock = ServerLock.take(folder, now)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def held_alone(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection beside which nobody has the file open, nor can open it. InUse at once if somebody has.

    The log is folded into the file, which then stands for itself.
    """
    sql = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        sql.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        try:
            # Leaving the log is allowed to the only user alone.
            mode = sql.execute("PRAGMA journal_mode = DELETE").fetchall()[0][0]
            sql.execute("BEGIN EXCLUSIVE")
            sql.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if not str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise
            mode = ""
        if mode != "delete":
            raise InUse(f"{path.parent} is in use: stop the server and other commands first, then run this again.")
        sql.execute("PRAGMA synchronous = EXTRA")
        sql.execute("PRAGMA secure_delete = ON").fetchall()
        sql.execute("PRAGMA temp_store = MEMORY")
        yield sql
    finally:
        sql.close()
