"""The commands offered in Telegram's menu, in this order; their words are telegram.command.<name> in locales/."""

from __future__ import annotations

COMMANDS = (
    "help",
    "back",
    "why",
    "questions",
    "status",
    "contact",
    "language",
    "about",
    "privacy",
    "mydata",
    "export",
    "delete",
    "later",
    "restart",
    "stop",
)
