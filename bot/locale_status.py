"""How far each language is: by room, by sign-off, and what changed since."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.locale_checks.shelf import Shelf
from bot.locale_signoff import Change, SignOff, changes, fits, read_record
from bot.locale_texts import state_of
from bot.wording import ENGLISH
from bot.wording_error import WordingError
from bot.wording_pairs import APPROVED, Pair, read_pairs

ROOMS = "rooms.toml"


@dataclass(frozen=True, slots=True)
class Room:
    """Texts that belong together, and how many are in which state."""

    name: str
    texts: int
    done: int
    look_again: int
    missing: int


@dataclass(frozen=True, slots=True)
class Status:
    """One language. `approvals`: how many of its texts stand on the ethics committee's manifest, by (number, date)."""

    language: str
    name: str
    rooms: tuple[Room, ...]
    sign_offs: tuple[SignOff, ...]
    changed: tuple[Change, ...]
    never_signed: int
    approvals: Mapping[tuple[str, str], int]

    @property
    def total(self) -> Room:
        return Room(
            "all",
            sum(room.texts for room in self.rooms),
            sum(room.done for room in self.rooms),
            sum(room.look_again for room in self.rooms),
            sum(room.missing for room in self.rooms),
        )


def statuses(shelf: Shelf) -> Iterator[Status]:
    """English first, then every translation."""
    rooms = _rooms(shelf.folder / ROOMS)
    approved = read_pairs(shelf.folder / APPROVED)
    for language in (ENGLISH, *shelf.translations):
        found = changes(shelf, language)
        file = shelf.master if language == ENGLISH else shelf.translations[language]
        entry = file.entries.get("language.name")
        own_name = (entry.english if language == ENGLISH else entry.translation) if entry else ""
        yield Status(
            language,
            own_name or language,
            tuple(_counted(shelf, language, rooms)),
            read_record(shelf.folder, language),
            tuple(change for change in found if change.had is not None),
            sum(1 for change in found if change.had is None),
            _approvals(shelf, language, approved),
        )


def percent(room: Room) -> int:
    """Whole percents, rounded down: 100 means all of it."""
    return room.done * 100 // room.texts if room.texts else 100


def _counted(shelf: Shelf, language: str, rooms: Mapping[str, list[str]]) -> Iterator[Room]:
    states: dict[str, Counter[str]] = {name: Counter() for name in rooms}
    for key in shelf.master.entries:
        name = next((name for name, patterns in rooms.items() if fits(key, patterns)), None)
        if name is not None:
            states[name][state_of(shelf, language, key)] += 1
    for name, count in states.items():
        yield Room(name, count.total(), count[""], count["fuzzy"] + count["stale"], count["missing"])


def _approvals(shelf: Shelf, language: str, approved: Mapping[str, Pair]) -> dict[tuple[str, str], int]:
    """Texts whose present wording is the approved one."""
    count: Counter[tuple[str, str]] = Counter()
    for key, pair in approved.items():
        entry = shelf.master.entries.get(key)
        if entry is None or pair.texts.get(ENGLISH) != entry.english:
            continue
        if language == ENGLISH:
            count[pair.number, pair.date] += 1
            continue
        translated = shelf.translations[language].entries.get(key)
        if translated is not None and pair.texts.get(language) == translated.translation:
            count[pair.number, pair.date] += 1
    return dict(count)


def _rooms(path: Path) -> Mapping[str, list[str]]:
    try:
        rooms: Mapping[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))["rooms"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WordingError(f"{path.name}: cannot be read ({type(error).__name__}); fetch its last version.") from error
    return rooms
