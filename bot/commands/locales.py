"""`brasle-prescreen locales`: for translators, who need no Python. Each subcommand is a module of `bot.locale_tools`."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

# Name, what it does. The module of that name has `add_arguments(parser)` and `run(args) -> exit code`.
ACTIONS = {
    "check": "say what to mend: file, line, key, what is wrong, how to mend it",
    "sync": "bring every language's file in line with the English, and remember the complete pairs",
    "approve": "enter an ethics committee's approval: real families are shown approved wordings only",
    "draft": "begin a language from its nearest relative, for a person to look through",
    "pseudo": "a made-up language that shows what was not translated and what is cut",
    "reload": "let the running server check the corrected files and serve them",
    "preview": "one page with every card of the conversation, in every language, as it will look",
    "status": "how far each language is, who read it, and what changed since",
    "sign-off": "write down that somebody read the texts of a language as they stand",
}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("locales", help="work on the texts in locales/")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, purpose in ACTIONS.items():
        action = actions.add_parser(name, help=purpose, description=purpose)
        import_module(f"bot.locale_tools.{name.replace('-', '_')}").add_arguments(action)


def run(args: argparse.Namespace) -> int:
    result: int = import_module(f"bot.locale_tools.{args.action.replace('-', '_')}").run(args)
    return result
