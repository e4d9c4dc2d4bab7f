"""The lexicon: which medicine a typed name means, and what that medicine touches, by the way it is given."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

# A longer text is no name of a medicine; it is kept as typed and not looked up.
LONGEST_NAME = 200
MOST_REMEMBERED = 2000
NONE = "none"
SITE = "site"
HIT = "hit"
# The way of giving was asked for, but is not known. None: as the lexicon says.
UNSURE_ROUTE = "unsure"


class Medicine(NamedTuple):
    """One entry. `flags` has a value for every flag of the lexicon, "none" included."""

    id: str
    inn: str
    zh: str
    brands: tuple[str, ...]
    aliases: tuple[str, ...]
    medicine_class: str
    strengths: tuple[str, ...]
    flags: Mapping[str, str]
    marks: frozenset[str]
    by_mouth: str | None
    verified: tuple[str, ...]
    status: str
    note: str

    @property
    def is_vaccine(self) -> bool:
        return "vaccine" in self.marks

    @property
    def names(self) -> Iterator[str]:
        """Everything that it may be called."""
        yield from (self.id, self.inn, self.zh, *self.brands, *self.aliases)


class Effect(NamedTuple):
    """What a medicine touches when it is given in one way.

    `pulse`: a large dose by drip. `maybe_pulse`: it could be one, as nobody knows how it is given.
    `own_medicine`: each listing counts as a different medicine.
    """

    flags: Mapping[str, str]
    pulse: bool
    maybe_pulse: bool
    own_medicine: bool


class Match(NamedTuple):
    """What a name means. `route` is what a word taken off the name says about the way of giving."""

    medicine: Medicine
    exact: bool
    route: str | None = None


class Route(NamedTuple):
    """What one way of giving changes; see the head of the lexicon."""

    set_flags: Mapping[str, str]
    soften: frozenset[str]
    of_class: Mapping[str, Mapping[str, str]]
    pulse_of_class: str | None
    maybe_pulse_of_class: str | None
    not_a_pulse: bool
    own_medicine_if: frozenset[str]


AS_LISTED = Route({}, frozenset(), {}, None, None, False, frozenset())


class NameWords(NamedTuple):
    """Words of salt, form and injection that may be taken off a name."""

    beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    injected: frozenset[str]


class Lookalike(NamedTuple):
    """One name of a confusable group; `id` is None where the lexicon has no entry."""

    name: str
    id: str | None


def normalise(name: str) -> str:
    """NFKC, lower case, without white space and the registered sign."""
    return "".join(unicodedata.normalize("NFKC", name).lower().split()).replace("®", "")


class Lexicon:
    """All entries, found by any of their names."""

    def __init__(
        self,
        by_name: Mapping[str, Medicine],
        words: NameWords,
        routes: Mapping[str, Route],
        confusable: tuple[tuple[Lookalike, ...], ...],
        unnamed: str,
    ) -> None:
        # Every name, normalised, in the order of the entries.
        self._by_name = by_name
        self._entries = {medicine.id: medicine for medicine in by_name.values()}
        self._words = words
        # The longest ending first.
        self._endings = tuple(sorted(words.endings, key=len, reverse=True))
        self._routes = routes
        # Names as they were typed, where they are some medicine's.
        self._matched: dict[str, Match] = {}
        self._effects: dict[tuple[str, str | None], Effect] = {}
        self.confusable = confusable
        self.unnamed = self._entries[unnamed]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Medicine]:
        return iter(self._entries.values())

    def __contains__(self, id: str) -> bool:
        return id in self._entries

    def entry(self, id: str) -> Medicine:
        """The entry with that id; KeyError if there is none."""
        return self._entries[id]

    def names(self, id: str) -> dict[str, str]:
        """What people read for an entry, by language."""
        medicine = self._entries[id]
        return {"en": medicine.inn, "zh": medicine.zh}

    def find(self, name: str) -> Match | None:
        """The entry that is called so, exactly or after taking off one word of salt or form at either end."""
        known = self._matched.get(name)
        if known is not None:
            return known
        match = self._find(name)
        if match is not None:
            if len(self._matched) >= MOST_REMEMBERED:
                self._matched.clear()
            self._matched[name] = match
        return match

    def _find(self, name: str) -> Match | None:
        if len(name) > LONGEST_NAME:
            return None
        plain = normalise(name)
        found = self._by_name.get(plain)
        if found is not None:
            return Match(found, exact=True)
        return self._find_stripped(plain)

    def _find_stripped(self, plain: str) -> Match | None:
        ending = next((one for one in self._endings if plain.endswith(one)), "")
        beginning = next((one for one in self._words.beginnings if plain.startswith(one)), "")
        for front, back in (("", ending), (beginning, ""), (beginning, ending)):
            if not front and not back:
                continue
            found = self._by_name.get(plain[len(front) : len(plain) - len(back)])
            if found is not None:
                injected = bool(self._words.injected & {front, back})
                return Match(found, exact=False, route="injection" if injected else None)
        return None

    def confusable_with(self, id: str) -> tuple[Lookalike, ...]:
        """The other names of every group that the entry belongs to; never correct one into the other."""
        others: dict[Lookalike, None] = {}
        for group in self.confusable:
            if any(one.id == id for one in group):
                others.update(dict.fromkeys(one for one in group if one.id != id))
        return tuple(others)

    def flags(self, id: str | None, route: str | None = None) -> Mapping[str, str]:
        """What an entry touches when given so; id None is a name that was not recognised."""
        medicine = self.unnamed if id is None else self._entries[id]
        return self.effect(self.swallowed(medicine) if route == "oral" else medicine, route).flags

    def swallowed(self, medicine: Medicine) -> Medicine:
        """The entry that is meant when this one is said to be swallowed."""
        return self._entries[medicine.by_mouth] if medicine.by_mouth else medicine

    def effect(self, medicine: Medicine, route: str | None) -> Effect:
        """What the medicine touches when given in this way: oral, injection, topical, unsure, or None (as
        listed).
        """
        key = (medicine.id, route)
        found = self._effects.get(key)
        if found is None:
            found = self._effects[key] = self._effect(medicine, self._routes.get(route or "", AS_LISTED))
        return found

    def _effect(self, medicine: Medicine, route: Route) -> Effect:
        flags = {
            flag: SITE if value == HIT and flag in route.soften else value for flag, value in medicine.flags.items()
        }
        flags.update(route.of_class.get(medicine.medicine_class, {}))
        flags.update(route.set_flags)
        pulse = "pulse" in medicine.marks or medicine.medicine_class == route.pulse_of_class
        return Effect(
            flags=flags,
            pulse=pulse and not route.not_a_pulse,
            maybe_pulse=medicine.medicine_class == route.maybe_pulse_of_class,
            own_medicine=bool(medicine.marks & (route.own_medicine_if | {"group"})),
        )
