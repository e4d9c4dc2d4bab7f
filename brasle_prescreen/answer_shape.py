"""Which answers there are and what each may hold: the assessment contract's keys, read from answers.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brasle_prescreen.trial_entry import Entry, did_you_mean
from brasle_prescreen.units import Analyte

# Four ways to say "not known"; the fourth is to leave the answer out.
NOT_KNOWN = ("unsure", "skipped", None)


@dataclass(frozen=True, slots=True)
class Shape:
    """What one answer may be: one of `words`, a date, a number ..., an object with `fields`, or a list of
    `items`.
    """

    words: tuple[str, ...] = ()
    is_date: bool = False
    is_birth: bool = False
    is_boolean: bool = False
    is_text: bool = False
    integer: tuple[int, int | None] | None = None
    number: tuple[Decimal, bool] | None = None
    fields: Mapping[str, Shape] | None = None
    required: frozenset[str] = frozenset()
    items: Shape | None = None
    fewest: int = 0
    no_twins: bool = False

    @property
    def values(self) -> tuple[Any, ...]:
        """Every single value that may be chosen: words, and true and false."""
        return (*self.words, *((True, False) if self.is_boolean else ()))


class Answers:
    """The shape of a whole set of answers, for reading them and for checking what rules ask about."""

    def __init__(self, file: str, shapes: Mapping[str, Shape]) -> None:
        self.file = file
        self.shapes = shapes

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def find(self, path: str) -> Shape | None:
        """The shape of a dotted key such as `heart.congenital`; None if there is no such answer."""
        shape: Shape | None = None
        known: Mapping[str, Shape] = self.shapes
        for key in path.split("."):
            shape = known.get(key)
            if shape is None:
                return None
            known = shape.fields or (shape.items.fields if shape.items and shape.items.fields else {})
        return shape

    def checked(self, entry: Entry, path: str) -> Shape:
        """The shape of a key that a rule names; ProtocolError, at the rule's entry, if there is no such
        answer.
        """
        shape = self.find(path)
        if shape is None:
            raise entry.wrong(f"there is no answer {path!r}", did_you_mean(path, self.paths()))
        return shape

    def paths(self) -> list[str]:
        return list(_paths("", self.shapes))


def _paths(prefix: str, shapes: Mapping[str, Shape]) -> Iterator[str]:
    for key, shape in shapes.items():
        yield prefix + key
        inner = shape.fields or (shape.items.fields if shape.items else None)
        if inner:
            yield from _paths(f"{prefix}{key}.", inner)


def read_shapes(file: str, data: Mapping[str, Any], analytes: Mapping[str, Analyte]) -> Answers:
    """Read answers.toml; the fields of the laboratory values come from the analytes."""
    lab_fields = {name: _lab(analyte) for name, analyte in analytes.items()}
    return Answers(file, {key: _shape(Entry(file, key, table), lab_fields) for key, table in data.items()})


def _lab(analyte: Analyte) -> Shape:
    return Shape(
        fields={
            "value": Shape(number=(Decimal(0), True)),
            "unit": Shape(words=analyte.units),
            "uln": Shape(number=(Decimal(0), False)),
            "date": Shape(is_date=True),
        }
    )


def _shape(entry: Entry, lab_fields: Mapping[str, Shape]) -> Shape:
    if "fields_from" in entry:
        entry.one_of("fields_from", ("analytes",))
        entry.finish()
        return Shape(fields=lab_fields)
    fields_entry = entry.table_or_none("fields")
    fields = {key: _shape(fields_entry.table(key), lab_fields) for key in fields_entry} if fields_entry else None
    items = entry.table_or_none("items")
    required = entry.texts("required")
    for key in required:
        # The items of a list carry their own `required`, beside their fields.
        entry.known(key, fields or (), "'required' names")
    found = Shape(
        words=entry.texts("words"),
        is_date=entry.yes("date"),
        is_birth=entry.yes("birth"),
        is_boolean=entry.yes("boolean"),
        is_text=entry.yes("text"),
        integer=_integer(entry.table_or_none("integer")),
        number=_number(entry.table_or_none("number")),
        fields=fields,
        required=frozenset(required),
        items=_shape(items, lab_fields) if items else None,
        fewest=entry.whole("fewest", 0),
        no_twins=entry.yes("no_twins"),
    )
    entry.finish()
    if found == Shape():
        raise entry.wrong(
            "the answer has no kind", "Give it words, date, boolean, text, integer, number, fields or items"
        )
    return found


def _integer(entry: Entry | None) -> tuple[int, int | None] | None:
    if entry is None:
        return None
    least = entry.whole("min", 0)
    most = entry.whole("max") if "max" in entry else None
    entry.finish()
    return least, most


def _number(entry: Entry | None) -> tuple[Decimal, bool] | None:
    if entry is None:
        return None
    above = entry.number_or_none("above")
    least = entry.number_or_none("min")
    entry.finish()
    if above is not None:
        return above, False
    return least if least is not None else Decimal(0), True
