"""Every older data folder brought up to date, and the master key changed, killed at every statement: what is found
afterwards is the old or the new, never half, and the next start finishes it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.store import schema
from bot.store.connection import connect_writer
from bot.store.rotation import rotate
from bot.store.store import Store
from tests.faults.campaigns.outcome import Outcome
from tests.store.conftest import Clock, Family, lead_record
from tests.store.cut_short import dies_at
from tests.store.test_everything_of_a_family import worked_on
from tests.store.test_rotation import wrapped_by

FILES = {"brasle": "brasle.sqlite3", "keys": "keys.sqlite3"}
FAMILIES = 4
Rows = dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]


@dataclass(frozen=True)
class Size:
    every: int  # statements from one kill to the next
    rotation_every: int
    random_kills: int  # real SIGKILLs at any moment, for each older version


SHORT = Size(every=23, rotation_every=13, random_kills=1)
LONG = Size(every=1, rotation_every=1, random_kills=200)


@dataclass(frozen=True)
class State:
    """What one file holds: its shape, and the rows of each table under their primary keys."""

    shape: tuple[Any, ...]
    rows: Rows


async def run(folder: Path, *, long: bool) -> Outcome:
    outcome = Outcome("older folders brought up to date and master keys changed, killed at statements")
    size = LONG if long else SHORT
    made, clock = folder / "made", Clock()
    known = await _filled(made, clock)
    versions = _versions()
    places, swift = 0, 0
    for number, version in enumerate(versions):
        trial = _Trial(folder, made, version, clock, known, outcome)
        places += await trial.at_statements(first=number % size.every, every=size.every)
        swift += await trial.at_any_moment(size.random_kills)
    turned = await _rotations(folder, made, clock, known, outcome, size.rotation_every)
    outcome.count = places + swift + turned
    outcome.figures = {
        "older versions": len(versions),
        "killed at a statement": places,
        "by SIGKILL at any moment": swift,
        "changes of the master key": turned,
        "half": sum("half" in promise for promise in outcome.wrong),
    }
    outcome.check(places > 0 and turned > 0, "something was killed")
    return outcome


def _versions() -> list[dict[str, int]]:
    """How many steps of each file an older folder has. The trail came into both files with their second step."""
    brasle, keys = len(schema.STEPS["brasle"]), len(schema.STEPS["keys"])
    found = [{"brasle": 1, "keys": 1}]
    found += [{"brasle": steps, "keys": keys} for steps in range(2, brasle)]
    return found + [{"brasle": brasle, "keys": steps} for steps in range(1, keys)]


async def _filled(folder: Path, clock: Clock) -> dict[str, str]:
    """A folder of today with a row in nearly every table; what is said in each chat."""
    store = Store.open(folder, clock=clock)
    await worked_on(store, clock)
    said = {}
    for number in range(FAMILIES):
        family = Family(store, str(number))
        said[family.address] = f'{{"n":{number}}}'
        await family.says(said[family.address], lead=lead_record(store))
    await store.close()
    Store.open(folder, clock=clock).close_now()  # the trail's end is noted
    return said


@contextmanager
def _as_of(version: dict[str, int]) -> Iterator[None]:
    """The program as it was: it knows the first steps alone."""
    whole = dict(schema.STEPS)
    schema.STEPS.update({which: whole[which][:steps] for which, steps in version.items()})
    try:
        yield
    finally:
        schema.STEPS.update(whole)


def _older(folder: Path, made: Path, version: dict[str, int]) -> None:
    """The rows of `made` as far as a folder of that version has a place for them."""
    folder.mkdir()
    shutil.copy(made / "master.key", folder)
    for which, name in FILES.items():
        with closing(connect_writer(folder / name, checkpoints=True)) as sql:
            with _as_of(version):
                schema.migrate(sql, which)
            sql.execute("PRAGMA foreign_keys = OFF")
            sql.execute("ATTACH ? AS today", (str(made / name),))
            for table in _tables(sql):
                there = {column for column, _ in _columns(sql, table, "today")}
                names = ", ".join(column for column, _ in _columns(sql, table) if column in there)
                if names:
                    sql.execute(f"INSERT OR IGNORE INTO {table} ({names}) SELECT {names} FROM today.{table}")  # noqa: S608


def _tables(sql: sqlite3.Connection) -> list[str]:
    found = sql.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if not name.startswith(("sqlite_", "_sqlite"))]


def _columns(sql: sqlite3.Connection, table: str, file: str = "main") -> list[tuple[str, int]]:
    """Each column and its place in the primary key, 0 if it is no part of it."""
    return [(row[1], row[5]) for row in sql.execute(f"PRAGMA {file}.table_info({table})").fetchall()]


def _state(path: Path) -> State:
    with closing(sqlite3.connect(path)) as sql:
        shape = sql.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        steps = sql.execute("PRAGMA user_version").fetchall()
        sound = sql.execute("PRAGMA integrity_check").fetchall()
        return State((*shape, *steps, *sound), {table: _rows(sql, table) for table in _tables(sql)})


def _rows(sql: sqlite3.Connection, table: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    columns = _columns(sql, table)
    key = [place for place, (_, part) in enumerate(columns) if part]
    return {tuple(row[place] for place in key): row for row in sql.execute(f"SELECT * FROM {table}")}  # noqa: S608


def _lost(before: Rows, after: Rows) -> int:
    return sum(key not in after.get(table, {}) for table, rows in before.items() for key in rows)


class _Trial:
    """One older version: what it was, and what an undisturbed start makes of it."""

    def __init__(
        self, folder: Path, made: Path, version: dict[str, int], clock: Clock, known: dict[str, str], outcome: Outcome
    ) -> None:
        self._outcome, self._clock, self._known = outcome, clock, known
        self._name = " and ".join(f"step {steps} of {which}" for which, steps in version.items())
        self._old = folder / "old"
        self._tried = folder / "tried"
        shutil.rmtree(self._old, ignore_errors=True)
        _older(self._old, made, version)
        self._was = self._states(self._old)
        self._copy()
        for which, name in FILES.items():
            with closing(connect_writer(self._tried / name, checkpoints=True)) as sql:
                schema.migrate(sql, which)
        self._migrated = self._states(self._tried)
        self._copy()
        began = time.monotonic()
        Store.open(self._tried, clock=clock).close_now()
        self._takes = time.monotonic() - began
        self._becomes = self._states(self._tried)
        for which in FILES:
            outcome.lost += _lost(self._was[which].rows, self._becomes[which].rows)

    async def at_statements(self, first: int, every: int) -> int:
        """Killed before each statement in turn, until a start comes to its end; gives how often."""
        step = first
        while self._dies(lambda step=step: dies_at(step, self._open)):  # type: ignore[misc]
            await self._look(f"killed before statement {step}")
            step += every
        await self._look("not killed")
        return (step - first) // every

    async def at_any_moment(self, times: int) -> int:
        """Killed by SIGKILL wherever it happens to be."""
        chance = random.Random(self._name)
        for _ in range(times):
            after = chance.uniform(0, 1.2 * self._takes)
            self._dies(lambda after=after: _killed_after(after, self._open))  # type: ignore[misc]
            await self._look(f"killed after {after:.4f} s")
        return times

    def _open(self) -> object:
        return Store.open(self._tried, clock=self._clock)

    def _dies(self, attempt: Callable[[], bool]) -> bool:
        self._copy()
        return attempt()

    def _copy(self) -> None:
        shutil.rmtree(self._tried, ignore_errors=True)
        shutil.copytree(self._old, self._tried)

    def _states(self, folder: Path) -> dict[str, State]:
        return {which: _state(folder / name) for which, name in FILES.items()}

    async def _look(self, when: str) -> None:
        """Old or new, with every row of it; and the next start makes it new and reads everybody."""
        outcome, where = self._outcome, f"{self._name}, {when}"
        for which, found in self._states(self._tried).items():
            was, becomes = self._was[which], self._becomes[which]
            is_old, is_new = found.shape == was.shape, found.shape == becomes.shape
            outcome.check(is_old or is_new, f"half: {which}, {where}")
            outcome.check(not is_old or is_new or found.rows == was.rows, f"half: rows of {which}, {where}")
            # What a start does after the migration, such as beginning the trail, it does in transactions of its own.
            stages = (self._migrated[which].rows, becomes.rows)
            as_made = all(rows in [stage.get(table) for stage in stages] for table, rows in found.rows.items())
            outcome.check(not is_new or is_old or as_made, f"half: new rows of {which}, {where}")
            outcome.lost += _lost(was.rows, found.rows)
        began = time.monotonic()
        await _all_read(self._tried, self._clock, self._known, outcome, where)
        outcome.worst = max(outcome.worst, time.monotonic() - began)
        for which, found in self._states(self._tried).items():
            finished = (found.shape, found.rows) == (self._becomes[which].shape, self._becomes[which].rows)
            outcome.check(finished, f"the next start finishes {which}, {where}")


async def _all_read(folder: Path, clock: Clock, known: dict[str, str], outcome: Outcome, where: str) -> None:
    store = Store.open(folder, clock=clock)
    for address, said in known.items():
        person = await store.load("telegram", address)
        outcome.check(person is not None and person.dialogue == said, f"chat {address} is read, {where}")
    leads = await store.leads()
    read = [await store.lead(lead.code) for lead in leads]
    outcome.check(len(read) > len(known) and all(read), f"every lead is read, {where}")
    checked = await store.trail.check()
    outcome.check(checked.is_whole, f"the trail is whole, {where}: {checked.faults}")
    await store.close()


async def _rotations(
    folder: Path, made: Path, clock: Clock, known: dict[str, str], outcome: Outcome, every: int
) -> int:
    tried, step = folder / "tried", 0
    died = True
    while died:
        shutil.rmtree(tried, ignore_errors=True)
        shutil.copytree(made, tried)
        died = dies_at(step, lambda: rotate(tried))
        where = f"a change of the master key killed at step {step}"
        outcome.check(len(wrapped_by(tried)) == 1, f"half: {where}")
        if step % (2 * every) == 0:
            rotate(tried)  # goes on where it stopped
            outcome.check(len(wrapped_by(tried)) == 1, f"half: gone on after {where}")
        await _all_read(tried, clock, known, outcome, where)
        step += every
    return step // every


def _killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """`work` in a child that gets SIGKILL after so many seconds; False if it had ended by then."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
