"""The numbers that a text says, each with its unit and what it is compared with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.locale_checks.language_words import LanguageWords
from brasle_prescreen.reading.numerals import fold_numerals

# Lengths that are exactly so many of a smaller unit; a month is no number of days.
SAME_AS = {"week": ("day", 7), "year": ("month", 12)}
_TAG = re.compile(r"</?[a-z]+>")
# Parts of a name, not numbers: CD19, C3, B2.
_IN_A_NAME = re.compile(r"(?<=[A-Za-z])[-+^]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` is a number in its shortest writing, or a placeholder. `firm`: the other language has to say it."""

    value: str
    unit: str | None
    compare: str | None
    firm: bool
    said: str

    @property
    def amount(self) -> tuple[str, str | None]:
        """The value in the smallest unit that it is exactly so many of: 2 weeks are 14 days."""
        if self.unit in SAME_AS and not self.value.startswith("{"):
            unit, factor = SAME_AS[self.unit]
            return _short(Decimal(self.value) * factor), unit
        return self.value, self.unit


def quantities(text: str, words: LanguageWords) -> list[Quantity]:
    """Every number of a text in the order in which it is said."""
    text = _TAG.sub("", text)
    kept = words.not_numbers.sub(lambda match: "\u25a1" * len(match[0]), text)
    kept = _IN_A_NAME.sub(lambda match: "\u25a1" * len(match[0]), kept)
    found = []
    for match in words.numeral.finditer(kept):
        quantity = _quantity(kept, match, words)
        if quantity is not None:
            found.append(quantity)
    for match in words.one_of.finditer(kept):
        unit = _unit(kept[match.end() :], words)
        if unit is not None:
            found.append(Quantity("1", unit[0], None, firm=False, said=match[0].strip()))
    return found


def _quantity(text: str, match: re.Match[str], words: LanguageWords) -> Quantity | None:
    said = match[0]
    rest = text[match.end() :]
    unit = _unit(rest, words)
    value = _value(said, words)
    if value is None:
        return None
    after = rest[unit[1] :] if unit else rest
    compare = next((name for name, pattern in words.before if pattern.search(text[: match.start()])), None)
    if compare is None:
        compare = next((name for name, pattern in words.after if pattern.match(after)), None)
    return Quantity(value, unit[0] if unit else None, compare, _is_firm(said, rest, unit is not None, words), said)


def _is_firm(said: str, rest: str, has_unit: bool, words: LanguageWords) -> bool:
    if said.startswith("{"):
        return False
    if any(character.isascii() and character.isdigit() for character in unicodedata.normalize("NFKC", said)):
        return True
    if said.lower() in words.soft_numbers or said in words.soft_digits:
        return has_unit and said.lower() not in words.numbers and said.lower() in words.soft_numbers
    return said.lower() in words.numbers or has_unit or bool(words.measures.match(rest))


def _value(said: str, words: LanguageWords) -> str | None:
    if said.startswith("{"):
        return said
    known = words.numbers.get(said.lower()) or words.soft_numbers.get(said.lower())
    if known is not None:
        return _short(Decimal(known))
    plain = unicodedata.normalize("NFKC", said).replace(",", "")
    folded = plain if plain.replace(".", "").isdigit() and plain.isascii() else fold_numerals(plain)
    ten_thousand = 1
    if folded[-1:] not in "0123456789" and folded[:-1]:
        folded, ten_thousand = folded[:-1], 10_000
    try:
        return _short(Decimal(folded) * ten_thousand)
    except InvalidOperation:
        half = unicodedata.numeric(said[0], None) if len(said) == 1 else None
        return None if half is None else _short(Decimal(str(half)))


def _unit(rest: str, words: LanguageWords) -> tuple[str, int] | None:
    """The unit that follows, and where it ends."""
    space = len(rest) - len(rest.lstrip(" -"))
    for name, pattern in words.units:
        match = pattern.match(rest[space:])
        if match:
            return name, space + match.end()
    return None


def _short(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
