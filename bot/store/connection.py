"""How a file of the store is opened: durable on every commit, wiped on every deletion."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.store.master_key import flush_folder

_BUSY_SECONDS = 10
# 16 MB of log between checkpoints: pages that change often are then copied into the database once.
_PAGES_BETWEEN_CHECKPOINTS = 4000


def connect_writer(path: Path, *, checkpoints: bool) -> sqlite3.Connection:
    """The one connection of this process that writes the file.

    A command beside a running server leaves checkpoints to it.

    SQLite 3.7.0 to 3.51.2 has a rare fault when several connections write and reset the log at once
    (https://sqlite.org/wal.html, "the WAL-reset bug"): so one connection in a process writes, and one
    process checkpoints.
    """
    # Only a file that is not there is opened by ourselves: closing one that this process has open elsewhere would drop
    # SQLite's locks on it, and the next command that ends would take the log away from under a running server.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        flush_folder(path.parent)
        with suppress(PermissionError):  # the folder may be new too, in one that we may only pass through
            flush_folder(path.absolute().parent.parent)
    sql = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    _prepare(sql)
    sql.execute("PRAGMA journal_mode = WAL").fetchall()
    sql.execute("PRAGMA synchronous = FULL")
    sql.execute("PRAGMA secure_delete = ON").fetchall()
    sql.execute("PRAGMA foreign_keys = ON")
    sql.execute("PRAGMA cache_size = -16000")
    pages = _PAGES_BETWEEN_CHECKPOINTS if checkpoints else 0
    sql.execute(f"PRAGMA wal_autocheckpoint = {pages}").fetchall()
    return sql


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; it sees whatever is committed at the moment of each query."""
    sql = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    _prepare(sql)
    sql.execute("PRAGMA query_only = ON")
    return sql


def _prepare(sql: sqlite3.Connection) -> None:
    sql.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}").fetchall()
    sql.execute("PRAGMA trusted_schema = OFF")
    sql.execute("PRAGMA temp_store = MEMORY")


@contextmanager
def transaction(sql: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing. The right to write is taken first: later it may be another program's."""
    sql.execute("BEGIN IMMEDIATE")
    try:
        yield
        sql.execute("COMMIT")
    except BaseException:
        if sql.in_transaction:  # some errors have ended it already
            sql.execute("ROLLBACK")
        raise


def empty_log(sql: sqlite3.Connection) -> None:
    """Copy the log into the database and cut it to nothing, so that no deleted byte survives in it."""
    busy, _, _ = sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
    if busy:
        raise sqlite3.OperationalError("somebody is still reading the log, so it could not be emptied")
