"""Numbers with their units and labels, as laboratory slips and families write them; and what each is worth."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from brasle_prescreen.reading.words import any_of, bounded, load
from brasle_prescreen.units import Analyte, Implausible

FILE = "labs.toml"
OTHER = "other"
UNKNOWN_UNIT = re.compile(r"\s?[a-z]{0,6}\s?/\s?[a-z]")
MILLION = Decimal(1_000_000)
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
NUMBER = r"(?<![\d.^/a-z])(?P<number>\d{1,9}(?:\.\d{1,4})?)(?!\d)"


class Measured(NamedTuple):
    """A number at `start`..`end`, with the unit written beside it: None if none was, "" if it tells nothing."""

    start: int
    end: int
    number: Decimal
    unit: str | None


class Label(NamedTuple):
    start: int
    end: int
    analyte: str


@cache
def of_the_person() -> re.Pattern[str]:
    """Words at the end, before a number that may be somebody's age: "she is" 12."""
    return re.compile(rf"{any_of('lab.of_the_person')}\s*$")


@cache
def _units() -> tuple[tuple[re.Pattern[str], str], ...]:
    listed = [(phrase, unit) for unit, phrases in load(FILE)["units"].items() for phrase in phrases]
    return tuple((re.compile(rf"\s*{_unit_edge(phrase)}"), unit) for phrase, unit in listed)


def _unit_edge(phrase: str) -> str:
    return f"(?:{phrase})(?![a-z0-9])" if re.search(r"[a-z0-9]", phrase[-3:]) else f"(?:{phrase})"


@cache
def _labels() -> re.Pattern[str]:
    groups = []
    for analyte, phrases in load(FILE)["labels"].items():
        ordered = sorted(phrases, key=len, reverse=True)
        groups.append(f"(?P<{analyte}>{'|'.join(bounded(phrase) for phrase in ordered)})")
    return re.compile("|".join(groups))


def labels(said: str) -> list[Label]:
    """Names of analytes in the text, those of other results as `other`."""
    return [Label(*match.span(), match.lastgroup or OTHER) for match in _labels().finditer(said)]


@cache
def _number() -> re.Pattern[str]:
    return re.compile(NUMBER)


def numbers(said: str) -> list[Measured]:
    """Every number with the unit after it; digits inside a unit (10^9/L) are none."""
    found: list[Measured] = []
    position = 0
    while match := _number().search(said, position):
        end, unit = _unit_at(said, match.end())
        if unit is None and UNKNOWN_UNIT.match(said, match.end()):
            unit = "other"
        found.append(Measured(match.start(), end, Decimal(match["number"]), unit))
        position = max(end, match.end())
    return found


def _unit_at(said: str, position: int) -> tuple[int, str | None]:
    best: tuple[int, str | None] = (position, None)
    for pattern, unit in _units():
        match = pattern.match(said, position)
        if match and match.end() > best[0] and (unit or best[1] is None):
            best = (match.end(), unit)
    return best


def definition(analyte: str) -> Analyte | None:
    """The trial's analyte, or creatinine; None for an unknown name."""
    from brasle_prescreen.protocol import load_protocol

    known = load_protocol().analytes.get(analyte)
    return known if known is not None else _creatinine() if analyte == "creatinine" else None


@cache
def _creatinine() -> Analyte:
    data = load(FILE)["creatinine"]
    least, most = (Decimal(str(end)) for end in data["plausible"])
    factors = {unit: Decimal(str(factor)) for unit, factor in data["units"].items()}
    return Analyte("creatinine", data["unit"], (least, most), factors, False, (), None)


class Worth(NamedTuple):
    """A value as reported (`number`, `unit` by the contract's names) and in the analyte's own unit (`value`)."""

    number: Decimal
    unit: str | None
    value: Decimal


def worth(analyte: Analyte, measured: Measured) -> Worth | str:
    """What a measured number means for this analyte; otherwise the code of what stands in the way."""
    number, unit = measured.number, measured.unit
    if unit == "million":
        number, unit = number * MILLION, "/uL"
    if unit in (None, ""):
        unit = _unit_by_size(analyte, number)
        if unit is None:
            return "implausible" if analyte.by_size else "no_unit"
    elif unit == "%" and unit not in analyte.factors:
        return "percent"
    elif unit not in analyte.factors:
        return "other_unit"
    try:
        value = analyte.convert(number, "fraction" if unit == "fraction" else unit)
    except Implausible:
        return "implausible"
    return "no_unit" if value is None else Worth(number, unit, value)


def _unit_by_size(analyte: Analyte, number: Decimal) -> str | None:
    own: list[dict[str, Any]] = load(FILE)["bare"].get(analyte.name, [])
    for one in own:
        fits = Decimal(str(one["from"])) <= number <= Decimal(str(one["to"]))
        if fits and not (one.get("whole") and number != number.to_integral_value()):
            return str(one["unit"])
    if own:
        return None
    return next((one.unit for one in analyte.by_size if one.holds(number)), None)
