"""Edits as a translator makes them, to a copy of the texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.locale_tools.po_file import FUZZY, PoEntry, PoFile, read_po_file

MASTER = "brasle.pot"
CHINESE = "zh_Hans.po"


def entry(folder: Path, file: str, key: str) -> PoEntry:
    return read_po_file(folder / file).entries[key]


def change(folder: Path, file: str, key: str, **changes: object) -> None:
    """Change fields of one entry: english, translation, flags."""
    old = read_po_file(folder / file)
    entries = dict(old.entries) | {key: replace(old.entries[key], **changes)}  # type: ignore[arg-type]
    (folder / file).write_text(PoFile(old.header, entries, old.obsolete).text(), encoding="utf-8")


def reword_english(folder: Path, key: str, text: str) -> None:
    change(folder, MASTER, key, english=text)


def translate(folder: Path, key: str, text: str, english: str | None = None, file: str = CHINESE) -> None:
    """As done in an editor: the translation under the English that it is of, and no longer fuzzy."""
    english = english or entry(folder, MASTER, key).english
    flags = entry(folder, file, key).flags - {FUZZY}
    change(folder, file, key, translation=text, english=english, flags=flags, previous=None)


def remove(folder: Path, file: str, key: str) -> None:
    old = read_po_file(folder / file)
    entries = {name: one for name, one in old.entries.items() if name != key}
    (folder / file).write_text(PoFile(old.header, entries, old.obsolete).text(), encoding="utf-8")
