"""Carries out the rows of the outbox on Telegram, and tells from its refusals what to do next.

The ops, with `revision` the card's own and `before` that of the card which stood there before:
- answer_callback: end the spinning of a pressed button, with a toast; an old card loses its buttons.
- settle: the card reads as answered from now on, without its buttons.
- retire: the card loses its buttons; one that lists answers goes altogether.
- card: a new live card.
- refresh: the live card reads so from now on; where it cannot be changed, a new one is sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels.telegram_live import Live
from bot.channels.telegram_render import ELLIPSIS
from bot.outbox import Moved, Refused, SendLater, Unreachable
from bot.store.records import OutboxItem

REQUEST_SECONDS = 20
LONGEST_REASON = 120
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

# Telegram's own words, in lower case. What was wanted is already so, or cannot be done any more: go on.
HARMLESS = ("message is not modified", "query is too old", "query id is invalid")
CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
    "message not found",
)
GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "have no rights to send a message",
    "not enough rights to send text messages",
    "chat_restricted",
)


class CannotEdit(Exception):
    """The message is not there any more, or too old to be changed."""


class TelegramSender:
    """Sends with aiogram's Bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._ops: dict[str, Callable[[OutboxItem, Live | None], Awaitable[str | None]]] = {
            "answer_callback": self._answer_callback,
            "settle": self._settle,
            "retire": self._retire,
            "card": self._send_card,
            "refresh": self._refresh,
        }

    def is_message(self, item: OutboxItem) -> bool:
        return item.op == "card"

    async def send(self, item: OutboxItem) -> str | None:
        """Send one row; gives the chat's live card if that has changed."""
        carry_out = self._ops.get(item.op)
        if carry_out is None:
            raise Refused(f"Telegram knows no {item.op!r}")
        return await carry_out(item, Live.read(item.live_message))

    async def _answer_callback(self, item: OutboxItem, live: Live | None) -> None:
        payload = item.payload
        text, alert = payload["text"] or None, payload["alert"] or None
        await self._call(AnswerCallbackQuery(callback_query_id=payload["query"], text=text, show_alert=alert))
        pressed = payload["pressed"]
        if not alert and live is not None and pressed is not None and live.message != pressed:
            await self._strip(item.address, pressed)

    async def _settle(self, item: OutboxItem, live: Live | None) -> None:
        for message in self._targets(item, live):
            try:
                await self._edit(item.address, message, item.payload["text"], _markup(item.payload["keyboard"]))
            except CannotEdit:
                continue

    async def _retire(self, item: OutboxItem, live: Live | None) -> None:
        for message in self._targets(item, live):
            await self._put_away(item.address, message, live)

    async def _send_card(self, item: OutboxItem, live: Live | None) -> str:
        payload = item.payload
        *first, last = payload["texts"]
        for text in first:
            await self._message(item, text, None)
        message = await self._message(item, last, _markup(payload["keyboard"]))
        return str(Live(message, payload["revision"], payload["kind"]))

    async def _refresh(self, item: OutboxItem, live: Live | None) -> str:
        payload = item.payload
        target = next(iter(self._targets(item, live)), None)
        if target is None:
            return await self._send_card(item, live)
        if len(payload["texts"]) == 1 and (live is None or live.may_become(payload["kind"])):
            try:
                await self._edit(item.address, target, payload["texts"][0], _markup(payload["keyboard"]))
                return str(Live(target, payload["revision"], payload["kind"]))
            except CannotEdit:
                return await self._send_card(item, live)
        await self._put_away(item.address, target, live)
        return await self._send_card(item, live)

    @staticmethod
    def _targets(item: OutboxItem, live: Live | None) -> list[int]:
        """The messages that are the card before: the live one, if it is that card; a copy that was pressed.

        A copy is there when an answer of Telegram was lost and the card was sent again.
        """
        payload = item.payload
        targets = []
        if live is not None and live.revision in (payload["before"], payload.get("revision")):
            targets.append(live.message)
        pressed = payload["pressed"]
        if pressed is not None and pressed not in targets and (live is None or item.op == "settle"):
            targets.append(pressed)
        return targets

    async def _message(self, item: OutboxItem, text: str, markup: InlineKeyboardMarkup | None) -> int:
        sent = await self._call(
            SendMessage(
                chat_id=int(item.address),
                text=text,
                parse_mode="HTML",
                reply_markup=markup,
                protect_content=item.payload["kind"] != "open" or None,
                link_preview_options=NO_PREVIEW,
            )
        )
        # A plain dict where aiogram could not read the answer.
        message: int = sent["message_id"] if isinstance(sent, dict) else sent.message_id
        return message

    async def _edit(self, chat: str, message: int, text: str, markup: InlineKeyboardMarkup | None) -> None:
        await self._call(
            EditMessageText(
                chat_id=int(chat),
                message_id=message,
                text=text,
                parse_mode="HTML",
                reply_markup=markup,
                link_preview_options=NO_PREVIEW,
            )
        )

    async def _strip(self, chat: str, message: int) -> None:
        try:
            await self._call(EditMessageReplyMarkup(chat_id=int(chat), message_id=message))
        except CannotEdit:
            return

    async def _put_away(self, chat: str, message: int, live: Live | None) -> None:
        """A card that is left behind. One that lists answers, opened ones perhaps, does not stay on the screen."""
        if live is None or live.message != message or live.kind != "list":
            await self._strip(chat, message)
            return
        try:
            await self._call(DeleteMessage(chat_id=int(chat), message_id=message))
        except CannotEdit:  # older than two days, or gone
            with contextlib.suppress(CannotEdit):
                await self._edit(chat, message, ELLIPSIS, None)

    async def _call(self, method: TelegramMethod[Any]) -> Any:
        """Call Telegram and put what it refuses into the outbox's words."""
        try:
            return await self._bot(method, request_timeout=REQUEST_SECONDS)
        except TelegramAPIError as error:
            found = _explain(error)
        except ClientDecodeError as error:
            # Carried out, only its answer has a form that aiogram does not know: not to be repeated.
            if isinstance(error.data, dict) and error.data.get("ok") is True:
                return error.data.get("result")
            found = SendLater("an answer that is no JSON", everywhere=True)
        if found is not None:
            raise found
        return None


def _explain(error: TelegramAPIError) -> Exception | None:
    """What the outbox understands, or None if there is nothing to do about it."""
    said = error.message.lower()
    match error:
        case TelegramRetryAfter():
            return SendLater("too many requests", float(error.retry_after))
        case TelegramMigrateToChat():
            return Moved(str(error.migrate_to_chat_id))
        case TelegramForbiddenError():
            return Unreachable(reason_of(error))
        case TelegramUnauthorizedError():
            return SendLater("the bot token is not known there", 60.0, everywhere=True)
        case TelegramEntityTooLarge():
            return Refused("too large")
        case TelegramNetworkError() | TelegramServerError():
            # Its text may hold the address, and the address holds the token.
            return SendLater(type(error).__name__, everywhere=True)
        case TelegramBadRequest() if any(known in said for known in HARMLESS):
            return None
        case TelegramBadRequest() if any(known in said for known in CANNOT_EDIT):
            return CannotEdit()
        case TelegramBadRequest() if any(known in said for known in GONE):
            return Unreachable(reason_of(error))
        case _ if "too many requests" in said:
            return SendLater("too many requests", 1.0)
        case _:
            return Refused(reason_of(error))


def reason_of(error: TelegramAPIError) -> str:
    """Telegram's reason without what it quotes: that may be somebody's own words."""
    return error.message.partition('"')[0][:LONGEST_REASON].strip()


def _markup(rows: list[list[dict[str, Any]]]) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": rows}) if rows else None
