"""aiogram's Bot with all of ours that needs it: the feed, the sender, the profile, the word in groups."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramRetryAfter
from aiogram.types import Chat, InlineKeyboardButton, InlineKeyboardMarkup, User

from bot.backoff import wait_seconds
from bot.channels.telegram_profile import bring_up_to_date
from bot.channels.telegram_render import CHANNEL
from bot.channels.telegram_router import Families, Feed, Talks
from bot.channels.telegram_send import TelegramSender, reason_of
from bot.channels.telegram_session import StayingSession
from bot.log import logger, trouble
from bot.message import Text
from bot.plain_words import PlainWords

if TYPE_CHECKING:
    from bot.channels.telegram import Beside
    from bot.store.store import Store
    from bot.wording import Wording

# In a group we say once a day at most that we talk in private only.
GROUP_WORD_EVERY = 24 * 3600.0
MOST_GROUPS_REMEMBERED = 1000
LONGEST_WAIT = 300.0

_log = logger(__name__)


class TelegramBot:
    """One bot token at work."""

    def __init__(self, store: Store, wording: Wording, token: str, api_base: str, *, proxy: str | None = None) -> None:
        session = StayingSession(api=TelegramAPIServer.from_base(api_base), web_proxy=proxy)
        self._bot = Bot(token, session)
        self._store = store
        self._wording = wording
        self._said_in: dict[int, float] = {}
        self.sender = TelegramSender(self._bot)

    def beside(self, make: Callable[[Bot], Beside]) -> Beside:
        """Make the other part of this bot."""
        return make(self._bot)

    def feed(self, conversation: Talks, beside: Beside | None = None) -> Feed:
        families = Families(conversation, left=self._family_left, in_group=self._say_in_group)
        return Feed(self._bot, *([beside.router()] if beside is not None else []), families.router())

    async def introduce(self, webhook: tuple[str, str] | None, allowed: Sequence[str]) -> None:
        """Set the webhook (address, secret), if there is one, and bring the profile up to date."""
        if webhook is not None:
            await self._set_webhook(*webhook, allowed)
        failures = 0
        while True:
            try:
                await bring_up_to_date(self._bot, self._wording)
                return
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            except TelegramBadRequest as error:
                cause = PlainWords(reason_of(error))
                _log.error("Telegram does not take the bot's name, description or commands.", cause=cause)
                return
            except (AiogramError, OSError):  # unreachable, or the token is wrong: others say so
                failures += 1
                await asyncio.sleep(wait_seconds(failures, first=5.0, most=LONGEST_WAIT))

    async def close(self) -> None:
        await self._bot.session.close()

    async def _set_webhook(self, address: str, secret: str, allowed: Sequence[str]) -> None:
        failures = 0
        while True:
            try:
                await self._bot.set_webhook(address, secret_token=secret, allowed_updates=list(allowed))
                return
            except (AiogramError, OSError) as error:
                failures += 1
                # Of what Telegram refuses it tells the reason; other errors may quote the address with its token.
                reason = reason_of(error) if isinstance(error, TelegramBadRequest) else type(error).__name__
                if failures == 1:
                    _log.error("The webhook could not be set, and is tried again.", cause=PlainWords(reason))
                await asyncio.sleep(wait_seconds(failures, most=LONGEST_WAIT))

    async def _family_left(self, address: str) -> None:
        person = await self._store.load(CHANNEL, address)
        if person is not None:
            await self._store.unreachable(person.id, "blocked by the user")

    async def _say_in_group(self, chat: Chat, who: User | None) -> None:
        """Nobody's health is talked about in a group: once in a while we say where we can be found."""
        now = time.monotonic()
        if now - self._said_in.get(chat.id, float("-inf")) < GROUP_WORD_EVERY:
            return
        if len(self._said_in) >= MOST_GROUPS_REMEMBERED:
            self._said_in.clear()
        self._said_in[chat.id] = now
        language = self._wording.guess(who.language_code if who else None)
        try:
            name = (await self._bot.me()).username
            button = InlineKeyboardButton(
                text=self._wording.say(Text(key="telegram.group_button"), language),
                url=f"https://t.me/{name}",
            )
            await self._bot.send_message(
                chat.id,
                self._wording.say(Text(key="telegram.group"), language),
                reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
            )
        except (AiogramError, OSError) as error:
            _log.warning("A group could not be told to write in private.", **trouble(error))
