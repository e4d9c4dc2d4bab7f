"""`brasle-prescreen verify BACKUP`: whether a backup is whole. Needs neither keys nor the data folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.progress import progress


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("verify", help="whether a backup is whole")
    parser.add_argument("backup", type=Path, help="the folder that 'backup' printed")


def run(args: argparse.Namespace) -> int:
    from bot.store.backup import verify_backup
    from bot.store.errors import StoreError

    try:
        with progress() as tell:
            manifest = verify_backup(args.backup.resolve(), tell)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Whole: made {manifest.made} by version {manifest.program}, {manifest.bytes / 1e6:.1f} MB.")
    for table, rows in sorted(manifest.rows.items()):
        if rows:
            print(f"  {table:<20} {rows:>9}")
    return 0
