"""How the data folder stands, for `doctor`: age of the copies, leftovers, and the SQLite that it is used with."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.store.backup import DATABASE
from bot.store.deletion_list import is_there
from bot.store.keyring import FILE_NAME as KEYS
from bot.store.master_key import FILE_NAME as MASTER_KEY
from bot.store.master_key import NEXT_FILE_NAME
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from bot.store.server_lock import holder_of

_SQL = load_queries("keyring")
_BACKLOG = load_queries("backlog")
_GROUP = load_queries("telegram_group")
SQLITE_VERSION = sqlite3.sqlite_version
_ENOUGH = 1_000_000_000  # bytes
_FRESH = timedelta(hours=26)  # a daily copy that is an hour or two late is no news
_FAULTY_SINCE, _FAULTY_UNTIL = (3, 7, 0), (3, 51, 2)
_MAKE = {"database": "brasle-prescreen backup", "keys": "brasle-prescreen keys backup"}
_CALLED = {"database": "backup of the database", "keys": "copy of the keys"}


def condition(folder: Path, now: datetime, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> list[str]:
    """A line for each thing, beginning with "ok" or "note"."""
    return [*_sqlite(version), *_room(folder), *_copies(folder, now), *_attention(folder), *_leftovers(folder)]


def _sqlite(version: tuple[int, ...]) -> list[str]:
    shown = ".".join(map(str, version))
    if not _FAULTY_SINCE <= version <= _FAULTY_UNTIL:
        return [f"ok    SQLite {shown}"]
    return [
        f"note  SQLite {shown} has a rare fault: if several programs write and empty its log in the same instant, the "
        "file can be damaged (3.7.0 to 3.51.2, 'WAL-reset'). Here one process alone empties the log, so it should "
        "not happen: do not open the data with other programs, and take a newer SQLite when you can."
    ]


def _room(folder: Path) -> list[str]:
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    free = shutil.disk_usage(nearest).free
    if free >= _ENOUGH:
        return [f"ok    disk: {free / 1e9:.1f} GB free for the data folder."]
    return [f"note  disk: only {free / 1e6:.0f} MB free for the data folder. When it is full, nothing is confirmed."]


def _copies(folder: Path, now: datetime) -> list[str]:
    if not (folder / KEYS).exists():
        return []
    try:
        uri = f"{(folder / KEYS).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as sql:
            places = [
                (Path(place), kind, from_micros(at)) for place, kind, at in sql.execute(_SQL["places"]).fetchall()
            ]
    except sqlite3.Error:
        return [
            "note  copies: the keys' file cannot be read now, or is of an older version; it is mended at the next start."
        ]
    lines = []
    for kind, called in _CALLED.items():
        theirs = [at for _, one, at in places if one == kind]
        if not theirs:
            lines.append(f"note  copies: there is no {called} yet. Run '{_MAKE[kind]}' daily.")
        elif now - theirs[0] > _FRESH:
            days = (now - theirs[0]) / timedelta(days=1)
            lines.append(f"note  copies: the last {called} is {days:.1f} days old. Run '{_MAKE[kind]}' daily.")
        else:
            lines.append(f"ok    copies: the last {called} was made {theirs[0]:%Y-%m-%d %H:%M} UTC.")
    lines += [
        f"note  copies: {place} cannot be reached: it is not told of deletions until it can."
        for place in sorted({place for place, _, _ in places if not is_there(place)})
    ]
    return lines


def group_condition(folder: Path, configured: int | None) -> list[str]:
    """How the bot stands with the coordinators' group of the settings, as the server noted it last."""
    lines = []
    for chat, _, trouble, _ in _read(folder, _GROUP["group"], (configured,)) if configured is not None else ():
        if chat != configured:
            lines.append(f"note  BRASLE_TELEGRAM_GROUP: Telegram has given the group another number. Set it to {chat}.")
        if trouble:
            lines.append(
                f"note  BRASLE_TELEGRAM_GROUP: the group cannot be written to ({trouble}). "
                "Add the bot to it, and let it write."
            )
    return lines


def _read(folder: Path, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """What stands in the database; nothing of an older folder, or a damaged one: the server itself says what is wrong."""
    if not (folder / DATABASE).exists():
        return []
    try:
        with closing(sqlite3.connect(f"{(folder / DATABASE).absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as sql:
            return sql.execute(query, values).fetchall()
    except sqlite3.Error:
        return []


def _attention(folder: Path) -> list[str]:
    """What waits for a person."""
    lines = []
    for aside, untaken in _read(folder, _BACKLOG["attention"]):
        if aside:
            lines.append(f"note  updates: {aside} are set aside. See 'brasle-prescreen updates list'.")
        if untaken:
            lines.append(
                f"note  notices: {untaken} to the site are not taken. The page Notices of the console names the address."
            )
    return lines


def _leftovers(folder: Path) -> list[str]:
    lines = [
        f"note  {path} was set aside by a restore. Delete it once all is well."
        for path in sorted(folder.glob(f"{DATABASE}.replaced-*"))
    ]
    if (folder / NEXT_FILE_NAME).exists():
        lines.append("note  a change of the master key was cut short: run 'brasle-prescreen keys rotate' to finish it.")
    lines += [
        f"note  {path} can be read by others on this machine: set its rights to 600."
        for path in (folder / name for name in (MASTER_KEY, KEYS, DATABASE))
        if path.exists() and path.stat().st_mode & 0o077
    ]
    holder = holder_of(folder)
    return [*lines, *([f"ok    a server runs: {holder}"] if holder else [])]
