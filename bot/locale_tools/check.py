"""`locales check`: what a translator has to mend, and how."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="another folder of locale files")


def run(args: argparse.Namespace) -> int:
    from bot.locale_checks.every import findings
    from bot.locale_checks.shelf import Shelf
    from bot.wording import FOLDER, WordingError

    folder = args.folder or FOLDER
    try:
        found = findings(folder)
        shelf = Shelf.read(folder)
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    for finding in found:
        print(finding)
    languages = ", ".join(("en", *shelf.translations))
    counted = f"{len(shelf.master.entries)} texts in {languages}"
    print(f"{counted}: {len(found)} to mend." if found else f"{counted}: nothing to mend.")
    return 1 if found else 0
