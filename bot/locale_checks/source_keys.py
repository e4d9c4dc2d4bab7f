"""Which message keys the program names: read from its syntax, so that nothing has to be run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ANY = "[A-Za-z0-9_.]+"
KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*\Z")

# `word("queue.title")` in the console stands for console.queue.title.
CONSOLE = "console."

_QUOTED = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*\.?)["']""")
_BEGINNING = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*\.\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """A key that stands in the source, or a pattern of keys (`reason.{id}`), and where.

    `values` are the placeholders given to it, None where the source is silent; `sure`: the key of a `Text`.
    """

    file: Path
    line: int
    key: str | None
    pattern: re.Pattern[str] | None
    values: frozenset[str] | None
    sure: bool


def named_in(folder: Path) -> Iterator[Named]:
    """Every key or pattern of keys named under a folder, in Python files and in templates."""
    for path in sorted(folder.rglob("*.py")):
        yield from _in_python(path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.j2")]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for match in _QUOTED.finditer(line):
                yield from _written(path, number, match[1], None, sure=False)


def _in_python(path: Path, tree: ast.Module) -> Iterator[Named]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Call, ast.Constant, ast.JoinedStr))]
    of_texts: set[int] = set()
    parts: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts.update(map(id, node.values))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            key = _argument(node, "key", 0)
            if key is not None:
                of_texts.add(id(key))
                yield from _named(path, key, _value_names(node), sure=True)
    for node in nodes:
        if not isinstance(node, ast.Call) and id(node) not in of_texts and id(node) not in parts:
            yield from _named(path, node, None, sure=False)


def _argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def _value_names(call: ast.Call) -> frozenset[str] | None:
    values = _argument(call, "values", 1)
    if values is None:
        return frozenset()
    if not isinstance(values, ast.Dict):
        return None
    names = [key.value for key in values.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return frozenset(names) if len(names) == len(values.keys) else None


def _named(path: Path, node: ast.AST, values: frozenset[str] | None, *, sure: bool) -> Iterator[Named]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _written(path, node.lineno, node.value, values, sure=sure)
    elif isinstance(node, ast.JoinedStr):
        pattern = _pattern(node)
        if pattern is not None:
            yield Named(path, node.lineno, None, pattern, values, sure)
    elif isinstance(node, ast.IfExp) and sure:
        yield from _named(path, node.body, values, sure=True)
        yield from _named(path, node.orelse, values, sure=True)


def _written(path: Path, line: int, text: str, values: frozenset[str] | None, *, sure: bool) -> Iterator[Named]:
    """A quoted text that may be a key, or (`trail.action.`) the beginning of some."""
    if KEY.match(text):
        yield Named(path, line, text, None, values, sure)
    elif _BEGINNING.match(text):
        yield Named(path, line, None, re.compile(re.escape(text) + ANY), None, sure=False)


def _pattern(node: ast.JoinedStr) -> re.Pattern[str] | None:
    """`reason.{id}` as a pattern; None where too little of the key is written out to say anything."""
    pieces = [
        re.escape(part.value) if isinstance(part, ast.Constant) and isinstance(part.value, str) else ANY
        for part in node.values
    ]
    first = node.values[0] if node.values else None
    if not isinstance(first, ast.Constant) or not re.match(r"[a-z][a-z0-9_]*\.", str(first.value)):
        return None
    return re.compile("".join(pieces) + r"\Z")
