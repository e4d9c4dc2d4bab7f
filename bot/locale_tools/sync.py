"""`locales sync`: every language's file in line with the English master, and the complete pairs remembered."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.locale_tools.merge import Merged


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="another folder of locale files")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if something would change")


def run(args: argparse.Namespace) -> int:
    from bot.wording import FOLDER, WordingError

    try:
        changed = sync(args.folder or FOLDER, write=not args.check)
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    if not changed:
        print("Everything is in line.")
        return 0
    if args.check:
        print(*changed, sep="\n")
        print("Not in line: run 'brasle-prescreen locales sync'.", file=sys.stderr)
        return 1
    print(*changed, sep="\n")
    return 0


def sync(folder: Path, *, write: bool = True) -> list[str]:
    """Write what has to change, and say so in one sentence a file. A second run finds nothing to do."""
    from bot.locale_tools.merge import merge
    from bot.locale_tools.po_file import read_po_file
    from bot.wording_file import MASTER
    from bot.wording_pairs import COMPLETE, read_pairs

    master = read_po_file(folder / MASTER)
    remembered = read_pairs(folder / COMPLETE)
    wanted = {folder / MASTER: master.text()}
    merged = {}
    for path in sorted(folder.glob("*.po")):
        merged[path.name] = merge(master, read_po_file(path), path.stem, remembered)
        wanted[path] = merged[path.name].file.text()
    said = []
    for path, text in wanted.items():
        if path.read_text(encoding="utf-8") != text:
            said.append(f"{path.name}: {_changes(merged.get(path.name))}")
            if write:
                path.write_text(text, encoding="utf-8", newline="\n")
    return said + _remember(folder, write=write)


def _changes(merged: Merged | None) -> str:
    counts = merged and {
        "new": len(merged.added),
        "to be looked at again, because the English changed": len(merged.stale),
        "no longer used": len(merged.gone),
    }
    told = [f"{count} {what}" for what, count in (counts or {}).items() if count]
    return "; ".join(told) if told else "written in the usual form"


def _remember(folder: Path, *, write: bool) -> list[str]:
    """Keep the pairs that are complete now, so that a later edit leaves them in place."""
    from bot.locale_tools.complete_pairs import complete_pairs
    from bot.wording_pairs import COMPLETE, read_pairs, write_pairs

    pairs, waiting = complete_pairs(folder)
    said = [f"{key}: {why}" for key, why in waiting.items()]
    if said:
        said = [f"{len(said)} texts keep their last complete wording; 'brasle-prescreen locales check' tells why."]
    path = folder / COMPLETE
    if write:
        return [f"{COMPLETE}: remembered anew", *said] if write_pairs(path, pairs) else []
    return (
        [] if pairs == read_pairs(path) and list(pairs) == list(read_pairs(path)) else [f"{COMPLETE}: not up to date"]
    )
