"""The user side: people who write, tap, send things and block, and see their chat as it reads now."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .world import Account, Chat, Message, Tap, World

WAIT = 10.0


class Person:
    """Somebody with Telegram on a phone. Methods act at once; `hears`, `sees_button`, `until` wait."""

    def __init__(self, world: World, account: Account, chat: Chat) -> None:
        self.world = world
        self.account = account
        self.chat = chat

    # what a person does
    def says(self, text: str, in_chat: Chat | None = None) -> Message:
        return self._sends(in_chat, text=text, entities=_entities(text))

    def starts(self, code: str = "") -> Message:
        """Open the bot by t.me/bot?start=code."""
        return self.says(f"/start {code}".strip())

    def taps(self, button: str, in_chat: Chat | None = None, message: Message | None = None) -> Tap:
        """Press the newest visible button with that label or callback data."""
        chat = in_chat or self.chat
        for candidate in [message] if message else reversed(chat.messages):
            for row in candidate.keyboard or []:
                for found in row:
                    if "callback_data" in found and button in (found["text"], found["callback_data"]):
                        return self.presses(candidate, found["callback_data"], chat)
        visible = [label for one in chat.messages for label in one.buttons]
        raise AssertionError(f"no button {button!r} to tap; visible: {visible}")

    def presses(self, message: Message, data: str, in_chat: Chat | None = None) -> Tap:
        """Send callback data of any kind, as a modified client could."""
        query_id = str(self.world.chance.getrandbits(62))
        tap = Tap(query_id, self.account, in_chat or self.chat, message, self.world.clock())
        self.world.push_tap(tap, data)
        return tap

    def edits(self, message: Message, text: str, in_chat: Chat | None = None) -> Message:
        chat = in_chat or self.chat
        message.text, message.entities, message.edited = text, _entities(text), int(self.world.clock())
        self.world.push("edited_message", self.world.as_message(chat, message), chat)
        return message

    def sends_photo(self, caption: str | None = None, in_chat: Chat | None = None) -> Message:
        photo = [{"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 60}]
        return self._sends(in_chat, body={"photo": photo, **({"caption": caption} if caption else {})})

    def sends_sticker(self) -> Message:
        kind = {
            "type": "regular",
            "is_animated": False,
            "is_video": False,
            "emoji": "\N{SMILING FACE WITH OPEN MOUTH}",
        }
        return self._sends(body={"sticker": {"file_id": "s", "file_unique_id": "s", "width": 9, "height": 9, **kind}})

    def sends_voice(self) -> Message:
        return self._sends(body={"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}})

    def sends_video(self) -> Message:
        video = {"file_id": "m", "file_unique_id": "m", "width": 9, "height": 9, "duration": 3}
        return self._sends(body={"video": video})

    def sends_document(self, caption: str | None = None) -> Message:
        document = {"document": {"file_id": "d", "file_unique_id": "d", "file_name": "report.pdf"}}
        return self._sends(body={**document, **({"caption": caption} if caption else {})})

    def sends_location(self) -> Message:
        return self._sends(body={"location": {"latitude": 39.9, "longitude": 116.4}})

    def sends_contact(self, phone: str, own: bool = True) -> Message:
        contact: dict[str, Any] = {"phone_number": phone, "first_name": self.account.first_name}
        if own:
            contact["user_id"] = self.account.id
        return self._sends(body={"contact": contact})

    def blocks_bot(self) -> None:
        self.account.blocked_bot = True
        _membership(self.world, self.chat, self.account, "member", "kicked")

    def unblocks_bot(self) -> None:
        self.account.blocked_bot = False
        _membership(self.world, self.chat, self.account, "kicked", "member")

    def deletes_account(self) -> None:
        self.account.deactivated = True
        self.world.changed()

    # what a person sees
    @property
    def heard(self) -> list[Message]:
        """The bot's messages in the private chat, as they read now."""
        return [message for message in self.chat.messages if message.sender is self.world.bot]

    @property
    def card(self) -> Message | None:
        """The newest message with buttons."""
        return next((message for message in reversed(self.heard) if message.keyboard), None)

    async def until(self, condition: Callable[[Chat], Any], seconds: float = WAIT) -> Any:
        return await self.world.until(lambda: condition(self.chat), seconds, self.screen)

    async def hears(self, text: str, seconds: float = WAIT) -> Message:
        """Wait until a message of the bot contains `text`, and give the newest such."""
        message: Message = await self.until(
            lambda _: next((one for one in reversed(self.heard) if text in (one.text or "")), None), seconds
        )
        return message

    async def sees_button(self, label: str, seconds: float = WAIT) -> Message:
        """Wait until some message of the bot carries a button of that label."""
        message: Message = await self.until(
            lambda _: next((one for one in reversed(self.heard) if label in one.buttons), None), seconds
        )
        return message

    async def answered(self, tap: Tap, seconds: float = WAIT) -> str:
        """Wait until the tapped button stops spinning; gives the toast's text ("" if none)."""
        await self.world.until(lambda: tap.toast is not None, seconds, self.screen)
        return tap.toast or ""

    def screen(self) -> str:
        """The private chat as text, for failure messages and the standalone command."""
        lines = []
        for message in self.chat.messages:
            who = "bot" if message.sender is self.world.bot else self.account.first_name
            lines.append(f"{who}: {message.text or sorted(message.body)}")
            lines += ["   " + " ".join(f"[{one['text']}]" for one in row) for row in message.keyboard or []]
        return "\n".join(lines) or "(an empty chat)"

    # how
    def _sends(self, in_chat: Chat | None = None, **content: Any) -> Message:
        chat = in_chat or self.chat
        if chat is self.chat:
            self.account.started = True
        message = Message(self.world.next_message_id(), self.account, int(self.world.clock()), **content)
        self.world.post(chat, message)
        if self._bot_sees(chat, message):
            self.world.push("message", self.world.as_message(chat, message), chat)
        return message

    def _bot_sees(self, chat: Chat, message: Message) -> bool:
        if chat.kind == "private" or self.world.reads_all_group_messages:
            return True
        text = message.text or ""
        name = self.world.bot.username or ""
        return chat.bot_status == "member" and (text.startswith("/") or f"@{name}" in text)


class Group:
    """A group chat with members; the bot joins by `adds_bot`."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat

    def adds_bot(self, by: Person) -> None:
        _membership(self.world, self.chat, by.account, "left", "member")

    def kicks_bot(self, by: Person) -> None:
        _membership(self.world, self.chat, by.account, "member", "kicked")

    def becomes_supergroup(self) -> Chat:
        """Upgrade the group: its old id answers only with where it went."""
        old = self.chat
        new = Chat(
            -1_000_000_000_000 + old.id,
            "supergroup",
            old.title,
            members=old.members,
            bot_status=old.bot_status,
        )
        old.migrated_to = new.id
        self.world.chats[new.id] = new
        self.chat = new
        service = Message(self.world.next_message_id(), old.members[0], int(self.world.clock()))
        service.body = {"migrate_to_chat_id": new.id}
        self.world.post(old, service)
        self.world.push("message", self.world.as_message(old, service), old)
        return new

    @property
    def heard(self) -> list[Message]:
        return [message for message in self.chat.messages if message.sender is self.world.bot]

    async def hears(self, text: str, seconds: float = WAIT) -> Message:
        found: Message = await self.world.until(
            lambda: next((one for one in reversed(self.heard) if text in (one.text or "")), None),
            seconds,
            lambda: str([one.text for one in self.chat.messages]),
        )
        return found


def _membership(world: World, chat: Chat, by: Account, before: str, after: str) -> None:
    """The bot's own standing in a chat changed: tell the bot, as my_chat_member."""

    def member(status: str) -> dict[str, Any]:
        state: dict[str, Any] = {"user": world.bot.as_user(), "status": status}
        return {**state, "until_date": 0} if status == "kicked" else state

    chat.bot_status = after
    change = {
        "chat": chat.as_chat(),
        "from": by.as_user(),
        "date": int(world.clock()),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }
    world.push("my_chat_member", change, chat)


def _entities(text: str) -> list[dict[str, Any]]:
    command = re.match(r"/[A-Za-z0-9_]{1,32}(?:@\w+)?", text)
    return [{"type": "bot_command", "offset": 0, "length": command.end()}] if command else []
