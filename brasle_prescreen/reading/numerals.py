"""Numbers in words become digits: the Chinese and the English ways of writing them, wherever they stand in a text.

Two numerals of one digit side by side mean "about": three-four months becomes `3~4`. A run of digits in words is
joined: two-zero-two-six is 2026. The characters and words themselves are in `words/*.toml`, under [numerals].
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from brasle_prescreen.reading.words import languages, look_up


@cache
def _merged(path: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for _, data in languages():
        merged |= look_up(data, f"numerals.{path}") or {}
    return merged


def _class(characters: object) -> str:
    return "[" + re.escape("".join(str(character) for character in list(characters))) + "]"  # type: ignore[call-overload]


@cache
def _chinese() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    digits, units, tens = _merged("digits"), _merged("units"), _merged("tens_in_one")
    marks = _merged("marks")
    digit, unit, ten = _class(digits), _class(units), _class(tens)
    first = f"(?:{digit}|{_class([key for key, value in units.items() if value == 10])}|{ten})"
    body = f"{first}(?:{digit}|{unit}|{ten})*"
    point = f"(?:{marks['point']}(?={digit}){digit}+)?"
    run = re.compile(f"({body}{point})({marks['ten_thousand']}(?:{digit}{unit}?)?)?")
    after_arabic = re.compile(rf"(?<!\d)(\d{{1,9}}){marks['ten_thousand']}(\d)(?!\d|{marks['point']})")
    percent = re.compile(rf"{marks['percent']}(\d{{1,9}}(?:\.\d{{1,9}})?)")
    fraction = re.compile(rf"(?<!\d)(\d{{1,9}}){marks['fraction']}(\d{{1,9}})")
    return run, after_arabic, percent, fraction


@cache
def _either_year() -> re.Pattern[str]:
    """Two digits and "year" are a year (two-three-year is 2023) unless "ago", "more" or "or so" follows."""
    marks = _merged("marks")
    return re.compile(rf"(\d)~(\d)({marks['year']})(?!{marks['not_a_year']})")


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    return tuple(_merged("spelled").items())


def fold_numerals(text: str) -> str:
    """Lower-case text in, the same text with digits out. Idempotent; everything else is left as it is."""
    if not text.isascii():
        for word, becomes in _pairs():
            if word in text:
                text = text.replace(word, becomes)
        run, after_arabic, percent, fraction = _chinese()
        text = run.sub(_run_value, text)
        text = after_arabic.sub(lambda m: f"{m[1]}.{m[2]}{_merged('marks')['ten_thousand']}", text)
        text = percent.sub(r"\1%", text)
        text = fraction.sub(_fraction_value, text)
        text = _either_year().sub(r"\1\2\3", text)
    return _fold_english(text)


def _fraction_value(match: re.Match[str]) -> str:
    below = int(match[1][:9])
    return _short(Decimal(int(match[2][:9])) / below) if below else match[0]


def _short(value: Decimal) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _run_value(match: re.Match[str]) -> str:
    said, more = match[1], match[2]
    marks = _merged("marks")
    whole, _, decimals = said.partition(marks["point"])
    value = _whole(whole)
    if decimals:
        value += "." + "".join(str(_merged("digits")[character]) for character in decimals)
    if not more:
        return value
    rest = more[1:]
    if not rest or "~" in value or "." in value:
        return f"{value}{marks['ten_thousand']}{rest}"
    # Seven-wan-five is 75,000: the last digit counts thousands, unless its own unit stands with it.
    digit = _merged("digits")[rest[0]]
    scale = Decimal(_merged("units")[rest[1]]) / 1000 if len(rest) > 1 else Decimal(1)
    return f"{_short(Decimal(value) + Decimal(digit) * scale / 10)}{marks['ten_thousand']}"


def _whole(said: str) -> str:
    digits, units, tens = _merged("digits"), _merged("units"), _merged("tens_in_one")
    if all(character in digits for character in said):
        return _digits_in_a_row(said)
    total, section, about, last_unit = 0, 0, None, 1
    previous_was_zero = False
    for index, character in enumerate(said):
        if character in tens:
            section = tens[character]
            total, section, last_unit = total + section, 0, 10
        elif character in units:
            unit = units[character]
            if about is not None:  # two-three-ten: 20 to 30
                return f"{about * unit}~{section * unit}"
            total, section, last_unit = total + (section or 1) * unit, 0, unit
        else:
            digit = digits[character]
            following = said[index + 1 : index + 2]
            if section and digit == section + 1 and following and following in units:
                about = section
            elif section and digit == section + 1 and not following:  # ten-two-three: 12 to 13
                return f"{total + section}~{total + digit}"
            section = digit
            previous_was_zero = previous_was_zero or digit == 0
    if section and last_unit > 10 and not previous_was_zero:  # one-hundred-two is 120
        section *= last_unit // 10
    return str(total + section)


def _digits_in_a_row(said: str) -> str:
    digits = _merged("digits")
    values = [digits[character] for character in said]
    if len(values) == 2 and values[0] and values[1] == values[0] + 1:
        return f"{values[0]}~{values[1]}"
    return "".join(str(value) for value in values)


@cache
def _english() -> re.Pattern[str]:
    ones, tens = _merged("ones"), _merged("tens")
    one = "|".join(sorted(ones, key=len, reverse=True))
    ten = "|".join(sorted(tens, key=len, reverse=True))
    below_hundred = rf"(?:(?:{ten})(?:[ -](?:{one}))?|(?:{one}))"
    hundred, thousand, and_, point = (_merged("scale")[key] for key in ("hundred", "thousand", "and", "point"))
    number = (
        rf"(?:(?:{below_hundred}|an?|\d+) (?:{thousand})(?:(?:,? (?:{and_}))? (?={below_hundred}))?)?"
        rf"(?:(?:{below_hundred}|an?|\d+) (?:{hundred})(?: (?:{and_}))?(?: {below_hundred})?|{below_hundred})?"
    )
    return re.compile(rf"(?<![a-z])(?=[a-z\d])({number})(?: (?:{point}) ((?:{one})(?: (?:{one}))*))?(?![a-z])")


def _fold_english(text: str) -> str:
    if not _may_hold_english().search(text):
        return text
    return _english().sub(_english_value, text)


@cache
def _may_hold_english() -> re.Pattern[str]:
    listed = [*_merged("ones"), *_merged("tens"), *(_merged("scale")[key] for key in ("hundred", "thousand"))]
    return re.compile("|".join(listed)) if listed else re.compile(r"(?!)")


def _english_value(match: re.Match[str]) -> str:
    said = match[1]
    if not said or said.isdigit():
        return match[0]
    ones, tens, scale = _merged("ones"), _merged("tens"), _merged("scale")
    if ones.get(said) == 1 and match.string[: match.start()].rpartition(" ")[0].rpartition(" ")[2] in _merged(
        "no_number_after"
    ):
        return match[0]
    total, section = 0, 0
    for word in re.split(r"[ ,-]+", said):
        if word in ones:
            section += ones[word]
        elif word in tens:
            section += tens[word]
        elif word.isdigit():
            section += int(word[:9])
        elif re.fullmatch(scale["hundred"], word):
            section = (section or 1) * 100
        elif re.fullmatch(scale["thousand"], word):
            total, section = total + (section or 1) * 1000, 0
    value = str(total + section)
    if match[2]:
        value += "." + "".join(str(ones[word]) for word in match[2].split())
    return value
