"""`brasle-prescreen chat`: the conversation in this terminal. Nothing is kept unless --save names a file."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("chat", help="have the conversation in this terminal")
    parser.add_argument("--language", help="such as zh or en (default: you are asked)")
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="keep the dialogue as a test case (message keys, and what you typed)",
    )
    parser.epilog = (
        "A number taps that button (#5 where a number is an answer); /quit ends. "
        "Invent the family: what you type goes into the saved file."
    )


def run(args: argparse.Namespace) -> int:
    from bot.extras import how_to_get, is_there

    if not is_there("terminal"):
        print(f"The conversation in a terminal needs the extra terminal. {how_to_get('terminal')}", file=sys.stderr)
        return 2
    if args.save:
        args.save.open("a").close()  # what stands in the way is told before the talk, not after it
    with tempfile.TemporaryDirectory(prefix="brasle-chat-") as folder:
        exchanges = asyncio.run(_chat(args, Path(folder)))
    if args.save:
        args.save.write_text(_as_case(exchanges), encoding="utf-8")
        print(f"Saved {len(exchanges)} exchanges to {args.save}.", file=sys.stderr)
    return 0


async def _chat(args: argparse.Namespace, folder: Path) -> list[Any]:
    from rich.console import Console

    from bot.app import utc_now
    from bot.channels.terminal import Terminal
    from bot.conversation import Conversation
    from bot.flows.turn import SiteFacts
    from bot.store.store import Store
    from bot.wording import Wording
    from brasle_prescreen import load_protocol
    from brasle_prescreen.question import load_questions

    wording = Wording.load()
    store = Store.open(folder)
    conversation = Conversation(
        store, load_protocol(), load_questions(), wording, site=SiteFacts(), demo=True, clock=utc_now
    )
    terminal = Terminal(conversation, wording, Console(highlight=False), lambda: input("> "), args.language)
    # asyncio takes the first Ctrl-C for itself, and acts on it only after the next line: here it ends the talk at once.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        await terminal.chat()
    except KeyboardInterrupt:
        print()
    finally:
        await store.close()
    return terminal.exchanges


def _as_case(exchanges: list[Any]) -> str:
    lines = ["# A dialogue played in the terminal. Message keys, not sentences: rewording breaks nothing."]
    for one in exchanges:
        lines += [
            "",
            "[[turn]]",
            f"says = {json.dumps(one.says, ensure_ascii=False)}",
            f"hears = {json.dumps(one.hears)}",
        ]
    return "\n".join(lines) + "\n"
