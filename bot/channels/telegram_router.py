"""aiogram's side of what comes in: one router for families, which turns each update into an `Incoming`.

One handler a kind of update, no filters: aiogram runs a synchronous filter in a thread, dearer than a turn.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiogram import Bot, Dispatcher, Router
from aiogram.enums import ChatMemberStatus, ChatType, ContentType
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User
from pydantic import ValidationError

from bot.channels.telegram_keyboard import read_callback_data
from bot.channels.telegram_render import CHANNEL, tap_id
from bot.channels.telegram_text import clean, read_command, source_code
from bot.message import Incoming
from bot.store.records import InboxItem

# What a family may send besides words, as `Incoming.other` names it. The rest is unknown, or nobody's doing.
OTHERS: dict[str, str] = {
    ContentType.PHOTO: "photo",
    ContentType.VOICE: "voice",
    ContentType.AUDIO: "voice",
    ContentType.STICKER: "sticker",
    ContentType.ANIMATION: "sticker",
    ContentType.VIDEO: "video",
    ContentType.VIDEO_NOTE: "video",
    ContentType.DOCUMENT: "document",
    ContentType.LOCATION: "location",
    ContentType.VENUE: "location",
}
# Telegram itself tells these; nobody said anything.
NOT_SAID = {
    ContentType.PINNED_MESSAGE,
    ContentType.MESSAGE_AUTO_DELETE_TIMER_CHANGED,
    ContentType.CHAT_BACKGROUND_SET,
    ContentType.WRITE_ACCESS_ALLOWED,
    ContentType.CONNECTED_WEBSITE,
}
STALE_BUTTON = "unknown"


class Talks(Protocol):
    """The conversation, as this channel needs it."""

    async def handle(self, incoming: Incoming, inbox_id: int | None = None) -> object: ...


class Families:
    """What becomes of each kind of update. `left` is told the address of a family that blocked the bot."""

    def __init__(
        self,
        conversation: Talks,
        *,
        left: Callable[[str], Awaitable[None]],
        in_group: Callable[[Chat, User | None], Awaitable[None]],
    ) -> None:
        self._conversation = conversation
        self._left = left
        self._in_group = in_group

    def router(self) -> Router:
        router = Router(name="families")
        router.message.register(self.said)
        router.edited_message.register(self.edited)
        router.callback_query.register(self.pressed)
        router.my_chat_member.register(self.membership)
        return router

    async def said(self, message: Message, inbox_id: int) -> None:
        """A message: words, a command, a contact, or something that cannot be read."""
        if message.chat.type != ChatType.PRIVATE:
            await self._in_group(message.chat, message.from_user)
            return
        if message.content_type in NOT_SAID or (message.from_user is not None and message.from_user.is_bot):
            return
        # With its moment: another bot of the same site would number its messages from the beginning.
        incoming = _incoming(message, f"message:{message.message_id}:{int(message.date.timestamp())}")
        if message.contact is not None:
            incoming = incoming.model_copy(update={"phone": clean(message.contact.phone_number)})
        elif message.text is None:
            incoming = incoming.model_copy(update={"other": OTHERS.get(message.content_type, "unknown")})
        elif (command := read_command(message.text)) is not None:
            name, argument = command
            source = source_code(argument) if name == "start" else None
            changes = {"command": name, "argument": argument, "source": source, "text": None}
            incoming = incoming.model_copy(update=changes)
        await self._conversation.handle(incoming, inbox_id)

    async def edited(self, message: Message, inbox_id: int) -> None:
        """An edited message changes no answer, but what it says now is read by the urgent lane."""
        if message.chat.type != ChatType.PRIVATE:
            return
        incoming = _incoming(message, f"edited:{message.message_id}:{message.edit_date or 0}")
        await self._conversation.handle(incoming.model_copy(update={"other": "edited"}), inbox_id)

    async def pressed(self, query: CallbackQuery, inbox_id: int) -> None:
        """A button. One that no card of ours carries is a stale press: the card is shown as it stands."""
        message = query.message
        if message is None or message.chat.type != ChatType.PRIVATE or message.chat.id != query.from_user.id:
            return
        revision, button = read_callback_data(clean(query.data or "")) or (-1, STALE_BUTTON)
        incoming = Incoming(
            channel=CHANNEL,
            address=str(message.chat.id),
            id=tap_id(clean(query.id), message.message_id),
            button=button,
            revision=revision,
            language_hint=query.from_user.language_code,
        )
        await self._conversation.handle(incoming, inbox_id)

    async def membership(self, change: ChatMemberUpdated) -> None:
        """Our own standing in a chat: a family blocks us or comes back, a group adds us."""
        status = change.new_chat_member.status
        if change.chat.type == ChatType.PRIVATE:
            if status == ChatMemberStatus.KICKED:
                await self._left(str(change.chat.id))
        elif status in (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR):
            await self._in_group(change.chat, change.from_user)


class Feed:
    """Feeds stored updates to aiogram's Dispatcher; what the dispatcher raises, the worker sets aside."""

    def __init__(self, bot: Bot, *routers: Router) -> None:
        self._bot = bot
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(*routers)
        self._kinds = frozenset(self._dispatcher.resolve_used_update_types())

    async def handle(self, item: InboxItem) -> None:
        raw = json.loads(item.raw)
        # aiogram prints a kind of update that it does not know, with all that is in it.
        if not any(isinstance(raw.get(kind), dict) for kind in self._kinds):
            return
        update = read_update(raw, self._bot)
        await self._dispatcher.feed_update(self._bot, update, inbox_id=item.id)


def read_update(raw: Any, bot: Bot) -> Update:
    """aiogram's Update; where some detail is not as aiogram knows it, the little of it that we need."""
    context = {"bot": bot}
    try:
        return Update.model_validate(_without_card(raw), context=context)
    except ValidationError:
        return Update.model_validate(_essence(raw), context=context)


def _incoming(message: Message, id: str) -> Incoming:
    words = message.text if message.text is not None else message.caption
    return Incoming(
        channel=CHANNEL,
        address=str(message.chat.id),
        id=id,
        text=None if words is None else clean(words),
        language_hint=message.from_user.language_code if message.from_user else None,
    )


def _without_card(raw: Any) -> Any:
    """A press without the text and buttons of its card: nobody reads them here, and they are half of the update."""
    query = raw.get("callback_query")
    if not isinstance(query, dict) or not isinstance(query.get("message"), dict):
        return raw
    return {**raw, "callback_query": {**query, "message": _only(query["message"], _CARD)}}


_CARD = ("message_id", "date", "chat", "from")
_PERSON = ("id", "is_bot", "first_name", "language_code")
_MESSAGE = ("message_id", "date", "edit_date", "text", "caption")


def _essence(raw: Any) -> dict[str, Any]:
    """The fields that make the conversation go on, of the kinds of update that carry it."""
    kept: dict[str, Any] = {"update_id": raw["update_id"]}
    for kind in ("message", "edited_message"):
        if isinstance(raw.get(kind), dict):
            kept[kind] = _bare_message(raw[kind])
    query = raw.get("callback_query")
    if isinstance(query, dict) and isinstance(query.get("message"), dict):
        kept["callback_query"] = {
            "id": query.get("id"),
            "from": _only(query.get("from"), _PERSON),
            "chat_instance": str(query.get("chat_instance", "")),
            "data": query.get("data"),
            "message": _bare_message(query["message"]),
        }
    if len(kept) == 1:
        raise ValueError("an update of an unknown form")
    return kept


def _bare_message(message: dict[str, Any]) -> dict[str, Any]:
    bare = _only(message, _MESSAGE) | {"chat": _only(message.get("chat"), ("id", "type"))}
    if isinstance(message.get("from"), dict):
        bare["from"] = _only(message["from"], _PERSON)
    return bare


def _only(whole: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: whole[name] for name in names if name in whole} if isinstance(whole, dict) else {}
