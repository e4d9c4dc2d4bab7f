"""Updates and typed texts of every shape through intake, worker and outbox: nothing unhandled, nothing that takes long,
memory stays.
"""

from __future__ import annotations

import asyncio
import collections
import ctypes
import gc
import itertools
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace, coroutine
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, SendMessage

import bot.intake
import bot.worker
from bot.channels.telegram_door import TelegramDoor
from bot.channels.telegram_render import CHANNEL, TelegramRenderer
from bot.channels.telegram_router import Families, Feed
from bot.channels.telegram_send import TelegramSender
from bot.conversation import Conversation
from bot.flood import Gate, Limits
from bot.flows.turn import SiteFacts
from bot.intake import Polling
from bot.log import trouble
from bot.outbox import Outbox, Refused, SendLater, Unreachable, utc_now
from bot.pace import Pace
from bot.store.records import InboxItem, OutboxItem, RawUpdate
from bot.store.store import Store
from bot.store.writer import Writer, _Job
from bot.webhook import WebhookReceiver
from bot.wording import Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.question import load_questions
from brasle_prescreen.reading.choice import check_words
from tests.fake_telegram import parse_html, utf16_length
from tests.faults.campaigns._oddities import LONGEST_TEXT, Oddities, Sent
from tests.faults.campaigns.outcome import Outcome
from tests.faults.campaigns.soak import PAGE

SECRET = "a-Secret_1"
# Stored; or no JSON at all, which is said, and Telegram or its proxy tries again.
TAKEN = (200, 400, "polled", "said")
TOKEN = "4321:" + "A" * 35
CHATS = 200
AT_ONCE = 200
LONGEST = 0.1  # seconds of processor time that one update may take
MOST_MEMORY = 50e6  # bytes
MOST_TRIED_AGAIN = 10
WARM = 0.2  # of the way: from there on memory is compared
HUGE = 5  # so many of ten megabytes, before memory is compared
T = TypeVar("T")


async def run(folder: Path, *, long: bool) -> Outcome:
    return await fuzz(folder, 1_000_000 if long else 100_000)


async def in_suite(folder: Path) -> Outcome:
    return await fuzz(folder, 10_000)


async def fuzz(folder: Path, count: int, tell: Callable[[str], None] = lambda words: None) -> Outcome:
    outcome = Outcome("odd updates")
    store = Store.open(folder)
    load_family_questions()
    check_words()
    bench = _Bench(store)
    gc.collect()
    gc.freeze()  # as the server does: what is loaded now need not be looked at again
    began = time.monotonic()
    first, shortest = 0, bot.intake.SHORTEST_EMPTY_POLL
    bot.intake.SHORTEST_EMPTY_POLL = 0.0
    log = logging.getLogger("bot")
    level = log.level
    log.setLevel(logging.CRITICAL)  # thousands are set aside, as they should be
    try:
        async with asyncio.TaskGroup() as tasks:
            parts = [tasks.create_task(bench.worker.run()), tasks.create_task(bench.outbox.run())]
            for start in range(0, count, AT_ONCE):
                await bench.wave([bench.oddities.next() for _ in range(min(AT_ONCE, count - start))])
                if start < HUGE * AT_ONCE:
                    await bench.wave([bench.oddities.huge()])
                if first == 0 and start >= WARM * count:
                    first = _memory_held()
                tell(
                    f"{start}, {_memory() / 1e6:.0f} MB, {(start + AT_ONCE) / (time.monotonic() - began):.0f} a second"
                )
            await bench.confirm()
            ended = [part for part in parts if part.done()]
            await bench.worker.stop()
            await bench.outbox.stop()
    finally:
        bot.intake.SHORTEST_EMPTY_POLL = shortest
        log.setLevel(level)
        gc.unfreeze()
        await store.close()
    grown = _memory_held() - first
    outcome.count = bench.count
    outcome.lost = len(bench.lost)
    outcome.worst = max(bench.slowest.values())
    outcome.figures = {
        "of a form that Telegram sends": bench.plain,
        "statuses": dict(bench.statuses.most_common()),
        "set aside": sum(bench.aside.values()),
        "sent": bench.session.sent,
        "unhandled": len(bench.unhandled),
        "most processor time": ", ".join(f"{part} {1e3 * took:.0f} ms" for part, took in bench.slowest.items()),
        "memory": f"{grown / 1e6:+.0f} MB",
        "a second": round(bench.count / (time.monotonic() - began)),
    }
    outcome.check(not bench.unhandled and not ended, f"nothing is unhandled: {bench.unhandled.most_common(5)}")
    outcome.check(not bench.lost, f"nothing that Telegram can send is set aside: {bench.lost[:5]}")
    for part, slow in bench.slow.items():
        for took, update in slow:
            outcome.check(took < LONGEST, f"{part} takes {1e3 * took:.0f} ms: {update[:300]!r}")
    outcome.check(grown < MOST_MEMORY, f"memory grows by {grown / 1e6:.0f} MB")
    return outcome


def _memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _memory_held() -> int:
    """What is left of it when all that nobody needs has been given back."""
    gc.collect()
    with suppress(OSError, AttributeError):  # another library of C has no such call
        ctypes.CDLL(None).malloc_trim(0)
    return _memory()


@coroutine
def _timed(work: Coroutine[Any, Any, T], note: Callable[[float], None]) -> Generator[Any, Any, T]:
    """`work`, and the processor time of this thread that it alone took."""
    spent = 0.0
    go_on: Callable[[], Any] = partial(work.send, None)
    while True:
        began = time.thread_time()
        try:
            waits_for = go_on()
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            spent += time.thread_time() - began
            note(spent)
        try:
            go_on = partial(work.send, (yield waits_for))
        except BaseException as error:
            go_on = partial(work.throw, error)


class _Session(BaseSession):
    """Telegram, as far as it says yes: notes the buttons of each chat, and that it could read what it was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self.screens: dict[int, list[str]] = {}
        self.unreadable: collections.Counter[str] = collections.Counter()

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:  # noqa: ASYNC109
        self.sent += 1
        text = getattr(method, "text", None) or ""
        try:
            text.encode()
            readable, _ = parse_html(text) if isinstance(method, (SendMessage, EditMessageText)) else (text, [])
            if utf16_length(readable) > LONGEST_TEXT:
                raise ValueError("too long")
        except Exception as error:
            self.unreadable[f"{type(method).__name__}: {error}"] += 1
        if isinstance(method, (SendMessage, EditMessageText)):
            markup = method.reply_markup
            rows = getattr(markup, "inline_keyboard", [])
            self.screens[int(method.chat_id or 0)] = [
                key.callback_data for row in rows for key in row if key.callback_data
            ]
        return SimpleNamespace(message_id=self.sent)

    async def close(self) -> None:
        return None

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        yield b""


class _Bench:
    """The real parts between two ends of ours: what comes in, and Telegram."""

    def __init__(self, store: Store) -> None:
        self.count = self.plain = 0
        self.statuses: collections.Counter[Any] = collections.Counter()
        self.aside: collections.Counter[str] = collections.Counter()
        self.unhandled: collections.Counter[str] = collections.Counter()
        self.lost: list[str] = []
        self.slowest: dict[str, float] = {}
        self.slow: collections.defaultdict[str, list[tuple[float, bytes]]] = collections.defaultdict(list)
        self._plain: set[int] = set()
        self._newest = 0
        self._store = store
        self.session = _Session()
        wording = Wording.load()
        telegram = Bot(TOKEN, self.session)
        conversation = Conversation(
            store,
            load_protocol(),
            load_questions(),
            wording,
            site=SiteFacts(approval="2026-001", approval_date="2026-11-01"),
            demo=False,
            clock=utc_now,
            renderers={CHANNEL: TelegramRenderer(wording)},
            committed=lambda: self.outbox.wake(),  # noqa: PLW0108 it is made later
        )
        families = Families(conversation, left=self._nobody, in_group=self._nobody)
        self._feed = Feed(telegram, families.router())
        self.worker = _Worker(store, self._handle, self)
        self._sender = TelegramSender(telegram)
        self.outbox = Outbox(store, CHANNEL, _Sender(self), pace=Pace(1e9, 1e9))
        # Its limits turn nobody away here; that it can read every update is tried.
        gate = Gate(CHANNEL, lambda address: store.knows(CHANNEL, address), Limits(10**9, 10**9, 10**9))
        self._door = TelegramDoor(gate, wording, "http://127.0.0.1", TOKEN)
        self._webhook = WebhookReceiver(store, SECRET, stored=self.worker.wake, admits=self._door.admits)
        self._polling = _Polling(store, self.worker.wake, self._door.admits)
        self.oddities = Oddities(7, CHATS, lambda chat: self.session.screens.get(chat, []))
        self._by_webhook = itertools.cycle((True, True, True, False))
        _time_the_writer(store._writer, self)

    async def wave(self, batch: list[Sent]) -> None:
        """All at once, and then until nothing of it is left."""
        self.count += len(batch)
        before = self._newest  # all that came until then is handled or set aside
        self.plain += sum(sent.plain for sent in batch)
        self._plain = {sent.number for sent in batch if sent.plain}
        await asyncio.gather(*[self._comes_in(sent) for sent in batch])
        while await self._store.pending(1, before) or await self._store.due(CHANNEL, 1, utc_now()):
            busy = [*self.worker._busy.values(), *self.outbox._sending.values()]
            await asyncio.wait(busy or [asyncio.create_task(asyncio.sleep(0.002))], return_when=asyncio.FIRST_COMPLETED)
        for what, times in self.session.unreadable.items():
            self.unhandled[f"Telegram cannot read it: {what}"] += times
        self.session.unreadable.clear()

    async def _comes_in(self, sent: Sent) -> None:
        try:
            if next(self._by_webhook) and len(sent.body) < 1 << 20:
                taken: Awaitable[Any] = self._webhook.receive([SECRET.encode()], _once(sent.body))
            else:
                taken = self._polling.brings(sent.body)
            status = await self.timed("intake", taken, sent.body)
            self.statuses[status] += 1
            if status not in TAKEN:
                self.unhandled[f"the intake says {status}"] += 1
        except Exception as error:
            self.unhandled[f"intake: {trouble(error)}"] += 1

    async def timed(self, part: str, work: Any, update: bytes) -> Any:
        return await _timed(work, lambda spent: self.took(part, spent, update))

    def took(self, part: str, spent: float, update: bytes) -> None:
        self.slowest[part] = max(spent, self.slowest.get(part, 0.0))
        if spent >= LONGEST:
            self.slow[part].append((spent, update))

    async def confirm(self) -> None:
        """What took long is tried again by itself: a machine whose processors are lent out counts what others took."""
        slow, self.slow = self.slow, collections.defaultdict(list)
        for part, updates in slow.items():
            shortest = []
            for _, update in sorted(updates, key=lambda one: -one[0])[:MOST_TRIED_AGAIN]:
                took = []
                for _ in range(3):
                    self.slowest[part] = 0.0
                    await self.wave([self.oddities.again(update)])
                    took.append(self.slowest[part])
                shortest.append((min(took), update))
            self.slow[part] = sorted(shortest, key=lambda one: one[0])
            self.slowest[part] = self.slow[part][-1][0]

    async def _handle(self, item: InboxItem) -> None:
        self._newest = max(self._newest, item.id)
        await self.timed("turn", self._feed.handle(item), item.raw.encode("utf-8", "surrogatepass"))

    async def sends(self, item: OutboxItem) -> str | None:
        try:
            live: str | None = await self.timed("sending", self._sender.send(item), b"")
            return live
        except (SendLater, Refused, Unreachable):
            raise
        except Exception as error:
            self.unhandled[f"sending: {trouble(error)}"] += 1
            raise Refused("a mistake of ours") from error

    def set_aside(self, item: InboxItem, why: str) -> None:
        self.aside[why] += 1
        if item.update_id in self._plain:
            self.lost.append(f"{why}: {item.raw[:300]}")

    async def _nobody(self, *_: Any) -> None:
        return None


class _Worker(bot.worker.Worker):
    """Tells of what it sets aside."""

    def __init__(self, store: Store, handler: bot.worker.Handler, bench: _Bench) -> None:
        super().__init__(store, handler)
        self._bench = bench

    async def _set_aside(self, item: InboxItem, why: str) -> None:
        self._bench.set_aside(item, why)
        await super()._set_aside(item, why)


class _Sender:
    def __init__(self, bench: _Bench) -> None:
        self._bench = bench

    def is_message(self, item: OutboxItem) -> bool:
        return False

    async def send(self, item: OutboxItem) -> str | None:
        return await self._bench.sends(item)


class _Polling(Polling):
    """Gets what it is brought as the answer to its next poll."""

    def __init__(self, store: Store, stored: Callable[[], None], admits: Any) -> None:
        super().__init__(store, "http://127.0.0.1", TOKEN, stored=stored, admits=admits)
        self._body = b""

    async def brings(self, update: bytes) -> str:
        """How it took an answer with this one update in it."""
        self._body = b'{"ok":true,"result":[' + update + b"]}"
        try:
            await self._poll(None)  # type: ignore[arg-type]  # takes it before it waits for anything
        except Exception as error:
            if type(error).__name__ != "PollTrouble":
                raise
            return "said"
        return "polled"

    async def _call(self, session: Any, method: str, given: dict[str, Any]) -> tuple[int, bytes]:
        body, self._body = self._body, b""
        return 200, body


def _time_the_writer(writer: Writer, bench: _Bench) -> None:
    """What one piece of work costs in the thread that writes."""
    do = writer._do

    def timed(job: _Job) -> None:
        began = time.thread_time()
        do(job)
        first = job.arguments[0] if job.arguments else ""
        first = first[0].raw if isinstance(first, list) and first and isinstance(first[0], RawUpdate) else first
        body = first.encode("utf-8", "surrogatepass") if isinstance(first, str) else b""
        bench.took("writing", time.thread_time() - began, body)

    writer._do = timed  # type: ignore[method-assign]


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
