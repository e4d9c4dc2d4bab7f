"""The power goes at any moment. What a server asked of the disk and what it confirmed is recorded from outside: nothing is
confirmed before it is flushed, and after a loss of power between any two writes the next start finds everything
confirmed until then, once. A server that does not wait for the disk is found out by the same reading.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from bot.store.store import Store
from tests.faults.campaigns._flushes import NEVER, folder_is_named, marked, unproved
from tests.faults.campaigns._power import KINDS, Disk
from tests.faults.campaigns._recorded import SHORT_MARK, Recording, record
from tests.faults.campaigns.kills import ANSWERS
from tests.faults.campaigns.outcome import Outcome
from tests.faults.conftest import nursery_process
from tests.faults.tracing import Call, why_not

# Replayed where flushing costs nothing, if there is such a place.
MEMORY = Path("/dev/shm")
MODES = ("webhook", "polling")
LOSSES_OF_THE_CARELESS = 12
# A log this short goes into the database often: a loss of power may come while it does.
PAGES = 60


@dataclass(frozen=True)
class Size:
    people: int
    answers: int
    losses: int  # a recording; 0: after every change, in each way


SUITE, SHORT, LONG = Size(2, 8, 100), Size(6, 40, 2_500), Size(20, 40, 0)


async def run(folder: Path, *, long: bool) -> Outcome:
    return await lose_power(folder, LONG if long else SHORT)


async def in_suite(folder: Path) -> Outcome:
    return await lose_power(folder, SUITE)


async def lose_power(folder: Path, size: Size) -> Outcome:
    outcome = Outcome("losses of power, replayed from what was recorded")
    outcome.not_measured = why_not()
    if outcome.not_measured:
        return outcome
    confirmed = changes = 0
    async with nursery_process() as nursery:
        for mode in MODES:
            made = await record(
                nursery, folder / mode, mode=mode, people=size.people, answers=size.answers, pages=PAGES
            )
            early = len(list(unproved(made, await marked(made))))
            outcome.check(early == 0, f"{mode}: nothing is confirmed before it is flushed; {early} were")
            outcome.check(folder_is_named(made), f"{mode}: the new folder's own name is flushed before")
            confirmed += len(made.confirmed)
            changes += await replay(made, size.losses, outcome)
        careless = await record(nursery, folder / "careless", mode="webhook", people=1, answers=3, flushes=False)
        found = len(list(unproved(careless, await marked(careless))))
        lost = Outcome("by a server that does not flush")
        await replay(careless, LOSSES_OF_THE_CARELESS, lost)
    outcome.check(found == len(careless.confirmed) > 0, "a server that does not flush is found out by its record")
    outcome.check(lost.lost > 0, "a server that does not flush loses what it confirmed")
    outcome.figures = {
        "changes of files": changes,
        "confirmations": confirmed,
        "each flushed before": not any("flushed" in one for one in outcome.wrong),
        "of a server that does not flush found out": f"{found} of {len(careless.confirmed)}",
    }
    return outcome


async def replay(made: Recording, losses: int, outcome: Outcome) -> int:
    """Lose the power so many times; how many changes of files there were."""
    chance = random.Random(made.folder.name)
    known = await Known.of(made)
    disk = Disk(made.folder)
    changing = [call for call in made.calls if disk.play(call)]
    changes = len(changing)
    chosen = Counter(chance.choices([(place, kind) for place in range(changes) for kind in KINDS], k=losses))
    every = Counter((place, kind) for place in range(changes) for kind in KINDS)
    wanted = chosen if losses else every
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as place:
        for number, (disk, last) in enumerate(moments(made.folder, changing)):
            for kind in KINDS:
                for turn in range(wanted[number, kind]):
                    folder = Path(place) / f"{number}-{kind}-{turn}"
                    folder.mkdir()
                    for name, content in disk.after_power_loss(kind, chance):
                        (folder / name).write_bytes(content)
                    await known.compare(folder, last, outcome)
                    shutil.rmtree(folder)
                    outcome.count += 1
    return changes


def moments(folder: Path, changing: list[Call]) -> Iterator[tuple[Disk, int]]:
    """The disk after each change, and until where in the record it stays so."""
    disk = Disk(folder)
    for call, following in zip_longest(changing, changing[1:]):
        disk.play(call)
        yield disk, following.begun if following else NEVER


@dataclass
class Known:
    """What was confirmed, by the marks under which the store knows it: (place, of the update, of the turn that took it)."""

    made: Recording
    updates: list[tuple[int, bytes, bytes, int]]
    pages: list[tuple[int, bytes]]

    @classmethod
    async def of(cls, made: Recording) -> Known:
        store = Store.open(made.folder)
        try:
            marks = store._reader.marks
            forgotten = made.everybody[0].person.chat.id
            updates, pages = [], []
            for one in made.confirmed:
                mark = made.mark(marks, one)
                if one.update is None:
                    pages.append((one.place, mark))
                    continue
                chat, message = made.message(one.update)
                turn = marks.of("message", "telegram", message)[:SHORT_MARK] if chat != forgotten else b""
                updates.append((one.place, mark, turn, one.update))
            return cls(made, updates, pages)
        finally:
            await store.close()

    async def compare(self, folder: Path, until: int, outcome: Outcome) -> None:
        """Open what the power loss left: everything confirmed until then is there once."""
        began = time.monotonic()
        try:
            store = Store.open(folder)
        except Exception as error:
            outcome.check(False, f"{folder.name}: it can be opened again: {error}")
            return
        try:
            outcome.worst = max(outcome.worst, time.monotonic() - began)
            await self._compare(store, folder.name, until, outcome)
        finally:
            await store.close()

    async def _compare(self, store: Store, name: str, until: int, outcome: Outcome) -> None:
        sql = store._reader.sql
        seen = {mark for (mark,) in sql.execute("SELECT hash FROM seen_update")}
        handled = Counter(turn for (recent,) in sql.execute("SELECT recent FROM person") for turn in _cut(recent))
        waiting = Counter(item.update_id for item in await store.pending(10_000))
        lost = [update for place, mark, _, update in self.updates if place < until and mark not in seen]
        for place, _, turn, update in self.updates:
            times = waiting[update] + (handled[turn] if turn else 0)
            outcome.duplicated += max(0, times - 1)
            if turn and place < until and times == 0:
                lost.append(update)
        pages = [mark for place, mark in self.pages if place < until and handled[mark] == 0]
        outcome.lost += len(set(lost)) + len(pages)
        outcome.check(not lost and not pages, f"{name}: everything confirmed is there")
        for one, which in ((store._reader.sql, "database"), (store._reader.keys._sql, "keys")):
            outcome.check(
                one.execute("PRAGMA integrity_check").fetchall() == [("ok",)], f"{name}: the {which} is whole"
            )
        for family in self.made.everybody[1:]:
            person = await store.load("telegram", str(family.person.chat.id))
            kept = await store.export(person.id) if person is not None else None
            if kept is None:
                continue
            interview = kept["dialogue"].get("interview", {})
            given = [interview["given"][card]["choices"][0] for card in interview.get("trail", ())]
            pressed = [ANSWERS.get(one, one) for one in family.answered]
            counted = [event for event in kept["events"] if event["kind"] == "answered"]
            outcome.check(given == pressed[: len(given)], f"{name}: answers are kept in their order")
            outcome.duplicated += max(0, len(counted) - len(given))


def _cut(recent: bytes) -> list[bytes]:
    return [recent[start : start + SHORT_MARK] for start in range(0, len(recent), SHORT_MARK)]
