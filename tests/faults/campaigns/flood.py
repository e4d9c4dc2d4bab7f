"""A thousand strangers write a thousand messages a second; families in the middle of their interview go on as ever."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.channels.telegram import WEBHOOK_PATH
from tests.fake_telegram import FakeTelegram
from tests.faults.campaigns.outcome import Outcome
from tests.faults.conftest import ROOT, WAIT, Nursery, free_port, nursery_process
from tests.faults.families import Family, families

SECRET = "a-Secret_1"
FIRST_FLOODER = 900_001
FIRST_UPDATE = 2_000_000_000
# How much a message that is taken may make the files grow, in bytes.
GROWTH = 4096
AN_HOUR = 3600.0


@dataclass(frozen=True)
class Size:
    senders: int
    a_second: int
    seconds: float
    honest: int
    reading: tuple[float, float]  # seconds between two answers of one family
    paced: bool
    within: float  # seconds, for nineteen answers of twenty


SHORT = Size(senders=1000, a_second=1000, seconds=3.0, honest=5, reading=(1.4, 2.0), paced=False, within=4.0)
LONG = Size(senders=1000, a_second=1000, seconds=60.0, honest=50, reading=(8.0, 12.0), paced=True, within=2.0)


async def run(folder: Path, *, long: bool) -> Outcome:
    """The short form shares its machine with a suite, and does not keep to Telegram's own limits, thirty messages a
    second; the long one does.
    """
    async with FakeTelegram(patience=0.01) as telegram, nursery_process() as nursery:
        port = free_port()
        await nursery.start(
            what="app" if not long else "paced app",
            folder=str(folder),
            api_base=telegram.url,
            token=telegram.token,
            secret=SECRET,
            port=port,
            limits=True,
        )
        return await _flood(telegram, nursery, folder, port, LONG if long else SHORT)


async def _flood(telegram: FakeTelegram, nursery: Nursery, folder: Path, port: int, size: Size) -> Outcome:
    outcome = Outcome(f"{size.senders} strangers, {size.a_second} messages a second for {size.seconds:g} s")
    await telegram.until(lambda: telegram.webhook.url, WAIT)
    honest = await _in_the_middle(telegram, size)
    for number in range(size.senders):  # their chats exist, so that what is sent to them arrives
        telegram.person_with_id(FIRST_FLOODER + number)
    before = _bytes(folder)
    crowd = {"first_chat": FIRST_FLOODER, "senders": size.senders, "first_update": FIRST_UPDATE}
    order = {"port": port, "path": WEBHOOK_PATH, "secret": SECRET, "a_second": size.a_second, "seconds": size.seconds}
    flooders = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.campaigns._flooders",
        json.dumps(order | crowd),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    late = telegram.person("Late", "en")
    until = time.monotonic() + size.seconds
    waits, newcomer, (told, _) = await asyncio.gather(
        _all_answer(telegram, honest, size, until), _comes_late(telegram, late, size), flooders.communicate()
    )
    sent: dict[str, Any] = json.loads(told)
    await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
    grown = _bytes(folder) - before
    handled = _count(folder, "SELECT count(*) FROM seen_update") - telegram.webhook.deliveries
    words = [c for c in telegram.calls if "not taken in" in c.given.text("text") or "没有收到" in c.given.text("text")]
    whole = [wait for wait in waits if wait is not None]
    outcome.count = sent["sent"]
    outcome.lost = len(waits) - len(whole)
    outcome.worst = max(whole, default=0.0)
    median, p95 = statistics.median(whole), statistics.quantiles(whole, n=20)[-1]
    outcome.figures = {
        "a second": round(sent["sent"] / sent["seconds"]),
        "stored": handled,
        "turned away": sent["sent"] - handled,
        "told": len(words),
        "honest answers": len(whole),
        "honest median": f"{median:.2f} s",
        "honest p95": f"{p95:.2f} s",
        "a family new in the flood heard after": f"{newcomer:.2f} s",
        "database grew by": f"{grown / 1e6:.2f} MB",
    }
    outcome.check(set(sent["answers"]) == {"200"}, f"every post is answered 200, not {sent['answers']}")
    outcome.check(p95 <= size.within, f"families are answered within {size.within:g} s at p95, not {p95:.2f} s")
    outcome.check(outcome.lost == 0, "no honest answer is lost")
    outcome.check(bool(words), "who is turned away is told")
    outcome.check(grown < 8e6 + GROWTH * handled, f"the database does not grow with the flood ({grown / 1e6:.1f} MB)")
    nursery.kill()
    return outcome


class Decided(random.Random):
    """Families who press each button once, and know their answers."""

    def random(self) -> float:
        return 0.5


async def _in_the_middle(telegram: FakeTelegram, size: Size) -> list[Family]:
    """Families who wrote one after the other during the last hour, and are at a question now."""
    with _written_over_the_last_hour(telegram, size.honest):
        honest = families(telegram, size.honest, Decided())
    for family in honest:

        def at_a_question(family: Family = family) -> bool:
            if family.answered:
                return True
            family.act()
            return False

        await telegram.until(at_a_question, WAIT)
    return honest


@contextmanager
def _written_over_the_last_hour(telegram: FakeTelegram, count: int) -> Iterator[None]:
    """Every look at Telegram's clock is a while later, from an hour ago to about now."""
    now, step = time.time(), AN_HOUR / (count * 4)
    at = now - AN_HOUR
    clock = telegram.world.clock

    def later() -> float:
        nonlocal at
        at = min(now, at + step)
        return at

    telegram.world.clock = later
    try:
        yield
    finally:
        telegram.world.clock = clock


async def _all_answer(telegram: FakeTelegram, honest: list[Family], size: Size, until: float) -> list[float | None]:
    chance = random.Random(11)
    found = await asyncio.gather(*(_answers(telegram, family, size, until, chance) for family in honest))
    return [wait for waits in found for wait in waits]


async def _answers(
    telegram: FakeTelegram, family: Family, size: Size, until: float, chance: random.Random
) -> list[float | None]:
    """Seconds until the next card stood there, for each answer of one family; None if it never came."""
    waits: list[float | None] = []
    await asyncio.sleep(chance.uniform(0, size.reading[1]))
    while time.monotonic() < until and not family.done:
        began = time.monotonic()
        if family.act():
            try:
                await telegram.until(family.is_asked_on, WAIT)
                waits.append(time.monotonic() - began)
            except AssertionError:
                waits.append(None)
        await asyncio.sleep(chance.uniform(*size.reading))
    return waits


def _is_answered(late: Any, heard: int) -> bool:
    return bool(late.card) or len(late.heard) > heard


async def _comes_late(telegram: FakeTelegram, late: Any, size: Size) -> float:
    """Somebody who first writes in the middle of the flood, and again when told to; seconds until the first card."""
    if not size.paced:
        return 0.0  # a short flood is over before they would write again
    await asyncio.sleep(size.seconds / 2)
    began = time.monotonic()
    while not late.card:
        heard = len(late.heard)
        late.starts()
        try:
            await telegram.until(partial(_is_answered, late, heard), WAIT)
        except AssertionError:
            break
        if not late.card:
            await asyncio.sleep(20.0)
    return time.monotonic() - began


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.sqlite3*"))


def _count(folder: Path, question: str) -> int:
    sql = sqlite3.connect(f"{(folder / 'brasle.sqlite3').as_uri()}?mode=ro", uri=True)
    try:
        return int(sql.execute(question).fetchone()[0])
    finally:
        sql.close()
