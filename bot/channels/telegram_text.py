"""What was typed, made safe to keep and taken apart: commands and the code of a start link."""

from __future__ import annotations

import re

from bot.channels.telegram_limits import LONGEST_START_CODE

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?", re.DOTALL)
_CODE = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_START_CODE}}}")


def clean(text: str) -> str:
    """The text with halves of surrogate pairs joined or replaced: a lone half can be sent to nobody."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_command(text: str) -> tuple[str, str | None] | None:
    """(name, argument) of a /command, or None for anything else, such as a date written 1/2."""
    found = _COMMAND.fullmatch(clean(text).strip())
    return (found[1].lower(), found[2] or None) if found else None


def source_code(argument: str | None) -> str | None:
    """The code of the link that brought them (?start=CODE): opaque, and only in the form Telegram allows."""
    return argument if argument is not None and _CODE.fullmatch(argument) else None
