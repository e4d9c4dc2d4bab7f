"""`locales check`: what a translator has to mend, and how."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="another folder of locale files")
    parser.add_argument("--figures", action="store_true", help="say how hard the texts are to read, in numbers")


def run(args: argparse.Namespace) -> int:
    from bot.locale_checks.complete import progress
    from bot.locale_checks.every import findings_of
    from bot.locale_checks.shelf import Shelf
    from bot.wording import FOLDER, WordingError

    try:
        shelf = Shelf.read(args.folder or FOLDER)
        if args.figures:
            from bot.locale_checks.figures import figures, in_words

            print(in_words(figures(shelf)))
            return 0
        found = findings_of(shelf)
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    mistakes = [finding for finding in found if not finding.advice]
    advice = [finding for finding in found if finding.advice]
    for finding in (*mistakes, *advice):
        print(finding)
    texts = len(shelf.master.entries)
    for language, done in progress(shelf):
        print(f"{language}: {done} of {texts} texts done and reviewed.")
    counted = f"{texts} texts in {', '.join(('en', *shelf.translations))}"
    print(f"{counted}: {_said(len(mistakes), 'to mend')}{f', {len(advice)} to think about' if advice else ''}.")
    return 1 if mistakes else 0


def _said(count: int, what: str) -> str:
    return f"{count} {what}" if count else f"nothing {what}"
