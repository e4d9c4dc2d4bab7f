"""Whoever's time has run out goes, nobody else does, whatever kills the housekeeping; only counts of a year stay."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store.audit import Wanted
from bot.store.keeping import Keep
from bot.store.records import Event, Outgoing, PermissionRecord
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record
from tests.store.cut_short import dies_at
from tests.store.test_privacy import remains

KEEP = Keep(
    declined=timedelta(days=1),
    unfinished=timedelta(days=30),
    finished=timedelta(days=20),
    closed=timedelta(days=60),
    key_copies=timedelta(days=7),
)
PEOPLE = int(os.environ.get("BRASLE_RETENTION_PEOPLE", "600"))
EVERY = int(os.environ.get("BRASLE_FAULTS_EVERY", "12"))
KINDS = ("nothing_agreed", "refused", "unfinished", "finished", "open", "closed", "taken_back", "reopened")


@dataclass
class Known:
    """A family as the test knows it: what became of it, and when last anything did."""

    family: Family
    kind: str
    last: datetime
    code: str = ""
    ended: bool = False


def due(known: Known, now: datetime) -> bool:
    """What the settings promise, said a second time and plainly."""
    if known.kind in ("open", "reopened") or (known.code and not known.ended):
        return False
    span = {
        "nothing_agreed": KEEP.declined,
        "refused": KEEP.declined,
        "unfinished": KEEP.unfinished,
        "finished": KEEP.finished,
        "closed": KEEP.closed,
        "taken_back": KEEP.closed,
    }[known.kind]
    return now - known.last >= span


async def come(store: Store, clock: Clock, kind: str, name: str) -> Known:
    family = Family(store, name)
    more: dict[str, Any] = {"events": (Event("started", "", clock.now),)}
    if kind != "nothing_agreed":
        state = "refused" if kind == "refused" else "given"
        more["permissions"] = (PermissionRecord("health", state, "hash", "zh", clock.now),)
    if kind in ("finished", "open", "closed", "taken_back", "reopened"):
        more["events"] += (Event("finished", "", clock.now), Event("answered", "sex", clock.now))
    if kind in ("open", "closed", "taken_back", "reopened"):
        more["lead"] = lead_record(store)
        more["outgoing"] = (Outgoing("notice", "0", "lead", {}),)
    committed = await family.says(**more)
    return Known(family, kind, clock.now, committed.lead_code or "")


async def end(store: Store, clock: Clock, known: Known) -> None:
    """What happens to a lead some days later."""
    known.ended = True
    if known.kind in ("closed", "reopened"):
        await store.set_lead_status(known.code, "closed", "Li")
        if known.kind == "reopened":
            await store.set_lead_status(known.code, "contacting", "Li")
        known.last = clock.now
    elif known.kind == "taken_back":
        await known.family.says(withdraw_lead=1)
        known.last = clock.now


async def test_over_many_days_nobody_is_kept_too_long_and_nobody_goes_too_early(
    store: Store, clock: Clock, folder: Path
) -> None:
    chance = random.Random(17)
    known: list[Known] = []
    gone: Counter[str] = Counter()
    days = 20
    for day in range(days):
        coming = [come(store, clock, chance.choice(KINDS), f"{day}:{number}") for number in range(PEOPLE // days)]
        known += await asyncio.gather(*coming)
        for one in known:
            if one.code and one.last == clock.now - timedelta(days=5):
                await end(store, clock, one)
        clock.pass_by(days=1)
    for _ in range(16):
        clock.pass_by(days=chance.choice((1, 3, 9)))
        overdue = [one for one in known if due(one, clock.now)]
        assert (await store.purge(KEEP)).people == len(overdue)
        known = [one for one in known if one not in overdue]
        for one in overdue:
            gone.update({"started", *(["finished"] if one.code or one.kind == "finished" else [])})
            if one.code:
                gone[f"lead_{'closed' if one.kind == 'closed' else 'withdrawn'}"] += 1
            gone["answered"] += bool(one.code or one.kind == "finished")
        there = {row[0] for row in remains(folder)["person"]} if known else set()
        assert there == {int(await one.family.person(), 16) for one in known}
    assert known
    assert all(one.kind in ("open", "reopened") or not one.ended for one in known)  # the site alone ends those
    assert sum(gone.values()) > PEOPLE
    assert await store.past_figures() == {(2026, kind): count for kind, count in gone.items()}
    past = [lead for lead in await store.leads() if lead.person is None]
    assert len(past) == gone["lead_closed"] + gone["lead_withdrawn"]
    erased = await store.trail.entries(Wanted(action="lead.expired", limit=PEOPLE))
    assert len(erased) == len(past)
    assert {entry.who for entry in erased} == {"program"}
    print(f"{PEOPLE} families over 4 months of days: 0 overdue, 0 too early")


async def test_few_people_are_no_figure(store: Store, clock: Clock) -> None:
    for number in range(4):
        await come(store, clock, "finished", str(number))
    clock.pass_by(days=20)
    assert (await store.purge(KEEP)).people == 4
    assert await store.past_figures() == {}


async def test_killed_at_any_step_the_next_housekeeping_finishes(
    store: Store, clock: Clock, folder: Path, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    kinds = ("finished", "closed", "open", "unfinished", "refused")
    known = [await come(store, clock, kind, kind) for kind in kinds]
    await end(store, clock, known[1])
    place = tmp_path / "copies"
    await store.copies.copy_keys(place, "command:root", KEEP.key_copies)
    await store.close()
    clock.pass_by(days=70)

    def purge(data: Path) -> None:
        purging = Store.open(data, clock=clock)
        asyncio.run(purging.purge(KEEP))
        purging.close_now()

    step = 0
    while True:
        tried = tmp_path / f"tried-{step}"
        shutil.copytree(folder, tried)
        died = dies_at(step, lambda tried=tried: purge(tried))  # type: ignore[misc]
        again = Store.open(tried, clock=clock)
        await again.purge(KEEP)
        assert [bool(await again.load("telegram", kind)) for kind in kinds] == [False, False, True, False, False]
        assert (await again.trail.check()).is_whole
        await again.close()
        left = remains(tried)
        assert (len(left["person"]), len(left["past_lead"]), left.get("unfinished_erasure")) == (1, 1, None)
        assert sorted(row[1:] for row in left["past_figure"]) == [
            ("answered", 2), ("finished", 2), ("lead_closed", 1), ("started", 4),
        ]  # fmt: skip
        keys = sqlite3.connect(tried / "keys.sqlite3")
        assert keys.execute("SELECT (SELECT count(*) FROM person_key), (SELECT count(*) FROM erased)").fetchall() == [
            (1, 4)
        ]
        keys.close()
        shutil.rmtree(tried)
        if not died:
            break
        step += EVERY
    assert step > 60
    assert not list(place.glob("keys-*"))
    print(f"housekeeping killed at {step // EVERY} of {step} steps: always finished by the next")


async def test_a_copy_that_cannot_be_removed_and_a_place_that_cannot_be_seen_hold_nothing_up(
    store: Store, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk mounted for reading, a folder of root's: who runs the server is told, and the other copies go all the same."""
    for name in ("a", "b", "c"):
        await store.copies.copy_keys(tmp_path / name, "command:root", KEEP.key_copies)
    [stuck] = (tmp_path / "b").glob("keys-*")
    stuck.unlink()
    stuck.mkdir()
    await store._write(lambda ledger: ledger.keys.note_place(tmp_path / ("x" * 300), "keys", ledger.now()))
    clock.pass_by(days=8)
    assert (await store.purge(KEEP)).key_copies == 2
    assert list(tmp_path.glob("*/keys-*")) == [stuck]
    assert "cannot be removed" in caplog.text
    assert len([one for one in await store.copies.places() if one.there]) == 3
