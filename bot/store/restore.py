"""A backup put back: checked, brought up to date, deletions replayed and the break noted in the trail before the
database takes its place. Killed at any moment, the folder holds the old database or the new one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.progress import Tell, untold
from bot.store import audit, deletion_list, erasure
from bot.store.audit import Head
from bot.store.audit_entry import Restored
from bot.store.backup import DATABASE, Manifest, stamp, verify_backup
from bot.store.connection import transaction
from bot.store.copying import copy_file, make_durable
from bot.store.errors import BadCopy, StoreError
from bot.store.keyring import FILE_NAME as KEYS
from bot.store.keyring import Keyring
from bot.store.ledger import Ledger
from bot.store.schema import migrate
from bot.store.sole_use import held_alone, no_server

_DRAFT = f".{DATABASE}.restoring"


@dataclass(frozen=True, slots=True)
class PutBack:
    """What a restore did. `without_key`: people in the backup whose key is in no copy: they cannot be read."""

    manifest: Manifest
    deleted_again: int
    without_key: int
    lost: Restored
    aside: Path | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asked for. `deletions`: further lists of deletions; `no_deletions`: there were none since.

    `head`: the last end of the trail that was printed, if the keys' file is older than it.
    """

    by: str
    replace: bool = False
    deletions: tuple[Path, ...] = ()
    no_deletions: bool = False
    head: Head | None = None


def restore(place: Path, folder: Path, wish: Wish, clock: Callable[[], datetime], tell: Tell = untold) -> PutBack:
    """Put the backup into the data folder, whose keys must stand there already. BadCopy, InUse, MasterKeyError."""
    manifest = verify_backup(place, tell)
    target = folder / DATABASE
    if not (folder / KEYS).exists():
        raise BadCopy(
            f"{folder} has no {KEYS}, and without the keys nobody in the backup can be read: "
            "put them back first with 'brasle-prescreen keys restore'."
        )
    if (target.exists() or (folder / f"{DATABASE}-wal").exists()) and not wish.replace:
        raise StoreError(f"{folder} holds a database already: say --replace to put the backup in its place.")
    draft = folder / _DRAFT
    with no_server(folder, clock()), ExitStack() as opened:
        with held_alone(folder / KEYS):
            pass  # a command has both files open
        keys = opened.enter_context(closing(Keyring.open(folder, checkpoints=True)))
        with ExitStack() as held:
            sound = target.exists() and _hold(held, target)
            known = _deletions(keys, place, wish)
            for old in (draft, *_logs(draft)):
                old.unlink(missing_ok=True)
            copy_file(place / DATABASE, draft)
            done = _bring_up(draft, keys, known, manifest, wish, clock, tell)
            aside = _take_place(draft, target, clock(), sound=sound)
        keys.not_copied()
        with closing(sqlite3.connect(target, isolation_level=None)) as sql:
            audit.anchor_now(Ledger(sql, keys, clock))
    return PutBack(manifest, *done, aside)


def _deletions(keys: Keyring, place: Path, wish: Wish) -> list[tuple[int, int]]:
    """Every deletion known anywhere. Keys that came from a copy may not know the latest: then a list is needed."""
    beside = place.parent / deletion_list.FILE_NAME
    lists = [path for path in (beside, *wish.deletions) if path.exists() or path in wish.deletions]
    if keys.copied() is not None and not lists and not wish.no_deletions:
        raise BadCopy(
            "These keys came from a copy, and there is no list of deletions beside the backup "
            f"({beside}): whoever deleted their data since would come back. Name the list with --deletions, "
            "or say --no-deletions if you know that there were none."
        )
    try:
        told = [row for path in lists for row in deletion_list.read(path)]
    except OSError as error:
        raise BadCopy(f"The list of deletions cannot be read: {error.filename}: {error.strerror}.") from None
    keys.add_erased(told)
    return keys.erased_when()


def _bring_up(
    draft: Path,
    keys: Keyring,
    known: Iterable[tuple[int, int]],
    manifest: Manifest,
    wish: Wish,
    clock: Callable[[], datetime],
    tell: Tell,
) -> tuple[int, int, Restored]:
    """The draft as it may be served: today's shape, without the deleted, the break noted."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as sql:
        sql.execute("PRAGMA synchronous = EXTRA")
        sql.execute("PRAGMA secure_delete = ON").fetchall()
        sql.execute("PRAGMA foreign_keys = ON")
        sql.execute("PRAGMA temp_store = MEMORY")
        migrate(sql, "brasle")
        ledger = Ledger(sql, keys, clock)
        there = _people(sql)
        gone = [person for person, _ in known if person in there]
        with transaction(sql):
            anchor = keys.anchor()
            ends = [anchor[0] if anchor else 0, wish.head.seq if wish.head else 0]
            lost = audit.note_restored(ledger, wish.by, manifest.made, max(ends))
            for done, person in enumerate(gone):
                tell("Deleting again who has deleted since", done, len(gone))
                erasure.erase_person(ledger, person)
        erasure.finish_erasures(ledger)
        without_key = len(_people(sql) - keys.people())
    make_durable(draft)
    return len(gone), without_key, lost


def _take_place(draft: Path, target: Path, now: datetime, *, sound: bool) -> Path | None:
    """The new database under its name. The old one is set aside first, with its log if that could not be folded in."""
    aside = None
    if target.exists():
        aside = target.with_name(f"{DATABASE}.replaced-{stamp(now)}")
        for log in () if sound else _logs(target):
            if log.exists():
                log.replace(log.with_name(log.name.replace(DATABASE, aside.name)))
        aside.unlink(missing_ok=True)
        os.link(target, aside)
    else:
        for log in _logs(target):
            log.unlink(missing_ok=True)
    draft.replace(target)
    make_durable(target)
    return aside


def _hold(held: ExitStack, target: Path) -> bool:
    """Make sure that nobody has the database open. False: it is too damaged to be asked, and is taken as it is."""
    try:
        held.enter_context(held_alone(target))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        return False
    return True


def _logs(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal"))


def _people(sql: sqlite3.Connection) -> set[int]:
    return {person for (person,) in sql.execute("SELECT id FROM person")}
