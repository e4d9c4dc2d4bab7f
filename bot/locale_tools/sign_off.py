"""`locales sign-off`: write down that somebody read the texts of a language as they stand now."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from bot.commands.argument import day


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("language", help="such as zh_Hans; en for the English itself")
    parser.add_argument("--by", required=True, help="who read them: a name")
    parser.add_argument("--role", required=True, help="such as translator, paediatric nurse, investigator")
    parser.add_argument("--texts", nargs="+", default=["*"], metavar="KEY", help="only these, such as: 'alarm.*'")
    parser.add_argument("--date", type=day, help="the day of reading, if it was not today")
    parser.add_argument("--folder", type=Path, help="another folder of locale files")


def run(args: argparse.Namespace) -> int:
    from bot.flows.turn import SITE_ZONE
    from bot.locale_checks.every import findings_of
    from bot.locale_checks.shelf import Shelf
    from bot.locale_signoff import fits, sign_off
    from bot.locale_texts import state_of
    from bot.wording import ENGLISH, FOLDER, WordingError

    try:
        shelf = Shelf.read(args.folder or FOLDER)
        if args.language not in (ENGLISH, *shelf.translations):
            print(f"There is no {args.language}. There are: en, {', '.join(shelf.translations)}.", file=sys.stderr)
            return 2
        wanted = [key for key in shelf.master.entries if fits(key, args.texts)]
        if not wanted:
            print(f"No text fits {' '.join(args.texts)}. Nothing was signed.", file=sys.stderr)
            return 2
        open_ = [key for key in wanted if state_of(shelf, args.language, key)]
        wrong = [
            one
            for one in findings_of(shelf)
            if one.language == args.language and not one.advice and one.key in wanted and one.key not in open_
        ]
        if wrong:
            for one in wrong:
                print(one, file=sys.stderr)
            print(f"Nothing was signed: {len(wrong)} to mend first.", file=sys.stderr)
            return 1
        read_on = args.date or datetime.now(SITE_ZONE).date()
        signed = sign_off(shelf, args.language, args.by, args.role, read_on, tuple(args.texts))
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{args.language}: {signed.texts} texts signed by {signed.by}, {signed.role}, {signed.date}.")
    if open_:
        print(f"{len(open_)} texts are open (not translated, or to look at again) and were not signed: {open_[0]} ...")
    print(f"Kept in {shelf.folder.name}/signoff/{args.language}.toml and .json: pass both on with your texts.")
    return 0
