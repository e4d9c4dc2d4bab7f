"""What a message about medicines says beside the names that are known: words for a group ("steroids"), names that
nobody knows, and whether anything else stands there. Nothing of it may be lost only because a known name stood near.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from brasle_prescreen.medicines import Lexicon, Medicine
from brasle_prescreen.reading.medicine_clauses import Use
from brasle_prescreen.reading.medicine_index import index_of
from brasle_prescreen.reading.medicine_place import NAME_MASK, Place, mask
from brasle_prescreen.reading.medicine_scope import uses_of
from brasle_prescreen.reading.medicines_said import find_names, is_supplement, prepared
from brasle_prescreen.reading.words import any_of, matcher

# What parts the entries of a list.
_SIGNS = re.compile(r"(?:[,;\n\u3001\u3002]|\.(?!\d))+")
_LETTERS = re.compile("[a-z\u3400-\u9fff]")
# A name, and not a sentence: so many characters, or so many Latin words.
LONGEST_NAME = 24
MOST_LATIN_WORDS = 2
# The groups that the words speak of, by the lexicon's own classes.
GROUPS = ("ocs", "antimalarial", "conventional_immunosuppressant", "biologic", "jak_btk_tyk2")


class Group(NamedTuple):
    """A word for a group of medicines that was taken, as typed, and the group."""

    said: str
    group: str


class Beside(NamedTuple):
    """`groups`: of which no medicine is named; `names`: entries of a list that are no known name; `of_no_use`: known names
    of which the words may say "not taken" as well as "did not help"; `hidden`: short names, each with its entry, that
    the words around them do not show to be names; `more`: any word beside the known names, "and" and the like left aside.
    """

    groups: tuple[Group, ...] = ()
    names: tuple[str, ...] = ()
    of_no_use: frozenset[str] = frozenset()
    hidden: tuple[tuple[str, str], ...] = ()
    more: bool = False


def read_beside(text: str, lexicon: Lexicon) -> Beside:
    """What stands in the message beside the medicines that `read_medicines` finds in it."""
    said = prepared(text)
    known = find_names(said, lexicon)
    groups = _group_places(mask(said, known))
    places = sorted([*known, *(place for place, _ in groups)])
    use = dict(zip(places, uses_of(said, places), strict=True))
    named = [lexicon.entry(id) for place in known for id in place.entries]
    taken = {
        group: Group(said[place.start : place.end], group)
        for place, group in reversed(groups)
        if use[place] is not Use.NOT_TAKEN and not any(is_of(one, group) for one in named)
    }
    masked = mask(said, places)
    hidden = tuple(dict.fromkeys(index_of(lexicon).hidden(masked)))
    return Beside(
        groups=tuple(taken[group] for group in GROUPS if group in taken),
        names=tuple(
            name for name in dict.fromkeys(_unknown(masked)) if places and not any(one in name for one, _ in hidden)
        ),
        of_no_use=frozenset(
            said[place.start : place.end]
            for place in known
            if use[place] is Use.NOT_TAKEN and matcher("medicines.no_use").match(said, place.end)
        ),
        hidden=hidden,
        more=_LETTERS.search(_joining().sub(" ", mask(said, known))) is not None,
    )


def is_of(medicine: Medicine, group: str) -> bool:
    """Whether the medicine is of the group: by its class, or by the part of the treatments that it counts for."""
    return group in (medicine.medicine_class, medicine.flags["i4"])


def _group_places(masked: str) -> list[tuple[Place, str]]:
    places: list[tuple[Place, str]] = []
    for group in GROUPS:
        for match in matcher(f"medicines.group.{group}").finditer(masked):
            places.append((Place(*match.span(), (), "exact"), group))
            masked = masked[: match.start()] + NAME_MASK * len(match[0]) + masked[match.end() :]
    return sorted(places)


def _unknown(masked: str) -> list[str]:
    """The entries of a list in which no known name stands and no everyday word: "Anbo tablets"."""
    entries = _SIGNS.split(_and_a_name().sub(",", masked))
    return [
        entry
        for entry in map(str.strip, entries)
        if NAME_MASK not in entry and _is_name(entry) and not is_supplement(entry)
    ]


def _is_name(entry: str) -> bool:
    bare = _form_at_the_end().sub("", _chatter_around().sub("", entry).strip())
    if not 2 <= len(bare) <= LONGEST_NAME or len(bare.split()) > MOST_LATIN_WORDS or _LETTERS.search(bare) is None:
        return False
    return matcher("medicines.looks_like").fullmatch(bare) is not None or _sentence().search(bare) is None


@cache
def _sentence() -> re.Pattern[str]:
    """A word that names of medicines do not hold: then the entry is a remark, and no name."""
    return re.compile(
        "[0-9?]|"
        + any_of(
            "medicines.filler", "medicines.common_words", "medicines.class", "medicines.everyday", "medicines.unnamed",
            "medicines.used", "medicines.not_used", "medicines.time_words", "particles",
        )
    )  # fmt: skip


@cache
def _and_a_name() -> re.Pattern[str]:
    """ "And" beside a known name parts entries as a comma does; elsewhere it may stand within a name."""
    joins = any_of("medicines.joins")
    return re.compile(rf"(?<={NAME_MASK}) ?{joins} ?| ?{joins} ?(?={NAME_MASK})")


@cache
def _form_at_the_end() -> re.Pattern[str]:
    return re.compile(rf" ?{any_of('medicines.form_after')}$")


@cache
def _chatter_around() -> re.Pattern[str]:
    chatter = any_of("medicines.chatter")
    return re.compile(rf"^(?:{chatter}[ .!]*)+|(?:[ .!]*{chatter})+[ .!]*$")


@cache
def _joining() -> re.Pattern[str]:
    return re.compile(any_of("medicines.joins", "medicines.form_before", "medicines.form_after"))
