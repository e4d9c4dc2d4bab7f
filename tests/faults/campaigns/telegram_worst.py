"""Telegram at its worst: floods refused, server errors, cut connections, answers lost after the deed, half an hour away,
a token revoked and replaced, families who block the bot. Everything is sent in its order, hardly anything twice.

Time leaps, so that half an hour is a moment and every wait can be measured exactly.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.flows.dialogue import load
from bot.pace import Pace
from tests.fake_telegram import FakeTelegram, FloodRule, RandomFaults
from tests.faults.campaigns._chat_model import buttons_of, revision_of
from tests.faults.campaigns._engine import Engine, in_memory, quietly
from tests.faults.campaigns._leaping_time import LeapingLoop, run_leaping
from tests.faults.campaigns.outcome import Outcome
from tests.faults.families import Family, families

BEGIN = datetime(2026, 11, 23, 1, tzinfo=UTC)
POLL_EVERY = 0.5
# Seconds of reading before a family acts; of waiting in vain before it presses again.
READING = (4.0, 20.0)
PATIENCE = 60.0
AWAY = 1800.0
SENDS = frozenset({"sendmessage", "editmessagetext", "editmessagereplymarkup", "deletemessage", "answercallbackquery"})
RETRY_AFTER = (1, 2, 5, 17, 40)
EXACTLY = 0.5
PROMPTLY = 5.0
SOON = 60.0


async def run(folder: Path, *, long: bool) -> Outcome:
    return await asyncio.to_thread(_run, folder, long)


def _run(folder: Path, long: bool) -> Outcome:
    with quietly(), tempfile.TemporaryDirectory(dir=in_memory()) as quick:
        where, count = Path(quick), 60 if long else 8

        async def worst(loop: LeapingLoop) -> Outcome:
            return await _Worst(where, loop, count).run()

        return run_leaping(worst)


class _Worst:
    def __init__(self, folder: Path, loop: LeapingLoop, count: int) -> None:
        self.folder, self.loop = folder, loop
        self.outcome = Outcome("messages to families, Telegram at its worst")
        self.telegram = FakeTelegram(clock=lambda: BEGIN.timestamp() + loop.time())
        self.faults = self.telegram.faults
        self.chance = random.Random(7)
        self.families = families(self.telegram, count, self.chance)
        self.gone: list[Family] = []
        self.engine = self.begin()
        self.polling = asyncio.ensure_future(self.polls())
        self.waits: list[float] = []
        self.deviations: list[float] = []

    def clock(self) -> datetime:
        return BEGIN + timedelta(seconds=self.loop.time())

    def begin(self) -> Engine:
        engine = Engine(self.folder, self.telegram, self.clock, pace=Pace())
        engine.start()
        return engine

    async def polls(self) -> None:
        while True:
            await self.engine.poll()
            await asyncio.sleep(POLL_EVERY)

    async def run(self) -> Outcome:
        self.faults.flood = FloodRule()
        acting = [asyncio.ensure_future(self.lives(family, random.Random(n))) for n, family in enumerate(self.families)]
        await asyncio.sleep(60.0)
        await self.trouble_at_random(240.0)
        await self.told_to_wait()
        recovered = await self.away()
        await self.new_token()
        held_up = await self.blocked()
        for task in acting:
            task.cancel()
        self.faults.clear()
        await self.drained()
        await self.count(recovered, held_up)
        self.polling.cancel()
        await asyncio.gather(self.polling, *acting, return_exceptions=True)
        await self.engine.die()
        return self.outcome

    async def lives(self, family: Family, chance: random.Random) -> None:
        """Reads, presses, waits for the next card, presses again if none comes; asks for help when all is done."""
        while True:
            await asyncio.sleep(chance.uniform(*READING))
            if family in self.gone:
                return
            if family.card is not None and (family.done or chance.random() < 0.05):
                family._acted = max(int(data.partition(":")[0]) for data in buttons_of(family.card))
                family.person.says("/help")
                family.done = False
            elif not family.act():
                continue
            began = self.loop.time()
            with contextlib.suppress(AssertionError):
                await self.telegram.until(family.is_asked_on, PATIENCE)
            if family.is_asked_on():
                self.waits.append(self.loop.time() - began)
            else:
                family._acted = -1

    # the troubles
    async def trouble_at_random(self, seconds: float) -> None:
        self.faults.random = RandomFaults(
            flood=0.03, server_error=0.05, cut=0.05, lost_answer=0.05, retry_after=2, only=SENDS
        )
        await asyncio.sleep(seconds)
        self.faults.random = None
        await asyncio.sleep(60.0)

    async def told_to_wait(self) -> None:
        """One chat after the other is told to wait, for longer and longer."""
        for retry_after in RETRY_AFTER:
            family, before = self.chance.choice(self.families), len(self.telegram.calls)
            chat = family.person.account.id
            self.faults.too_many_requests("sendMessage", retry_after=retry_after, chat=chat)
            family.person.says("/help")
            await asyncio.sleep(retry_after + 20.0)
            theirs = [call for call in self.telegram.calls[before:] if call.given.integer("chat_id") == chat]
            told = next(place for place, call in enumerate(theirs) if call.outcome == 429)
            self.deviations.append(abs(theirs[told + 1].at - theirs[told].at - retry_after))
        self.faults.clear()
        self.faults.flood = FloodRule()

    async def away(self) -> float:
        """Telegram cannot be reached for half an hour. Gives the seconds until everything was sent afterwards."""
        self.faults.outage = True
        await asyncio.sleep(AWAY)
        for family in self.families:
            family.person.says("/help")
        self.faults.outage = False
        began = self.loop.time()
        await self.drained()
        return self.loop.time() - began

    async def new_token(self) -> None:
        """The token is revoked; five minutes later the operator starts the program with the new one."""
        self.telegram.token = "4321:" + "B" * 35
        await asyncio.sleep(300.0)
        self.polling.cancel()
        await self.engine.die()
        self.engine = self.begin()
        self.polling = asyncio.ensure_future(self.polls())
        await asyncio.sleep(60.0)

    async def blocked(self) -> float:
        """Some block the bot, with and without a word of Telegram, one is deleted. The longest wait of the others."""
        await self.drained()
        self.gone = self.families[:3]
        before = len(self.waits)
        for family, way in zip(self.gone, ("told", "not told", "deleted"), strict=True):
            family.person.says("/help")
            if way == "told":
                family.person.blocks_bot()
            elif way == "not told":
                family.person.account.blocked_bot = True
            else:
                family.person.deletes_account()
        await asyncio.sleep(150.0)
        return max(self.waits[before:], default=0.0)

    # what came of it
    async def drained(self) -> None:
        while len(self.telegram.world.queue) or not await self.is_done():  # noqa: ASYNC110 - nobody tells of all of it
            await asyncio.sleep(0.25)

    def cards(self) -> dict[int, list[int]]:
        """The revisions of the cards that arrived in each chat, as they came."""
        found: dict[int, list[int]] = defaultdict(list)
        for call in self.telegram.calls:
            if call.method == "sendmessage" and call.done and (revision := revision_of(call.given)) is not None:
                found[call.given.integer("chat_id")].append(revision)
        return found

    async def is_current(self, family: Family) -> bool:
        """Whether the card on the family's screen is the one that is stored."""
        person = await self.engine.store.load("telegram", str(family.person.account.id))
        assert person is not None
        buttons = buttons_of(family.card) if family.card is not None else {}
        return {int(data.partition(":")[0]) for data in buttons} == {load(person.dialogue).revision}

    async def is_done(self) -> bool:
        engine, later = self.engine, datetime(9000, 1, 1, tzinfo=UTC)
        busy = engine.worker._busy or engine.outbox._sending
        return not busy and not await engine.store.pending(1) and not await engine.store.due("telegram", 1, later)

    async def count(self, recovered: float, held_up: float) -> None:
        outcome, store, calls = self.outcome, self.engine.store, self.telegram.calls
        sends = [call for call in calls if call.method in SENDS]
        cards = self.cards()
        unsent = await store.due("telegram", 100, datetime(9000, 1, 1, tzinfo=UTC))
        given_up = await store.given_up()
        outcome.count = sum(call.outcome == 200 for call in sends)
        outcome.lost = len(unsent) + len(given_up)
        outcome.worst = recovered
        repeats = sum(len(shown) - len(set(shown)) for shown in cards.values())
        deviations = self.deviations
        stale = [
            family.name for family in self.families if family not in self.gone and not await self.is_current(family)
        ]
        outcome.figures = {
            "unsent": len(unsent),
            "told to wait": sum(call.outcome == 429 for call in sends),
            "server errors": sum(call.outcome in (500, 502) for call in sends),
            "revoked token": sum(call.outcome == 401 for call in calls),
            "without an answer": sum(call.outcome == 0 for call in sends),
            "answers lost after the deed": self.faults.answers_lost,
            "cards twice": repeats,
            "retry_after kept to": f"{max(deviations):.2f} s",
            "all sent after half an hour away within": f"{recovered:.1f} s",
            "longest wait beside blocked chats": f"{held_up:.1f} s",
            "hours passed": f"{self.loop.time() / 3600:.1f}",
        }
        outcome.check(not given_up, f"nothing is given up: {[one.why for one in given_up]}")
        outcome.check(len(deviations) >= len(RETRY_AFTER), "some chats were told to wait")
        outcome.check(max(deviations) <= EXACTLY, "retry_after is kept, and not much more")
        outcome.check(repeats <= self.faults.answers_lost, "a repeat for each lost answer at most")
        outcome.check(all(shown == sorted(shown) for shown in cards.values()), "the cards of each chat come in order")
        outcome.check(not stale, f"every family has its current card, not {stale}")
        outcome.check(recovered <= SOON, f"after half an hour away all is sent within {SOON:g} s")
        outcome.check(held_up <= PROMPTLY, "blocked chats hold nobody up")
        outcome.check(not await store.quarantined(), "every update was handled")
        for family in self.gone:
            person = await store.load("telegram", str(family.person.account.id))
            marked = person is not None and (await store.export(person.id))["unreachable_since"] is not None
            outcome.check(marked, "who cannot be reached is marked")
