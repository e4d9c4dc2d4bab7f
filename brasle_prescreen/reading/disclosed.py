"""Hears, in any message, what calls for a person and not for a program: a pregnancy, or that somebody is being hurt.

What is denied, asked or feared is no disclosure; nor is a pregnancy that is over, or a relative's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from brasle_prescreen.reading.plain import plain, tight
from brasle_prescreen.reading.red_flags import clause_at, is_denied, is_denied_after
from brasle_prescreen.reading.words import matcher, says

Disclosed = Literal["abuse", "pregnancy", "none"]
HEARD = 2000  # characters, at the beginning and again at the end


def disclosed(text: str, *, oneself: bool = False) -> Disclosed:
    """What the message discloses. `oneself`: the patient is writing, so that "I" is the patient."""
    whole = text if len(text) <= 2 * HEARD else f"{text[:HEARD]}\n{text[-HEARD:]}"
    said = tight(plain(whole))
    if any(True for _ in _told(said, "disclosed.abuse")):
        return "abuse"
    if not says(said, "disclosed.over") and any(
        _is_the_patients(clause, oneself) for clause in _told(said, "disclosed.pregnancy")
    ):
        return "pregnancy"
    return "none"


def _told(said: str, words: str) -> Iterator[str]:
    """Each clause that says so as a fact. That somebody was hurt long ago still calls for a person."""
    for match in matcher(words).finditer(said):
        start, clause = clause_at(said, match)
        if is_denied(said[start : match.start()], "alarm.negation") or is_denied_after(said, match):
            continue
        if not says(clause, "disclosed.not_so"):
            yield clause


def _is_the_patients(clause: str, oneself: bool) -> bool:
    if says(clause, "patient"):
        return True
    if says(clause, "relative"):
        return False
    return oneself or not says(clause, "alarm.first_person")
