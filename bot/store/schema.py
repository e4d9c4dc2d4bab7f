"""The shape of both database files and how an older file is brought up to date.

Forward only, all steps or none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store.connection import transaction
from bot.store.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

_FOLDER = Path(__file__).parent / "sql" / "migrations"

# One .sql file a step, in order. A step that has been released is never edited: write the next one.
STEPS = {
    "brasle": (
        "brasle_0001_first",
        "brasle_0002_accounts",
        "brasle_0003_work",
        "brasle_0004_telegram_group",
        "brasle_0005_effective_tier",
        "brasle_0006_figures",
        "brasle_0008_registry",
        "brasle_0009_passkeys",
        "brasle_0010_lead_protocol",
    ),
    "keys": ("keys_0001_first", "keys_0002_trail", "keys_0003_copies"),
}


def migrate(sql: sqlite3.Connection, which: str) -> None:
    """Apply the steps of `which` ("brasle" or "keys") that the file has not seen, in one transaction."""
    steps = STEPS[which]
    found = _version(sql)
    if found == len(steps):
        return  # the usual start: sqlite-utils, slow to import, is not needed
    if found > len(steps):
        raise StoreError(
            f"The data was written by a newer version of this program ({which}: step {found}, "
            f"this version knows {len(steps)}). Install that version, or restore a backup made before it."
        )
    from sqlite_utils import Database

    with transaction(sql):
        _migrations(which, steps).apply(Database(sql))
        sql.execute(f"PRAGMA user_version = {len(steps)}")


def _version(sql: sqlite3.Connection) -> int:
    version: int = sql.execute("PRAGMA user_version").fetchall()[0][0]
    return version


def _migrations(which: str, steps: tuple[str, ...]) -> Migrations:
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(which)
    for step in steps:
        migrations(name=step)(_step(step))
    return migrations


def _step(name: str) -> Callable[[Database], None]:
    def apply(db: Database) -> None:
        for statement in _statements((_FOLDER / f"{name}.sql").read_text("utf-8")):
            db.conn.execute(statement)

    apply.__name__ = name
    return apply


def _statements(script: str) -> list[str]:
    """Cut a script at the ends of its statements; `executescript` would commit before it begins."""
    statements: list[str] = []
    waiting = ""
    for line in script.splitlines(keepends=True):
        waiting += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(waiting):
            statements.append(waiting)
            waiting = ""
    if any(line.strip() and not line.lstrip().startswith("--") for line in waiting.splitlines()):
        raise ValueError(f"a statement without its semicolon: {waiting.strip()[:60]}")
    return statements
