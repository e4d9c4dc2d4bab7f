"""Figures out of counts: how far families come, where they leave, what speaks against. Small numbers are
hidden. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.counting import Steps, Verdicts

# Below this a number could be somebody: with six places in the whole trial, most numbers are small.
FEWEST_SHOWN = 5
STEPS = ("started", "permitted", "finished", "handed_over", "contacted", "visit_booked")
# Who has been silent for less may still be answering.
STILL_ANSWERING = timedelta(hours=24)
OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, or that it is too small to be shown. `share` of the largest, 0 to 1, for a bar; 0 if
    hidden.
    """

    number: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its name (a code) and its numbers."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything on the page. `left` counts people by the card that they answered last."""

    funnel: tuple[Line, ...]
    by_source: tuple[Line, ...]
    left: tuple[Line, ...]
    attrition: tuple[Line, ...]
    closed: tuple[Line, ...]


def figures(people: Sequence[Steps], leads: Sequence[Verdicts], criteria: Sequence[str], now: datetime) -> Figures:
    """The figures as they may be shown."""
    totals = [sum(getattr(one, step) for one in people) for step in STEPS]
    most = max([*totals, 1])
    left = Counter(
        one.last_answered
        for one in people
        if one.permitted and not one.finished and not one.handed_over and now - one.silent_since >= STILL_ANSWERING
    )
    return Figures(
        funnel=tuple(Line(step, (shown(count, most),)) for step, count in zip(STEPS, totals, strict=True)),
        by_source=_by_source(people),
        left=_column(left),
        attrition=_attrition(leads, criteria),
        closed=_column(Counter(one.closed_for for one in leads if one.closed_for)),
    )


def shown(number: int, most: int) -> Cell:
    """A number as it may be shown: zero and those that are large enough."""
    if 0 < number < FEWEST_SHOWN:
        return Cell(None, 0)
    return Cell(number, number / max(most, 1))


def hide(columns: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Columns of a table whose sums are shown elsewhere: nobody may find a hidden number by subtracting.

    If the hidden numbers of a column add up to less than FEWEST_SHOWN, the next smallest is hidden with them.
    """
    result = []
    for column in columns:
        most = max([*column, 1])
        hidden = {place for place, number in enumerate(column) if 0 < number < FEWEST_SHOWN}
        candidates = sorted(
            (place for place, number in enumerate(column) if number >= FEWEST_SHOWN), key=lambda place: column[place]
        )
        if hidden and (len(hidden) == 1 or sum(column[place] for place in hidden) < FEWEST_SHOWN):
            hidden.update(candidates[:1])
        result.append(
            [Cell(None, 0) if place in hidden else Cell(number, number / most) for place, number in enumerate(column)]
        )
    return result


def _by_source(people: Iterable[Steps]) -> tuple[Line, ...]:
    counts: dict[str, list[int]] = {}
    for one in people:
        of_source = counts.setdefault(one.source, [0] * len(STEPS))
        for place, step in enumerate(STEPS):
            of_source[place] += getattr(one, step)
    small = [source for source, steps in counts.items() if source and steps[0] < FEWEST_SHOWN]
    if small:
        counts[OTHERS] = [sum(counts[source][place] for source in small) for place in range(len(STEPS))]
        for source in small:
            del counts[source]
    names = sorted(counts, key=lambda source: (source == OTHERS, -counts[source][0], source))
    columns = hide([[counts[name][place] for name in names] for place in range(len(STEPS))])
    return tuple(Line(name, tuple(column[row] for column in columns)) for row, name in enumerate(names))


def _column(counted: Mapping[str, int]) -> tuple[Line, ...]:
    """One column, largest first; its small numbers are one line at the end, so that no name stands beside
    them.
    """
    large = [(name, count) for name, count in counted.items() if count >= FEWEST_SHOWN]
    rest = sum(count for count in counted.values() if count < FEWEST_SHOWN)
    most = max([*(count for _, count in large), 1])
    lines = [Line(name, (shown(count, most),)) for name, count in sorted(large, key=lambda one: (-one[1], one[0]))]
    return tuple([*lines, Line(OTHERS, (shown(rest, most),))] if rest else lines)


def _attrition(leads: Sequence[Verdicts], criteria: Sequence[str]) -> tuple[Line, ...]:
    """Leads for which a criterion was not met, was open, was met."""
    counts: Counter[tuple[str, str]] = Counter()
    for judged, count in Counter(one.by_criterion for one in leads).items():  # many leads are judged alike
        for pair in judged:
            counts[pair] += count
    lines = []
    for criterion in criteria:
        [cells] = hide([[counts[criterion, verdict] for verdict in ("fail", "unknown", "pass")]])
        lines.append(Line(criterion, tuple(cells)))
    return tuple(lines)
