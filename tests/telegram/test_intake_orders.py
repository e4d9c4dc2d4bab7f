"""Whatever order things happen in (lost answers, restarts, quiet weeks), each message is stored once, in its order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot import intake
from bot.intake import Polling
from bot.store.store import Store
from tests.fake_telegram import FakeTelegram

WEEK = 7 * 86_400.0

steps = some.lists(
    some.sampled_from(["say", "say", "say", "many", "wait", "lose answer", "cut", "restart"])
    | some.tuples(some.just("quiet week, then from"), some.integers(1, 2**31 - 10_000)),
    min_size=1,
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_each_message_is_stored_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch, steps: list[str | tuple[str, int]]
) -> None:
    for name in ("LONGEST_WAIT", "SHORTEST_EMPTY_POLL", "CONFLICT_WAIT"):
        monkeypatch.setattr(intake, name, 0.005)
    now = 1_780_000_000.0
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder), clock=lambda: datetime.fromtimestamp(now, UTC))
        async with FakeTelegram(clock=lambda: now) as telegram:
            parent = telegram.person()
            said: list[str] = []
            poller = start(store, telegram)
            for step in steps:
                match step:
                    case "say" | "many":
                        for _ in range(1 if step == "say" else 130):
                            said.append(str(len(said)))
                            parent.says(said[-1])
                    case "lose answer":
                        telegram.faults.lose_answer("getUpdates")
                    case "cut":
                        telegram.faults.cut_connection("getUpdates")
                    case "restart":
                        await end(poller)
                        poller = start(store, telegram)
                    case "wait":
                        await all_fetched(telegram)
                    case (_, number):
                        await all_fetched(telegram)
                        await telegram.end_poll()
                        now += WEEK + 1
                        telegram.world.queue.number_from(number)
            await all_fetched(telegram)
            await end(poller)
        stored = [json.loads(item.raw)["message"]["text"] for item in await store.pending(10_000)]
        await store.close()
    assert stored == said


def start(store: Store, telegram: FakeTelegram) -> asyncio.Task[None]:
    polling = Polling(store, telegram.url, telegram.token, stored=lambda: None)
    return asyncio.create_task(polling.run())


async def end(poller: asyncio.Task[None]) -> None:
    poller.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await poller


async def all_fetched(telegram: FakeTelegram) -> None:
    await telegram.until(lambda: len(telegram.world.queue) == 0)
