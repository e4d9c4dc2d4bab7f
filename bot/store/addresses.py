"""Where a person is talked with, and the private links that let them go on somewhere else."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from bot.store.errors import StoreError
from bot.store.ledger import Ledger, numbered, shown
from bot.store.moments import to_micros
from bot.store.queries import load_queries
from bot.store.records import Reminder

_SQL = load_queries("address")
_ADDRESS = b"address.sealed"
_TOKEN_BYTES = 32
_FURTHEST_REMINDER = timedelta(days=3)


def add_address(ledger: Ledger, person: int, channel: str, address: str) -> None:
    """From now on this address leads to this person."""
    sealed = ledger.seal(person).close_text(_ADDRESS, address)
    ledger.sql.execute(_SQL["add_address"], (ledger.chat(channel, address), person, channel, sealed))


def is_known(ledger: Ledger, channel: str, address: str) -> bool:
    """Whether this address leads to somebody."""
    [(found,)] = ledger.sql.execute(_SQL["is_known"], (ledger.chat(channel, address),)).fetchall()
    return bool(found)


def addresses_of(ledger: Ledger, person: int) -> list[tuple[str, str]]:
    """(channel, address) of every place where this person is talked with."""
    seal = ledger.seal(person)
    rows = ledger.sql.execute(_SQL["of_person"], (person,)).fetchall()
    return [(channel, seal.open_text(_ADDRESS, sealed)) for channel, sealed in rows]


def new_link(ledger: Ledger, person: str, expires: datetime) -> str:
    """A secret for one use until `expires`; only its hash is kept."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    ledger.sql.execute(_SQL["add_link"], (ledger.marks.of("link", token), numbered(person), to_micros(expires)))
    return token


def redeem_link(ledger: Ledger, token: str, channel: str, address: str) -> str | None:
    """Exchange the secret for an address that leads to its person.

    None if it was used, revoked, expired or invented.
    """
    found = ledger.sql.execute(_SQL["take_link"], (ledger.marks.of("link", token),)).fetchall()
    if not found or found[0][1] <= ledger.now():
        return None
    add_address(ledger, found[0][0], channel, address)
    return shown(found[0][0])


def revoke_links(ledger: Ledger, person: str, sessions: bool) -> None:
    """No link handed out so far opens any more; with `sessions`, no browser that used one either."""
    ledger.sql.execute(_SQL["revoke_links"], (numbered(person),))
    if sessions:
        ledger.sql.execute(_SQL["drop_sessions"], (numbered(person),))


def reminders_due(ledger: Ledger, now: datetime) -> list[Reminder]:
    """Who asked to be reminded by now, with the address they wrote from last; the longest waiting first.

    Nobody asks for a later day than tomorrow: what lies further ahead was noted by a clock that has been put back since.
    """
    bounds = {"now": to_micros(now), "too_far": to_micros(now + _FURTHEST_REMINDER)}
    rows = ledger.sql.execute(_SQL["reminders_due"], bounds).fetchall()
    due = []
    for person, channel, sealed in rows:
        with suppress(StoreError):  # without its key one family cannot be reminded: the others are
            due.append(Reminder(shown(person), channel, ledger.seal(person).open_text(_ADDRESS, sealed)))
    return due


def reminder_done(ledger: Ledger, person: str) -> None:
    """They were reminded: once is enough."""
    ledger.sql.execute(_SQL["reminder_done"], (numbered(person),))


def purge(ledger: Ledger) -> None:
    """Forget links that have expired."""
    ledger.sql.execute(_SQL["purge_links"], (ledger.now(),))
