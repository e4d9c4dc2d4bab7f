"""Telegram as one channel: the intake answers at once; aiogram, slow to import, follows and does the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from bot.channels.telegram_door import TelegramDoor
from bot.channels.telegram_render import CHANNEL, TelegramRenderer
from bot.collector import loading
from bot.intake import ALLOWED_UPDATES, Polling
from bot.outbox import Outbox
from bot.web_proxy import address_of
from bot.webhook import WebhookReceiver
from bot.worker import Worker

if TYPE_CHECKING:
    from starlette.routing import Route

    from bot.channels.telegram_bot import TelegramBot
    from bot.channels.telegram_router import Talks
    from bot.flood import Gate
    from bot.pace import Pace
    from bot.settings import Settings
    from bot.store.store import Store
    from bot.wording import Wording


class Beside(Protocol):
    """Another part of the same bot: its router stands before the families'."""

    def router(self) -> Any: ...

    async def run(self) -> None: ...

    async def stop(self) -> None: ...

    def wake(self) -> None: ...


WEBHOOK_PATH = "/telegram/webhook"


class TelegramChannel:
    """A webhook if a secret and a public address are set, else polling. `wake` it after a commit."""

    def __init__(
        self,
        store: Store,
        wording: Wording,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
        beside: Callable[[Any], Beside] | None = None,
        gate: Gate | None = None,
    ) -> None:
        """`beside` makes the part for the coordinators' group from aiogram's Bot. `gate` is the flood limits."""
        if settings.bot_token is None:
            raise ValueError("Telegram needs BOT_TOKEN")
        self.renderer = TelegramRenderer(wording)
        self._store = store
        self._wording = wording
        self._clock = clock
        self._pace = pace
        self._make_beside = beside
        self._beside: Beside | None = None
        self._token = settings.bot_token.get_secret_value()
        self._api_base = settings.telegram_api_base
        self._proxy = address_of(settings.telegram_proxy)
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        self._public_url = settings.public_url
        self._worker: Worker | None = None
        self._outbox: Outbox | None = None
        self._bot: TelegramBot | None = None
        self._again: asyncio.Task[None] | None = None
        self._door: TelegramDoor | None = None
        if gate is not None:
            self._door = TelegramDoor(
                gate, wording, self._api_base, self._token, staff=settings.telegram_group, proxy=self._proxy
            )
        self._admits = self._door.admits if self._door is not None else None
        self._waits = self._door.asks_to_wait if self._door is not None else None
        self.polling: Polling | None = None
        if not self.by_webhook:
            self.polling = Polling(
                store,
                self._api_base,
                self._token,
                stored=self._stored,
                admits=self._admits,
                waits=self._waits,
                proxy=self._proxy,
            )

    @property
    def by_webhook(self) -> bool:
        return bool(self._secret and self._public_url)

    def routes(self) -> list[Route]:
        """The webhook, if it is used; it takes updates from the first moment."""
        if not self.by_webhook:
            return []
        from starlette.routing import Route

        receiver = WebhookReceiver(
            self._store, self._secret, stored=self._stored, admits=self._admits, waits=self._waits
        )
        return [Route(WEBHOOK_PATH, receiver.endpoint, methods=["POST"])]

    def wake(self) -> None:
        """Something was committed: there may be something to send."""
        if self._outbox is not None:
            self._outbox.wake()
        if self._beside is not None:
            self._beside.wake()

    def introduce_again(self) -> None:
        """The texts were corrected: the bot's name, descriptions and commands follow."""
        if self._bot is not None:
            self._again = asyncio.create_task(self._bot.introduce(None, ()), name="telegram profile again")

    def _stored(self) -> None:
        if self._worker is not None:
            self._worker.wake()

    async def run(self, conversation: Talks) -> None:
        """Take, handle and send until cancelled; `stop` first lets what is under way end."""
        async with asyncio.TaskGroup() as tasks:
            if self.polling is not None:
                tasks.create_task(self.polling.run(), name="telegram intake")
            if self._door is not None:
                tasks.create_task(self._door.run(), name="telegram door")
            tasks.create_task(self._handle_and_send(conversation), name="telegram")

    async def stop(self) -> None:
        """Begin nothing more and let what is under way end. What is left is done after the next start."""
        for part in (self._worker, self._outbox, self._beside):
            if part is not None:
                await part.stop()
        if self._again is not None:
            self._again.cancel()
        if self._bot is not None:
            await self._bot.close()

    async def _handle_and_send(self, conversation: Talks) -> None:
        with loading(CHANNEL):
            # Some seconds of work: in a thread, so that the intake and the browser chat answer meanwhile.
            module = await asyncio.to_thread(import_module, "bot.channels.telegram_bot")
            bot: TelegramBot = module.TelegramBot(
                self._store, self._wording, self._token, self._api_base, proxy=self._proxy
            )
            self._bot = bot
            beside = self._beside = (
                await asyncio.to_thread(bot.beside, self._make_beside) if self._make_beside else None
            )
            worker = self._worker = Worker(self._store, bot.feed(conversation, beside).handle)
            outbox = self._outbox = Outbox(self._store, CHANNEL, bot.sender, pace=self._pace, clock=self._clock)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(), name="telegram worker")
            tasks.create_task(outbox.run(), name="telegram outbox")
            if beside is not None:
                tasks.create_task(beside.run(), name="telegram group")
            tasks.create_task(bot.introduce(self._webhook(), ALLOWED_UPDATES), name="telegram profile")

    def _webhook(self) -> tuple[str, str] | None:
        return (self._public_url + WEBHOOK_PATH, self._secret) if self.by_webhook else None
