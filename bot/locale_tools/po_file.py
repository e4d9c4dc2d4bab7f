"""A gettext file taken apart and put together again: always the same bytes for the same texts, so that diffs stay small.

Babel reads and quotes. What it would lose or wrap anew is kept here: the header, and the earlier English (`#|`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import Any

from bot.wording_error import WordingError
from bot.wording_file import read_file

WIDTH = 100
FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class PoEntry:
    """One text. `comments` are the translator's own (`# `), `notes` those of the master (`#.`), `previous` is the English
    to which a fuzzy translation belonged.
    """

    key: str
    english: str
    translation: str = ""
    notes: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    previous: str | None = None

    @property
    def fuzzy(self) -> bool:
        return FUZZY in self.flags

    def marked(self, previous: str | None) -> PoEntry:
        return replace(self, flags=self.flags | {FUZZY}, previous=previous)

    def cleared(self) -> PoEntry:
        return replace(self, flags=self.flags - {FUZZY}, previous=None)


@dataclass(frozen=True, slots=True)
class PoFile:
    """`header` is kept letter by letter; `obsolete` are texts that the program no longer has."""

    header: str
    entries: Mapping[str, PoEntry]
    obsolete: Mapping[str, PoEntry]

    def text(self) -> str:
        """The whole file."""
        blocks = [self.header.rstrip("\n") + "\n"]
        blocks += ["\n".join(_lines(entry)) + "\n" for entry in self.entries.values()]
        blocks += ["\n".join(_lines(entry, "#~ ")) + "\n" for entry in self.obsolete.values()]
        return "\n".join(blocks)


def read_po_file(path: Path) -> PoFile:
    """WordingError in one sentence if it is not gettext, or holds a key twice or a text without one."""
    from babel.messages.pofile import read_po

    checked = read_file(path)
    wrong = [*checked.repeated, *checked.unnamed]
    if wrong:
        what = f"the key {wrong[0].key} stands here a second time" if wrong[0].key else "a text has no msgctxt"
        raise WordingError(
            f"{path.name}, line {wrong[0].line}: {what}; 'brasle-prescreen locales check' lists them all."
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    catalog = read_po([line for line in lines if not line.startswith(("#|", "#~|"))], abort_invalid=True)
    earlier = _earlier_english(lines)
    entries = (_entry(message, earlier) for message in catalog if message.id)
    old = (_entry(message, {}) for message in catalog.obsolete.values() if message.context)
    return PoFile(_header(lines), {one.key: one for one in entries}, {one.key: one for one in old})


def _header(lines: list[str]) -> str:
    """Everything up to the first empty line after the header's own text."""
    begin = next((number for number, line in enumerate(lines) if line.startswith('msgid ""')), 0)
    end = next((number for number in range(begin, len(lines)) if not lines[number].strip()), len(lines))
    return "\n".join(lines[:end])


def _earlier_english(lines: Iterable[str]) -> dict[str, str]:
    from babel.messages.pofile import unescape

    found: dict[str, str] = {}
    said: list[str] = []
    for line in lines:
        if line.startswith("#|"):
            quoted = line[2:].strip().removeprefix("msgid").strip()
            if quoted.startswith('"'):
                said.append(unescape(quoted))
        elif line.startswith("msgctxt ") and said:
            found[unescape(line.removeprefix("msgctxt ").strip())] = "".join(said)
            said = []
        elif not line.startswith("#"):
            said = []
    return found


def _entry(message: Any, earlier: Mapping[str, str]) -> PoEntry:
    english = message.id if isinstance(message.id, str) else message.id[0]
    translation = message.string if isinstance(message.string, str) else (message.string or ("",))[0]
    return PoEntry(
        key=message.context,
        english=english,
        translation=translation or "",
        notes=tuple(message.auto_comments),
        comments=tuple(message.user_comments),
        flags=frozenset(message.flags),
        previous=earlier.get(message.context),
    )


def _lines(entry: PoEntry, obsolete: str = "") -> Iterator[str]:
    from babel.messages.pofile import normalize

    def said(name: str, text: str, prefix: str = obsolete) -> Iterator[str]:
        # Babel counts the prefix into the width, and begins each further line with it.
        yield from f"{prefix}{name} {normalize(text, prefix=prefix, width=WIDTH)}".split("\n")

    for comment in entry.comments:
        yield from _comment("#", comment)
    if not obsolete:
        for note in entry.notes:
            yield from _comment("#.", note)
        if entry.flags:
            yield "#, " + ", ".join(sorted(entry.flags))
        if entry.previous is not None:
            yield from said("msgid", entry.previous, "#| ")
    yield from said("msgctxt", entry.key)
    yield from said("msgid", entry.english)
    yield from said("msgstr", entry.translation)


def _comment(sign: str, text: str) -> Iterator[str]:
    """A long line is cut once; what is short enough stays as its writer cut it."""
    for line in wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]:
        yield f"{sign} {line}".rstrip()
