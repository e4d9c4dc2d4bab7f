"""`locales draft`: a first draft of a language from its nearest relative, for a person to look through text by text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.locale_tools.po_file import PoEntry, PoFile

RECIPES = Path(__file__).with_name("drafts.toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("language", help="of the draft, such as zh_Hant")
    parser.add_argument(
        "--from", dest="source", required=True, metavar="LANGUAGE", help="a finished one, such as zh_Hans"
    )
    parser.add_argument("--folder", type=Path, help="another folder of locale files")


def run(args: argparse.Namespace) -> int:
    from bot.locale_tools.po_file import read_po_file
    from bot.wording import FOLDER, WordingError

    folder = args.folder or FOLDER
    try:
        recipe = Recipe.read(args.language, args.source)
        source = read_po_file(folder / f"{args.source}.po")
        path = folder / f"{args.language}.po"
        old = read_po_file(path) if path.exists() else None
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    made, count = drafted(source, old, args.language, args.source, recipe)
    path.write_text(made.text(), encoding="utf-8", newline="\n")
    print(f"{path}: {count} texts drafted. Look through each, and remove the word fuzzy: until then none is shown.")
    return 0


class Recipe:
    """One entry of drafts.toml."""

    def __init__(
        self, opencc: str, compare: str, region: str, after: Mapping[str, str], notes: Mapping[str, str]
    ) -> None:
        self._opencc, self._compare, self._region = opencc, compare, region
        self._after = sorted(after.items(), key=lambda pair: -len(pair[0]))
        self._notes = notes

    @classmethod
    def read(cls, language: str, source: str) -> Recipe:
        import tomllib

        from bot.wording_error import WordingError

        recipes = tomllib.loads(RECIPES.read_text(encoding="utf-8"))
        found = recipes.get(language, {}).get(source)
        if found is None:
            known = ", ".join(f"{one} from {other}" for one, others in recipes.items() for other in others)
            raise WordingError(f"There is no way to draft {language} from {source}. Known: {known}.")
        return cls(**found)

    @cached_property
    def _converters(self) -> tuple[Any, Any]:
        from opencc import OpenCC

        return OpenCC(self._opencc), OpenCC(self._compare)

    def draft(self, text: str) -> str:
        said: str = self._converters[0].convert(text)
        for word, better in self._after:
            said = said.replace(word, better)
        return said

    def note(self, text: str, draft: str) -> str | None:
        """What the other region says otherwise, for the reviewer."""
        first, second = (converter.convert(text) for converter in self._converters)
        differing = [
            # With the character before: one alone is seldom a word.
            f"{first[max(a - 1, 0) : b]} = {second[max(c - 1, 0) : d]}"
            for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
            if tag == "replace"
        ]
        differing += [f"{word} = {other}" for word, other in self._notes.items() if word in draft]
        return f"{self._region}: {'; '.join(dict.fromkeys(differing))}" if differing else None


def drafted(source: PoFile, old: PoFile | None, language: str, origin: str, recipe: Recipe) -> tuple[PoFile, int]:
    """The file and how many texts were drafted. What a person has translated already stays as it is."""
    from bot.locale_tools.po_file import PoFile

    header = old.header if old else _header(source.header, language, origin)
    entries: dict[str, PoEntry] = {}
    count = 0
    for key, entry in source.entries.items():
        had = old.entries.get(key) if old else None
        if had is not None and had.translation:
            entries[key] = had
        else:
            entries[key] = _drafted(entry, recipe)
            count += 1
    return PoFile(header, entries, old.obsolete if old else {}), count


def _drafted(entry: PoEntry, recipe: Recipe) -> PoEntry:
    from dataclasses import replace

    if not entry.translation:
        return replace(entry, comments=()).cleared()
    said = recipe.draft(entry.translation)
    note = recipe.note(entry.translation, said)
    return replace(entry, translation=said, comments=(note,) if note else ()).marked(None)


def _header(header: str, language: str, origin: str) -> str:
    """The source's technical lines under the draft's own name."""
    lines = [line for line in header.split("\n") if not line.startswith("#")]
    body = "\n".join(lines).replace(f"Language: {origin}\\n", f"Language: {language}\\n")
    return (
        f"# A draft of {language}, made from {origin}.po. Nothing of it is shown before it was looked through.\n{body}"
    )
