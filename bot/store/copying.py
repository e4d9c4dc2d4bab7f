"""One consistent copy of a database file, made while others write it, and whether such a copy is whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.progress import Tell, untold
from bot.store.connection import connect_reader
from bot.store.errors import BadCopy
from bot.store.master_key import flush_folder

COPYING = "Copying the database"
CHECKING = "Checking the copy"
# Pages copied before it is told how far it is: 4 MB.
_PAGES = 1024


def copy_database(source: Path, target: Path, tell: Tell = untold) -> None:
    """The state of one moment, by SQLite's own means; writers are not held up. `target` must not exist."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(connect_reader(source)) as sql, closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # One reading from the first page to the last: what is written meanwhile does not begin the copy anew.
        sql.execute("BEGIN")
        sql.execute("SELECT count(*) FROM sqlite_master").fetchall()
        sql.backup(copy, pages=_PAGES, progress=lambda _, left, whole: tell(COPYING, whole - left, whole))
        sql.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file that stands for itself


def copy_file(source: Path, target: Path) -> None:
    """A copy's own bytes, as they were checked: a log that strayed beside it is another database's. `target` must not
    exist.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    shutil.copyfile(source, target)  # by the system itself, where it can


def look_through(path: Path) -> dict[str, int]:
    """Rows of each table of a whole database; BadCopy if anything in it is damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as sql:
            if sql.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
                raise BadCopy(f"{path} is damaged: take an older one.")
            if sql.execute("PRAGMA foreign_key_check").fetchall():
                raise BadCopy(f"{path} does not fit together: take an older one.")
            names = [
                name
                for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                if not name.startswith(("sqlite_", "_sqlite"))
            ]
            return {name: _count(sql, name) for name in names}
    except sqlite3.Error as error:
        raise BadCopy(f"{path} is damaged or no database of this program: take an older one.") from error


def _count(sql: sqlite3.Connection, table: str) -> int:
    count: int = sql.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0]  # noqa: S608 its own tables
    return count


def sha256(path: Path) -> str:
    """Of the whole file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_durable(path: Path) -> None:
    """The file and its name are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    flush_folder(path.parent)
