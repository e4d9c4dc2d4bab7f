"""The Bot API's methods that concern chats and messages: what each does, checks and answers."""

from __future__ import annotations

import re
from typing import Any

from .errors import NOT_MODIFIED, QUERY_TOO_OLD, Refusal, bad_request, forbidden
from .formatting import parse_html, utf16_length
from .keyboards import read_keyboard
from .parameters import Parameters
from .world import TAP_ANSWERABLE, Chat, Message, World

LONGEST_TEXT = 4096
LONGEST_SOURCE = 1 << 15
LONGEST_TOAST = 200
DELETABLE = 48 * 3600
ACTIONS = {"typing", "upload_photo", "upload_document", "find_location", "choose_sticker"}


def send_message(world: World, given: Parameters) -> dict[str, Any]:
    chat = _writable_chat(world, given)
    text, entities = _text(given)
    keyboard = read_keyboard(given.tree("reply_markup", "reply keyboard markup"))
    message = Message(
        world.next_message_id(),
        world.bot,
        int(world.clock()),
        text,
        entities,
        keyboard,
        protected=given.flag("protect_content"),
    )
    world.post(chat, message)
    return world.as_message(chat, message)


def edit_message_text(world: World, given: Parameters) -> dict[str, Any]:
    chat, message = _own_message(world, given)
    text, entities = _text(given)
    keyboard = read_keyboard(given.tree("reply_markup", "reply keyboard markup"))
    if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.keyboard = text, entities, keyboard
    return _edited(world, chat, message)


def edit_message_reply_markup(world: World, given: Parameters) -> dict[str, Any]:
    chat, message = _own_message(world, given)
    keyboard = read_keyboard(given.tree("reply_markup", "reply keyboard markup"))
    if keyboard == message.keyboard:
        raise bad_request(NOT_MODIFIED)
    message.keyboard = keyboard
    return _edited(world, chat, message)


def delete_message(world: World, given: Parameters) -> bool:
    chat = _writable_chat(world, given)
    message = chat.message(given.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if world.clock() - message.date > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    chat.messages.remove(message)
    world.changed()
    return True


def answer_callback_query(world: World, given: Parameters) -> bool:
    tap = world.taps.get(given.text("callback_query_id"))
    if tap is None or tap.toast is not None or world.clock() - tap.at > TAP_ANSWERABLE:
        raise bad_request(QUERY_TOO_OLD)
    text = given.text("text")
    if utf16_length(text) > LONGEST_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    tap.toast, tap.alert = text, given.flag("show_alert")
    world.changed()
    return True


def send_chat_action(world: World, given: Parameters) -> bool:
    chat = _writable_chat(world, given)
    if given.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.actions.append(given.text("action"))
    return True


def get_chat(world: World, given: Parameters) -> dict[str, Any]:
    chat = _chat(world, given)
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _no_gifts()}
    return {**chat.as_chat(), **full}


def get_chat_member(world: World, given: Parameters) -> dict[str, Any]:
    chat = _chat(world, given)
    for account in (world.bot, *chat.members):
        if account.id == given.integer("user_id"):
            status = chat.bot_status if account is world.bot else "member"
            return {"user": account.as_user(), "status": status}
    raise bad_request("member not found")


def get_me(world: World, given: Parameters) -> dict[str, Any]:
    extra = {
        "can_join_groups": True,
        "can_read_all_group_messages": world.reads_all_group_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return {**world.bot.as_user(), **extra}


def _chat(world: World, given: Parameters) -> Chat:
    id = given.text("chat_id")
    if not id:
        raise bad_request("chat_id is empty")
    chat = world.find_chat(int(id)) if re.fullmatch(r"-?\d{1,18}", id) else None
    if chat is None:
        raise bad_request("chat not found")
    return chat


def _writable_chat(world: World, given: Parameters) -> Chat:
    chat = _chat(world, given)
    if chat.migrated_to is not None:
        raise Refusal(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.migrated_to,
        )
    if chat.person is not None:
        if chat.person.deactivated:
            raise forbidden("user is deactivated")
        if chat.person.blocked_bot:
            raise forbidden("bot was blocked by the user")
        if not chat.person.started:
            raise forbidden("bot can't initiate conversation with a user")
    elif chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    elif chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def _own_message(world: World, given: Parameters) -> tuple[Chat, Message]:
    chat = _writable_chat(world, given)
    if not given.has("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.message(given.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not world.bot:
        raise bad_request("message can't be edited")
    return chat, message


def _text(given: Parameters) -> tuple[str, list[dict[str, Any]]]:
    source = given.text("text")
    if len(source.encode("utf-8", "surrogatepass")) > LONGEST_SOURCE:
        raise bad_request("text is too long")
    mode = given.text("parse_mode").lower()
    if mode not in ("", "none", "html"):
        raise (
            bad_request("unsupported parse_mode")
            if not mode.startswith("markdown")
            else NotImplementedError("the fake reads HTML only")
        )
    text, entities = parse_html(source) if mode == "html" else (source, [])
    text = text.replace("\0", "").replace("\r", "")
    if not text.strip():
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    stripped = text.lstrip()
    if stripped != text:
        entities = [
            {**entity, "offset": max(0, entity["offset"] - utf16_length(text) + utf16_length(stripped))}
            for entity in entities
        ]
    return stripped.rstrip(), entities


def _edited(world: World, chat: Chat, message: Message) -> dict[str, Any]:
    message.edited = int(world.clock())
    message.versions += 1
    world.changed()
    return world.as_message(chat, message)


def _no_gifts() -> dict[str, bool]:
    kinds = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return dict.fromkeys(kinds, False)
