"""`brasle-prescreen backup`: a checked copy of the database, made while the server runs. The keys are not in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.commands.argument import folder
from bot.commands.beside_server import with_store
from bot.commands.operator import leaves_files_to, operator
from bot.progress import progress


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("backup", help="a checked backup of the database; works while the server runs")
    parser.add_argument("--to", type=folder, help="the folder for backups (default: 'backups' beside the data folder)")


def run(args: argparse.Namespace) -> int:
    to = args.to.resolve() if args.to else None
    return with_store(lambda store, settings: _act(store, to or settings.data.resolve().parent / "backups"))


async def _act(store: Any, to: Path) -> int:
    if not leaves_files_to(store.folder):
        return 2
    try:
        with progress() as tell:
            place, manifest = await store.copies.backup(to, operator(), tell)
    except FileExistsError as error:
        print(f"{error} was made in this very second: run this again.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{to} cannot be written: {error.strerror}. Nothing was left there.", file=sys.stderr)
        return 1
    rows = sum(manifest.rows.values())
    print(place)
    print(
        f"Whole: {rows} rows in {len(manifest.rows)} tables, {manifest.rows['person']} families, "
        f"{manifest.rows['lead']} leads, {manifest.bytes / 1e6:.1f} MB, SHA-256 {manifest.sha256[:16]}...",
        file=sys.stderr,
    )
    print("It holds no keys: copy those apart, with 'brasle-prescreen keys backup'.", file=sys.stderr)
    return 0
