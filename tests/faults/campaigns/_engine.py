"""The whole way of a family's message in one process without sockets: the fake Telegram, the intake, the worker, the
conversation, a real store on the disk, the outbox. It can be stopped dead and opened again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest import mock

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType

import bot.channels.telegram_session
import bot.outbox
from bot import intake
from bot.channels.telegram_render import CHANNEL, TelegramRenderer
from bot.channels.telegram_router import Families, Feed
from bot.channels.telegram_send import TelegramSender
from bot.conversation import Conversation
from bot.flows.turn import SiteFacts
from bot.intake import Polling, PollTrouble
from bot.notice_plan import NoticePlan
from bot.outbox import Outbox
from bot.pace import Pace
from bot.store.records import RawUpdate
from bot.store.store import Store
from bot.webhook import WebhookReceiver
from bot.wording import Wording
from bot.worker import Worker
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.faults import ConnectionCut
from tests.fake_telegram.parameters import Parameters
from tests.fake_telegram.update_queue import as_json

PUBLIC_URL = "https://prescreen.example.org"
SECRET = "a-Secret_1"
UNPACED = 1e6


@cache
def wording() -> Wording:
    return Wording.load()


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Trouble is what these campaigns make: its log would be as long as they are."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def in_memory() -> str | None:
    """Where files cost no disk, if there is such a place: for what is not about power loss."""
    shared = Path("/dev/shm")
    return str(shared) if os.access(shared, os.W_OK) else None


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """Tries again at once, wherever the program would wait a while first."""
    with (
        mock.patch.multiple(intake, LONGEST_WAIT=0.0, SHORTEST_EMPTY_POLL=0.0, CONFLICT_WAIT=0.0),
        mock.patch.multiple(bot.outbox, LONGEST_WAIT=0.0),
    ):
        yield


assert bot.channels.telegram_session  # its classes of answers are held, as in the program


class Wire(BaseSession):
    """aiogram's way out, straight into the fake Telegram."""

    def __init__(self, telegram: FakeTelegram) -> None:
        super().__init__()
        self._telegram = telegram

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> TelegramType:
        sent = {
            name: value
            for name, given in method.model_dump(warnings=False).items()
            if (value := self.prepare_value(given, bot=bot, files={}))
        }

        async def read() -> Parameters:
            return Parameters(sent)

        try:
            status, body = await self._telegram.call(bot.token, method.__api_method__, read)
        except ConnectionCut:
            raise TelegramNetworkError(method=method, message="ServerDisconnectedError") from None
        answer = self.check_response(bot=bot, method=method, status_code=status, content=json.dumps(body))
        return cast(TelegramType, answer.result)

    async def close(self) -> None:
        return

    async def stream_content(self, *_: Any, **__: Any) -> AsyncIterator[bytes]:  # type: ignore[override]
        raise NotImplementedError
        yield b""


class DirectPolling(Polling):
    """The intake's own polling, but for HTTP; an empty queue is answered at once."""

    telegram: FakeTelegram

    async def _call(self, session: Any, method: str, given: dict[str, Any]) -> tuple[int, bytes]:
        faults, queue = self.telegram.faults, self.telegram.world.queue
        try:
            if faults.outage:
                raise ConnectionCut
            fault = faults.before("getupdates", None)
            found = queue.get(given.get("offset", 0), given["limit"])
            if fault is not None:
                raise ConnectionCut
        except ConnectionCut:
            raise PollTrouble("Telegram cannot be reached (cut); trying again until it answers.") from None
        return 200, json.dumps({"ok": True, "result": [as_json(update) for update in found]}).encode()


class Engine:
    """One life of the program. `kept` is told of every update in the order in which it is stored."""

    def __init__(
        self,
        folder: Path,
        telegram: FakeTelegram,
        clock: Callable[[], datetime],
        *,
        kept: Callable[[dict[str, Any]], None] = lambda update: None,
        pace: Pace | None = None,
        notices: NoticePlan | None = None,
    ) -> None:
        self.telegram = telegram
        self.store = Store.open(folder, clock=clock)
        self._kept = kept
        renderer = TelegramRenderer(wording())
        self.conversation = Conversation(
            self.store,
            load_protocol(),
            load_questions(),
            wording(),
            site=SiteFacts(public_url=PUBLIC_URL),
            demo=True,
            clock=clock,
            renderers={CHANNEL: renderer},
            notice_plan=notices,
            committed=self._wake,
        )
        self.bot = Bot(telegram.token, Wire(telegram))

        async def nobody(*_: Any) -> None:
            return None

        feed = Feed(self.bot, Families(self.conversation, left=self._left, in_group=nobody).router())
        self.worker = Worker(self.store, feed.handle)
        sender = TelegramSender(self.bot)
        self.outbox = Outbox(self.store, CHANNEL, sender, pace=pace or Pace(UNPACED, UNPACED), clock=clock)
        self.polling = DirectPolling(
            self._noting(), "http://nowhere.invalid", telegram.token, stored=self.worker.wake, long_poll=0
        )
        self.polling.telegram = telegram
        self.webhook = WebhookReceiver(self._noting(), SECRET, stored=self.worker.wake)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self.worker.run()), asyncio.create_task(self.outbox.run())]

    async def die(self) -> None:
        """Nothing that was under way is ended; what was given to the disk is on it."""
        dying = [*self._tasks, *self.worker._busy.values(), *self.outbox._sending.values()]
        for task in dying:
            task.cancel()
        await asyncio.gather(*dying, return_exceptions=True)
        await self.store.close()

    # what arrives
    async def poll(self) -> None:
        """One poll, and what polling does about its trouble."""
        try:
            await self.polling._poll(cast(Any, None))
            self.polling._well()
        except PollTrouble as trouble:
            await self.polling._wait_out(trouble)

    async def poll_all(self) -> None:
        """Poll until Telegram keeps nothing any more."""
        await self.poll()
        while len(self.telegram.world.queue):
            await self.poll()

    async def posted(self, update: dict[str, Any]) -> int:
        """One update by webhook; gives the status."""

        async def body() -> AsyncIterator[bytes]:
            yield json.dumps(update).encode()

        return await self.webhook.receive([SECRET.encode()], body())

    async def settled(self) -> None:
        """Wait until all that was stored is handled, and all that was committed is sent."""
        store, later = self.store, datetime(9000, 1, 1, tzinfo=UTC)
        async with asyncio.timeout(60):
            while True:
                busy: list[asyncio.Task[None]] = [*self.worker._busy.values(), *self.outbox._sending.values()]
                if busy:
                    await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
                elif await store.pending(1) or await store.due(CHANNEL, 1, later):
                    await asyncio.sleep(0)
                else:
                    return

    # how
    def _wake(self) -> None:
        self.outbox.wake()

    async def _left(self, address: str) -> None:
        person = await self.store.load(CHANNEL, address)
        if person is not None:
            await self.store.unreachable(person.id, "blocked by the user")

    def _noting(self) -> Any:
        """The store for the intake, which tells what goes into it."""
        engine = self

        class Noting:
            def keep_updates(self, updates: Sequence[RawUpdate]) -> Coroutine[Any, Any, int]:
                for update in updates:
                    engine._kept(json.loads(update.raw))
                return engine.store.keep_updates(updates)

            def __getattr__(self, name: str) -> Any:
                return getattr(engine.store, name)

        return Noting()
