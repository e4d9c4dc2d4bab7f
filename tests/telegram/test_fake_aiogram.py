"""A real aiogram Bot works against the fake: its types decode, its errors are raised."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Update

from tests.fake_telegram import FakeTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    bot = Bot(telegram.token, AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))
    yield bot
    await bot.session.close()


def keyboard() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="1:yes")]])


async def test_everything_that_a_person_does_reaches_aiogram_typed(telegram: FakeTelegram, bot: Bot) -> None:
    assert (await bot.me()).is_bot
    parent = telegram.person("Li", "zh-hans")
    group = telegram.group("Ward", [parent])
    said = parent.starts("ref42")
    parent.edits(said, "/start again")
    sent = await bot.send_message(parent.chat.id, "<b>Age?</b>", parse_mode="HTML", reply_markup=keyboard())
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == keyboard().model_dump()
    tap = parent.taps("Yes")
    parent.sends_photo("caption")
    parent.sends_sticker()
    parent.sends_voice()
    parent.sends_video()
    parent.sends_document()
    parent.sends_location()
    parent.sends_contact("+8613800000000")
    parent.blocks_bot()
    parent.unblocks_bot()
    group.adds_bot(parent)
    group.becomes_supergroup()
    updates = await bot.get_updates()
    kinds = [update.event_type for update in updates]
    assert kinds == ["message", "edited_message", "callback_query"] + ["message"] * 7 + ["my_chat_member"] * 3 + [
        "message"
    ]
    assert all(isinstance(update, Update) for update in updates)
    assert await bot.answer_callback_query(tap.id, "Saved")
    edited = await bot.edit_message_text("Age: yes", chat_id=parent.chat.id, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.reply_markup is None


async def test_aiogram_raises_the_error_that_fits(telegram: FakeTelegram, bot: Bot) -> None:
    parent = telegram.person()
    parent.starts()
    chat = parent.chat.id
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(5, "x")
    sent = await bot.send_message(chat, "x")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("x", chat_id=chat, message_id=sent.message_id)
    telegram.faults.too_many_requests(retry_after=7)
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(chat, "x")
    assert flood.value.retry_after == 7
    telegram.faults.server_error()
    with pytest.raises(TelegramServerError):
        await bot.send_message(chat, "x")
    telegram.faults.cut_connection()
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(chat, "x")
    parent.blocks_bot()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(chat, "x")
    group = telegram.group("Ward", [parent])
    group.adds_bot(parent)
    old, new = group.chat.id, group.becomes_supergroup().id
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(old, "x")
    assert moved.value.migrate_to_chat_id == new
    with pytest.raises(TelegramUnauthorizedError):
        await Bot("1:wrong", bot.session).get_me()


async def test_the_profile_methods_work(telegram: FakeTelegram, bot: Bot) -> None:
    commands = [BotCommand(command="help", description="Help")]
    await bot.set_my_commands(commands, language_code="zh")
    [command] = await bot.get_my_commands(language_code="zh")
    assert (command.command, command.description) == ("help", "Help")
    await bot.set_my_name("A name", language_code="zh")
    assert (await bot.get_my_name(language_code="zh")).name == "A name"
    await bot.set_my_description("A description")
    assert (await bot.get_my_description()).description == "A description"
    await bot.set_my_short_description("Short")
    assert (await bot.get_my_short_description()).short_description == "Short"
    parent = telegram.person()
    parent.starts()
    assert await bot.send_chat_action(parent.chat.id, "typing")
    assert (await bot.get_chat(parent.chat.id)).first_name == "Parent"
    info = await bot.get_webhook_info()
    assert info.url == ""
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="secret")
    assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/hook"
    await bot.delete_webhook()
