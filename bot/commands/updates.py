"""`brasle-prescreen updates`: what could not be handled is set aside and can be tried again."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bot.commands.argument import whole_number
from bot.commands.beside_server import with_store


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("updates", help="list or replay updates that could not be handled")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="number, when and why; never what was in them")
    replaying = actions.add_parser("replay", help="let one, or all, be handled again by the running server")
    replaying.add_argument("number", nargs="?", type=whole_number(1, 2**63 - 1))
    replaying.add_argument("--all", action="store_true")


def run(args: argparse.Namespace) -> int:
    if args.action == "replay" and (args.number is not None) == args.all:
        print("Say which: a number of 'brasle-prescreen updates list', or --all.", file=sys.stderr)
        return 2
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    waiting = await store.quarantined()
    if args.action == "list":
        for one in waiting:
            print(f"{one.item.id}  {one.at:%Y-%m-%d %H:%M}  {one.why}")
        print(f"{len(waiting)} set aside.")
        return 0
    wanted = [one.item.id for one in waiting] if args.all else [args.number]
    missing = [number for number in wanted if await store.replay(number) is None]
    if missing:
        print(
            f"Not set aside: {', '.join(map(str, missing))}. 'brasle-prescreen updates list' shows the numbers.",
            file=sys.stderr,
        )
        return 1
    print(f"{len(wanted)} will be handled again.")
    return 0
