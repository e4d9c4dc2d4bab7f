"""The bot's own profile: its commands, name and descriptions in each language."""

from __future__ import annotations

import json
import re

from .errors import bad_request
from .formatting import utf16_length
from .parameters import Parameters
from .world import World

LIMITS = {"name": 64, "description": 512, "short_description": 120}
REFUSALS = {
    "name": "BOT_TITLE_INVALID",
    "description": "BOT_DESCRIPTION_INVALID",
    "short_description": "BOT_ABOUT_INVALID",
}


def set_my_commands(world: World, given: Parameters) -> bool:
    commands = given.tree("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.profile["commands", _scope(given), _language(given)] = commands
    world.changed()
    return True


def get_my_commands(world: World, given: Parameters) -> list[dict[str, str]]:
    found: list[dict[str, str]] = world.profile.get(("commands", _scope(given), _language(given)), [])
    return found


def delete_my_commands(world: World, given: Parameters) -> bool:
    world.profile.pop(("commands", _scope(given), _language(given)), None)
    return True


def set_words(world: World, given: Parameters, kind: str) -> bool:
    """setMyName, setMyDescription, setMyShortDescription; an empty text removes it."""
    words = given.text(kind)
    if utf16_length(words) > LIMITS[kind]:
        raise bad_request(REFUSALS[kind])
    world.profile[kind, "", _language(given)] = words
    world.changed()
    return True


def get_words(world: World, given: Parameters, kind: str) -> dict[str, str]:
    default = world.bot.first_name if kind == "name" else ""
    own = world.profile.get((kind, "", _language(given)), "")
    return {kind: own or world.profile.get((kind, "", ""), "") or default}


def _scope(given: Parameters) -> str:
    scope = given.tree("scope", "BotCommandScope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True)


def _language(given: Parameters) -> str:
    language = given.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("LANG_CODE_INVALID")
    return language
