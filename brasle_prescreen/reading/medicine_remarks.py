"""Remarks without a name of their own: "never tried", "we refused", "neither was taken". They speak of names before them."""

from __future__ import annotations

import re

from brasle_prescreen.reading.medicine_clauses import (
    Clause,
    Marker,
    Use,
    clause_end,
    clauses_of,
    joint,
    markers_of,
    strong,
)
from brasle_prescreen.reading.medicine_place import Place
from brasle_prescreen.reading.words import is_only, matcher, says

# Behind the verb of a remark that speaks of a name before it, no more than this follows.
LONGEST_REMARK = 8
_LETTERS = re.compile("[a-z0-9\u3400-\u9fff]")


def speak_of_the_last(masked: str, clause: Clause, found: list[Use | None], places: list[Place]) -> None:
    """A clause without a name ("never tried", "we refused") speaks of what was named before, if nothing was said of it yet."""
    said = masked[clause.start : clause.end]
    last = max((i for i, place in enumerate(places) if place.start < clause.start), default=-1)
    if last < 0 or says(said, "medicines.others", "relative"):
        return
    said = matcher("medicines.not_of_them").sub(" ", said)
    if says(said, "medicines.planned") and not (
        says(said, "medicines.not_used", "medicines.used", "medicines.verbs", "medicines.starts")
        or is_only(said, "medicines.planned")
    ):
        return  # "next week at the clinic" plans a visit
    first = next(iter(strong(markers_of(said, 0, len(said)))), None)
    if first is not None and first.use is Use.TAKEN:
        found[last] = _affirmed(masked, said, first, found[last], places[last])
    elif first is not None and first.use is Use.NOT_TAKEN:
        _deny(masked, clause, said, found, places, last)


def _affirmed(masked: str, said: str, first: Marker, use: Use | None, place: Place) -> Use | None:
    """What was only talked about, and then taken, is taken; a "not" or a plan that the remark undoes: ask back."""
    did = says(said, "medicines.did")
    if use is Use.UNCLEAR and did and _says_near(masked, place, "medicines.talked"):
        return Use.TAKEN
    if use is Use.NOT_TAKEN and (_takes_back(said, first) or (did and _says_near(masked, place, "medicines.planned"))):
        return Use.UNCLEAR
    return use


def _deny(masked: str, clause: Clause, said: str, found: list[Use | None], places: list[Place], last: int) -> None:
    """The last name is not taken, and those that were listed with it; how far that reaches, nobody can always tell."""
    refused = says(said, "medicines.we_refused")
    if found[last] is not None and not refused and not _says_near(masked, places[last], "medicines.talked"):
        return
    found[last] = Use.NOT_TAKEN
    in_brackets = masked.rfind("(", 0, clause.start) > masked.rfind(")", 0, clause.start)
    only_of_its_group = refused or in_brackets or _LETTERS.search(masked, places[last].end, clause.start) is not None
    same_group = True
    for index in range(last - 1, -1, -1):
        between = masked[places[index].end : places[index + 1].start]
        joined = joint().fullmatch(between) is not None and clause_end().search(between) is None
        same_group = same_group and joined
        if in_brackets and not says(between, "medicines.joins_two"):
            break
        if not joined and (only_of_its_group or found[index] is not None or _LETTERS.search(between)):
            break
        sure = (same_group and not in_brackets) or says(said, "medicines.all_of_them")
        found[index] = Use.NOT_TAKEN if sure else Use.UNCLEAR


def _takes_back(said: str, marker: Marker) -> bool:
    """ "Before, she took it" behind "not now"; "my daughter took it" behind "I never did"."""
    by_whom = says(said, "patient") and says(said, "medicines.verbs")
    return (by_whom or says(said, "medicines.past", "medicines.did")) and len(said) - marker.end <= LONGEST_REMARK


def _says_near(masked: str, place: Place, path: str) -> bool:
    """Whether the clause in which the name stands says it."""
    clause = next(one for one in clauses_of(masked) if one.start <= place.start < one.end)
    return says(masked[clause.start : clause.end], path)


def speak_of_all(masked: str, clause: Clause, found: list[Use | None], places: list[Place], index: int) -> None:
    """ "A, B: neither was taken": of the bare names before the last one it is said too."""
    place = places[index]
    if masked[clause.start : place.start].strip() or not says(masked[place.end : clause.end], "medicines.all_of_them"):
        return
    bare = []
    while index > 0 and found[index - 1] is None:
        if not re.fullmatch(r"[\s,\u3001]*", masked[places[index - 1].end : places[index].start]):
            break
        index -= 1
        bare.append(index)
    for one in bare:
        found[one] = Use.NOT_TAKEN if len(bare) == 1 else Use.UNCLEAR
