"""`brasle-prescreen purge`: what the running server does every hour, now: whoever's time has run out goes."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bot.commands.beside_server import with_store
from bot.progress import progress


def add_parser(commands: Any) -> None:
    commands.add_parser("purge", help="delete now what has been kept long enough; works while the server runs")


def run(args: argparse.Namespace) -> int:
    return with_store(_act)


async def _act(store: Any, settings: Any) -> int:
    with progress() as tell:
        done = await store.purge(settings.keep(), tell)
    print(f"Deleted: {done.people} families whose time had run out, {done.key_copies} old copies of keys.")
    print(
        f"Kept are: no permission given {settings.keep_declined_days} days, unfinished {settings.keep_unfinished_days}, "
        f"finished without a call {settings.keep_finished_days}, after the site ended the lead {settings.keep_closed_days}, "
        f"copies of keys {settings.keys_backup_days}.",
        file=sys.stderr,
    )
    figures = await store.past_figures()
    for (year, kind), people in sorted(figures.items()):
        print(f"  {year}  {kind:<24} {people:>6}")
    return 0
