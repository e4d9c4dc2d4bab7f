"""What stands on everybody's screen: accounts, chats and messages; and what the bot has not fetched yet."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .update_queue import DAY, TAP_KEPT, UpdateQueue

# Telegram gives no figure: long enough for any bot at work, short enough to refuse one that was down.
TAP_ANSWERABLE = 60.0


@dataclass(slots=True)
class Account:
    """A person's or the bot's account; `started` once the person wrote to the bot first."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    is_bot: bool = False
    started: bool = False
    blocked_bot: bool = False
    deactivated: bool = False

    def as_user(self) -> dict[str, Any]:
        user: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass(slots=True)
class Message:
    """A message as it reads now. `body` holds what it carries besides text: photo, sticker, contact."""

    id: int
    sender: Account
    date: int
    text: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] | None = None
    edited: int | None = None
    protected: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    versions: int = 1

    @property
    def buttons(self) -> list[str]:
        """The labels that can be tapped, in reading order."""
        return [button["text"] for row in self.keyboard or [] for button in row]


@dataclass(slots=True)
class Chat:
    """A private chat (id = the person's) or a group; `messages` in the order sent, deleted ones gone."""

    id: int
    kind: str = "private"
    title: str | None = None
    person: Account | None = None
    members: list[Account] = field(default_factory=list)
    bot_status: str = "member"
    migrated_to: int | None = None
    messages: list[Message] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    @property
    def last(self) -> Message | None:
        return self.messages[-1] if self.messages else None

    def message(self, id: int) -> Message | None:
        return next((message for message in reversed(self.messages) if message.id == id), None)

    def as_chat(self) -> dict[str, Any]:
        if self.person is not None:
            chat: dict[str, Any] = {"id": self.id, "type": "private", "first_name": self.person.first_name}
            if self.person.username:
                chat["username"] = self.person.username
            return chat
        return {"id": self.id, "type": self.kind, "title": self.title or ""}


@dataclass(slots=True)
class Tap:
    """A press on a button; `toast` is what the answer showed ("" a silent one, None while unanswered)."""

    id: str
    person: Account
    chat: Chat
    message: Message
    at: float
    toast: str | None = None
    alert: bool = False


class World:
    """Everything behind one bot. Every change wakes whoever waits in `until`."""

    def __init__(self, bot: Account, clock: Callable[[], float], seed: int) -> None:
        self.bot = bot
        self.clock = clock
        self.chance = random.Random(seed)
        self.queue = UpdateQueue(clock, self.chance)
        self.accounts: dict[int, Account] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.taps: dict[str, Tap] = {}
        self.profile: dict[tuple[str, str, str], Any] = {}
        self.allowed: set[str] | None = None
        self.reads_all_group_messages = False
        self._next_message = 1
        self._waiting: set[asyncio.Future[None]] = set()

    # what changes
    def next_message_id(self) -> int:
        self._next_message += 1
        return self._next_message - 1

    def post(self, chat: Chat, message: Message) -> Message:
        chat.messages.append(message)
        self.changed()
        return message

    def push(self, kind: str, body: dict[str, Any], chat: Chat, keep: float = DAY) -> int | None:
        """Queue an update for the bot, unless it asked not to get this kind."""
        if self.allowed is not None and kind not in self.allowed:
            return None
        lane = f"{chat.id}/tap" if kind == "callback_query" else str(chat.id)
        id = self.queue.push(kind, body, lane, keep)
        self.changed()
        return id

    def push_raw(self, update: Any, lane: str = "raw") -> int:
        """Queue an update of any shape; a dict with `update_id` None gets the id of its place."""
        id = self.queue.push("", update, lane)
        self.changed()
        return id

    def push_tap(self, tap: Tap, data: str) -> None:
        self.taps[tap.id] = tap
        body = {
            "id": tap.id,
            "from": tap.person.as_user(),
            "message": self.as_message(tap.chat, tap.message),
            "chat_instance": str(tap.chat.id * 7919),
            "data": data,
        }
        self.push("callback_query", body, tap.chat, keep=TAP_KEPT)

    # what it looks like to the bot
    def as_message(self, chat: Chat, message: Message) -> dict[str, Any]:
        seen: dict[str, Any] = {
            "message_id": message.id,
            "from": message.sender.as_user(),
            "chat": chat.as_chat(),
            "date": message.date,
        }
        if message.edited is not None:
            seen["edit_date"] = message.edited
        if message.text is not None:
            seen["text"] = message.text
        if message.entities:
            seen["entities"] = message.entities
        if message.keyboard:
            seen["reply_markup"] = {"inline_keyboard": message.keyboard}
        if message.protected:
            seen["has_protected_content"] = True
        return {**seen, **message.body}

    def find_chat(self, id: int) -> Chat | None:
        return self.chats.get(id)

    def all_messages(self) -> Iterator[tuple[Chat, Message]]:
        for chat in self.chats.values():
            for message in chat.messages:
                yield chat, message

    # waiting
    def changed(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def next_change(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    async def until(self, condition: Callable[[], Any], seconds: float, what: Callable[[], str]) -> Any:
        """Wait until `condition()` is true, looking after every change; fail in words after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := condition()):
                    await self.next_change()
                return found
        except TimeoutError:
            raise AssertionError(f"waited {seconds:g} s in vain: {what()}") from None
