"""Reads a gettext file of `locales/`: msgctxt is the key, msgid the English, msgstr the translation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.wording_error import WordingError

MASTER = "brasle.pot"

# A line of text that begins with a quote and does not end with one.
_UNCLOSED = re.compile(r'^(?:msg[a-z]+ )?"(?![^\n]*"[ \t]*$)', re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a file. `line` is that of the msgid, from 1; `notes` are the `#.` lines for translators."""

    key: str
    english: str
    translation: str
    line: int
    fuzzy: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordingFile:
    """The texts of one file by key. `repeated` holds every further entry of a key that already had one."""

    path: Path
    entries: Mapping[str, Entry]
    repeated: tuple[Entry, ...]
    unnamed: tuple[Entry, ...]


def may_use(master: Entry) -> frozenset[str]:
    """The placeholders that the program fills: those of the English text and those that its notes name."""
    return frozenset(_PLACEHOLDER.findall(" ".join((master.english, *master.notes))))


def read_file(path: Path, *, for_editing: bool = True) -> WordingFile:
    """Read one `.pot` or `.po` file; WordingError in one sentence if it is not one.

    Not `for_editing` (a server that starts): repeated entries, and notes that name no placeholder, are left out,
    which saves half the time.
    """
    # Babel costs 50 ms to import: commands that show no text never pay for it.
    from babel.messages.pofile import PoFileError, read_po

    lines = _lines(path)
    if not for_editing:
        lines = ["" if line.startswith("#.") and "{" not in line else line for line in lines]
    try:
        catalog = read_po(lines, abort_invalid=True, ignore_obsolete=True)
    except PoFileError as error:
        raise WordingError(
            f"{path.name}, line {error.lineno + 1}: this line is not gettext ({_first(error)}); "
            "each text needs msgctxt, msgid and msgstr, and every line of text stands in double quotes."
        ) from error
    except Exception as error:  # Babel lets a bare IndexError or AttributeError out of some broken files
        raise WordingError(
            f"{path.name}: this is not a gettext file ({type(error).__name__}); undo its last edit."
        ) from error
    entries: dict[str, Entry] = {}
    repeated: list[Entry] = []
    unnamed: list[Entry] = []
    for message in catalog:
        if not message.id:
            continue
        entry = _entry(message)
        if not entry.key:
            unnamed.append(entry)
        elif entry.key in entries:
            repeated.append(entry)
        else:
            entries[entry.key] = entry
    if for_editing:
        repeated += _merged_repeats(lines, entries, repeated)
    return WordingFile(path, entries, tuple(repeated), tuple(unnamed))


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WordingError(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8.") from error
    except OSError as error:
        raise WordingError(f"{path}: cannot be read ({error.strerror}); check that the file is there.") from error
    unclosed = _UNCLOSED.search(text)
    if unclosed:
        # Babel takes the last letter for the quote, and drops it.
        number = text.count("\n", 0, unclosed.start()) + 1
        raise WordingError(
            f"{path.name}, line {number}: the double quote at the end of this line is missing; add it. "
            'A quote inside a text is written “ ” or \\".'
        )
    return text.splitlines()


def _first(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _entry(message: Any) -> Entry:
    english = message.id if isinstance(message.id, str) else message.id[0]
    translation = message.string if isinstance(message.string, str) else (message.string or ("",))[0]
    return Entry(
        key=message.context or "",
        english=english,
        translation=translation or "",
        line=message.lineno or 0,
        fuzzy=message.fuzzy,
        notes=tuple(message.auto_comments),
    )


def _merged_repeats(lines: list[str], entries: Mapping[str, Entry], known: list[Entry]) -> list[Entry]:
    """Babel merges two entries of the same key and English without a word: find the second by its line."""
    seen: set[str] = set()
    already = {entry.key for entry in known}
    repeats = []
    for number, line in enumerate(lines, start=1):
        if not line.startswith('msgctxt "'):
            continue
        key = line[len('msgctxt "') :].rstrip().rstrip('"')
        entry = entries.get(key)
        if key in seen and key not in already and entry is not None:
            repeats.append(Entry(key, entry.english, entry.translation, number, entry.fuzzy, entry.notes))
        seen.add(key)
    return repeats
