"""The coordinators' group on Telegram: cards of families who wait, and buttons for those on the roster.

Only the group named in the settings counts. Whatever else is said there is dropped unread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from aiogram import Bot, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, User

from bot.backoff import wait_seconds
from bot.channels.telegram_text import clean, read_command
from bot.coordinator.group_board import GroupBoard
from bot.coordinator.group_card import PREFIX, read_press
from bot.coordinator.plan import plan_of
from bot.coordinator.rights import may
from bot.coordinator.telegram_group_send import TelegramGroupSender
from bot.log import logger
from bot.outbox import Outbox
from bot.pace import GROUP_PER_SECOND, Pace
from bot.store.errors import StoreUnavailable
from bot.store.group_cards import CHANNEL, Action, Said

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.store import Store
    from bot.wording import Wording

RIGHT_FOR = {Action.CLAIM: "lead.claim", Action.CALLED: "lead.work", Action.NOT_REACHED: "lead.work"}
# t.me/bot?start=link-CODE does what /link CODE does.
LINK, START_LINK = "link", "link-"
# GroupAnonymousBot stands for an administrator who does not say which; Channel_Bot for a channel.
NOBODY_IN_PERSON = frozenset({1087968824, 136817688, 777000})
SHUT_OUT = frozenset({ChatMemberStatus.KICKED, ChatMemberStatus.LEFT})
LONGEST_WAIT = 300.0

_log = logger(__name__)


class TelegramGroup:
    """The group's own part of the bot: a router beside the families', an outbox beside theirs."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        wording: Wording,
        settings: Settings,
        *,
        language: str,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
    ) -> None:
        if settings.telegram_group is None:
            raise ValueError("the coordinators' group needs BRASLE_TELEGRAM_GROUP")
        self._bot = bot
        self._room = store.telegram_group
        self._wording = wording
        self._group = settings.telegram_group
        self.board = GroupBoard(store, plan_of(settings), self._group, clock=clock, wake=self._wake_outbox)
        sender = TelegramGroupSender(
            bot,
            store,
            wording,
            self.board,
            self._group,
            language=language,
            public_url=settings.public_url,
            notices=settings.notice_plan(),
            pace=pace or Pace(chat=GROUP_PER_SECOND),
            clock=clock,
        )
        self._outbox = Outbox(store, CHANNEL, sender, clock=clock)

    def router(self) -> Router:
        """To stand before the families' router: it takes what is the group's, and leaves the rest."""
        router = Router(name="coordinators")
        router.message.register(self.said, self._is_in_group)
        router.message.register(self.link, self._is_link)
        router.callback_query.register(self.pressed, self._is_press)
        router.my_chat_member.register(self.membership, self._is_our_standing)
        return router

    async def run(self) -> None:
        """Keep the cards as they should be, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._begin(), name="telegram group name")
            tasks.create_task(self._outbox.run(), name="telegram group outbox")
            tasks.create_task(self.board.run(), name="telegram group board")

    async def stop(self) -> None:
        """Begin nothing more and let what is being sent end."""
        await self._outbox.stop()

    def wake(self) -> None:
        """Something was committed: a card may have to be put up."""
        self.board.ring()
        self._wake_outbox()

    # What comes in

    async def said(self, message: Message) -> None:
        """Something in the group: only that it moves concerns us, and a code shown to everybody."""
        if message.migrate_to_chat_id is not None:
            await self._room.moved(self._group, message.migrate_to_chat_id)
            _log.warning("The coordinators' group has another number now: set BRASLE_TELEGRAM_GROUP to it.")
            self.wake()
        command = read_command(message.text or "")
        if command is not None and command[0] == LINK:
            await self._room.burn_code(clean(command[1] or ""))

    async def link(self, message: Message, inbox_id: int) -> None:
        """Somebody sends the code that their page in the console shows."""
        name, argument = read_command(message.text or "") or (LINK, "")
        who = message.from_user
        if who is None or _is_nobody(who):
            return
        code = (argument or "").removeprefix(START_LINK if name != LINK else "")
        language = self._wording.guess(who.language_code) if who.language_code else ""
        await self._room.use_code(clean(code), who.id, language, inbox_id)
        self._wake_outbox()

    async def pressed(self, query: CallbackQuery, inbox_id: int) -> None:
        """A button of a card. Who, where and what are looked at again here: nothing that comes in is believed."""
        chat = query.message.chat.id if query.message is not None else None
        press = read_press(clean(query.data or ""), query.id, query.from_user.id)
        if chat != (await self._room.standing(self._group)).chat:
            await self._room.refuse(query.id, Said.ELSEWHERE, inbox_id)
        elif _is_nobody(query.from_user):
            await self._room.refuse(query.id, Said.ANONYMOUS, inbox_id)
        elif press is None:
            await self._room.refuse(query.id, Said.UNKNOWN, inbox_id)
        else:
            await self._room.press(press, _allowed, inbox_id)
        self.wake()

    async def membership(self, change: ChatMemberUpdated) -> None:
        """We were taken out of the group, or let in again."""
        now = change.new_chat_member
        is_mute = now.status == ChatMemberStatus.RESTRICTED and not getattr(now, "can_send_messages", True)
        why = "the bot is not in the group" if now.status in SHUT_OUT else "the bot may not write" if is_mute else ""
        if await self._room.set_trouble(self._group, why) and why:
            _log.error("The bot was taken out of the coordinators' group, or may not write there.")
        self.wake()

    async def _is_in_group(self, message: Message) -> bool:
        return await self._is_ours(message.chat.id)

    async def _is_link(self, message: Message) -> bool:
        if message.chat.type != ChatType.PRIVATE or not (message.text or "").startswith("/"):
            return False
        command = read_command(message.text or "")
        if command is None:
            return False
        name, argument = command
        return name == LINK or (name == "start" and (argument or "").startswith(START_LINK))

    async def _is_press(self, query: CallbackQuery) -> bool:
        if (query.data or "").startswith(f"{PREFIX}:"):
            return True
        return query.message is not None and await self._is_ours(query.message.chat.id)

    async def _is_our_standing(self, change: ChatMemberUpdated) -> bool:
        return await self._is_ours(change.chat.id)

    async def _is_ours(self, chat: int) -> bool:
        return chat < 0 and chat in (self._group, (await self._room.standing(self._group)).chat)

    def _wake_outbox(self) -> None:
        self._outbox.wake()

    async def _begin(self) -> None:
        """The console tells colleagues the bot's name, for linking."""
        failures = 0
        while True:
            try:
                me = await self._bot.me()
                await self._room.begin(self._group, me.username or "")
                return
            except (AiogramError, OSError, StoreUnavailable):  # unreachable, or the token is wrong: others say so
                failures += 1
                await asyncio.sleep(wait_seconds(failures, first=5.0, most=LONGEST_WAIT))


def _is_nobody(who: User) -> bool:
    return who.is_bot or who.id in NOBODY_IN_PERSON


def _allowed(role: str, action: Action) -> bool:
    return may(role, RIGHT_FOR[action])
