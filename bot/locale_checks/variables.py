"""Placeholders: plain names, explained to translators, and the same on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Line, Shelf
from bot.wording_file import Entry, may_use
from bot.wording_template import TemplateError, parse

# In the notes: "May use {year}, {month}" names what a text may use without having to.
OPTIONAL = "May use"

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def check(shelf: Shelf) -> Iterable[Finding]:
    for line in shelf.lines():
        try:
            names = parse(line.text).names
        except TemplateError as error:
            yield Finding(line.file, line.entry.line, line.entry.key, str(error), "Mend the braces")
            continue
        master = shelf.master.entries.get(line.entry.key)
        if line.language == "en":
            yield from _explained(line, names)
        elif master is not None:
            yield from _same(line, master, names)


def _explained(line: Line, names: tuple[str, ...]) -> Iterable[Finding]:
    told = set(_NAMED.findall(" ".join(line.entry.notes)))
    for name in dict.fromkeys(names):
        if name not in told:
            what = f"{{{name}}} is not explained to translators"
            mend = f"Say in a '#.' line what {{{name}}} is, with an example"
            yield Finding(line.file, line.entry.line, line.entry.key, what, mend)


def _same(line: Line, master: Entry, names: tuple[str, ...]) -> Iterable[Finding]:
    allowed = may_use(master)
    for name in dict.fromkeys(names):
        if name not in allowed:
            listed = ", ".join(f"{{{each}}}" for each in sorted(allowed)) or "none"
            what = f"{{{name}}} is not a placeholder of this text"
            yield Finding(line.file, line.entry.line, line.entry.key, what, f"It may use: {listed}")
    if any(OPTIONAL in note for note in master.notes):
        return
    for name in dict.fromkeys(_names(master.english)):
        if name not in names:
            what = f"{{{name}}} of the English text is missing"
            yield Finding(line.file, line.entry.line, line.entry.key, what, f"Put {{{name}}} where its value belongs")


def _names(text: str) -> tuple[str, ...]:
    try:
        return parse(text).names
    except TemplateError:
        return ()
