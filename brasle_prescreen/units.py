"""Laboratory values: printed number and unit into the protocol's unit, exactly, and what is too odd to be
true.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from brasle_prescreen.glucocorticoids import EXACT
from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.trial_entry import Entry

PERCENT = "%"
_HUNDRED = Decimal(100)


class Implausible(ValueError):
    """A value that no patient has: a slip of the pen or a wrong unit."""


class Lab(NamedTuple):
    """One result as told. `value` is in the analyte's own unit, None where the unit is not clear.

    `printed` and `limit` (the upper limit of normal) are in the unit of the report, whatever it is.
    """

    printed: Decimal | None
    value: Decimal | None
    limit: Decimal | None
    date: PartialDate | None


class BySize(NamedTuple):
    """A range of numbers that, without a unit, can only be in one unit."""

    least: Decimal | None
    least_included: bool
    most: Decimal | None
    most_included: bool
    unit: str

    def holds(self, number: Decimal) -> bool:
        if self.least is not None and (number < self.least or (number == self.least and not self.least_included)):
            return False
        return self.most is None or number < self.most or (number == self.most and self.most_included)


class Analyte(NamedTuple):
    """What may be told about one analyte; see the head of analytes.toml."""

    name: str
    unit: str
    plausible: tuple[Decimal, Decimal]
    factors: Mapping[str, Decimal]
    takes_percent: bool
    by_size: tuple[BySize, ...]
    checked_as: str | None

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit that may be given."""
        extra = (PERCENT,) if self.takes_percent and PERCENT not in self.factors else ()
        return (*self.factors, *extra)

    def convert(self, number: Decimal, unit: str | None) -> Decimal | None:
        """The number in `self.unit`; None where that cannot be known. Raises Implausible."""
        if unit == PERCENT and self.takes_percent:
            if not 0 <= number <= _HUNDRED:
                raise Implausible
            return None
        if unit is None:
            if self.checked_as is not None:
                self._plausible(EXACT.multiply(number, self.factors[self.checked_as]))
                return None
            if not self.by_size:
                return None
            fitting = next((one for one in self.by_size if one.holds(number)), None)
            if fitting is None:
                raise Implausible
            unit = fitting.unit
        return self._plausible(EXACT.multiply(number, self.factors[unit]))

    def _plausible(self, value: Decimal) -> Decimal:
        if not self.plausible[0] <= value <= self.plausible[1]:
            raise Implausible
        return value


def read_analytes(file: str, data: Mapping[str, Any]) -> dict[str, Analyte]:
    """Read analytes.toml: each table is one analyte."""
    return {name: _analyte(Entry(file, name, table), name) for name, table in data.items()}


def _analyte(entry: Entry, name: str) -> Analyte:
    factors = {}
    for unit, factor in entry.mapping("units").items():
        if isinstance(factor, bool) or not isinstance(factor, int | Decimal) or factor <= 0:
            raise entry.wrong(f"the factor of {unit!r} must be a number above 0", f"Write {unit!r} = 1")
        factors[unit] = Decimal(factor)
    unit = entry.text("unit")
    entry.known(unit, factors, "'unit' names")
    if factors[unit] != 1:
        raise entry.wrong(f"the factor of its own unit {unit!r} must be 1", f"Write {unit!r} = 1")
    least, most = _range(entry)
    checked_as = entry.one_of("without_unit_needs_limit", factors) if "without_unit_needs_limit" in entry else None
    found = Analyte(
        name=name,
        unit=unit,
        plausible=(least, most),
        factors=factors,
        takes_percent=entry.yes("percent"),
        by_size=tuple(_by_size(one, factors) for one in entry.tables("no_unit")),
        checked_as=checked_as,
    )
    entry.finish()
    return found


def _range(entry: Entry) -> tuple[Decimal, Decimal]:
    given = entry.raw("plausible", "[0, 100]")
    if (
        not isinstance(given, list)
        or len(given) != 2
        or any(isinstance(one, bool) or not isinstance(one, int | Decimal) for one in given)
        or given[0] >= given[1]
    ):
        raise entry.wrong("'plausible' must be two numbers, the lowest first", "Write plausible = [0, 100]")
    return Decimal(given[0]), Decimal(given[1])


def _by_size(entry: Entry, factors: Mapping[str, Decimal]) -> BySize:
    least, above = entry.number_or_none("from"), entry.number_or_none("above")
    most, below = entry.number_or_none("to"), entry.number_or_none("below")
    found = BySize(
        least=least if least is not None else above,
        least_included=least is not None,
        most=most if most is not None else below,
        most_included=most is not None,
        unit=entry.one_of("unit", factors),
    )
    entry.finish()
    return found
