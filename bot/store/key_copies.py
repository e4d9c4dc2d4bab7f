"""Copies of the keys' file, apart from the backups and for a few days only: once the last copy with a person's key
has gone, no backup can tell anything of them any more.

The master key is never copied: without it these copies open nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.log import logger, trouble
from bot.store import deletion_list
from bot.store.backup import stamp
from bot.store.copying import copy_database, copy_file, look_through, make_durable
from bot.store.errors import BadCopy, MasterKeyError
from bot.store.keyring import FILE_NAME, Keyring, OpenedKeys, master_of
from bot.store.moments import to_micros
from bot.store.queries import load_queries
from bot.store.schema import migrate
from bot.store.sole_use import held_alone, no_server

_SQL = load_queries("keyring")
_PREFIX, _SUFFIX = "keys-", ".sqlite3"
_log = logger(__name__)


def make_copy(folder: Path, to: Path, now: datetime) -> Path:
    """A checked copy of the keys in `to`; FileExistsError if one was made in this very second."""
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = to / f"{_PREFIX}{stamp(now)}{_SUFFIX}"
    if place.exists():
        raise FileExistsError(place)
    draft = to / f".{place.name}.partial"
    draft.unlink(missing_ok=True)
    copy_database(folder / FILE_NAME, draft)
    with closing(sqlite3.connect(draft, isolation_level=None)) as sql:
        sql.execute(_SQL["set_copied"], (to_micros(now),))
    look_through(draft)
    make_durable(draft)
    draft.replace(place)
    make_durable(place)
    return place


def made(copy: Path) -> datetime | None:
    """When a copy was made, by its name; None for another file."""
    with suppress(ValueError):
        if copy.name.startswith(_PREFIX) and copy.name.endswith(_SUFFIX):
            return datetime.strptime(copy.name[len(_PREFIX) : -len(_SUFFIX)], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return None


def remove_old(places: Iterable[Path], now: datetime, keep: timedelta) -> list[Path]:
    """Copies older than `keep` go, unfinished ones too; gives what was removed. What cannot be removed is said in the log."""
    removed = []
    for place in filter(deletion_list.is_there, set(places)):
        for copy in sorted([*place.glob(f"{_PREFIX}*{_SUFFIX}"), *place.glob(f".{_PREFIX}*.partial")]):
            at = made(copy) or made(copy.with_name(copy.name.removeprefix(".").removesuffix(".partial")))
            if at is not None and now - at >= keep:
                try:
                    copy.unlink(missing_ok=True)
                except OSError as error:  # a disk mounted for reading, a file of somebody else's
                    _log.error("An old copy of the keys cannot be removed: do it by hand.", **trouble(error))
                else:
                    removed.append(copy)
    return removed


def put_back(copy: Path, folder: Path, *, replace: bool) -> int:
    """The keys of a copy into a data folder, without those of people deleted since; gives how many keys there are.

    BadCopy, MasterKeyError, InUse.
    """
    if not copy.is_file():
        raise BadCopy(f"There is no file {copy}.")
    tables = look_through(copy)
    if not {"secret", "person_key", "erased"} <= set(tables):
        raise BadCopy(f"{copy} is no copy of the keys.")
    with no_server(folder, datetime.now(UTC)):
        return _put_back(copy, folder, replace=replace)


def _put_back(copy: Path, folder: Path, *, replace: bool) -> int:
    target = folder / FILE_NAME
    known = _deletions_beside(copy)
    if target.exists():
        if not replace:
            raise BadCopy(f"{target} is there already: say --replace to put the copy in its place.")
        known += _deletions_in(target)
    draft = folder / f".{FILE_NAME}.restoring"
    draft.unlink(missing_ok=True)
    copy_file(copy, draft)
    with closing(sqlite3.connect(draft, isolation_level=None)) as sql:
        sql.execute("PRAGMA secure_delete = ON").fetchall()
        migrate(sql, "keys")
        try:
            keys = Keyring(sql, master_of(sql, folder), OpenedKeys())
        except MasterKeyError:
            draft.unlink()
            raise
        keys.add_erased(known)
        if not keys.copied():
            sql.execute(_SQL["set_copied"], (to_micros(made(copy) or datetime.now(UTC)),))
        people = len(keys.people())
    make_durable(draft)
    for log in (f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (folder / log).unlink(missing_ok=True)
    draft.replace(target)
    make_durable(target)
    return people


def _deletions_beside(copy: Path) -> list[tuple[int, int]]:
    path = copy.parent / deletion_list.FILE_NAME
    return deletion_list.read(path) if path.exists() else []


def _deletions_in(target: Path) -> list[tuple[int, int]]:
    """What the keys that are replaced know of deletions, as far as they can still be read."""
    try:
        with held_alone(target) as sql:
            return sql.execute(_SQL["erased_when"]).fetchall()
    except sqlite3.Error:
        return []
