"""All versions of the protocol: the trial files, and each amendment laid over what stood before it, from its day on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from brasle_prescreen.amendment import FILE, ORIGINAL, Amendment, folders, located, read_amendment
from brasle_prescreen.amendment_changes import CRITERIA, Change, changes
from brasle_prescreen.amendment_limits import check_protocol, check_questions, check_quotes
from brasle_prescreen.protocol import DIRECTORY, FILES, Protocol, load_protocol, read_protocol
from brasle_prescreen.trial_entry import ProtocolError, did_you_mean, read_toml

if TYPE_CHECKING:
    from brasle_prescreen.question import Card, Questions

SHIPPED = DIRECTORY / "amendments"
"""Where amendments stand that come with the program."""
_QUESTIONS = "questions.toml"
_LISTING = "listing.toml"


@dataclass(frozen=True, slots=True)
class Version:
    """One version. The first has no amendment and counts from ever; `changes` are those since the one before it."""

    protocol: Protocol
    questions: Questions
    amendment: Amendment | None = None
    changes: tuple[Change, ...] = ()

    @property
    def number(self) -> str:
        return self.amendment.number if self.amendment else ORIGINAL

    @property
    def counts_from(self) -> date | None:
        return self.amendment.counts_from if self.amendment else None

    @property
    def sha256(self) -> str:
        """Of everything that this version says, its questions too; what it judges by has the protocol's own hash."""
        if self.amendment is None:
            return self.protocol.sha256
        whole = sha256(self.protocol.sha256.encode())
        if _QUESTIONS in self.amendment.files:
            whole.update((self.amendment.folder / _QUESTIONS).read_bytes())
        whole.update(self.number.encode())
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Protocols:
    """Every version in the order in which they count; the first is always there."""

    versions: tuple[Version, ...]
    _by_number: Mapping[str, Version] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_number", {one.number: one for one in self.versions})

    @classmethod
    def alone(cls, protocol: Protocol, questions: Questions) -> Protocols:
        """A trial without amendments."""
        return cls((Version(protocol, questions),))

    def __iter__(self) -> Iterator[Version]:
        return iter(self.versions)

    @property
    def first(self) -> Version:
        return self.versions[0]

    @property
    def sha256(self) -> str:
        """Of all versions; without amendments that of the trial's files."""
        if len(self.versions) == 1:
            return self.first.sha256
        return sha256(" ".join(one.sha256 for one in self.versions).encode()).hexdigest()

    def on(self, day: date) -> Version:
        """The version in force on that day, as the calendar in Hangzhou has it."""
        for version in reversed(self.versions):
            if version.counts_from is None or version.counts_from <= day:
                return version
        return self.first

    def find(self, number: str, on: date) -> Version:
        """The version of that number; the one in force on that day if its folder was taken away since."""
        return self._by_number.get(number or ORIGINAL) or self.on(on)

    def named(self, typed: str) -> Version:
        """The version of that number, or in force on that day (YYYY-MM-DD); ValueError says what there is."""
        if typed in self._by_number:
            return self._by_number[typed]
        try:
            return self.on(date.fromisoformat(typed))
        except ValueError:
            known = did_you_mean(typed, self._by_number)
            raise ValueError(
                f"There is no version {typed!r} of the protocol. {known}; or give a day, YYYY-MM-DD."
            ) from None

    def between(self, one: Version, other: Version) -> tuple[Change, ...]:
        """What `other` says otherwise than `one`, however many versions lie between them."""
        if one is other:
            return ()
        return _compared(self.places(one), self.places(other))

    def places(self, version: Version) -> dict[str, Path]:
        """Where each file of a version stands."""
        found = {name: DIRECTORY / name for name in (*FILES, _QUESTIONS, _LISTING)}
        for one in self.versions[: self.versions.index(version) + 1]:
            found |= one.amendment.places if one.amendment else {}
        return found


def load_protocols(*more: Path, shipped: bool = True) -> Protocols:
    """The shipped trial with its amendments (`shipped`) and those below these folders, each a folder of its own.

    ProtocolError for the first mistake in any of them. Whether they are sealed is for the caller: `seal_problems`.
    """
    from brasle_prescreen.question import load_questions

    for place in more:
        if not place.is_dir():
            raise ProtocolError(f"amendments: there is no folder {place.name!r}. Mend the setting, or make the folder.")
    found = [read_amendment(folder) for folder in folders((*([SHIPPED] if shipped else []), *more))]
    protocols = Protocols.alone(load_protocol(), load_questions())
    for amendment in sorted(found, key=lambda one: (one.counts_from, one.number)):
        protocols = amended(protocols, amendment)
    return protocols


def amended(protocols: Protocols, amendment: Amendment) -> Protocols:
    """With one more version, which must count from a later day than all others. ProtocolError for any mistake in it."""
    places = protocols.places(protocols.versions[-1]) | amendment.places
    try:
        version = _version(protocols, amendment, places)
    except ProtocolError as error:
        own = amendment.places | {FILE: amendment.folder / FILE}
        raise located(error, amendment.folder, own) from None
    return Protocols((*protocols.versions, version))


def _version(protocols: Protocols, amendment: Amendment, places: Mapping[str, Path]) -> Version:
    before = protocols.versions[-1]
    if before.counts_from is not None and amendment.counts_from <= before.counts_from:
        raise ProtocolError(
            f"amendment.toml: 'counts_from' is {amendment.counts_from}, and amendment {before.number} counts from "
            f"{before.counts_from}. Two amendments cannot count from one day: make one of them, or mend the day."
        )
    if any(one.number == amendment.number for one in protocols):
        raise ProtocolError(f"amendment.toml: 'number' {amendment.number!r} stands in two amendments. Number one anew.")
    medicines = None if "medicines.toml" in amendment.files else before.protocol.medicines
    protocol = read_protocol(DIRECTORY, {name: places[name] for name in FILES}, medicines)
    questions = _questions(places[_QUESTIONS]) if _QUESTIONS in amendment.files else before.questions
    check_questions(before.questions, questions)
    told = _compared(protocols.places(before), places)
    check_protocol(before.protocol, protocol, told, _fills(questions))
    _check_quotes(protocol, places)
    if not told:
        raise ProtocolError("amendment.toml: its files say what stands already. Change them, or take the folder away.")
    return Version(protocol, questions, amendment, told)


def _compared(before: Mapping[str, Path], after: Mapping[str, Path]) -> tuple[Change, ...]:
    """Of files that are the same only the criteria are read: they tell what else touches them."""
    names = [name for name in after if before[name] != after[name] or name in CRITERIA]
    old, new = ({name: read_toml(places[name]) for name in names} for places in (before, after))
    return changes(old, new)


def _questions(path: Path) -> Questions:
    from brasle_prescreen.question import QuestionsError, parse_questions

    read_toml(path)
    try:
        return parse_questions(path.read_text(encoding="utf-8"))
    except QuestionsError as error:
        raise ProtocolError(str(error)) from None


def _fills(questions: Questions) -> dict[str, frozenset[str]]:
    """Which answers are asked for, by the criterion for which they are."""
    found: dict[str, set[str]] = {}
    for card in (*questions.card, *questions.medicine.card, *questions.vaccine.card):
        for criterion in card.why:
            found.setdefault(criterion, set()).update(_writes(card))
    return {criterion: frozenset(paths) for criterion, paths in found.items()}


def _writes(card: Card) -> Iterator[str]:
    yield from card.fills
    if card.kind in ("medicines", "medicine_dose"):
        yield "treatments"
    for choice in card.choices:
        yield from choice.sets
    if card.sets_date:
        yield card.sets_date


def _check_quotes(protocol: Protocol, places: Mapping[str, Path]) -> None:
    from brasle_prescreen.family_question import load_family_questions

    listed: Sequence[str] = (str(read_toml(places[_LISTING]).get("text", "")), protocol.eligibility.text)
    check_quotes({one.id: one.source for one in load_family_questions().values()}, listed)
