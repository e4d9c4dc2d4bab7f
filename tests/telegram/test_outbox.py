"""What was committed reaches the family: in order, at least once; what is refused for good stops."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import outbox as room
from bot.channels.telegram_live import Live
from bot.outbox import Outbox, Refused, SendLater, Unreachable
from bot.pace import Pace
from bot.store.records import Commit, OutboxItem, Outgoing
from bot.store.store import Store

from .conftest import Background

UNPACED = Pace(1e6, 1e6)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_WAIT", 0.02)
    monkeypatch.setattr(room, "LONGEST_STORE_WAIT", 0.02)


@dataclass
class Sender:
    """Notes what it sends as (address, words); fails as told first."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    tries: list[tuple[str, float]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None
    lives: list[str | None] = field(default_factory=list)

    def is_message(self, item: OutboxItem) -> bool:
        return item.op == "card"

    async def send(self, item: OutboxItem) -> str | None:
        self.tries.append((item.address, time.monotonic()))
        self.changed.set()
        if self.gate is not None:
            await self.gate.wait()
        for key in (item.address, "any"):
            if self.failures.get(key):
                raise self.failures[key].pop(0)
        self.sent.append((item.address, item.payload["words"]))
        self.lives.append(item.live_message)
        return str(Live(len(self.sent), 0, "open")) if item.op == "card" else None

    async def until(self, count: int, of: str = "sent") -> None:
        async with asyncio.timeout(10):
            while len(getattr(self, of)) < count:
                self.changed.clear()
                await asyncio.wait_for(self.changed.wait(), 10)
                await asyncio.sleep(0)


class Rig:
    def __init__(self, store: Store, background: Background) -> None:
        self.store = store
        self.sender = Sender()
        self.outbox = Outbox(store, "telegram", self.sender, pace=UNPACED)
        self.background = background
        self._ids: Iterator[int] = itertools.count()

    def start(self) -> None:
        self.background.start(self.outbox.run())

    async def commit(self, address: str, *rows: tuple[str, Any]) -> str:
        person = await self.store.load("telegram", address)
        done = await self.store.commit(
            Commit(
                person=person.id if person else None,
                channel="telegram",
                address=address,
                revision=person.revision if person else 0,
                dialogue="{}",
                incoming=("telegram", f"{address}/{next(self._ids)}"),
                outgoing=tuple(Outgoing("telegram", address, op, {"words": words}) for op, words in rows),
            )
        )
        self.outbox.wake()
        return done.person

    async def left(self) -> list[OutboxItem]:
        return await self.store.due("telegram", 100, datetime(2100, 1, 1, tzinfo=UTC))

    async def empty(self) -> None:
        async with asyncio.timeout(10):
            while self.outbox._sending or await self.left():
                await asyncio.wait(list(self.outbox._sending.values()) or [asyncio.ensure_future(asyncio.sleep(0.001))])


@pytest.fixture
def rig(store: Store, background: Background) -> Rig:
    return Rig(store, background)


async def test_rows_of_a_chat_go_in_order_and_leave(rig: Rig) -> None:
    rig.start()
    for number in range(20):
        await rig.commit("7", ("note", number), ("card", f"card {number}"))
    await rig.empty()
    words = [words for _, words in rig.sender.sent if not str(words).startswith("card")]
    assert words == list(range(20))
    assert rig.sender.sent[-1] == ("7", "card 19")


async def test_a_commit_wakes_it_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOOK_EVERY", 3600.0)
    rig.start()
    await rig.commit("7", ("card", "first"))
    await asyncio.wait_for(rig.sender.until(1), 1)


async def test_the_next_row_knows_the_live_card(rig: Rig) -> None:
    await rig.commit("7", ("card", "a"), ("settle", "b"))
    rig.start()
    await rig.empty()
    assert rig.sender.lives == [None, "1:0:open"]


async def test_a_row_that_is_gone_is_not_looked_for_over_and_over(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "COMES_LATE", 0.0)
    rig.sender.failures["7"] = [SendLater("busy", seconds=0.05)]
    rig.start()
    await rig.commit("7", ("card", "first"))
    await rig.sender.until(1, "tries")
    await rig.commit("7", ("card", "in its place"))
    await rig.empty()
    assert rig.sender.sent == [("7", "in its place")]
    assert rig.outbox._next_look() == room.LOOK_EVERY


async def test_no_more_is_read_than_is_sent_now(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading opens what is sealed, and nobody else is answered meanwhile."""
    monkeypatch.setattr(room, "CHATS_AT_ONCE", 2)
    read = 0
    due = rig.store.due

    async def counted(*asked: Any, **more: Any) -> list[OutboxItem]:
        nonlocal read
        found = await due(*asked, **more)
        read += len(found)
        return found

    monkeypatch.setattr(rig.store, "due", counted)
    for chat in range(30):
        await rig.commit(str(chat), ("card", chat))
    rig.start()
    await rig.sender.until(30)
    assert read == 30


async def test_a_chat_that_has_to_wait_holds_up_only_itself(rig: Rig) -> None:
    rig.sender.failures["7"] = [SendLater("too many requests", 0.3)]
    await rig.commit("7", ("card", "waits"))
    await rig.commit("7", ("note", "after it"))
    await rig.commit("8", ("card", "goes"))
    rig.start()
    await rig.sender.until(3)
    assert rig.sender.sent == [("8", "goes"), ("7", "waits"), ("7", "after it")]
    first, second, *_ = [at for address, at in rig.sender.tries if address == "7"]
    assert 0.3 <= second - first < 0.8, "retry_after is kept, and not much more"


async def test_two_chats_told_to_wait_make_the_whole_channel_wait(rig: Rig) -> None:
    for address in ("7", "8"):
        rig.sender.failures[address] = [SendLater("too many requests", 0.3)]
        await rig.commit(address, ("card", "x"))
    rig.start()
    await rig.sender.until(2, "tries")
    await asyncio.gather(*rig.outbox._sending.values())
    await rig.commit("9", ("card", "x"))
    await rig.sender.until(3)
    assert min(at for address, at in rig.sender.tries if address == "9") >= rig.sender.tries[0][1] + 0.3


async def test_after_an_outage_each_chat_gets_one_current_card(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.sender.failures["any"] = [SendLater("TelegramNetworkError", everywhere=True)] * 10_000
    rig.start()
    for number in range(5):
        for address in ("7", "8", "9"):
            await rig.commit(address, ("card", number))
    await rig.sender.until(6, "tries")
    rig.sender.failures.clear()
    await rig.empty()
    assert sorted(rig.sender.sent) == [("7", 4), ("8", 4), ("9", 4)]
    assert caplog.text.count("takes nothing at the moment") == 1
    assert rig.outbox.trouble is None


async def test_what_fails_at_the_same_moment_is_one_trouble(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_WAIT", 30.0)
    rig.sender.gate = asyncio.Event()
    rig.sender.failures["any"] = [SendLater("TelegramNetworkError", everywhere=True)] * 20
    for number in range(20):
        await rig.commit(str(number), ("card", "x"))
    rig.start()
    await rig.sender.until(20, "tries")
    rig.sender.gate.set()  # all that was on its way is cut off
    await asyncio.wait_for(rig.empty(), 3)
    assert len(rig.sender.sent) == 20


async def test_a_family_that_cannot_be_reached_stops_and_is_marked(rig: Rig) -> None:
    rig.sender.failures["7"] = [Unreachable("Forbidden: bot was blocked by the user")]
    person = await rig.commit("7", ("card", "x"))
    await rig.commit("7", ("note", "y"))
    await rig.commit("8", ("card", "z"))
    rig.start()
    await rig.empty()
    assert rig.sender.sent == [("8", "z")]
    assert (await rig.store.export(person))["unreachable_since"] is not None


async def test_what_is_refused_for_good_is_given_up_and_the_chat_goes_on(rig: Rig) -> None:
    rig.sender.failures["7"] = [Refused("Bad Request: message is too long")]
    await rig.commit("7", ("note", "x"), ("card", "y"))
    rig.start()
    await rig.empty()
    assert rig.sender.sent == [("7", "y")]
    assert [(one.op, one.why) for one in await rig.store.given_up()] == [("note", "Bad Request: message is too long")]


async def test_a_row_that_always_fails_is_given_up_while_others_go_through(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram answers 500 to this one message and takes all others: it must not hold everybody up."""
    monkeypatch.setattr(room, "MOST_FAILURES_ALONE", 3)
    rig.sender.failures["7"] = [SendLater("TelegramServerError", everywhere=True)] * 50
    await rig.commit("7", ("card", "poison"))
    rig.start()
    for number in range(12):
        await rig.commit("8", ("note", number))
        await rig.sender.until(number + 1)
    await rig.empty()
    assert rig.sender.sent == [("8", number) for number in range(12)]
    [given_up] = await rig.store.given_up()
    assert "TelegramServerError" in given_up.why


async def test_who_is_told_to_wait_again_and_again_is_not_given_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_FAILURES_ALONE", 3)
    rig.sender.failures["7"] = [SendLater("too many requests", 0.0) for _ in range(10)]
    await rig.commit("7", ("card", "late"))
    rig.start()
    for number in range(12):
        await rig.commit("8", ("note", number))
        await rig.sender.until(number + 1)
    await rig.empty()
    assert ("7", "late") in rig.sender.sent
    assert await rig.store.given_up() == []


async def test_an_outage_alone_gives_up_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_FAILURES_ALONE", 3)
    rig.sender.failures["any"] = [SendLater("TelegramNetworkError", everywhere=True)] * 30
    await rig.commit("7", ("card", "x"))
    rig.start()
    await rig.empty()
    assert rig.sender.sent == [("7", "x")]
    assert await rig.store.given_up() == []


async def test_a_mistake_of_ours_in_one_chat_stops_no_other(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rig.sender.failures["7"] = [KeyError("what the family wrote")]
    await rig.commit("7", ("card", "x"))
    await rig.commit("8", ("card", "y"))
    rig.start()
    await rig.empty()
    assert sorted(rig.sender.sent) == [("7", "x"), ("8", "y")]
    assert "what the family wrote" not in caplog.text


async def test_stopping_lets_what_is_on_its_way_end(rig: Rig) -> None:
    rig.sender.gate = asyncio.Event()
    await rig.commit("7", ("card", "x"), ("note", "y"))
    rig.start()
    await rig.sender.until(1, "tries")
    stopping = asyncio.create_task(rig.outbox.stop())
    await asyncio.sleep(0)
    rig.sender.gate.set()
    await stopping
    assert rig.sender.sent == [("7", "x")]
    assert [item.payload["words"] for item in await rig.left()] == ["y"]


async def test_the_pace_allows_a_burst_and_then_one_at_a_time() -> None:
    pace = Pace(overall=1000, chat=20, burst=3, group=10)
    started = time.monotonic()
    for _ in range(3):
        await pace.turn("7", message=True)
    assert time.monotonic() - started < 0.04
    for _ in range(4):
        await pace.turn("7", message=True)
    assert 0.19 <= time.monotonic() - started < 0.4
    quick = time.monotonic()
    await pace.turn("8", message=True)
    await pace.turn("7", message=False)
    assert time.monotonic() - quick < 0.04
    for _ in range(5):
        await pace.turn("-7", message=True)
    assert time.monotonic() - quick >= 0.19, "a group is slower"


async def test_the_pace_overall_is_kept() -> None:
    pace = Pace(overall=50, chat=1000)
    started = time.monotonic()
    await asyncio.gather(*(pace.turn(str(number), message=True) for number in range(75)))
    assert 0.45 <= time.monotonic() - started < 1.0


async def test_quiet_chats_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pace.PRUNE_ABOVE", 10)
    pace = Pace(overall=1e6, chat=1e6)
    for number in range(1000):
        await pace.turn(str(number), message=True)
    assert len(pace._chats) <= 11


async def test_a_clock_that_is_put_back_holds_nothing_up(store: Store, background: Background) -> None:
    """Neither the wait of the whole channel, nor a row to be tried again, nor what was written meanwhile."""
    year = 2036

    def clock() -> datetime:
        return datetime(year, 11, 23, 9, tzinfo=UTC) + timedelta(seconds=time.monotonic())

    rig = Rig(store, background)
    rig.store._writer._ledger.clock = clock
    rig.outbox = Outbox(store, "telegram", rig.sender, pace=UNPACED, clock=clock)
    rig.sender.failures["any"] = [SendLater("TelegramNetworkError", everywhere=True)] * 2
    await rig.commit("7", ("card", "waits"))
    rig.start()
    await rig.sender.until(1, "tries")
    await rig.commit("8", ("card", "too"))
    year = 2026
    rig.outbox.wake()
    await rig.sender.until(2)
    assert sorted(rig.sender.sent) == [("7", "waits"), ("8", "too")]


async def test_what_a_wrong_clock_left_behind_is_sent_after_the_next_start(
    store: Store, background: Background
) -> None:
    rig = Rig(store, background)
    rig.store._writer._ledger.clock = lambda: datetime(2036, 11, 23, 9, tzinfo=UTC)
    await rig.commit("7", ("card", "waits"))
    rig.start()
    await rig.sender.until(1)
