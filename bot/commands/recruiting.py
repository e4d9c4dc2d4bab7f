"""`brasle-prescreen recruiting`: whether the trial takes families, as the coordinator says it, with its day."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from bot.commands.argument import day, whole_number
from bot.commands.beside_server import with_store
from bot.commands.operator import a_name, operator

STATES = ("open", "waitlist", "paused", "closed")


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("recruiting", help="show or set whether the trial takes families")
    parser.add_argument("state", nargs="?", choices=STATES)
    parser.add_argument("--as-of", type=day, help="the day this was decided, like 2026-11-22")
    parser.add_argument("--places", type=whole_number(0, 1000), help="places left, for the coordinators' eyes")
    parser.add_argument("--by", type=a_name, help="who (default: the name of this account)")


def run(args: argparse.Namespace) -> int:
    if args.state is None and (args.as_of, args.places, args.by) != (None, None, None):
        print("Say the state, too: open, waitlist, paused or closed.", file=sys.stderr)
        return 2
    if args.state is not None and args.as_of is None:
        print("Say as of which day: --as-of 2026-11-22. Families are shown that day.", file=sys.stderr)
        return 2
    return with_store(lambda store, settings: _act(store, args), may_begin=args.state is not None)


async def _act(store: Any, args: argparse.Namespace) -> int:
    if args.state is not None:
        by = args.by or getpass.getuser()
        await store.set_recruiting(args.state, args.as_of, args.places, by, actor=operator())
    now = await store.recruiting()
    day = now.as_of.isoformat() if now.as_of else "no day"
    places = f", places left: {now.places_left}" if now.places_left is not None else ""
    print(f"{now.state}, as of {day}{places}")
    return 0
