"""Carries out the rows of channel "telegram_group": puts cards up, changes them in place, answers presses.

What a card says is read from the leads when it is sent, not when it was asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, DeleteMessage, EditMessageText, SendMessage
from aiogram.types import InlineKeyboardMarkup

from bot.channels.telegram_limits import LONGEST_TOAST, cut
from bot.channels.telegram_live import Live
from bot.channels.telegram_send import NO_PREVIEW, CannotEdit, TelegramSender
from bot.coordinator.group_board import GroupBoard, is_shown
from bot.coordinator.group_card import Face, Shows, keyboard, over, words
from bot.log import logger
from bot.message import Text
from bot.notice_plan import NoticePlan
from bot.outbox import Moved, SendLater, Unreachable
from bot.plain_words import PlainWords
from bot.store.group_cards import BOARD, REST, URGENT, GroupCard
from bot.store.records import OutboxItem

if TYPE_CHECKING:
    from bot.pace import Pace
    from bot.store.store import Store
    from bot.wording import Wording

_log = logger(__name__)


class TelegramGroupSender(TelegramSender):
    """`group` is the number in the settings; where it is now the store knows."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        wording: Wording,
        board: GroupBoard,
        group: int,
        *,
        language: str,
        public_url: str,
        notices: NoticePlan,
        pace: Pace,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(bot)
        self._store = store
        self._room = store.telegram_group
        self._wording = wording
        self._board = board
        self._group = group
        self._language = language
        self._public_url = public_url
        self._notices = notices
        self._pace = pace
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._clock = clock
        self._ops = {"show": self._show, "answer": self._answer, "say": self._say_in_private}

    def is_message(self, item: OutboxItem) -> bool:
        # The group's limit is kept below, where it is known whether anything has to be said at all.
        return False

    async def _show(self, item: OutboxItem, live: Live | None) -> None:
        try:
            await self._bring_up_to_date(str(item.payload["code"]), item.address)
        except Moved as moved:
            await self._room.moved(self._group, int(moved.address))
            self._board.ring()
            raise SendLater("the group has another number now", 1.0) from None
        except Unreachable as refusal:
            if await self._room.set_trouble(self._group, str(refusal)):
                _log.error("The coordinators' group cannot be written to.", cause=refusal)
            raise SendLater(str(refusal)) from None

    async def _bring_up_to_date(self, code: str, line: str) -> None:
        if code not in await self._board.faces():
            code = REST  # one without a card of its own is told of with the rest
        async with self._locks.setdefault(code, asyncio.Lock()):
            if await self._due(code) is None:
                return
            # An edit counts for the group's limit as a message does. What is urgent has a lane of its own.
            await self._pace.turn(URGENT if line == URGENT else BOARD, message=True)
            due = await self._due(code)  # meanwhile the lead may have moved
            if due is not None:
                await self._carry_out(*due)

    async def _due(self, code: str) -> tuple[Face, GroupCard, int] | None:
        """What the card should say, how it stands, and where; None if it says so already."""
        face = (await self._board.faces()).get(code)
        if face is None:
            return None
        chat = (await self._room.standing(self._group)).chat
        card = await self._room.card(code)
        return None if is_shown(face, card, chat) else (face, card, chat)

    async def _carry_out(self, face: Face, card: GroupCard, chat: int) -> None:
        is_there = card.message is not None and card.place == chat
        # A family that takes its withdrawal back is news; so is a sign of danger that nobody has claimed yet.
        is_news = card.step < face.step or (face.shows is Shows.WAITING and card.shown == over(face.code).mark)
        if is_there and not is_news:
            card = await self._change(face, card, chat)
        else:
            if is_there:
                await self._remove(card, chat)
            card = await self._put_up(face, card, chat)
        if face.shows is Shows.REST and not face.codes:
            await self._room.take_down(REST)
        else:
            await self._room.put_up(replace(card, place=chat, shown=face.mark, step=face.step))
        # The lead may have moved while this was on its way: look again, now that it is written down.
        self._board.ring()
        if await self._room.set_trouble(self._group, ""):
            _log.warning("The coordinators' group can be written to again.")

    async def _change(self, face: Face, card: GroupCard, chat: int) -> GroupCard:
        try:
            await self._call(
                EditMessageText(
                    chat_id=chat,
                    message_id=card.message,
                    text=await self._text(face),
                    parse_mode="HTML",
                    reply_markup=self._markup(face, card),
                    link_preview_options=NO_PREVIEW,
                )
            )
        except CannotEdit:  # somebody has deleted it
            return await self._put_up(face, card, chat) if face.has_buttons else card
        return card

    async def _put_up(self, face: Face, card: GroupCard, chat: int) -> GroupCard:
        now = self._clock()
        sent: Any = await self._call(
            SendMessage(
                chat_id=chat,
                text=await self._text(face),
                parse_mode="HTML",
                reply_markup=self._markup(face, card),
                disable_notification=not face.urgent and self._notices.after_quiet(now) > now,
                link_preview_options=NO_PREVIEW,
            )
        )
        message: int = sent["message_id"] if isinstance(sent, dict) else sent.message_id
        return replace(card, message=message)

    async def _remove(self, card: GroupCard, chat: int) -> None:
        try:
            await self._call(DeleteMessage(chat_id=chat, message_id=card.message or 0))
        except CannotEdit:  # older than two days: it stays, and its buttons do the same
            return

    async def _text(self, face: Face) -> str:
        names = await self._store.staff.names()
        return words(face, self._say_html, names, self._public_url)

    def _markup(self, face: Face, card: GroupCard) -> InlineKeyboardMarkup | None:
        rows = keyboard(face, card.token, self._say)
        return InlineKeyboardMarkup.model_validate({"inline_keyboard": rows}) if rows else None

    async def _answer(self, item: OutboxItem, live: Live | None) -> None:
        payload = item.payload
        names = await self._store.staff.names()
        language = str(payload["language"]) or self._language
        somebody = self._wording.say(Text(key="console.queue.somebody"), language)
        values = {"code": str(payload["code"]), "name": names.get(str(payload["holder"]), somebody)}
        text = self._wording.say(Text(key=f"console.group.said.{payload['said']}", values=values), language)
        await self._call(AnswerCallbackQuery(callback_query_id=payload["query"], text=cut(text, LONGEST_TOAST)))

    async def _say_in_private(self, item: OutboxItem, live: Live | None) -> None:
        payload = item.payload
        text = Text(key=f"console.group.{payload['key']}", values=dict(payload["values"]))
        said = self._wording.say(text, str(payload["language"]) or self._language)
        try:
            await self._call(SendMessage(chat_id=payload["chat"], text=said, link_preview_options=NO_PREVIEW))
        except Unreachable as refusal:
            _log.warning("A colleague's chat takes no message.", cause=PlainWords(str(refusal)))

    def _say(self, text: Text) -> str:
        return self._wording.say(text, self._language)

    def _say_html(self, text: Text) -> str:
        return self._wording.say_html(text, self._language)
