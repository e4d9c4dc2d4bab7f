"""`locales approve`: enters an ethics committee's approval. From then on real families are shown these wordings."""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.argument import day

if TYPE_CHECKING:
    from bot.wording_pairs import Pairs

MOST_LISTED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", required=True, help="of the approval, as the committee gives it")
    parser.add_argument("--date", required=True, type=day, help="of the approval, like 2026-11-22")
    parser.add_argument(
        "--keys", nargs="+", default=["*"], metavar="KEY", help="only these texts; * stands for anything"
    )
    parser.add_argument("--folder", type=Path, help="another folder of locale files")


def run(args: argparse.Namespace) -> int:
    from bot.locale_tools.complete_pairs import complete_pairs
    from bot.wording import FOLDER, WordingError
    from bot.wording_pairs import APPROVED, read_pairs, write_pairs

    folder = args.folder or FOLDER
    number = args.number.strip()
    if not number:
        print("An approval has a number: --number.", file=sys.stderr)
        return 2
    try:
        pairs, held = complete_pairs(folder)
        manifest = read_pairs(folder / APPROVED)
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    chosen = _of_families(pairs, args.keys)
    if not chosen:
        print(f"No text for families has such a key: {' '.join(args.keys)}.", file=sys.stderr)
        return 2
    new, left = _entered(manifest, chosen, held, number, args.date.isoformat())
    # Texts that the program no longer has need no approval.
    write_pairs(folder / APPROVED, {key: new[key] for key in pairs if key in new})
    added = sum(new[key] is not manifest.get(key) for key in new)
    languages = sorted({language for key in chosen for language in chosen[key].texts})
    print(f"{added} texts entered under {number} of {args.date} ({', '.join(languages)}).")
    print(f"{len(chosen) - added - len(left)} had their approval already.")
    for key, why in left[:MOST_LISTED]:
        print(f"Left out: {key}: {why}")
    if left:
        print(f"{len(left)} texts are left out: finish them, and enter their approval.", file=sys.stderr)
    return 1 if left else 0


def _of_families(pairs: Pairs, globs: list[str]) -> Pairs:
    """Only what families read: the committee does not approve the coordinators' pages."""
    from bot.wording_sources import OF_THE_TEAM

    wanted = {key for key in pairs if any(fnmatchcase(key, glob) for glob in globs)}
    return {key: pair for key, pair in pairs.items() if key in wanted and not key.startswith(OF_THE_TEAM)}


def _entered(
    manifest: Pairs, chosen: Pairs, held: dict[str, str], number: str, day: str
) -> tuple[Pairs, list[tuple[str, str]]]:
    """The manifest with the chosen texts. What is held back is not what stands in the files, so it is left out."""
    from bot.wording_pairs import Pair

    new, left = dict(manifest), []
    for key, pair in chosen.items():
        if key in held:
            left.append((key, held[key]))
        elif key not in manifest or manifest[key].texts != pair.texts:
            new[key] = Pair(pair.texts, number, day)
    return new, left
