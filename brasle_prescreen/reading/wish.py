"""Hears what somebody wants of the program instead of an answer: a person, the question before, an end, a deletion."""

from __future__ import annotations

from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.words import is_only

LONGEST = 40
# The commands of the conversation that may be asked for in words.
COMMANDS = ("contact", "back", "stop", "delete", "later", "help", "language", "status")


def read_wish(text: str) -> str | None:
    """The command that the words ask for, if they say nothing else: whoever says more has said an answer."""
    if is_too_long(text, LONGEST):
        return None
    said = tight(plain(text)).rstrip("? ")
    return next((command for command in COMMANDS if is_only(said, f"wish.{command}")), None)
