"""Tags: only those Telegram shows (b, i, u, blockquote), opened and closed in order; no HTML entities."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Line, Shelf
from bot.wording_template import TAGS

_TAG = re.compile(r"<(/?)\s*([A-Za-z][A-Za-z0-9-]*)([^<>]*)>")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,6}|#x[0-9A-Fa-f]{1,6});")


def check(shelf: Shelf) -> Iterable[Finding]:
    for line in shelf.lines():
        yield from _tags(line)
        entity = _ENTITY.search(line.text)
        if entity:
            yield _finding(line, f"{entity.group()} would be shown as it stands", "Write the character itself")


def _tags(line: Line) -> Iterable[Finding]:
    opened: list[str] = []
    for tag in _TAG.finditer(line.text):
        closing, name, rest = tag.groups()
        if name not in TAGS or rest:
            yield _finding(
                line, f"the tag {tag.group()} is not allowed", f"Allowed are {_listed()}, without attributes"
            )
        elif not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            yield _finding(
                line, f"{tag.group()} closes what is not open", "Close the tags in the order they were opened"
            )
            return
    for name in opened:
        yield _finding(line, f"<{name}> is never closed", f"Add </{name}>")


def _listed() -> str:
    return ", ".join(f"<{name}>" for name in TAGS)


def _finding(line: Line, what: str, mend: str) -> Finding:
    return Finding(line.file, line.entry.line, line.entry.key, what, mend)
