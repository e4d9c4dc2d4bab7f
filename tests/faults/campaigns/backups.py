"""Backups taken while a server works are whole and behind nothing that was confirmed; a damaged one is refused every
time; many thousand families are back within a minute.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from bot.demo.family_file import load_families
from bot.demo.rehearsal import Stage, talk
from bot.store import turns
from bot.store.backup import DATABASE, MANIFEST, verify_backup
from bot.store.errors import BadCopy
from bot.store.ledger import Ledger
from bot.store.records import Commit
from bot.store.store import Store
from bot.wording import Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions
from tests.fake_telegram import FakeTelegram
from tests.faults.campaigns.outcome import Outcome
from tests.faults.conftest import ROOT, WAIT, nursery_process
from tests.faults.families import Family, families

BY = "command:root"
WITHIN = 60.0  # seconds, for a restore
DELETED = 100  # of so many families one deletes its data after the backup
AT_ONCE = 500


@dataclass(frozen=True)
class Size:
    backups: int
    every: float  # seconds from one backup to the next
    families: int
    damages: int
    people: int


SUITE = Size(backups=2, every=0.0, families=4, damages=60, people=200)
SHORT = Size(backups=5, every=2.0, families=20, damages=1000, people=10_000)
LONG = Size(backups=30, every=60.0, families=20, damages=10_000, people=100_000)


async def run(folder: Path, *, long: bool) -> Outcome:
    size = LONG if long else SHORT
    outcome = _begin(size)
    async with FakeTelegram(patience=0.01) as telegram, nursery_process() as nursery:
        await nursery.start(
            what="app", folder=str(folder / "data"), api_base=telegram.url, token=telegram.token, secret="", port=0
        )
        await telegram.until(lambda: telegram.calls, WAIT)
        crowd = _Crowd(telegram, size.families)
        working = asyncio.create_task(crowd.works())
        made = await _taken(outcome, folder, crowd.confirmed, size)
        working.cancel()
        nursery.kill()
    await _rest(outcome, folder, made, size)
    return outcome


async def in_suite(folder: Path) -> Outcome:
    """Without a server: its store alone is written to."""
    from tests.store.conftest import Family as Chat

    size = SUITE
    outcome = _begin(size)
    store = Store.open(folder / "data")
    chats = [Chat(store, str(number)) for number in range(size.families)]
    busy = True

    async def talks(chat: Chat) -> None:
        while busy:
            await chat.says("y" * 2000)
            await asyncio.sleep(0)

    talking = [asyncio.create_task(talks(chat)) for chat in chats]
    made = await _taken(outcome, folder, lambda: 0, size)
    busy = False
    await asyncio.gather(*talking)
    await store.close()
    await _rest(outcome, folder, made, size)
    return outcome


def _begin(size: Size) -> Outcome:
    return Outcome(f"backups under load, damaged ones, and a restore of {size.people:,} families")


async def _rest(outcome: Outcome, folder: Path, made: list[Path], size: Size) -> None:
    # The first ones are the smallest: each is read and written whole, thousands of times.
    refused, tried = _damage(outcome, made[:5], size.damages)
    outcome.count = len(made) + tried
    outcome.figures |= {"backups": len(made), "damaged": tried, "refused": refused}
    outcome.check(refused == tried, f"every damaged backup is refused, not {tried - refused} of {tried}")
    await _restore(outcome, folder / "many", size.people)


class _Crowd:
    """Families who answer as fast as they are asked; who is through is followed by another."""

    def __init__(self, telegram: FakeTelegram, count: int) -> None:
        self._telegram, self._count = telegram, count
        self._chance = random.Random(5)
        self._everybody: list[Family] = []

    def confirmed(self) -> int:
        """Answers after which the next card was seen."""
        return sum(max(0, len(family.answered) - (not family.is_asked_on())) for family in self._everybody)

    async def works(self) -> None:
        while True:
            here = [family for family in self._everybody if not family.done]
            if len(here) < self._count:
                self._everybody += families(self._telegram, self._count - len(here), self._chance)
            acted = [family.act() for family in here]
            if not any(acted):
                await self._telegram.world.next_change()
            await asyncio.sleep(0)


async def _taken(outcome: Outcome, folder: Path, confirmed: Callable[[], int], size: Size) -> list[Path]:
    """So many backups by the command, one after another, each looked through; gives where they are."""
    made, slowest = [], 0.0
    for number in range(size.backups):
        await asyncio.sleep(size.every)
        answers, before = confirmed(), _counts(folder / "data" / DATABASE)
        began = time.monotonic()
        status, told = await _command(folder / "data", "backup", "--to", str(folder / "backups"))
        slowest = max(slowest, time.monotonic() - began)
        if status:
            outcome.check(False, f"backup {number} is made: {told}")
            continue
        place = Path(told.splitlines()[0])
        status, told = await _command(folder / "data", "verify", str(place))
        outcome.check(status == 0, f"backup {number} is whole: {told}")
        held = _counts(place / DATABASE)
        behind = [table for table in before if held[table] < before[table]]
        outcome.check(not behind, f"backup {number} is behind in {behind}")
        outcome.check(held["answers"] >= answers, f"backup {number} holds {held['answers']} of {answers} answers")
        outcome.lost += max(0, answers - held["answers"])
        made.append(place)
    outcome.figures["answers in the last one"] = held["answers"]
    outcome.figures["slowest backup"] = f"{slowest:.1f} s"
    return made


def _counts(database: Path) -> dict[str, int]:
    """Rows that are only ever added to while nobody deletes anything."""
    questions = {
        "answers": "SELECT count(*) FROM event WHERE kind = 'answered'",
        "person": "SELECT count(*) FROM person",
        "permission": "SELECT count(*) FROM permission",
        "lead": "SELECT count(*) FROM lead",
        "turns": "SELECT coalesce(sum(revision), 0) FROM person",
    }
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as sql:
        sql.execute("BEGIN")
        return {name: int(sql.execute(question).fetchone()[0]) for name, question in questions.items()}


def _damage(outcome: Outcome, made: list[Path], times: int) -> tuple[int, int]:
    """How many were refused in words, of how many damaged ones."""
    chance = random.Random(9)
    refused = tried = 0
    for _ in range(times):
        place, other = chance.sample(made, 2)
        name = chance.choice((DATABASE, DATABASE, MANIFEST))
        whole = (place / name).read_bytes()
        harmed = _harmed(whole, (other / name).read_bytes(), chance)
        if harmed == whole:
            continue
        tried += 1
        _write(place / name, harmed)
        try:
            verify_backup(place)
            outcome.check(False, f"{name} of {len(harmed)} bytes instead of {len(whole)} was taken for whole")
        except BadCopy as error:
            refused += "older" in str(error) or "newer" in str(error)
        finally:
            _write(place / name, whole)
    for place in made:
        verify_backup(place)  # as it was before
    return refused, tried


def _harmed(whole: bytes, other: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(whole))
    length = chance.randint(1, 4096)
    match chance.choice(("bit", "zeros", "cut", "longer", "swapped", "part of another", "another")):
        case "bit":
            return whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]
        case "zeros":
            return whole[:at] + bytes(len(whole[at : at + length])) + whole[at + length :]
        case "cut":
            return whole[:at]
        case "longer":
            return whole + whole[:length]
        case "swapped":
            return whole[at:] + whole[:at]
        case "part of another":
            return whole[:at] + other[at : at + length] + whole[at + length :]
        case _:
            return other


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def _restore(outcome: Outcome, folder: Path, people: int) -> None:
    """The folder is lost; keys, then backup are put back by the commands, without those who deleted their data since."""
    data = folder / "data"
    codes = await _filled(data, people)
    size = (data / DATABASE).stat().st_size
    store = Store.open(data)
    place, _ = await store.copies.backup(folder / "backups", BY)
    status, keys = await _command(data, "keys", "backup", "--to", str(folder / "keys"))
    outcome.check(status == 0, f"the keys are copied: {keys}")
    gone = range(0, people, DELETED)
    for start in range(0, len(gone), AT_ONCE):
        found = [await store.load("browser", _address(number)) for number in gone[start : start + AT_ONCE]]
        await asyncio.gather(*[store.erase(person.id) for person in found if person is not None])
    await store.close()
    master = (data / "master.key").read_bytes()
    shutil.rmtree(data)
    data.mkdir()
    (data / "master.key").write_bytes(master)
    [copy] = (folder / "keys").glob("keys-*.sqlite3")
    began = time.monotonic()
    status, told = await _command(data, "keys", "restore", str(copy), "--into", str(data))
    outcome.check(status == 0, f"the keys are put back: {told}")
    keys_took = time.monotonic() - began
    began, used = time.monotonic(), _processor_time()
    status, told = await _command(data, "restore", str(place), "--into", str(data))
    took, used = time.monotonic() - began, _processor_time() - used
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    outcome.check(status == 0, f"the backup is put back: {told}")
    # Where others have the processors, the time that it had one itself is what can be judged.
    needed = used if busy else took
    outcome.check(needed <= WITHIN, f"{people} families are back within {WITHIN:g} s, not {took:.1f} s")
    outcome.check(f"since: {len(gone)}." in told, f"who had deleted their data is deleted again: {told}")
    outcome.worst = keys_took + took
    outcome.figures |= {
        "restored": people,
        "MB": round(size / 1e6),
        "restore": f"{took:.1f} s, {used:.1f} s of processor time",
        "keys": f"{keys_took:.1f} s",
        "deleted again": len(gone),
    }
    outcome.lost += await _missing(outcome, data, people, codes)


def _processor_time() -> float:
    """Of the commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _filled(data: Path, people: int) -> int:
    """Families whose talks were held by the real engine, a few of them told again and again; gives how many have a
    lead.
    """
    store = Store.open(data)
    stage = Stage(load_protocol(), load_questions(), Wording.load(), load_families())
    talks = [
        await talk(stage, family, "x", store.new_lead_code(), store.clock()) for family in stage.families.family[:8]
    ]
    for start in range(0, people, AT_ONCE):
        batch = [
            _as_of(number, talks[number % len(talks)], store) for number in range(start, min(start + AT_ONCE, people))
        ]
        await store._write(_commit_all, batch)
    await store.close()
    return sum(talks[number % len(talks)].lead is not None for number in range(people))


def _as_of(number: int, told: Commit, store: Store) -> Commit:
    lead = told.lead and replace(told.lead, code=store.new_lead_code())
    return replace(told, address=_address(number), incoming=("browser", f"{number}"), lead=lead)


def _commit_all(ledger: Ledger, batch: list[Commit]) -> None:
    for commit in batch:
        turns.commit_turn(ledger, commit)


def _address(number: int) -> str:
    return f"family:{number}"


async def _missing(outcome: Outcome, data: Path, people: int, codes: int) -> int:
    """How many cannot be read of those who should be there, of a sample; the deleted must not be."""
    chance = random.Random(3)
    store = Store.open(data)
    there = _counts(data / DATABASE)
    outcome.check(there["person"] == people - len(range(0, people, DELETED)), f"{there['person']} families are there")
    lost = 0
    for number in chance.sample(range(people), min(people, 500)):
        person = await store.load("browser", _address(number))
        is_there = person is not None and bool(json.loads(person.dialogue))
        lost += number % DELETED != 0 and not is_there
        outcome.check(number % DELETED != 0 or person is None, f"family {number} stays deleted")
    outcome.check(len(await store.leads()) == codes, "every lead is in the queue")
    outcome.check((await store.trail.check()).is_whole, "the trail is whole")
    await store.close()
    return lost


async def _command(data: Path, *words: str) -> tuple[int, str]:
    """As an operator types it; its status and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=ROOT,
        env=os.environ | {"BRASLE_DATA": str(data)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()
