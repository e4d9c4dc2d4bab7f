"""The strength of one tablet, where a stated dose gives it in so many words."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from brasle_prescreen.reading.words import any_of


@cache
def _strength_statements() -> tuple[re.Pattern[str], ...]:
    mg, tablet, is_ = any_of("dose.mg"), any_of("dose.tablet"), any_of("dose.is")
    number = r"(?P<s>\d{1,3}(?:\.\d{1,3})?)"
    name = r"(?:_+ ?)?"
    return tuple(
        re.compile(source)
        for source in (
            rf"(?:{any_of('dose.per_tablet')}) ?(?:{is_})? ?{number} ?{mg}",
            rf"(?<![\d.]){number} ?{mg} ?(?:{any_of('dose.per')}|1(?![\d.]))? ?{name}(?:{tablet})(?!\d)",
            rf"(?:{any_of('dose.strength')}) ?{number} ?{mg}",
            rf"(?<![\d.]){number} ?{mg} ?(?:{any_of('dose.of_them')}|\*|x) ?",
            rf"\d ?[*x] ?{number} ?{mg}",
            rf"(?:{tablet}) {any_of('dose.tablet_of')} {number} ?{mg}",
            rf"(?:{tablet})[, ]{{0,2}}{number} ?{mg}{any_of('dose.of_them')}",
            rf"{number} ?{mg} {any_of('dose.each_one')}",
        )
    )


class Strength(NamedTuple):
    """The mg of one tablet, where in the text the number stands, and the whole of each statement."""

    mg: Decimal
    spans: tuple[tuple[int, int], ...]
    statements: tuple[tuple[int, int], ...]


def stated_strength(said: str) -> Strength | str | None:
    """The strength said in so many words; "two_strengths" if there are two; None if there is none."""
    spans: dict[tuple[int, int], Decimal] = {}
    statements = []
    for pattern in _strength_statements():
        for match in pattern.finditer(said):
            spans[match.span("s")] = Decimal(match["s"])
            statements.append(match.span())
    values = set(spans.values())
    if not values:
        return None
    if len(values) > 1:
        return "two_strengths"
    return Strength(values.pop(), tuple(spans), tuple(statements))
