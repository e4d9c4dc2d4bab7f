"""Reading the trial's data files: every mistake becomes one sentence for the person who edits them.

The sentence says which file, which entry, what is wrong and the likely fix.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from brasle_prescreen.partial_date import Span


class ProtocolError(Exception):
    """The trial's data hold a mistake; the message is for the person who edits them."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A likely fix for a word that is not known: the nearest known one, and what there is."""
    from difflib import get_close_matches

    listed = list(dict.fromkeys(known))
    near = get_close_matches(word, listed, n=1)
    shown = ", ".join(listed[:20]) + (", ..." if len(listed) > 20 else "")
    return f"Did you mean {near[0]!r}? It may be one of: {shown}" if near else f"It may be one of: {shown}"


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of one file; numbers with a point are exact decimals."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ProtocolError(f"{path.name}: the file is missing. Put it back into {path.parent.name}/.") from None
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{path.name}: not UTF-8 at byte {error.start}. Save the file as UTF-8.") from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        if "overwrite" in told or "twice" in told or "mutate" in told:
            fix = "A name stands twice in one table: rename or remove one of the two"
        else:
            fix = "Look at that line and the one before it for a missing quote, bracket or comma"
        raise ProtocolError(f"{path.name}: not readable as TOML: {told[:1].lower()}{told[1:]}. {fix}.") from None


class Entry:
    """One table of a trial file. Each key is taken once; `finish` complains about keys that nothing took."""

    __slots__ = ("_table", "_taken", "file", "name")

    def __init__(self, file: str, name: str, table: object) -> None:
        self.file = file
        self.name = name
        if not isinstance(table, dict):
            raise self.wrong("a table is needed here", f"Write [{name}] and its keys below it")
        self._table: dict[str, Any] = table
        self._taken: set[str] = set()

    def wrong(self, what: str, fix: str) -> ProtocolError:
        where = f"{self.file}, {self.name}" if self.name else self.file
        return ProtocolError(f"{where}: {what}. {fix}.")

    def _inner(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def _take(self, key: str, wanted: str, *, needed: bool) -> Any:
        self._taken.add(key)
        if key not in self._table:
            if needed:
                raise self.wrong(f"{key!r} is missing", f"Add {key} = {wanted}{self._near(key)}")
            return None
        return self._table[key]

    def _near(self, key: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(key, [one for one in self._table if one not in self._taken], n=1)
        return f", or is {near[0]!r} a slip for it?" if near else ""

    def _not(self, key: str, wanted: str) -> ProtocolError:
        return self.wrong(f"{key!r} must be {wanted}", f"Write {key} = {wanted}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, "'...'", needed=default is None)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self._not(key, "a text in quotes")
        return value

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts; one text alone may stand without brackets."""
        value = self._take(key, "['...']", needed=needed)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._not(key, "a list of texts in brackets")
        if len(set(value)) != len(value):
            twice = next(one for one in value if value.count(one) > 1)
            raise self.wrong(f"{key!r} lists {twice!r} twice", "Remove one of the two")
        return tuple(value)

    def values(self, key: str) -> tuple[str | bool, ...]:
        """A list of words, or of true and false."""
        value = self._take(key, "['...']", needed=True)
        if not isinstance(value, list) or not all(isinstance(one, str | bool) for one in value):
            raise self._not(key, "a list of words in brackets")
        return tuple(value)

    def lists(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of words."""
        value = self._take(key, "[['...'], ['...']]", needed=True)
        good = isinstance(value, list) and all(
            isinstance(one, list) and one and all(isinstance(word, str) for word in one) for one in value
        )
        if not good:
            raise self._not(key, "a list of lists of words")
        return tuple(tuple(one) for one in value)

    def yes(self, key: str) -> bool:
        value = self._take(key, "true", needed=False)
        if value not in (None, True, False):
            raise self._not(key, "true or false")
        return value is True

    def whole(self, key: str, default: int | None = None) -> int:
        value = self._take(key, "1", needed=default is None)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._not(key, "a whole number")
        return value

    def number(self, key: str) -> Decimal:
        found = self.number_or_none(key, needed=True)
        assert found is not None
        return found

    def number_or_none(self, key: str, *, needed: bool = False) -> Decimal | None:
        value = self._take(key, "1", needed=needed)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._not(key, "a number")
        return Decimal(value)

    def span(self, key: str) -> Span:
        value = self._take(key, "'3 months'", needed=True)
        try:
            return Span.parse(value)
        except ValueError as error:
            raise self.wrong(
                f"{key!r}: {error}", "Give the number and its unit: days, weeks, months or years"
            ) from None

    def one_of(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        value = self.text(key, default)
        return self.known(value, known, f"{key!r} names")

    def known(self, value: str, known: Iterable[str], what: str) -> str:
        """`value`, if it is one of the known words."""
        listed = list(known)
        if value not in listed:
            raise self.wrong(f"{what} {value!r}, which there is not", did_you_mean(value, listed))
        return value

    def day(self, key: str) -> Any:
        from datetime import date

        value = self._take(key, "2025-01-17", needed=True)
        if type(value) is not date:
            raise self._not(key, "a day without quotes, such as 2025-01-17")
        return value

    def table(self, key: str) -> Entry:
        return Entry(self.file, self._inner(key), self._take(key, "{ ... }", needed=True))

    def table_or_none(self, key: str) -> Entry | None:
        return self.table(key) if key in self._table else None

    def tables(self, key: str) -> list[Entry]:
        value = self._take(key, "[{ ... }]", needed=False)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._not(key, "a list of tables")
        return [Entry(self.file, f"{self._inner(key)}[{i}]", one) for i, one in enumerate(value)]

    def raw(self, key: str, wanted: str) -> Any:
        """A value that the caller checks itself."""
        return self._take(key, wanted, needed=True)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A table whose keys are the caller's to check; empty if it is left out."""
        value = self._take(key, "{ ... }", needed=False)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._not(key, "a table in braces")
        return value

    def finish(self) -> None:
        """Complain about the first key that has no meaning here."""
        for key in self._table:
            if key not in self._taken:
                raise self.wrong(f"unknown word {key!r}", did_you_mean(key, sorted(self._taken)))
