"""A table of medians with their extremes, and the targets beside what was reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isnan
from statistics import median
from typing import Any, NamedTuple

from machine import Script

# name of a row -> what is measured -> its value in each round
Samples = Mapping[str, Mapping[str, list[float]]]


class Column(NamedTuple):
    """`metric` as the scripts report it; "clock_us" and "ratio" are worked out from that."""

    metric: str
    heading: str
    digits: int = 0


class Goal(NamedTuple):
    target: str
    reached: str
    met: bool


class Table(NamedTuple):
    """`base`: the row that the others are compared with, round by round, in `compared`."""

    title: str
    note: str
    scripts: tuple[Script, ...]
    columns: tuple[Column, ...]
    goals: Callable[[Samples], list[Goal]]
    base: str | None = None
    compared: str = "cpu_us"
    rounds: int | None = None  # where one round is enough


def samples(rounds: Iterable[Iterable[Mapping[str, Any]]], base: str | None, compared: str) -> Samples:
    """The values of every row, and how many times less it takes than the base in the same round."""
    found: dict[str, dict[str, list[float]]] = {}
    for reported in rounds:
        rows = {one["name"]: dict(one) for one in reported}
        for name, row in rows.items():
            if "seconds" in row:
                row["clock_us"] = row["seconds"] / row["updates"] * 1e6
            if base in rows and row.get(compared):
                row["ratio"] = rows[base][compared] / row[compared]
            kept = found.setdefault(name, {})
            for metric, value in row.items():
                if isinstance(value, int | float):
                    kept.setdefault(metric, []).append(value)
    return found


def of(found: Samples, name: str, metric: str) -> float:
    """The median; nan where it was not measured, which meets no target."""
    values = found.get(name, {}).get(metric, [])
    return median(values) if values else float("nan")


def goal(target: str, value: float, *, least: float | None = None, most: float | None = None, unit: str = "") -> Goal:
    """A target for one number."""
    if isnan(value):
        return Goal(target, "not measured", met=False)
    met = (least is None or value >= least) and (most is None or value <= most)
    digits = 0 if abs(value) >= 100 or value == round(value) else 1
    return Goal(target, f"{value:,.{digits}f}{unit}", met)


def shown(table: Table, found: Samples) -> str:
    """The table as Markdown, and its targets. Where rows are compared, the quickest is the first."""
    names = list(found)
    if table.base is not None:
        names.sort(key=lambda name: of(found, name, table.columns[0].metric))
    lines = [f"## {table.title}", "", table.note, ""]
    lines += [f"| | {' | '.join(column.heading for column in table.columns)} |", "|---|" + "---:|" * len(table.columns)]
    for name in names:
        cells = [_cell(found[name].get(column.metric, []), column.digits) for column in table.columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    goals = table.goals(found)
    if goals:
        lines += ["", "| target | reached | met |", "|---|---:|---|"]
        lines += [f"| {one.target} | {one.reached} | {'yes' if one.met else 'no'} |" for one in goals]
    return "\n".join(lines) + "\n"


def _cell(values: list[float], digits: int) -> str:
    if not values:
        return ""
    middle = f"{median(values):,.{digits}f}"
    if len(values) == 1 or min(values) == max(values):
        return middle
    return f"{middle} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"
