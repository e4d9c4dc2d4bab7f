"""`brasle-prescreen restore BACKUP --into FOLDER`: a backup back in its place, deletions replayed, the trail told."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.commands.argument import folder
from bot.commands.operator import leaves_files_to, operator
from bot.progress import progress


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("restore", help="put a backup back; the server must be stopped")
    parser.add_argument("backup", type=Path, help="the folder that 'backup' printed")
    parser.add_argument("--into", type=folder, required=True, help="the data folder; its keys must stand there already")
    parser.add_argument("--replace", action="store_true", help="a database that is there is set aside")
    parser.add_argument("--deletions", type=Path, action="append", default=[], help="a further list of deletions")
    parser.add_argument("--no-deletions", action="store_true", help="nobody deleted their data since the keys' copy")
    parser.add_argument("--head", help="the last end of the trail that was printed, as NUMBER:HASH")


def run(args: argparse.Namespace) -> int:
    from bot.store.audit import Head
    from bot.store.errors import StoreError, worded
    from bot.store.moments import utc_now
    from bot.store.restore import Wish, restore

    head = Head.read(args.head) if args.head else None
    if args.head and head is None:
        print("--head is like 1234:9f3a..., with 64 characters after the colon.", file=sys.stderr)
        return 2
    if not leaves_files_to(args.into):
        return 2
    wish = Wish(operator(), args.replace, tuple(args.deletions), args.no_deletions, head)
    try:
        with worded(args.into), progress() as tell:
            done = restore(args.backup.resolve(), args.into.resolve(), wish, utc_now, tell)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"{error.filename or args.into}: {error.strerror}. The database that was there is as it was.",
            file=sys.stderr,
        )
        return 1
    print(f"Put back: the backup of {done.manifest.made}, {done.manifest.rows['person']} families.")
    print(f"Deleted again, because they had deleted their data since: {done.deleted_again}.")
    lost = done.lost
    if lost.last >= lost.first:
        print(f"The trail says that you put it back, and that its entries {lost.first} to {lost.last} are lost.")
    else:
        print("The trail says that you put it back.")
    if done.aside is not None:
        print(f"The database that was there stands as {done.aside}: delete it once all is well.")
    if done.without_key:
        print(
            f"{done.without_key} families cannot be read: the copy of the keys is older than they are. "
            "If there is a later copy, put it back with 'brasle-prescreen keys restore --replace' and run this again.",
            file=sys.stderr,
        )
    print("What was answered after the backup is lost: tell the coordinators from when to when.")
    return 0
