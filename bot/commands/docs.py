"""`brasle-prescreen docs`: the generated pages, written or (--check) compared."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("docs", help="write the generated pages of docs/")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is stale")


def pages() -> dict[str, str]:
    """Path under the project's folder -> text."""
    from bot.docs.asvs_page import asvs_page
    from bot.docs.criteria_page import criteria_page
    from bot.docs.data_map_page import data_map_page
    from bot.docs.dialogue_page import dialogue_page
    from bot.evidence.asvs import load_asvs
    from bot.settings import Settings
    from bot.store.data_map import data_map
    from brasle_prescreen import load_protocols
    from brasle_prescreen.data_manifest import FILE, manifest
    from brasle_prescreen.question import load_questions

    first, *amended = load_protocols()
    return {
        "docs/criteria.md": criteria_page(first.protocol, amended),
        "docs/dialogue.md": dialogue_page(load_questions()),
        "docs/data-map.md": data_map_page(data_map(), load_questions(), _defaults(Settings)),
        "docs/asvs.md": asvs_page(load_asvs()),
        f"brasle_prescreen/{FILE}": manifest(),
    }


def figures() -> dict[str, str]:
    """Pages that change with every text. Written like the others, but not compared: a translator has no `make docs`."""
    from bot.docs.reading_page import reading_page
    from bot.locale_checks.shelf import Shelf
    from bot.wording import FOLDER

    return {"docs/reading-level.md": reading_page(Shelf.read(FOLDER))}


def _defaults(settings: Any) -> dict[str, Any]:
    """The settings as they stand in the program, not as somebody's environment has them."""
    return {name: field.default for name, field in settings.model_fields.items()}


def run(args: argparse.Namespace) -> int:
    stale = []
    for name, text in (pages() if args.check else {**pages(), **figures()}).items():
        path = ROOT / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    if args.check and stale:
        print(f"Stale: {', '.join(stale)}. Run 'make docs' and commit the result.", file=sys.stderr)
        return 1
    return 0
