"""Which of the medicines named in a text were taken: negation and how far it reaches, plans, refusals, "was on, now on"."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import NamedTuple

from brasle_prescreen.reading.medicine_place import NAME_MASK, Place, mask
from brasle_prescreen.reading.words import any_of, is_only, matcher, says

# After one of these, a list that began with "not" has ended.
FULL_STOPS = frozenset(".;!?\n\u3002")
# Behind the verb of a remark that speaks of a name before it, no more than this follows.
LONGEST_REMARK = 8


_LETTERS = re.compile("[a-z0-9\u3400-\u9fff]")


class Use(Enum):
    """What is said of one medicine. UNCLEAR: the words can be read both ways."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    UNCLEAR = "unclear"


class Marker(NamedTuple):
    """A word of use. `is_weak`: only says when ("before", "now"), so that any other word of the clause goes first."""

    start: int
    end: int
    use: Use
    is_weak: bool


class Group(NamedTuple):
    """Names `first`..`last`, joined by "and" or a sign within one clause: what is said of one is said of all."""

    first: int
    last: int
    start: int
    end: int


class Clause(NamedTuple):
    start: int
    end: int


class Heading(NamedTuple):
    """A line that ends with a colon: what it says holds for the names in the lines below."""

    end: int
    use: Use | None


MARKERS = (
    ("medicines.not_used", Use.NOT_TAKEN, False),
    ("medicines.planned", Use.NOT_TAKEN, False),
    ("medicines.cannot_tell", Use.UNCLEAR, False),
    ("medicines.used", Use.TAKEN, False),
    ("medicines.time_words", Use.TAKEN, True),
    ("medicines.talked", Use.UNCLEAR, True),
)


def uses_of(text: str, places: list[Place]) -> list[Use]:
    """One use for each place, in order."""
    masked = mask(text, places)
    found: list[Use | None] = [None] * len(places)
    carried: Use | None = None
    heading: Heading | None = None
    elsewhere = False
    for clause in _clauses(masked):
        said = masked[clause.start : clause.end]
        if masked[clause.start - 1 : clause.start] in FULL_STOPS:
            carried, elsewhere = None, False
        inside = [i for i, place in enumerate(places) if clause.start <= place.start < clause.end]
        if not inside and said.rstrip().endswith(":"):
            heading = Heading(clause.end, _decisive(_markers(masked, clause.start, clause.end)))
            continue
        if not inside:
            _speak_of_the_last(masked, clause, found, places)
            elsewhere = (elsewhere or _is_ill(said)) and not says(said, "patient")
            carried = None if says(said, "medicines.did") else carried
            continue
        groups = _groups(masked, places, inside)
        judged = _judge(masked, clause, groups)
        choices = [_is_choice(masked[group.start : group.end]) for group in groups]
        lead = masked[clause.start : groups[0].start]
        if judged[0] is None and carried is not None:
            # "Not A, B or C" leaves none of them.
            judged[0] = _carried_on(lead, Use.NOT_TAKEN if choices == [True] else carried)
            carried = carried if judged[0] is not None and len(judged) == 1 else None
        else:
            carried = None
        judged = [
            Use.UNCLEAR if use is not Use.NOT_TAKEN and choice else use
            for use, choice in zip(judged, choices, strict=True)
        ]
        if carried is None and judged[-1] is Use.NOT_TAKEN:
            carried = Use.NOT_TAKEN if lead.rstrip().endswith(":") else Use.UNCLEAR
        if heading is not None and _ends_list(masked[heading.end : clause.start]):
            heading = None
        if heading is not None and heading.use is Use.NOT_TAKEN:
            judged = [use or Use.NOT_TAKEN for use in judged]
        if says(said, "relative"):
            judged = [_of_whom(said, use, len(inside)) for use in judged]
        elif elsewhere and not says(said, "patient"):
            judged = [use if use is Use.NOT_TAKEN else Use.UNCLEAR for use in judged]
        else:
            elsewhere = False
        for group, use in zip(groups, judged, strict=True):
            for index in range(group.first, group.last + 1):
                found[index] = use
        if judged == [Use.NOT_TAKEN] and len(inside) == 1:
            _speak_of_all(masked, clause, found, places, inside[0])
    return [use or Use.TAKEN for use in found]


def _is_ill(said: str) -> bool:
    """Somebody else has an illness: in the rest of the sentence it may be that person who takes a medicine."""
    return says(said, "relative") and says(said, "medicines.is_ill") and not says(said, "patient")


def _of_whom(said: str, use: Use | None, names: int) -> Use | None:
    """What a relative took is not the patient's; a relative who writes, or two persons in one clause: nobody can tell."""
    if matcher("medicines.writes").search(said):
        return Use.UNCLEAR
    if not says(said, "patient"):
        return Use.NOT_TAKEN
    return Use.UNCLEAR if names > 1 else use


def _clauses(masked: str) -> list[Clause]:
    clauses, start = [], 0
    for match in _clause_end().finditer(masked):
        if match.start() > start:
            clauses.append(Clause(start, match.start()))
        # A word that opens a clause ("but") belongs to it; a sign does not.
        start = match.end()
    if start < len(masked):
        clauses.append(Clause(start, len(masked)))
    return clauses


@cache
def _clause_end() -> re.Pattern[str]:
    return re.compile(rf"[,;!?\n()\u3002]|\.(?!\d)|(?={any_of('medicines.turns')})")


def _groups(masked: str, places: list[Place], inside: list[int]) -> list[Group]:
    groups: list[Group] = []
    for index in inside:
        place = places[index]
        if groups and _joint().fullmatch(masked[groups[-1].end : place.start]):
            groups[-1] = groups[-1]._replace(last=index, end=place.end)
        else:
            groups.append(Group(index, index, place.start, place.end))
    return groups


@cache
def _joint() -> re.Pattern[str]:
    """Only signs, joining words and strengths stand between two names of one group."""
    return re.compile(
        rf"(?:\s|[:\u3001+/&\"'-]|{any_of('medicines.joins')}|\d+(?:\.\d+)? ?{any_of('dose.milligram')})*"
    )


def _markers(masked: str, start: int, end: int) -> list[Marker]:
    """The words of use between two places; of two that overlap, the one that begins first, then the longer."""
    said = masked[:end]
    found = [
        Marker(match.start(), match.end(), use, is_weak)
        for path, use, is_weak in MARKERS
        for match in matcher(path).finditer(said, start)
        if match.end() > match.start()
    ]
    found.sort(key=lambda marker: (marker.start, -marker.end, marker.use is not Use.TAKEN))
    kept: list[Marker] = []
    for marker in found:
        if kept and marker.start < kept[-1].end:
            continue
        if kept and kept[-1].use is Use.NOT_TAKEN and not masked[kept[-1].end : marker.start].strip():
            kept[-1] = kept[-1]._replace(end=marker.end)  # "never" and "used" side by side are one word
            continue
        kept.append(marker)
    return kept


def _judge(masked: str, clause: Clause, groups: list[Group]) -> list[Use | None]:
    """The word of use stands before the names or after them; one clause keeps to one side."""
    said = masked[clause.start : clause.end]
    if says(said, "medicines.only_but"):
        rest_was = matcher("medicines.all_others").match(masked, clause.end)
        return [Use.UNCLEAR if rest_was else Use.TAKEN] * len(groups)
    if says(said, "medicines.all_but", "medicines.either"):
        return [Use.UNCLEAR] * len(groups)
    edges = [clause.start, *(edge for group in groups for edge in (group.start, group.end)), clause.end]
    markers = _markers(masked, clause.start, clause.end)
    regions = [
        [marker for marker in markers if edges[i] <= marker.start < edges[i + 1]] for i in range(0, len(edges), 2)
    ]
    last = len(groups)
    verbs_follow = not _strong(regions[0]) and bool(_strong(regions[last]))
    uses: list[Use | None] = []
    for i in range(last):
        if verbs_follow:
            heard = regions[i + 1]
        elif i == 0 and not regions[0]:
            heard = regions[1][:-1] if last > 1 else regions[1]
        else:
            heard = regions[i][-2:][::-1]
            if i + 1 == last and not _strong(heard):
                heard = [*_strong(regions[last]), *heard]
        uses.append(_decisive(heard))
    return _with_plans(masked, edges, markers, uses)


def _with_plans(masked: str, edges: list[int], markers: list[Marker], uses: list[Use | None]) -> list[Use | None]:
    """A plan to change from one medicine to another: the first is taken. A plan that was carried out: ask back."""
    plans = [marker.start for marker in markers if matcher("medicines.planned").match(masked, marker.start)]
    if len(uses) > 1 and any(at < edges[3] for at in plans) and not masked[: edges[3]].endswith("\u4e86"):
        changes = matcher("medicines.changes").finditer(masked, edges[0], edges[3])
        if any(match.end() > edges[2] for match in changes):
            return [Use.TAKEN, Use.NOT_TAKEN, *uses[2:]]
    lead, start, end, clause_end = edges[-4:]
    planned = uses[-1] is Use.NOT_TAKEN and any(lead <= at < start for at in plans)
    if planned and says(masked[end:clause_end], "medicines.did"):
        return [*uses[:-1], Use.UNCLEAR]
    return uses


def _is_choice(group: str) -> bool:
    """This or that: one of them, and nobody knows which."""
    return says(group, "medicines.or")


def _strong(markers: list[Marker]) -> list[Marker]:
    return [marker for marker in markers if not marker.is_weak]


def _decisive(heard: list[Marker]) -> Use | None:
    first = next(iter(_strong(heard)), None) or next(iter(heard), None)
    return first.use if first else None


def _carried_on(lead: str, carried: Use) -> Use | None:
    """The clause only goes on with a list that began with "not": behind a colon the "not" goes on, else nobody can tell."""
    lead = lead.strip()
    if matcher("medicines.or").fullmatch(lead):
        return Use.NOT_TAKEN
    return carried if not lead or _joint().fullmatch(lead) else None


def _ends_list(between: str) -> bool:
    """Whether a list under a heading has ended: an empty line stands behind its names."""
    return re.search(rf"{NAME_MASK}.*\n\s*\n", between, re.DOTALL) is not None


def _speak_of_the_last(masked: str, clause: Clause, found: list[Use | None], places: list[Place]) -> None:
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
    first = next(iter(_strong(_markers(said, 0, len(said)))), None)
    if first is None:
        return
    if first.use is Use.TAKEN and found[last] is Use.UNCLEAR and _says_near(masked, places[last], "medicines.talked"):
        found[last] = Use.TAKEN if says(said, "medicines.did") else Use.UNCLEAR
        return
    if first.use is Use.TAKEN and found[last] is Use.NOT_TAKEN:
        if _takes_back(said, first) or (
            says(said, "medicines.did") and _says_near(masked, places[last], "medicines.planned")
        ):
            found[last] = Use.UNCLEAR
        return
    if first.use is not Use.NOT_TAKEN:
        return
    refused = says(said, "medicines.we_refused")
    if found[last] is not None and not refused and not _says_near(masked, places[last], "medicines.talked"):
        return
    found[last] = Use.NOT_TAKEN
    in_brackets = masked.rfind("(", 0, clause.start) > masked.rfind(")", 0, clause.start)
    only_of_its_group = refused or in_brackets or _LETTERS.search(masked, places[last].end, clause.start) is not None
    same_group = True
    for index in range(last - 1, -1, -1):
        between = masked[places[index].end : places[index + 1].start]
        joined = _joint().fullmatch(between) is not None and _clause_end().search(between) is None
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
    clause = next(one for one in _clauses(masked) if one.start <= place.start < one.end)
    return says(masked[clause.start : clause.end], path)


def _speak_of_all(masked: str, clause: Clause, found: list[Use | None], places: list[Place], index: int) -> None:
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


def is_over(text: str, places: list[Place], index: int) -> bool:
    """Whether this one is no longer taken: stopped, used before, switched from. For questions about now."""
    masked = mask(text, places)
    place = places[index]
    clause = next(c for c in _clauses(masked) if c.start <= place.start < c.end)
    inside = [p for p in places if clause.start <= p.start < clause.end]
    previous = max((p.end for p in inside if p.end <= place.start), default=clause.start)
    following = min((p.start for p in inside if p.start >= place.end), default=clause.end)
    before, after = masked[previous : place.start], masked[place.end : following]
    if following < clause.end and says(after, "medicines.switch"):
        return True
    if previous > clause.start and says(before, "medicines.switch"):
        return False
    if previous > clause.start and _joint().fullmatch(before):
        return is_over(text, places, index - 1)
    if not _last_of(masked[clause.start : inside[0].start]) and _first_of(masked[inside[-1].end : clause.end]):
        return _first_of(after) == "medicines.past"  # the words stand behind the names
    heard = _last_of(before) or _first_of(after) or _first_of(masked[following : clause.end])
    if heard is None and following == clause.end:
        heard = _first_of(_remark_after(masked, clause, places))
    return heard == "medicines.past"


def _remark_after(masked: str, clause: Clause, places: list[Place]) -> str:
    """The clause right behind, in brackets or after a comma, if no name stands in it: "(stopped)"."""
    following = next((one for one in _clauses(masked) if one.start >= clause.end), None)
    if following is None or masked[clause.end : following.start].strip() not in (",", "("):
        return ""
    named = any(following.start <= place.start < following.end for place in places)
    said = masked[following.start : following.end]
    return "" if named or says(said, "medicines.others") else said


def _last_of(said: str) -> str | None:
    """Whether words of the past or of the present stand nearest to the end."""
    ends = {path: [m.end() for m in matcher(path).finditer(said)] for path in ("medicines.past", "medicines.now")}
    heard = {path: max(found) for path, found in ends.items() if found}
    return max(heard, key=lambda path: heard[path]) if heard else None


def _first_of(said: str) -> str | None:
    starts = {path: [m.start() for m in matcher(path).finditer(said)] for path in ("medicines.past", "medicines.now")}
    heard = {path: min(found) for path, found in starts.items() if found}
    return min(heard, key=lambda path: heard[path]) if heard else None
