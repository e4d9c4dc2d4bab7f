"""`locales pseudo`: a made-up language in which every letter has an accent and every text is longer.

What stays in plain English was never translated; a bracket that is missing shows that a text was cut.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from math import ceil
from pathlib import Path

LANGUAGE = "en_XA"
BEGIN, END = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
LONGER = 0.4

_ACCENTS = dict(
    zip(
        map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "áƀçðéƒĝĥíĵķļɱñóþǫŕšţúṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ",
        strict=True,
    )
)
# Placeholders and tags stay as they are.
_FIXED = re.compile(r"(\{[a-z][a-z0-9_]*\}|</?[a-z]+>)")
_LETTER = re.compile(r"[A-Za-z]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="a new folder: the texts with the made-up language")
    parser.add_argument("--folder", type=Path, help="another folder of locale files")


def run(args: argparse.Namespace) -> int:
    from bot.wording import FOLDER, WordingError

    try:
        path = write_pseudo(args.folder or FOLDER, args.out)
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path} written. See it: BRASLE_LOCALES={args.out} brasle-prescreen run")
    return 0


def write_pseudo(folder: Path, out: Path) -> Path:
    """A copy of `folder` in `out`, with the made-up language beside the others."""
    from dataclasses import replace

    from bot.locale_tools.po_file import PoFile, read_po_file
    from bot.wording_file import MASTER

    shutil.copytree(folder, out, dirs_exist_ok=True)
    master = read_po_file(folder / MASTER)
    entries = {
        key: replace(entry, translation=pseudo(entry.english), comments=()) for key, entry in master.entries.items()
    }
    header = "\n".join(line for line in master.header.split("\n") if not line.startswith("#"))
    path = out / f"{LANGUAGE}.po"
    made = PoFile(header.replace('"MIME-Version', f'"Language: {LANGUAGE}\\n"\n"MIME-Version'), entries, {})
    path.write_text(made.text(), encoding="utf-8", newline="\n")
    return path


def pseudo(english: str) -> str:
    """Accents on every letter, a tail of 40 % of its length, brackets around it; unchanged if it has no letter."""
    parts = _FIXED.split(english)
    letters = "".join(parts[::2])
    if not _LETTER.search(letters):
        return english
    parts[::2] = [part.translate(_ACCENTS) for part in parts[::2]]
    tail = "~" * ceil(LONGER * len(letters.strip()))
    spaced = " ".join(tail[at : at + 6] for at in range(0, len(tail), 6))
    return f"{BEGIN}{''.join(parts)} {spaced}{END}"
