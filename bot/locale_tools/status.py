"""`locales status`: how far each language is, who read it, and what changed since."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.locale_checks.shelf import Shelf
    from bot.locale_signoff import Change
    from bot.locale_status import Status

# More changed texts than this are counted; --all shows every one.
MOST_CHANGES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("language", nargs="?", help="one language, such as zh_Hans; without it, all of them")
    parser.add_argument("--all", action="store_true", help="every text that changed since the last sign-off")
    parser.add_argument("--folder", type=Path, help="another folder of locale files")


def run(args: argparse.Namespace) -> int:
    from bot.locale_checks.shelf import Shelf
    from bot.locale_status import statuses
    from bot.wording import FOLDER, WordingError

    try:
        shelf = Shelf.read(args.folder or FOLDER)
        found = [one for one in statuses(shelf) if args.language in (None, one.language)]
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    if not found:
        print(f"There is no {args.language}. There are: en, {', '.join(shelf.translations)}.", file=sys.stderr)
        return 2
    for one in found:
        _tell(one, shelf, sys.maxsize if args.all else MOST_CHANGES)
    return 0


def _tell(status: Status, shelf: Shelf, most: int) -> None:
    from bot.locale_status import percent

    total = status.total
    print(f"{status.language}, {status.name}: {percent(total)} % done, {total.done} of {total.texts} texts")
    for room in status.rooms:
        open_ = [f"{room.look_again} to look at again"] * bool(room.look_again)
        open_ += [f"{room.missing} not translated"] * bool(room.missing)
        print(f"  {room.name:<14}{percent(room):>3} %  {room.done:>4} of {room.texts:<5} {', '.join(open_)}".rstrip())
    for (number, date), texts in status.approvals.items():
        print(f"  approved by the ethics committee: {number} of {date}, {texts} texts as they stand now")
    for one in status.sign_offs:
        which = "" if one.keys == ("*",) else f" ({', '.join(one.keys)})"
        print(f"  read and signed: {one.by}, {one.role}, {one.date}: {one.texts} texts{which}")
    if not status.sign_offs:
        print("  Nobody has signed these texts yet.")
    elif status.never_signed:
        print(f"  never signed: {status.never_signed} texts")
    if status.changed:
        print(f"  changed since they were signed: {len(status.changed)} texts")
    for change in status.changed[:most]:
        _tell_change(change, status.language, shelf)
    if len(status.changed) > most:
        print(f"    and {len(status.changed) - most} more: add --all")
    print()


def _tell_change(change: Change, language: str, shelf: Shelf) -> None:
    from bot.wording import ENGLISH

    file = shelf.master if language == ENGLISH else shelf.translations[language]
    entry = file.entries.get(change.key)
    print(f"    {shelf.name(file)}:{entry.line if entry else 0}: {change.key}")
    for code in change.now:
        had, now = (change.had or {}).get(code, ""), change.now[code]
        if had != now:
            print(f"      {code} was: {_one_line(had)}")
            print(f"      {code} is:  {_one_line(now)}")


def _one_line(text: str) -> str:
    return text.replace("\n", " / ") or "(nothing)"
