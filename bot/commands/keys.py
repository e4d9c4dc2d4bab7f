"""`brasle-prescreen keys`: copies of the keys, kept for a few days only, and a new master key."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.commands.argument import folder
from bot.commands.beside_server import with_store
from bot.commands.operator import leaves_files_to, operator


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("keys", help="copy or put back the keys, or change the master key")
    actions = parser.add_subparsers(dest="action", required=True)
    copying = actions.add_parser("backup", help="a copy of the keys; older ones there are removed in time")
    copying.add_argument(
        "--to", type=folder, help="the folder, best on another disk (default: 'key-copies' beside the data)"
    )
    putting = actions.add_parser(
        "restore", help="put a copy of the keys into a data folder; the server must be stopped"
    )
    putting.add_argument("copy", type=Path)
    putting.add_argument(
        "--into", type=folder, required=True, help="the data folder; the master key must be there or set"
    )
    putting.add_argument("--replace", action="store_true", help="in the place of the keys that are there")
    actions.add_parser("rotate", help="go over to a new master key; the server must be stopped")


def run(args: argparse.Namespace) -> int:
    from bot.store.errors import StoreError

    if args.action == "backup":
        to = args.to.resolve() if args.to else None
        return with_store(lambda store, settings: _copy(store, settings, to))
    try:
        return _put_back(args) if args.action == "restore" else _rotate()
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1


async def _copy(store: Any, settings: Any, to: Path | None) -> int:
    if not leaves_files_to(store.folder):
        return 2
    place = to or settings.data.resolve().parent / "key-copies"
    keep = timedelta(days=settings.keys_backup_days)
    try:
        copy, removed = await store.copies.copy_keys(place, operator(), keep)
    except FileExistsError as error:
        print(f"{error} was made in this very second: run this again.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{place} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(copy)
    print(
        f"Kept for {settings.keys_backup_days} days, as families are told; removed now: {len(removed)} older. "
        "The master key is not in it: keep that in a safe of its own.",
        file=sys.stderr,
    )
    return 0


def _put_back(args: argparse.Namespace) -> int:
    from bot.store.errors import worded
    from bot.store.key_copies import put_back

    if not leaves_files_to(args.into):
        return 2
    with worded(args.into):
        keys = put_back(args.copy.resolve(), args.into.resolve(), replace=args.replace)
    print(f"The keys of {keys} families are back in {args.into}.")
    print("If the database is lost too, put it back now with 'brasle-prescreen restore'.", file=sys.stderr)
    return 0


def _rotate() -> int:
    from bot.doctor import load_settings
    from bot.progress import progress
    from bot.secret_files import secret
    from bot.store.audit_entry import Did
    from bot.store.errors import worded
    from bot.store.master_key import NEXT_VARIABLE, VARIABLE
    from bot.store.rotation import rotate

    settings = load_settings()
    if isinstance(settings, str):
        print(settings, file=sys.stderr)
        return 2
    if not leaves_files_to(settings.data):
        return 2
    with worded(settings.data), progress() as tell:
        keys = rotate(settings.data, tell)

    async def note(store: Any, _: Any) -> int:
        await store.trail.record(operator(), Did("keys.rotated", became=keys))
        return 0

    print(f"A new master key wraps {keys} keys. The old one opens nothing in this folder any more.")
    if secret(VARIABLE):
        print(f"Set {VARIABLE} to what {NEXT_VARIABLE} is now, and remove {NEXT_VARIABLE}.")
    print("Put the new one into its safe, and make a copy of the keys now: 'brasle-prescreen keys backup'.")
    print("Keep the old one until the copies made before have gone.")
    return with_store(note)
