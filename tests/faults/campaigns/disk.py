"""The disk takes nothing, for one write or for a while: at each of the first three hundred writes, at a flush, when it is
full. Nothing is confirmed that is not kept, nothing is damaged, families are told to try later, and the same server goes
on by itself within five seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.store.store import Store
from tests.fake_telegram import FakeTelegram
from tests.faults.browser_family import BrowserFamily, browsing
from tests.faults.campaigns.kills import FILES, compare_family
from tests.faults.campaigns.outcome import Outcome
from tests.faults.conftest import WAIT, Nursery, free_port, nursery_process
from tests.faults.families import Family, families
from tests.faults.tracing import failing, traced, why_not

SECRET = "a-Secret_1"
# Families in their interviews at once; who has done is followed by another.
AT_ONCE = 4
WITHIN = 5.0
# A disk that is full for so many seconds is worth a word to those who write meanwhile.
TOLD_WITHIN = 7.0
ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EROFS")


CALLS_OF_A_START = ("pwrite64", "fdatasync", "write", "fsync", "ftruncate", "link")
NOBODY_SERVED: dict[str, Any] = {"api_base": "", "token": "", "secret": "", "port": 0}


@dataclass(frozen=True)
class Size:
    """Which writes and flushes of the running server fail, each once; which of a first start; and for how many seconds
    the disk is full.
    """

    writes: tuple[int, ...]
    flushes: tuple[int, ...]
    starts: tuple[int, ...]
    full: tuple[float, ...]


SUITE = Size((1, 9, 30), (2,), (1,), (7.0,))
SHORT = Size(tuple(range(1, 301)), tuple(range(1, 31)), tuple(range(1, 301)), (1.0, 3.0, 10.0))
LONG = Size(tuple(range(1, 1001)), tuple(range(1, 101)), tuple(range(1, 301)), (1.0, 3.0, 10.0, 60.0))


async def run(folder: Path, *, long: bool) -> Outcome:
    return await fail(folder, LONG if long else SHORT)


async def in_suite(folder: Path) -> Outcome:
    return await fail(folder, SUITE)


async def fail(folder: Path, size: Size) -> Outcome:
    outcome = Outcome("writes and flushes that failed, and a disk that was full")
    told = Counter[str]()
    if reason := why_not():
        outcome.not_measured = f"single writes and flushes: {reason}"
        size = Size((), (), (), size.full)
    async with nursery_process() as nursery:
        await open_what_may_not_be_written(nursery, folder / "read-only", outcome)
        await fail_at_first_starts(nursery, folder, size.starts, outcome, told)
        for mode in ("polling", "webhook"):
            # Single writes are the same whoever brings the updates: each mode gets half of them.
            half = slice(0 if mode == "polling" else 1, None, 2)
            serving = Serving(mode, folder / mode, nursery, outcome, told)
            await serving.run(Size(size.writes[half], size.flushes[half], (), size.full))
    outcome.figures = dict(told)
    return outcome


async def fail_at_first_starts(
    nursery: Nursery, folder: Path, numbers: Iterable[int], outcome: Outcome, told: Counter[str]
) -> None:
    """A new folder, a call that fails while it is made: the next start makes it. A call that is not made so often ends it."""
    for call in CALLS_OF_A_START:
        for number in numbers:
            place = folder / f"start-{call}-{number}"
            error = "EIO" if call in ("fsync", "fdatasync") else ERRORS[number % len(ERRORS)]
            await nursery.start(held=True, what="open", folder=str(place), **NOBODY_SERVED)
            assert nursery.server is not None
            async with traced(nursery.server, *failing(call, number, error)) as seen:
                nursery.go_on()
                await ended(nursery.server)
            nursery.server = None
            if not seen.failed:
                break
            outcome.count += 1
            told["at a first start"] += 1
            words = said_of(place)
            outcome.check(not words or "cannot be used" in words, f"{place.name}: it is said in words: {words}")
            await look_whole(place, outcome)
            shutil.rmtree(place)


async def open_what_may_not_be_written(nursery: Nursery, place: Path, outcome: Outcome) -> None:
    """A folder of which its user may only read: it is said, and the next start takes it as it is."""
    await Store.open(place).close()
    rights = {path: path.stat().st_mode for path in (place, *place.iterdir())}
    for path in rights:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for parent in place.parents if os.geteuid() == 0 else ():
        if parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(parent.stat().st_mode | 0o055)
    await nursery.start(what="open as nobody", folder=str(place), **NOBODY_SERVED)
    assert nursery.server is not None
    await ended(nursery.server)
    nursery.server = None
    for path, mode in rights.items():
        path.chmod(mode)
    outcome.check("may not be written: check its owner" in said_of(place), "of a read-only folder it is said")
    outcome.count += 1
    await look_whole(place, outcome)


def said_of(folder: Path) -> str:
    said = folder.with_suffix(".said")
    return said.read_text(encoding="utf-8") if said.exists() else ""


async def ended(process: int) -> None:
    """Until it is gone; nobody is told of the end of a process that is not one's own child."""
    while Path(f"/proc/{process}/stat").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def look_whole(folder: Path, outcome: Outcome) -> None:
    await Store.open(folder).close()
    for name in FILES:
        with contextlib.closing(sqlite3.connect(folder / name)) as sql:
            is_whole = sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        outcome.check(is_whole, f"{folder.name}/{name} is whole")


@dataclass
class Serving:
    """One server, which lives through all of it, and the families who talk to it meanwhile."""

    mode: str
    folder: Path
    nursery: Nursery
    outcome: Outcome
    told: Counter[str]
    everybody: list[Family] = field(default_factory=list)

    async def run(self, size: Size) -> None:
        self.chance = random.Random(self.mode)
        async with FakeTelegram() as telegram, browsing() as http:
            self.telegram = telegram
            port = free_port()
            self.browser = BrowserFamily(f"http://127.0.0.1:{port}", http)
            await self.nursery.start(
                what="app",
                folder=str(self.folder),
                api_base=telegram.url,
                token=telegram.token,
                secret=SECRET if self.mode == "webhook" else "",
                port=port,
            )
            await self.reply()
            await self._open_the_browser()
            for number in size.writes:
                await self.fail_once("pwrite64", number, ERRORS[number % len(ERRORS)])
            for number in size.flushes:
                await self.fail_once("fdatasync", number, "EIO")
            for seconds in size.full:
                await self.fill(seconds)
            with contextlib.suppress(AssertionError):  # what is missing is counted below
                await telegram.until(lambda: self.act(more=False) or all(one.done for one in self.everybody), WAIT)
                await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
            self.nursery.kill()
        await self.compare()

    async def fail_once(self, call: str, number: int, error: str) -> None:
        """The load goes on until the call has failed; then somebody new comes, and waits for a reply."""
        assert self.nursery.server is not None
        options = failing(call, number, error)
        async with traced(self.nursery.server, *options, told=self.telegram.world.changed) as seen:
            await self.telegram.until(lambda: self.act() or seen.failed, WAIT)
            await self.recovers(seen.failed[0], f"{call} {number}")
        self.outcome.count += 1
        self.told["in a running server"] += 1

    async def fill(self, seconds: float) -> None:
        """No file takes a byte, as the kernel's own limit has it."""
        assert self.nursery.server is not None
        await self.telegram.until(lambda: self.act(more=False) or len(self.telegram.world.queue) == 0, WAIT)
        resource.prlimit(self.nursery.server, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        family = families(self.telegram, 1, self.chance)[0]
        self.everybody.append(family)
        waiting = len(self.telegram.world.queue)
        until = time.monotonic() + seconds
        status = await self.browser.answers()
        self.outcome.check(status == 503, f"a browser is told to try again, not {status}")
        self.outcome.check(await self.browser.opens() == 200, "a browser sees its page while the disk is full")
        while time.monotonic() < until:
            self.outcome.check(len(self.telegram.world.queue) >= waiting, "nothing is confirmed while the disk is full")
            await asyncio.sleep(0.1)
        if seconds >= TOLD_WITHIN:
            told = [one for one in family.person.heard if "saved" in (one.text or "")]
            self.outcome.check(len(told) == 1, f"a family is told once that it has to wait, not {len(told)} times")
        resource.prlimit(self.nursery.server, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await self.recovers(time.monotonic(), f"full for {seconds:g} s", family)
        self.outcome.check(await self.browser.sends() == 303, "the browser's same form is taken afterwards")
        self.outcome.count += 1
        self.told["seconds full"] += int(seconds)

    async def recovers(self, since: float, what: str, waited: Family | None = None) -> None:
        await self.reply()
        if waited is not None:
            await self.telegram.until(lambda: self.act() or waited.person.card, WAIT)
        took = time.monotonic() - since
        self.outcome.worst = max(self.outcome.worst, took)
        self.outcome.check(took < WITHIN, f"{self.mode}, {what}: it goes on within {WITHIN:g} s, not {took:.1f} s")

    async def reply(self) -> None:
        """Somebody new writes and gets the first card."""
        person = self.telegram.person("New", "en")
        person.starts()
        await self.telegram.until(lambda: self.act() or person.card, WAIT)

    def act(self, *, more: bool = True) -> bool:
        """Everybody answers what they are asked; there are always some who have not done. Always False, to be waited for
        something else.
        """
        busy = [one for one in self.everybody if not one.done]
        if more and len(busy) < AT_ONCE:
            self.everybody += families(self.telegram, AT_ONCE - len(busy), self.chance)
        for family in busy:
            family.act()
        return False

    async def _open_the_browser(self) -> None:
        await self.browser.opens()
        for _ in range(4):
            await self.browser.answers()

    async def compare(self) -> None:
        store = Store.open(self.folder)
        try:
            for family in self.everybody:
                await compare_family(store, family, self.outcome, self.told)
            self.outcome.check(await store.quarantined() == [], "no update is set aside")
            self.outcome.check(await store.given_up() == [], "no message is given up")
        finally:
            await store.close()
        await look_whole(self.folder, self.outcome)
