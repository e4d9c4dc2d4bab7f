"""Whether a medicine is no longer taken: stopped, used before, switched from. For questions about now."""

from __future__ import annotations

from brasle_prescreen.reading.medicine_clauses import Clause, clauses_of, joint
from brasle_prescreen.reading.medicine_place import Place, mask
from brasle_prescreen.reading.words import matcher, says


def is_over(text: str, places: list[Place], index: int) -> bool:
    """Whether this one is no longer taken: stopped, used before, switched from. For questions about now."""
    masked = mask(text, places)
    place = places[index]
    clause = next(c for c in clauses_of(masked) if c.start <= place.start < c.end)
    inside = [p for p in places if clause.start <= p.start < clause.end]
    previous = max((p.end for p in inside if p.end <= place.start), default=clause.start)
    following = min((p.start for p in inside if p.start >= place.end), default=clause.end)
    before, after = masked[previous : place.start], masked[place.end : following]
    if following < clause.end and says(after, "medicines.switch"):
        return True
    if previous > clause.start and says(before, "medicines.switch"):
        return False
    if previous > clause.start and joint().fullmatch(before):
        return is_over(text, places, index - 1)
    if not _last_of(masked[clause.start : inside[0].start]) and _first_of(masked[inside[-1].end : clause.end]):
        return _first_of(after) == "medicines.past"  # the words stand behind the names
    heard = _last_of(before) or _first_of(after) or _first_of(masked[following : clause.end])
    if heard is None and following == clause.end:
        heard = _first_of(_remark_after(masked, clause, places))
    return heard == "medicines.past"


def _remark_after(masked: str, clause: Clause, places: list[Place]) -> str:
    """The clause right behind, in brackets or after a comma, if no name stands in it: "(stopped)"."""
    following = next((one for one in clauses_of(masked) if one.start >= clause.end), None)
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
