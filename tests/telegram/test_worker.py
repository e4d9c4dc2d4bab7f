"""Stored updates are handled in their chat's order, many chats at once; the unhandled are set aside."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable

import pytest

from bot import worker as room
from bot.store.errors import StoreUnavailable
from bot.store.records import InboxItem, RawUpdate
from bot.store.store import Store
from bot.worker import Worker

from .conftest import Background


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_STORE_WAIT", 0.01)


class Rig:
    """A worker whose handler notes what it gets and does as `act` says; `done` waits for so many."""

    def __init__(self, store: Store, background: Background) -> None:
        self.store, self.background = store, background
        self.handled: list[str] = []
        self.act: Callable[[str], Awaitable[None]] | None = None
        self.worker = Worker(store, self.handle)
        self._changed = asyncio.Event()

    async def handle(self, item: InboxItem) -> None:
        words: str = json.loads(item.raw)["text"]
        if self.act is not None:
            await self.act(words)
        self.handled.append(words)
        self._changed.set()

    async def put(self, *updates: tuple[str | None, str], first_id: int = 1) -> None:
        raw = [
            RawUpdate(number, chat, json.dumps({"text": words}))
            for number, (chat, words) in enumerate(updates, first_id)
        ]
        await self.store.keep_updates(raw)
        self.worker.wake()

    def start(self) -> None:
        self.background.start(self.worker.run())

    async def done(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.handled) < count:
                self._changed.clear()
                await self._changed.wait()

    async def empty(self) -> None:
        """Wait until nothing is pending: each look follows something that was handled."""
        async with asyncio.timeout(10):
            while await self.store.pending(1) or self.worker._busy:
                await asyncio.wait(list(self.worker._busy.values()) or [asyncio.create_task(asyncio.sleep(0))])


@pytest.fixture
def rig(store: Store, background: Background) -> Rig:
    return Rig(store, background)


async def test_a_chats_updates_come_in_order_and_are_then_gone(rig: Rig) -> None:
    await rig.put(*(("7", str(number)) for number in range(1200)))
    rig.start()
    await rig.done(1200)
    assert rig.handled == [str(number) for number in range(1200)]
    await rig.empty()
    assert await rig.store.pending(10) == []


async def test_one_chat_never_holds_up_another(rig: Rig) -> None:
    gate = asyncio.Event()

    async def act(words: str) -> None:
        if words == "slow":
            await gate.wait()

    rig.act = act
    await rig.put(("7", "slow"), ("7", "after slow"), ("8", "quick"), (None, "no chat"))
    rig.start()
    await rig.done(2)
    assert set(rig.handled) == {"quick", "no chat"}
    gate.set()
    await rig.done(4)
    assert rig.handled[2:] == ["slow", "after slow"]


async def test_a_single_message_does_not_wait_for_all_of_a_flooders(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CHATS_AT_ONCE", 1)
    await rig.put(*(("7", f"flood {number}") for number in range(100)), ("8", "one question"))
    rig.start()
    await rig.done(101)
    assert rig.handled.index("one question") <= room.IN_A_ROW
    assert [one for one in rig.handled if one != "one question"] == [f"flood {number}" for number in range(100)]


async def test_it_reads_when_something_came_or_there_is_room_and_not_after_every_update(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "CHATS_AT_ONCE", 1)
    read, looks = rig.store.pending, 0

    async def counted(*arguments: int | None) -> list[InboxItem]:
        nonlocal looks
        looks += 1
        return await read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rig.store, "pending", counted)
    await rig.put(*((str(number), f"old {number}") for number in range(1000)))
    rig.start()
    await rig.done(1000)
    assert looks < 1000 / room.READ_AT_ONCE * 3


async def test_others_are_let_in_between_a_few_turns_however_many_chats_wake_at_once(rig: Rig) -> None:
    rounds, loop = 0, asyncio.get_running_loop()
    handled_in: list[int] = []

    def count() -> None:
        nonlocal rounds
        rounds += 1
        if len(handled_in) < 60:
            loop.call_soon(count)

    async def act(_: str) -> None:
        handled_in.append(rounds)

    rig.act = act
    await rig.put(*((str(number), "hello") for number in range(60)))
    count()
    rig.start()
    await rig.done(60)
    assert max(handled_in.count(one) for one in handled_in) <= 16


async def test_what_is_stored_while_it_reads_is_not_overlooked(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOOK_EVERY", 1000.0)
    read = rig.store.pending

    async def meanwhile(*arguments: int | None) -> list[InboxItem]:
        found = await read(*arguments)  # type: ignore[arg-type]
        if not found and not rig.handled:
            await rig.put(("7", "just now"))
        return found

    monkeypatch.setattr(rig.store, "pending", meanwhile)
    rig.start()
    await rig.done(1)


async def test_who_writes_now_does_not_wait_for_a_long_backlog(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CHATS_AT_ONCE", 2)
    monkeypatch.setattr(room, "HELD", 20)
    monkeypatch.setattr(room, "READ_AT_ONCE", 20)
    backlog = [(str(number % 300), f"old {number}") for number in range(900)]
    live = [("new", "now"), ("299", "now too"), ("new", "and again")]

    async def act(words: str) -> None:
        if len(rig.handled) == 50:
            await rig.put(*live, first_id=5000)

    rig.act = act
    await rig.put(*backlog)
    rig.start()
    await rig.done(903)
    assert max(rig.handled.index(words) for _, words in live) < 50 + 3 * room.HELD
    for chat in {chat for chat, _ in backlog} | {"new"}:
        own = [words for one, words in backlog + live if one == chat]
        assert [words for words in rig.handled if words in own] == own
    await rig.empty()
    assert not await rig.store.pending(10)
    assert not rig.worker._ahead


async def test_a_handler_that_raises_sets_its_update_aside_and_the_rest_goes_on(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(words: str) -> None:
        if words.startswith("poison"):
            raise ValueError(f"cannot read {words}")

    rig.act = act
    caplog.set_level(logging.DEBUG)
    await rig.put(*(("7", f"poison {n}" if n % 10 == 0 else f"good {n}") for n in range(100)))
    rig.start()
    await rig.done(90)
    await rig.empty()
    aside = await rig.store.quarantined()
    assert [json.loads(one.item.raw)["text"] for one in aside] == [f"poison {n}" for n in range(0, 100, 10)]
    assert {one.why.partition(":")[0] for one in aside} == {"ValueError at test_worker.py"}
    assert "poison" not in caplog.text, "what was written is never logged"


async def test_what_was_set_aside_can_be_tried_again(rig: Rig) -> None:
    fails = True

    async def act(words: str) -> None:
        if fails and words == "again":
            raise RuntimeError

    rig.act = act
    await rig.put(("7", "again"))
    rig.start()
    await rig.put(("8", "another"), first_id=2)
    await rig.empty()
    aside = await rig.store.quarantined()
    fails = False
    await rig.store.replay(aside[0].item.id)
    rig.worker.wake()
    await rig.done(2)
    assert rig.handled == ["another", "again"]


async def test_nothing_is_set_aside_because_the_store_cannot_be_used(rig: Rig) -> None:
    failures = iter([StoreUnavailable("The disk is full.")] * 3)

    async def act(words: str) -> None:
        if error := next(failures, None):
            raise error

    rig.act = act
    await rig.put(("7", "a"), ("7", "b"))
    rig.start()
    await rig.done(2)
    await rig.empty()
    assert rig.handled == ["a", "b"]
    assert await rig.store.quarantined() == []


async def test_a_handler_that_hangs_is_set_aside(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_HANDLING", 0.05)

    async def act(words: str) -> None:
        if words == "hangs":
            await asyncio.Event().wait()

    rig.act = act
    await rig.put(("7", "hangs"), ("7", "goes on"))
    rig.start()
    await rig.done(1)
    assert rig.handled == ["goes on"]
    assert len(await rig.store.quarantined()) == 1


async def test_stopping_lets_what_is_under_way_end_and_leaves_the_rest(rig: Rig) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def act(words: str) -> None:
        begun.set()
        await gate.wait()

    rig.act = act
    await rig.put(("7", "first"), ("7", "second"))
    rig.start()
    await begun.wait()
    stopping = asyncio.create_task(rig.worker.stop())
    gate.set()
    await stopping
    assert rig.handled == ["first"]
    assert [json.loads(item.raw)["text"] for item in await rig.store.pending(10)] == ["second"]
