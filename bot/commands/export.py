"""`brasle-prescreen export CODE --to FILE`: everything that is kept about one family, for a request on paper."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.commands.beside_server import with_store
from bot.commands.new_file import write_new
from bot.commands.operator import operator


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("export", help="everything that is kept about one family, as JSON in a closed file")
    parser.add_argument("code", help="the reference number of one of its leads")
    parser.add_argument("--to", type=Path, required=True, help="a new file; nobody else may read it")


def run(args: argparse.Namespace) -> int:
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    from bot.store.audit_entry import Did

    lead = await store.lead(args.code)
    if lead is None:
        print(f"There is no lead {args.code}. 'brasle-prescreen leads list' shows them all.", file=sys.stderr)
        return 1
    if lead.person is None:
        print(f"The family of {lead.code} has deleted its data: there is nothing left to give out.", file=sys.stderr)
        return 1
    kept = json.dumps(await store.export(lead.person), ensure_ascii=False, indent=2)
    did = Did("lead.read", lead.code), Did("lead.exported", lead.code)
    return await write_new(args.to, kept.encode("utf-8", "backslashreplace"), store, operator(), *did)
