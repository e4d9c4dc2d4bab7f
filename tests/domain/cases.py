"""Reading case files: what is answered on which day, and what is expected of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
CRITERIA = HERE.parent / "criteria"
# Where a case does not care about the day.
ANY_DAY = date(2026, 11, 22)
KEYS = {"name", "on", "answers", "verdict", "kind", "clears_on", "concern", "reason", "parts", "tier"}


class Case(NamedTuple):
    """One case of a criterion. What it does not expect is not looked at."""

    criterion: str
    name: str
    on: date
    answers: dict[str, Any]
    expected: dict[str, Any]


def criterion_cases(id: str) -> Iterator[Case]:
    """The cases of one criterion; FileNotFoundError if it has no file."""
    data = tomllib.loads((CRITERIA / f"{id}.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    for case in data["case"]:
        unknown = set(case) - KEYS
        assert not unknown, f"{id}.toml, {case['name']}: unknown keys {unknown}"
        yield Case(
            criterion=id,
            name=case["name"],
            on=case.get("on", data.get("on", ANY_DAY)),
            answers=case.get("answers", {}),
            expected={key: case[key] for key in KEYS - {"name", "on", "answers"} if key in case},
        )
