"""One worded message: its plain `{name}` placeholders and few allowed tags, taken apart once."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

# What Telegram shows and a browser understands alike; everything else is shown as typed.
TAGS = ("b", "i", "u", "blockquote")

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_SPECIAL = re.compile(r"[{}<>&]")
_TAG = re.compile(rf"</?(?:{'|'.join(TAGS)})>")


class TemplateError(ValueError):
    """A message cannot be read: a brace too many, or a placeholder that is no plain name."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message in alternating pieces: `literals[0] names[0] literals[1] names[1] ... literals[-1]`."""

    source: str
    names: tuple[str, ...]
    plain: tuple[str, ...]
    markup: tuple[str, ...]

    def fill(self, values: Mapping[str, str], *, markup: bool) -> str:
        """The message with `values` (already escaped if `markup` is wanted); a missing one stays empty."""
        literals = self.markup if markup else self.plain
        if not self.names:
            return literals[0]
        pieces = [literals[0]]
        for name, literal in zip(self.names, literals[1:], strict=True):
            pieces.append(values.get(name, ""))
            pieces.append(literal)
        return "".join(pieces)


def parse(source: str) -> Template:
    """Take a message apart; TemplateError if a placeholder is not a plain `{name}`."""
    if not _SPECIAL.search(source):
        return Template(source=source, names=(), plain=(source,), markup=(source,))
    names: list[str] = []
    literals = [""]
    for literal, name in _pieces(source):
        literals[-1] += literal
        if name is not None:
            names.append(name)
            literals.append("")
    return Template(
        source=source,
        names=tuple(names),
        plain=tuple(_TAG.sub("", literal) for literal in literals),
        markup=tuple(_escape_all_but_tags(literal) for literal in literals),
    )


def _pieces(source: str) -> list[tuple[str, str | None]]:
    try:
        parsed = list(Formatter().parse(source))
    except ValueError as error:
        raise TemplateError(f"a brace is open or closed alone ({error}); a literal brace is written twice") from error
    pieces: list[tuple[str, str | None]] = []
    for literal, name, format_spec, conversion in parsed:
        if name is not None and (format_spec or conversion or not _NAME.match(name)):
            raise TemplateError(f"{{{name}}} is not a plain placeholder; write it like {{medicine}}")
        pieces.append((literal, name))
    return pieces


def _escape_all_but_tags(literal: str) -> str:
    kept: list[str] = []
    end = 0
    for tag in _TAG.finditer(literal):
        kept.append(html.escape(literal[end : tag.start()], quote=False))
        kept.append(tag.group())
        end = tag.end()
    kept.append(html.escape(literal[end:], quote=False))
    return "".join(kept)
