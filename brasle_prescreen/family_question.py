"""What families ask about the study, and which sentences of the registry's listing answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from brasle_prescreen.trial_entry import Entry, ProtocolError, read_toml

DIRECTORY = Path(__file__).parent / "trial"
FILE = "family_questions.toml"
# Where the registry's words are kept, word for word.
LISTED = ("listing.toml", "eligibility.toml")
ANSWERED = ("whole", "partly", "no", "chat")
# The id goes into buttons and message keys.
_ID = re.compile(r"[a-z]{2,16}")


@dataclass(frozen=True, slots=True)
class FamilyQuestion:
    """One question. `source`: the listing's sentences behind the answer; `first`: the key of a text said before it.

    `answered` is "whole" or "partly" by the listing, "no", or by this "chat".
    """

    id: str
    answered: str
    source: tuple[str, ...] = ()
    first: str = ""

    @property
    def for_the_call(self) -> bool:
        """Whether something of it is left for the study team to answer."""
        return self.answered in ("partly", "no")


@cache
def load_family_questions() -> Mapping[str, FamilyQuestion]:
    """The shipped questions by id, in the order in which they are offered. ProtocolError for any mistake in them."""
    listed = [str(read_toml(DIRECTORY / name).get("text", "")) for name in LISTED]
    return read_family_questions(read_toml(DIRECTORY / FILE), listed)


def read_family_questions(data: Mapping[str, Any], listed: list[str]) -> Mapping[str, FamilyQuestion]:
    """The questions of one file. `listed` is the registry's text: every source must stand in it, word for word."""
    file = Entry(FILE, "", data)
    found: dict[str, FamilyQuestion] = {}
    for entry in file.tables("question"):
        one = FamilyQuestion(
            id=entry.text("id"),
            answered=entry.one_of("answered", ANSWERED),
            source=entry.texts("source"),
            first=entry.text("first", ""),
        )
        entry.finish()
        _check(one, found, listed)
        found[one.id] = one
    file.finish()
    return found


def _check(one: FamilyQuestion, before: Mapping[str, FamilyQuestion], listed: list[str]) -> None:
    if not _ID.fullmatch(one.id):
        raise ProtocolError(f"{FILE}, {one.id!r}: an id is 2 to 16 small Latin letters. Give it a shorter, plain one.")
    if one.id in before:
        raise ProtocolError(f"{FILE}, {one.id}: this id stands twice. Give one of the two questions another id.")
    if one.answered in ("whole", "partly") and not one.source:
        raise ProtocolError(
            f"{FILE}, {one.id}: the listing answers it, and no sentence of the listing is named. "
            "Add source = ['...'], or write answered = 'no'."
        )
    for sentence in one.source:
        if not any(sentence in text for text in listed):
            raise ProtocolError(
                f"{FILE}, {one.id}: {sentence!r} stands neither in {LISTED[0]} nor in {LISTED[1]}. "
                "Copy the sentence from there, slips included."
            )
