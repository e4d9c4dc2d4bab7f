"""`locales preview`: one page with every card of the conversation, in every language, as it will look."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bot.commands.argument import whole_number

DEFAULT = Path("locales-preview.html")
PORT = 8765


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=DEFAULT, help=f"file or folder to write to (default: {DEFAULT})")
    parser.add_argument(
        "--serve", action="store_true", help="show it at an address of this computer, anew at every save"
    )
    parser.add_argument("--port", type=whole_number(1, 65535), default=PORT, help=f"port for --serve (default: {PORT})")
    parser.add_argument(
        "--part", action="append", default=[], help="only this chapter, such as: urgent (may be repeated)"
    )
    parser.add_argument("--folder", type=Path, help="another folder of locale files")
    parser.add_argument(
        "--links", metavar="PATTERN", help="address of a line in your editor, such as: vscode://file{path}:{line}"
    )


def run(args: argparse.Namespace) -> int:
    from bot.locale_preview.page import Links
    from bot.wording import FOLDER, WordingError

    folder = args.folder or FOLDER
    links = Links(args.links) if args.links else None
    if args.serve:
        from bot.locale_preview.serve import serve

        return serve(folder, args.port, links)
    try:
        return _write(folder, args.out, links, args.part)
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1


def _write(folder: Path, out: Path, links: object, only: list[str]) -> int:
    from bot.locale_preview.page import Links, build, relative
    from bot.locale_preview.scenes_file import load_scenes
    from bot.locale_preview.taking import look

    parts = [part.id for part in load_scenes().parts]
    if strange := [id for id in only if id not in parts]:
        print(f"There is no chapter {strange[0]}. There are: {', '.join(parts)}.", file=sys.stderr)
        return 2

    began = time.perf_counter()
    file = out / "index.html" if out.is_dir() or not out.suffix else out
    shelf, findings = look(folder)
    preview = build(shelf, findings, links if isinstance(links, Links) else relative(folder, file), only=only)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(preview.html, encoding="utf-8")
    seconds = time.perf_counter() - began
    print(f"{file}: {preview.cards} cards, {preview.figures} pictures of them, in {seconds:.1f} s.")
    if findings:
        print(f"{len(findings)} to mend, each beside its card.")
    if preview.forgotten:
        print(f"On no card yet: {', '.join(preview.forgotten)}")
    return 0
