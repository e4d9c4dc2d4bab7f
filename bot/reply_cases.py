"""Cases of typed replies: how each is typed, what it means, and whether a reading of it is right, missed or silently wrong."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

WORKED = "worked.jsonl"


@dataclass(frozen=True)
class Case:
    """One typed reply. `accepted` holds what counts as right, the best first; `ask_back` may be among them."""

    id: str
    kind: str
    lang: str
    question: str
    as_of: date
    text: str
    accepted: tuple[Any, ...]
    tier: str = "should"
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def carries_a_value(self) -> bool:
        return bool(self.accepted[0] != "ask_back")


def own_cases(folder: Path) -> Iterator[Case]:
    """Our own cases: every TOML file of the folder, one kind a file."""
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        number = 0
        for group in data["group"]:
            question = group.get("question") or data["question"][group["lang"]]
            for text, means in group["says"].items():
                number += 1
                accepted = tuple(_expected(data["kind"], one, group) for one in _alternatives(means))
                yield Case(
                    f"{path.stem}-{number:03}",
                    data["kind"],
                    group["lang"],
                    question,
                    data["as_of"],
                    text,
                    accepted,
                    group["tier"],
                )


def worked_cases(folder: Path) -> Iterator[Case]:
    """The worked replies that the conventions were explained with."""
    for line in (folder / WORKED).read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        expected = data["expected"]
        if isinstance(expected, dict) and "accept" in data:
            expected = expected | {"accept": data["accept"]}
        yield Case(
            data["id"],
            data["kind"],
            data["lang"],
            data["question"],
            date.fromisoformat(data["as_of"]),
            data["text"],
            (expected, *data.get("accept_also", ())),
            data["tier"],
        )


def _alternatives(means: Any) -> list[Any]:
    if isinstance(means, list) and len(means) == 1 and "|" in means[0]:
        first, *others = (part.strip() for part in means[0].split("|"))
        return [[first], *others]
    if isinstance(means, str):
        return [part.strip() for part in means.split("|")]
    return [means]


def _expected(kind: str, means: Any, group: dict[str, Any]) -> Any:
    if not isinstance(means, str):
        return means
    if means in ("ask_back", "unsure", "never", "ongoing"):
        return means
    if kind == "when":
        return _days(means)
    if kind == "age":
        if means.startswith("born "):
            days = _days(means.removeprefix("born "))
            days.pop("accept", None)
            return {"birth": days}
        years, _, tolerance = means.partition("+-")
        return {"years": float(years), "tolerance": float(tolerance or 0.5)}
    if kind == "drugs":
        return [] if means == "[]" else sorted(part.strip() for part in means.split(","))
    if kind == "steroid_dose":
        dose, _, tolerance = means.partition("+-")
        return {"prednisone_mg_per_day": float(dose), "tolerance": float(tolerance or 0.6)}
    if kind == "quantity":
        value, _, tolerance = means.partition("+-")
        return {
            "analyte": group["analyte"],
            "value": float(value),
            "tolerance": float(tolerance or 0.5 if float(value) >= 20 else 0.06),
        }
    if kind == "ana" and means.startswith("1:"):
        return {"titer": int(means[2:])}
    return means


def _days(means: str) -> dict[str, Any]:
    """`D`, `D..D`, `D +-half`, `D..D +-slack`."""
    said, _, width = means.partition("+-")
    first, _, last = said.strip().partition("..")
    earliest, latest = date.fromisoformat(first), date.fromisoformat(last or first)
    if not width:
        return {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    number = int(width)
    if last:
        slack = timedelta(days=number)
        accept = {
            "earliest": [earliest - slack, earliest + slack // 3],
            "latest": [latest - slack // 3, latest + slack],
        }
    else:
        narrow, wide = timedelta(days=number // 5), timedelta(days=2 * number)
        accept = {"earliest": [earliest - wide, earliest - narrow], "latest": [latest + narrow, latest + wide]}
        half = timedelta(days=number)
        earliest, latest = earliest - half, latest + half
    return {
        "earliest": earliest.isoformat(),
        "latest": latest.isoformat(),
        "accept": {key: [end.isoformat() for end in ends] for key, ends in accept.items()},
    }


def is_right(expected: Any, predicted: Any) -> bool:
    """Whether a prediction is what was expected, within the tolerance stated."""
    if isinstance(expected, dict):
        if not isinstance(predicted, dict):
            return False
        tolerance = expected.get("tolerance", 0)
        if "accept" in expected:
            return all(low <= predicted.get(end, "") <= high for end, (low, high) in expected["accept"].items())
        return all(
            _close(value, predicted.get(key), tolerance)
            for key, value in expected.items()
            if key not in ("tolerance", "accept")
        )
    return bool(expected == predicted)


def _close(expected: Any, predicted: Any, tolerance: float) -> bool:
    if isinstance(expected, (int, float)) and isinstance(predicted, (int, float)):
        return abs(expected - predicted) <= tolerance + 1e-9
    return bool(expected == predicted)


def verdict(case: Case, predicted: Any) -> str:
    """`read`, `asked` (back, rightly), `missed` (asked back or said less than it could) or `silent` (a wrong value)."""
    if any(is_right(expected, predicted) for expected in case.accepted):
        return "asked" if predicted == "ask_back" else "read"
    if predicted == "ask_back" or (predicted == "unsure" and case.carries_a_value):
        return "missed"
    return "wide" if _only_too_wide(case, predicted) else "silent"


def _only_too_wide(case: Case, predicted: Any) -> bool:
    """An interval that holds every expected day, but more, misleads nobody."""
    expected = case.accepted[0]
    if not (isinstance(expected, dict) and isinstance(predicted, dict) and "earliest" in predicted):
        return False
    if "earliest" not in expected:
        return False
    return bool(predicted["earliest"] <= expected["earliest"] and predicted["latest"] >= expected["latest"])
