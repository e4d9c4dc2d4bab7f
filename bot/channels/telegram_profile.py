"""The bot's own page on Telegram: name, descriptions and commands in each language, set at the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from aiogram import Bot
from aiogram.methods import (
    GetMyCommands,
    GetMyDescription,
    GetMyName,
    GetMyShortDescription,
    SetMyCommands,
    SetMyDescription,
    SetMyName,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bot.channels.telegram_commands import COMMANDS
from bot.message import Text
from bot.wording import ENGLISH, Wording


class Words(NamedTuple):
    """One kind of text of the profile: its key, how it is asked for and how it is set."""

    key: str
    field: str
    get: Callable[[str], TelegramMethod[Any]]
    set: Callable[[str, str], TelegramMethod[Any]]


WORDS = (
    Words(
        "telegram.name",
        "name",
        lambda code: GetMyName(language_code=code),
        lambda words, code: SetMyName(name=words, language_code=code),
    ),
    Words(
        "telegram.description",
        "description",
        lambda code: GetMyDescription(language_code=code),
        lambda words, code: SetMyDescription(description=words, language_code=code),
    ),
    Words(
        "telegram.short_description",
        "short_description",
        lambda code: GetMyShortDescription(language_code=code),
        lambda words, code: SetMyShortDescription(short_description=words, language_code=code),
    ),
)


async def bring_up_to_date(bot: Bot, wording: Wording) -> None:
    """Set only what differs: Telegram allows few changes of a name a day."""
    for code, language in profile_languages(wording).items():
        for words in WORDS:
            wanted = wording.say(Text(key=words.key), language)
            if getattr(await bot(words.get(code)), words.field) != wanted:
                await bot(words.set(wanted, code))
        await _set_commands(bot, wording, language, code)


def profile_languages(wording: Wording) -> dict[str, str]:
    """Telegram's two-letter code (empty: everybody else) and our language for it.

    A code has one profile only: `zh` is read by those who write simplified and those who write traditional
    characters, so the first of our languages that shares a code gets it.
    """
    languages: dict[str, str] = {"": ENGLISH}
    for language, _ in wording.languages():
        languages.setdefault(language.replace("-", "_").split("_")[0].lower()[:2], language)
    return languages


async def _set_commands(bot: Bot, wording: Wording, language: str, code: str) -> None:
    wanted = commands(wording, language)
    # Only where families talk with us: in a group there is nothing to command.
    scope = BotCommandScopeAllPrivateChats()
    have: Any = await bot(GetMyCommands(scope=scope, language_code=code))
    if [(one.command, one.description) for one in have] != wanted:
        made = [BotCommand(command=name, description=words) for name, words in wanted]
        await bot(SetMyCommands(commands=made, scope=scope, language_code=code))


def commands(wording: Wording, language: str) -> list[tuple[str, str]]:
    return [(name, wording.say(Text(key=f"telegram.command.{name}"), language)) for name in COMMANDS]
