"""Which of the medicines named in a text were taken: negation and how far it reaches, plans, refusals, other people."""

from __future__ import annotations

import re

from brasle_prescreen.reading.medicine_clauses import (
    Clause,
    Group,
    Marker,
    Use,
    clauses_of,
    decisive,
    groups_of,
    joint,
    markers_of,
    strong,
)
from brasle_prescreen.reading.medicine_place import NAME_MASK, Place, mask
from brasle_prescreen.reading.medicine_remarks import speak_of_all, speak_of_the_last
from brasle_prescreen.reading.words import matcher, says

# After one of these, a list that began with "not" has ended.
FULL_STOPS = frozenset(".;!?\n\u3002")


def uses_of(text: str, places: list[Place]) -> list[Use]:
    """One use for each place, in order."""
    return _Message(text, places).uses()


class _Message:
    """A message heard clause by clause, and what holds beyond one clause: a list that began with "not", a heading,
    somebody else's illness.
    """

    def __init__(self, text: str, places: list[Place]) -> None:
        self._masked = mask(text, places)
        self._places = places
        self._found: list[Use | None] = [None] * len(places)
        self._carried: Use | None = None
        self._none_below: int | None = None  # the end of a line such as "never had:"
        self._elsewhere = False

    def uses(self) -> list[Use]:
        for clause in clauses_of(self._masked):
            if self._masked[clause.start - 1 : clause.start] in FULL_STOPS:
                self._carried, self._elsewhere = None, False
            inside = [i for i, place in enumerate(self._places) if clause.start <= place.start < clause.end]
            if inside:
                self._hear_names(clause, inside)
            else:
                self._hear_words(clause)
        return [use or Use.TAKEN for use in self._found]

    def _hear_words(self, clause: Clause) -> None:
        said = self._masked[clause.start : clause.end]
        if said.rstrip().endswith(":"):
            use = decisive(markers_of(self._masked, clause.start, clause.end))
            self._none_below = clause.end if use is Use.NOT_TAKEN else None
            return
        speak_of_the_last(self._masked, clause, self._found, self._places)
        self._elsewhere = (self._elsewhere or _is_ill(said)) and not says(said, "patient")
        if says(said, "medicines.did"):
            self._carried = None

    def _hear_names(self, clause: Clause, inside: list[int]) -> None:
        groups = groups_of(self._masked, self._places, inside)
        judged = self._as_a_list(clause, groups, _judge(self._masked, clause, groups))
        judged = self._under_heading(clause, judged)
        judged = self._of_others(self._masked[clause.start : clause.end], judged, len(inside))
        for group, use in zip(groups, judged, strict=True):
            for index in range(group.first, group.last + 1):
                self._found[index] = use
        if judged == [Use.NOT_TAKEN] and len(inside) == 1:
            speak_of_all(self._masked, clause, self._found, self._places, inside[0])

    def _as_a_list(self, clause: Clause, groups: list[Group], judged: list[Use | None]) -> list[Use | None]:
        """A list that began with "not" may go on over several clauses; of "A or B" nobody knows which."""
        choices = [_is_choice(self._masked[group.start : group.end]) for group in groups]
        lead = self._masked[clause.start : groups[0].start]
        carried, self._carried = self._carried, None
        if judged[0] is None and carried is not None:
            # "Not A, B or C" leaves none of them.
            judged = [_carried_on(lead, Use.NOT_TAKEN if choices == [True] else carried), *judged[1:]]
            self._carried = carried if judged[0] is not None and len(judged) == 1 else None
        judged = [
            Use.UNCLEAR if use is not Use.NOT_TAKEN and choice else use
            for use, choice in zip(judged, choices, strict=True)
        ]
        if self._carried is None and judged[-1] is Use.NOT_TAKEN:
            self._carried = Use.NOT_TAKEN if lead.rstrip().endswith(":") else Use.UNCLEAR
        return judged

    def _under_heading(self, clause: Clause, judged: list[Use | None]) -> list[Use | None]:
        """What the last line that ends with a colon says, it says of the names below."""
        if self._none_below is None or _ends_list(self._masked[self._none_below : clause.start]):
            self._none_below = None
            return judged
        return [use or Use.NOT_TAKEN for use in judged]

    def _of_others(self, said: str, judged: list[Use | None], names: int) -> list[Use | None]:
        """What a relative takes, or may take who was spoken of in the clause before."""
        if says(said, "relative"):
            return [_of_whom(said, use, names) for use in judged]
        if self._elsewhere and not says(said, "patient"):
            return [use if use is Use.NOT_TAKEN else Use.UNCLEAR for use in judged]
        self._elsewhere = False
        return judged


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


def _judge(masked: str, clause: Clause, groups: list[Group]) -> list[Use | None]:
    """The word of use stands before the names or after them; one clause keeps to one side."""
    said = masked[clause.start : clause.end]
    if says(said, "medicines.only_but"):
        rest_was = matcher("medicines.all_others").match(masked, clause.end)
        return [Use.UNCLEAR if rest_was else Use.TAKEN] * len(groups)
    if says(said, "medicines.all_but", "medicines.either"):
        return [Use.UNCLEAR] * len(groups)
    edges = [clause.start, *(edge for group in groups for edge in (group.start, group.end)), clause.end]
    markers = markers_of(masked, clause.start, clause.end)
    regions = [
        [marker for marker in markers if edges[i] <= marker.start < edges[i + 1]] for i in range(0, len(edges), 2)
    ]
    last = len(groups)
    verbs_follow = not strong(regions[0]) and bool(strong(regions[last]))
    uses: list[Use | None] = []
    for i in range(last):
        if verbs_follow:
            heard = regions[i + 1]
        elif i == 0 and not regions[0]:
            heard = regions[1][:-1] if last > 1 else regions[1]
        else:
            heard = regions[i][-2:][::-1]
            if i + 1 == last and not strong(heard):
                heard = [*strong(regions[last]), *heard]
        uses.append(decisive(heard))
    return _with_plans(masked, edges, markers, uses)


def _with_plans(masked: str, edges: list[int], markers: list[Marker], uses: list[Use | None]) -> list[Use | None]:
    """A plan to change from one medicine to another: the first is taken. A plan that was carried out: ask back."""
    plans = [marker.start for marker in markers if matcher("medicines.planned").match(masked, marker.start)]
    if len(uses) > 1 and any(at < edges[3] for at in plans) and not says(masked[: edges[3]], "medicines.just_done"):
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


def _carried_on(lead: str, carried: Use) -> Use | None:
    """The clause only goes on with a list that began with "not": behind a colon the "not" goes on, else nobody can tell."""
    lead = lead.strip()
    if matcher("medicines.or").fullmatch(lead):
        return Use.NOT_TAKEN
    return carried if not lead or joint().fullmatch(lead) else None


def _ends_list(between: str) -> bool:
    """Whether a list under a heading has ended: an empty line stands behind its names."""
    return re.search(rf"{NAME_MASK}.*\n\s*\n", between, re.DOTALL) is not None
