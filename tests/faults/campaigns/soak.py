"""Twenty messages a second for an hour, with Telegram failing now and then: memory stays, nothing is left over."""

from __future__ import annotations

import asyncio
import collections
import itertools
import json
import os
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.store.store import Store
from tests.fake_telegram import FakeTelegram, RandomFaults
from tests.faults.campaigns.outcome import Outcome
from tests.faults.campaigns.poison import kinds
from tests.faults.conftest import ROOT, WAIT
from tests.faults.families import CALM, Family

IN_SUITE = False  # a minute, even in its short form
A_SECOND = 20
TALKERS = 20
WORDS = (
    "hello",
    "去年三月",
    "<b>" * 50,
    "\u202e\u0000\ud83d",
    "3" * 4096,
    "/help",
    "/start",
    "👶🏽" * 300,
    "１２岁",
    "no",
)
ILL_EVERY = 100
TALK_EVERY = 20
# Shares of calls that meet each trouble.
TROUBLE = RandomFaults(flood=0.004, server_error=0.004, cut=0.004, lost_answer=0.004)
CALLS_KEPT = 1000
LONGEST_PENDING = 60.0
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Size:
    seconds: float
    families: int
    settled: float  # seconds after which caches are full: memory is compared from there on
    window: float  # seconds over which memory is averaged, at both ends
    outage_every: float
    outage: float
    growth: float  # at most, as a share


SHORT = Size(seconds=60, families=60, settled=20, window=10, outage_every=20, outage=2, growth=0.05)
LONG = Size(seconds=3600, families=200, settled=1200, window=120, outage_every=300, outage=10, growth=0.05)


@dataclass
class Load:
    """What was sent, who waits for an answer since when, and how much memory the server took."""

    sent: int = 0
    ill: int = 0
    worst: float = 0.0
    waiting: dict[int, float] = field(default_factory=dict)
    memory: list[tuple[float, int]] = field(default_factory=list)


class Server:
    """The server's process; its log stays in a file."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE


async def run(folder: Path, *, long: bool) -> Outcome:
    return await _run(folder, LONG if long else SHORT)


async def _run(folder: Path, size: Size) -> Outcome:
    outcome = Outcome(f"{A_SECOND} messages a second for {size.seconds:g} s with faults")
    log, data = folder / "log", folder / "data"
    load = Load()
    async with FakeTelegram() as telegram:
        telegram.person_with_id(1)  # to whom the malformed say that they belong
        crowd = _Crowd(telegram, size)
        async with _server(telegram, data, log) as server:
            await telegram.until(lambda: telegram.calls, WAIT)
            telegram.faults.random = TROUBLE
            await _load(telegram, crowd, server, load, size)
            ended_by_itself = server.process.returncode is not None
            server.process.kill()
        async with _server(telegram, data, log):  # killed in the midst of it, and started again
            telegram.faults.clear()
            began = time.monotonic()
            unanswered = await crowd.rests(load)
            left = await _until_empty(telegram, data)
            drained = time.monotonic() - began
    growth, first, last = _growth(load, size)
    told = _told(log)
    aside = _count(data, "SELECT count(*) FROM inbox WHERE quarantined_at IS NOT NULL")
    outcome.count, outcome.worst = load.sent, load.worst
    outcome.lost, outcome.duplicated = await _compare(data, crowd)
    outcome.figures = {
        "a second": round(load.sent / size.seconds, 1),
        "families through": len(crowd.through),
        "malformed": load.ill,
        "set aside": aside,
        "memory": f"{first / 1e6:.1f} MB after {size.settled:g} s, then {last / 1e6:.1f} MB ({growth:+.1%})",
        "pending over 60 s at the end": left,
        "empty after": f"{drained:.1f} s",
        "unhandled": told.unhandled,
        "errors told": dict(told.errors),
    }
    outcome.check(not ended_by_itself, "the server ran to the end")
    outcome.check(growth < size.growth, f"memory grows by less than {size.growth:.0%}, not {growth:.1%}")
    outcome.check(not told.unhandled, f"nothing is unhandled: {told.quoted}")
    outcome.check(left == 0, f"nothing waits after {LONGEST_PENDING:g} s")
    outcome.check(unanswered == 0, f"everybody is answered, all but {unanswered}")
    outcome.check(aside <= load.ill, "nothing but the malformed is set aside")
    return outcome


@asynccontextmanager
async def _server(telegram: FakeTelegram, data: Path, log: Path) -> AsyncIterator[Server]:
    what: dict[str, Any] = {"what": "app", "folder": str(data), "api_base": telegram.url, "token": telegram.token}
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.campaigns._soaked",
            json.dumps(what | {"secret": "", "port": 0}),
            cwd=ROOT,
            stderr=file,
        )
    try:
        yield Server(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class _Crowd:
    """Families who answer as soon as they are asked and whose turn it is; who is through is followed by another."""

    def __init__(self, telegram: FakeTelegram, size: Size) -> None:
        self._telegram = telegram
        self._chance = random.Random(7)
        self.through: list[Family] = []
        self.here: collections.deque[Family] = collections.deque()
        self._talkers = [telegram.person(f"T{number}", "zh-hans") for number in range(TALKERS)]
        self._size = size

    def acts(self, load: Load) -> bool:
        """The next one who can; False if all wait for the server."""
        if len(self.here) < self._size.families:
            number = len(self.through) + len(self.here)
            family = Family(self._telegram.person(f"P{number}", "en"), f"Family {number}", self._chance)
            family.person.starts("ward-7")
            self._waits(family, load)
            return True
        for _ in range(len(self.here)):
            family = self.here.popleft()
            if not family.is_asked_on():
                self.here.append(family)
                continue
            if family.act():
                self._waits(family, load)
                return True
            if family.done:
                load.waiting.pop(family.person.chat.id, None)
                self.through.append(family)
                return self.acts(load)
            self.here.append(family)
        return False

    def talks(self) -> None:
        self._chance.choice(self._talkers).says(self._chance.choice(WORDS))

    def look(self, load: Load) -> None:
        """Who has been answered."""
        now = time.monotonic()
        for family in self.here:
            since = load.waiting.get(family.person.chat.id)
            if since is not None and family.is_asked_on():
                load.worst = max(load.worst, now - since)
                del load.waiting[family.person.chat.id]

    async def rests(self, load: Load) -> int:
        """Nobody writes any more; how many do not get the answer that they wait for."""
        with suppress(AssertionError):
            await self._telegram.until(lambda: self.look(load) or not load.waiting, 2 * WAIT)  # type: ignore[func-returns-value]
        return len(load.waiting)

    def _waits(self, family: Family, load: Load) -> None:
        self.here.append(family)
        load.waiting[family.person.chat.id] = time.monotonic()


async def _load(telegram: FakeTelegram, crowd: _Crowd, server: Server, load: Load, size: Size) -> None:
    ill = _ill()
    began = time.monotonic()
    next_outage, next_look = size.outage_every / 2, 0.0
    for turn in itertools.count(1):
        if (now := time.monotonic() - began) >= size.seconds or server.process.returncode is not None:
            break
        if turn % ILL_EVERY == 0:
            telegram.world.push_raw({"update_id": None, **next(ill)})
            load.ill += 1
            load.sent += 1
        elif turn % TALK_EVERY == 0:
            crowd.talks()
            load.sent += 1
        else:
            load.sent += crowd.acts(load)  # none, if all wait for the server
        crowd.look(load)
        if now >= next_look:
            load.memory.append((now, server.memory()))
            next_look = now + size.window / 20
            del telegram.calls[:-CALLS_KEPT]
        if now >= next_outage:
            telegram.faults.outage = not telegram.faults.outage
            next_outage = now + (size.outage if telegram.faults.outage else size.outage_every)
        await asyncio.sleep(max(0.0, began + turn / A_SECOND - time.monotonic()))


def _ill() -> Iterator[dict[str, Any]]:
    """Malformed updates without end: those that Telegram's JSON can carry."""
    known = [one for one in kinds() if isinstance(one, dict)]
    while True:
        yield from known


async def _until_empty(telegram: FakeTelegram, data: Path) -> int:
    """How much has been waiting for longer than a minute, after at most so long."""
    waits = (
        "SELECT count(*) FROM inbox WHERE quarantined_at IS NULL",
        "SELECT count(*) FROM outbox WHERE given_up_at IS NULL",
    )
    until = time.monotonic() + LONGEST_PENDING
    while left := len(telegram.world.queue) + sum(_count(data, question) for question in waits):
        if time.monotonic() > until:
            break
        await asyncio.sleep(0.05)
    return left


def _count(data: Path, question: str) -> int:
    with closing(sqlite3.connect(f"{(data / 'brasle.sqlite3').as_uri()}?mode=ro", uri=True)) as sql:
        return int(sql.execute(question).fetchone()[0])


def _growth(load: Load, size: Size) -> tuple[float, float, float]:
    """As a share, and the bytes of both ends: once the caches are full, and last."""
    first = [bytes_ for at, bytes_ in load.memory if size.settled <= at < size.settled + size.window]
    last = [bytes_ for at, bytes_ in load.memory if at >= load.memory[-1][0] - size.window]
    before, after = statistics.fmean(first), statistics.fmean(last)
    return after / before - 1, before, after


@dataclass
class Told:
    """What the log says: errors by their sentence, and whatever nobody had caught."""

    errors: collections.Counter[str] = field(default_factory=collections.Counter)
    quoted: list[str] = field(default_factory=list)

    @property
    def unhandled(self) -> int:
        return len(self.quoted)


# Of these the program says that it handled them; every other error is one that nobody expected.
EXPECTED = (
    "An update could not be handled and is set aside.",
    "Polling has trouble.",
    "A channel takes nothing at the moment; what was written waits.",
    "A message was refused for good.",
    "A message fails again and again and is given up.",
)


def _told(log: Path) -> Told:
    told = Told()
    for line in log.read_text("utf-8", "replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            told.quoted.append(line)
            continue
        if entry["level"] not in ("error", "critical"):
            continue
        told.errors[entry["event"]] += 1
        if entry["event"] not in EXPECTED:
            told.quoted.append(line)
    return told


async def _compare(data: Path, crowd: _Crowd) -> tuple[int, int]:
    """Answers that are not there, and those that are there twice."""
    kept_as = {pressed: pressed.removeprefix("choose:") for pressed in CALM} | {"done": "none"}
    lost = duplicated = 0
    store = Store.open(data)
    for family in (*crowd.through, *crowd.here):
        answered = [kept_as.get(pressed, pressed) for pressed in family.answered]
        if not answered:
            continue
        person = await store.load("telegram", str(family.person.chat.id))
        if person is None:
            lost += len(answered)
            continue
        kept = await store.export(person.id)
        interview = kept["dialogue"]["interview"]
        given = [interview["given"][card]["choices"][0] for card in interview["trail"]]
        lost += sum((collections.Counter(answered) - collections.Counter(given)).values())
        counted = sum(event["kind"] == "answered" for event in kept["events"])
        duplicated += max(0, counted - len(answered)) + max(0, len(kept["leads"]) - 1)
        lost += len(kept["leads"]) != 1 and family.done
    await store.close()
    return lost, duplicated
