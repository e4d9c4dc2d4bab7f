"""Who is affected when something was read, copied or stolen, and of which kinds of data: from trail and database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.store import codes, leads
from bot.store.audit_entry import Did
from bot.store.backup import DATABASE, verify_backup
from bot.store.errors import StoreError, UnknownLead
from bot.store.ledger import Ledger, shown
from bot.store.moments import from_micros, to_micros
from bot.store.queries import load_queries

_SQL = load_queries("incident")

# Kinds of data, as families are told of them. The last one says nothing about health.
CONTACT, ANSWERS, PRIVATE, WORDS, SITE_NOTES, STATUS = KINDS = (
    "contact", "answers", "private", "own_words", "site_notes", "status",
)  # fmt: skip
EVERYTHING = frozenset(KINDS)
_PAGE = frozenset({ANSWERS, SITE_NOTES, STATUS})
# What a reading shows of the lead that it names.
_OF_ONE: Mapping[str, frozenset[str]] = {
    "lead.read": _PAGE,
    "lead.contact.read": frozenset({CONTACT, WORDS}),
    "lead.private.read": frozenset({PRIVATE}),
}
# What a reading shows of every lead that there was.
_OF_ALL: Mapping[str, frozenset[str]] = {
    "queue.read": frozenset({STATUS}),
    "queue.search": frozenset({STATUS}),
    "export.queue": frozenset({STATUS}),
    "export.queue_named": frozenset({STATUS, CONTACT}),
    "export.screening_log": frozenset({STATUS}),
}
_WHOLE = frozenset({"lead.exported"})
_COMMAND = "command:"


@dataclass(slots=True)
class Affected:
    """One family. `codes` are its leads'; `contact` is empty if it left none; `gone`: it has deleted its data since,
    and cannot be told. `first` and `last`: when its data was read, if that is known.
    """

    person: str
    codes: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    language: str = ""
    channel: str = ""
    contact: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` until before `until`; `who`: readings of one account or command's user alone."""

    since: datetime
    until: datetime
    who: str | None = None


def by_readings(ledger: Ledger, span: Span) -> list[Affected]:
    """Whose data was read in a span, and what of it."""
    known = _Families(ledger)
    bounds = {"since": to_micros(span.since), "until": to_micros(span.until), "who": span.who}
    for at, who, action, subject in ledger.sql.execute(_SQL["readings"], bounds):
        if action in _OF_ONE:
            # A command shows the whole lead at once, the page a part at a time.
            whole = action == "lead.read" and who.startswith(_COMMAND)
            known.touch(subject, EVERYTHING if whole else _OF_ONE[action], at)
        elif action in _WHOLE:
            known.touch(subject, EVERYTHING, at)
        elif action in _OF_ALL:
            known.touch_all(_OF_ALL[action], at)
    return known.affected()


def by_codes(ledger: Ledger, typed: Iterable[str]) -> list[Affected]:
    """The families of these leads, with everything that is kept of them. UnknownLead."""
    known = _Families(ledger)
    for one in typed:
        known.touch(codes.as_code(one), EVERYTHING, None)
    return known.affected()


def by_backup(ledger: Ledger, place: Path, *, with_keys: bool) -> list[Affected]:
    """Everybody in a stolen backup. Without the keys only what is not sealed can be read there. BadCopy."""
    verify_backup(place)
    uri = f"{(place / DATABASE).absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as sql:
        people = {person for (person,) in sql.execute(_SQL["ids"])}
    return _everybody(ledger, people, EVERYTHING if with_keys else frozenset({STATUS}))


def by_server(ledger: Ledger) -> list[Affected]:
    """Everybody, with everything: the server was taken, keys and all."""
    return _everybody(ledger, {person for (person,) in ledger.sql.execute(_SQL["ids"])}, EVERYTHING)


def note(affected: Iterable[Affected]) -> tuple[Did, ...]:
    """What the trail must say of the list itself: it holds how to reach families."""
    listed = [one for one in affected if one.contact]
    reached = (Did("lead.contact.read", code) for one in listed for code in one.codes)
    return (Did("incident.listed", became=len(listed)), *reached)


def _everybody(ledger: Ledger, people: set[int], kinds: frozenset[str]) -> list[Affected]:
    known = _Families(ledger)
    for person in sorted(people):
        known.of_person(person).kinds |= kinds
    return known.affected()


class _Families:
    """Families as they stand today, with what of each was touched."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._people: dict[int, Affected] = {}
        self._past: dict[str, Affected] = {}
        self._channels = dict(ledger.sql.execute(_SQL["people"]).fetchall())
        self._leads = {
            code: (person, created, language, contact)
            for code, person, created, language, contact in ledger.sql.execute(_SQL["leads"])
        }
        self._ended = {code: (created, changed) for code, created, changed in ledger.sql.execute(_SQL["past"])}
        self._of: dict[int, list[str]] = {}
        for code, (person, *_) in self._leads.items():
            self._of.setdefault(person, []).append(code)

    def of_person(self, person: int) -> Affected:
        if person not in self._people:
            self._people[person] = self._made(person)
        return self._people[person]

    def touch(self, code: str, kinds: frozenset[str], at: int | None) -> None:
        if code in self._leads:
            one = self.of_person(self._leads[code][0])
        elif code in self._ended:
            one = self._past.setdefault(code, Affected("", [code], gone=True))
        else:
            raise UnknownLead(f"There is no lead with the reference number {code}.")
        one.kinds |= kinds
        if at is not None:
            moment = from_micros(at)
            one.first = one.first or moment
            one.last = moment

    def touch_all(self, kinds: frozenset[str], at: int) -> None:
        """Every lead that there was at this moment."""
        for code, (_, created, _, _) in self._leads.items():
            if created <= at:
                self.touch(code, kinds, at)
        for code, (created, changed) in self._ended.items():
            if created <= at <= changed:
                self.touch(code, kinds, at)

    def affected(self) -> list[Affected]:
        found = [one for one in (*self._people.values(), *self._past.values()) if one.kinds]
        return sorted(found, key=lambda one: (one.gone, one.codes, one.person))

    def _made(self, person: int) -> Affected:
        theirs = self._of.get(person, [])
        one = Affected(shown(person), list(theirs), gone=person not in self._channels)
        one.channel = self._channels.get(person) or ""
        for code in theirs:
            _, _, one.language, sealed = self._leads[code]
            try:
                one.contact = self._ledger.seal(person).open_json(leads.CONTACT, sealed)
            except StoreError:  # without its key nobody can be told by telephone; the rest of the list stands
                continue
        return one
