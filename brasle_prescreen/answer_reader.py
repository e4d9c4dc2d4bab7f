"""Reading a family's answers: everything that the contract allows, and one clear complaint about anything
else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from brasle_prescreen.answer_shape import Shape
from brasle_prescreen.facts import OBJECT, AnswerError
from brasle_prescreen.partial_date import ONE_DAY, PartialDate, Span, shift

# Longer numbers are no doses and no results; the limit keeps arithmetic exact and quick.
MOST_DIGITS = 40


class RepeatedKey(dict[str, Any]):
    """A JSON object in which one key stood twice: `key` names it."""

    key = ""


class Reader:
    """Reads the answers of one person, as of one day, into `told` (dotted key to value)."""

    __slots__ = ("events", "on")

    def __init__(self, on: date) -> None:
        self.on = on
        # Every date but the day of birth, with its key: checked against the day of birth at the end.
        self.events: list[tuple[str, PartialDate]] = []

    def read_object(self, shapes: Mapping[str, Shape], given: Any, key: str, prefix: str, told: dict[str, Any]) -> None:
        """Read each key of `given` (an object) into `told`. `key` names the object itself in complaints."""
        if type(given) is not dict:
            given = _as_object(given, key)
        for name, value in given.items():
            shape = shapes.get(name)
            if shape is None:
                raise AnswerError(_joined(key, name), "unknown key", "unknown_key")
            if value is None or value == "unsure" or value == "skipped":  # noqa: PLR1714  (half the cost of `in`)
                continue
            if type(value) is str and value in shape.words:
                told[prefix + name] = value  # most answers are a word of the list
                continue
            self._read(shape, value, f"{key}.{name}" if key else name, prefix + name, told)

    def _read(self, shape: Shape, value: Any, key: str, path: str, told: dict[str, Any]) -> None:
        if type(value) is str:
            told[path] = self._string(shape, value, key)
        elif value is True or value is False:
            if not shape.is_boolean:
                raise _not_allowed(shape, key)
            told[path] = value
        elif isinstance(value, Mapping) and (shape.fields is not None or shape.is_date):
            if shape.is_date and shape.fields is None:
                told[path] = self._date(shape, self._interval(value, key), key)
            else:
                assert shape.fields is not None
                told[path] = OBJECT
                self.read_object(shape.fields, value, key, path + ".", told)
                for name in shape.required:
                    if f"{path}.{name}" not in told:
                        raise AnswerError(f"{key}.{name}", "missing", "missing")
        elif isinstance(value, list | tuple) and shape.items is not None:
            told[path] = self._list(shape, value, key)
        elif isinstance(value, int | float | Decimal) and (shape.integer is not None or shape.number is not None):
            told[path] = _number(shape, value, key)
        else:
            raise _not_allowed(shape, key)

    def _string(self, shape: Shape, value: str, key: str) -> Any:
        if shape.is_date:
            return self._date(shape, self._named_date(value, key), key)
        if shape.is_text and value:
            return value
        raise _not_allowed(shape, key)

    def _list(self, shape: Shape, values: list[Any] | tuple[Any, ...], key: str) -> tuple[Any, ...]:
        items = shape.items
        assert items is not None
        if len(values) < shape.fewest:
            raise AnswerError(key, 'an empty list; use "none"', "empty_list")
        if items.fields is None:
            for number, value in enumerate(values):
                if not isinstance(value, str) or value not in items.words:
                    raise _not_allowed(items, f"{key}[{number}]")
            if shape.no_twins and len(set(values)) != len(values):
                raise AnswerError(key, "the same entry twice", "twice")
            return tuple(values)
        read = []
        for number, value in enumerate(values):
            told: dict[str, Any] = {}
            own = f"{key}[{number}]"
            self.read_object(items.fields, value, own, "", told)
            for name in items.required:
                if name not in told:
                    raise AnswerError(f"{own}.{name}", "missing", "missing")
            read.append(told)
        return tuple(read)

    # Dates

    def _date(self, shape: Shape, found: PartialDate, key: str) -> PartialDate:
        if found.earliest > self.on:
            raise AnswerError(key, "date in the future", "future_date")
        if found.latest > self.on:
            found = PartialDate(found.earliest, self.on)
        if not shape.is_birth:
            self.events.append((key, found))
        return found

    def _named_date(self, text: str, key: str) -> PartialDate:
        """A year, a month or a day; one still running ends today."""
        try:
            if len(text) == 10:
                day = day_of(text)
                return PartialDate(day, day)
            if len(text) == 7 and text[4] == "-":
                year, month = _digits(text[:4]), _digits(text[5:])
                first = date(year, month, 1)
                return PartialDate(first, _last_day(first, Span(1, "months")))
            if len(text) == 4:
                first = date(_digits(text), 1, 1)
                return PartialDate(first, _last_day(first, Span(1, "years")))
        except ValueError:
            pass
        raise AnswerError(key, "no date: use YYYY, YYYY-MM or YYYY-MM-DD", "impossible_date")

    def _interval(self, given: Mapping[str, Any], key: str) -> PartialDate:
        if _as_object(given, key).keys() != {"earliest", "latest"}:
            raise AnswerError(key, "needs earliest and latest, and nothing else", "impossible_date")
        try:
            found = PartialDate(day_of(given["earliest"]), day_of(given["latest"]))
        except ValueError:
            raise AnswerError(key, "earliest and latest must be days: YYYY-MM-DD", "impossible_date") from None
        if found.earliest > found.latest:
            raise AnswerError(key, "earliest is after latest", "earliest_after_latest")
        if found.latest > self.on:
            raise AnswerError(key, "date in the future", "future_date")
        return found


def _as_object(given: Any, key: str) -> Mapping[str, Any]:
    if isinstance(given, RepeatedKey):
        raise AnswerError(_joined(key, given.key), "the same key twice", "repeated_key")
    if not isinstance(given, Mapping):
        raise AnswerError(key, "must be an object", "not_allowed")
    return given


def _joined(key: str, name: Any) -> str:
    return f"{key}.{name}" if key else str(name)


def _not_allowed(shape: Shape, key: str) -> AnswerError:
    wanted = [repr(value) if isinstance(value, str) else str(value).lower() for value in shape.values]
    wanted += ["a date"] if shape.is_date else []
    wanted += ["a text"] if shape.is_text else []
    wanted += ["a number"] if shape.number or shape.integer else []
    wanted += ["an object"] if shape.fields is not None else []
    wanted += ["a list"] if shape.items is not None else []
    return AnswerError(key, f"not allowed here: use {' or '.join(wanted)}", "not_allowed")


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def day_of(text: Any) -> date:
    """YYYY-MM-DD, nothing else; ValueError for any other text and for days that are in no calendar."""
    if type(text) is not str or len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError
    return date.fromisoformat(text)


def _last_day(first: date, span: Span) -> date:
    following = shift(first, span)
    return following if following == date.max else following - ONE_DAY


def exact(value: Any, key: str) -> Decimal:
    """A number as an exact decimal: a float is taken as it is printed, 0.1 and not its binary neighbour."""
    if type(value) is float:
        number = Decimal(repr(value))
    elif isinstance(value, Decimal):
        number = value
    else:
        if value.bit_length() > 4 * MOST_DIGITS:
            raise AnswerError(key, "a number of this size is not allowed", "implausible_value")
        return Decimal(int(value))
    if not number.is_finite():
        raise AnswerError(key, "must be a number", "not_allowed")
    digits = len(number.as_tuple().digits)
    if digits > MOST_DIGITS or (number and not -MOST_DIGITS < number.adjusted() < MOST_DIGITS):
        raise AnswerError(key, "a number of this size is not allowed", "implausible_value")
    return number


def _number(shape: Shape, value: Any, key: str) -> Decimal | int:
    number = exact(value, key)
    if shape.integer is not None:
        least, most = shape.integer
        if number != number.to_integral_value() or number < least or (most is not None and number > most):
            limits = f"from {least} to {most}" if most is not None else f"from {least} up"
            raise AnswerError(key, f"must be a whole number {limits}", "not_allowed")
        return int(number)
    assert shape.number is not None
    limit, included = shape.number
    if number < limit or (number == limit and not included):
        raise AnswerError(key, f"must be {'at least' if included else 'above'} {limit}", "not_allowed")
    return number
