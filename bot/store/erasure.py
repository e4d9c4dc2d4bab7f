"""Erasing a person.

Rows first, then key and log, so that nothing of them can be read any more, old copies included.
"""

from __future__ import annotations

from datetime import timedelta

from bot.store.connection import empty_log
from bot.store.ledger import Ledger
from bot.store.moments import in_micros
from bot.store.queries import load_queries

_SQL = load_queries("erasure")
_RECEIPT_KEPT = timedelta(days=1)
_MESSAGES_REMEMBERED = timedelta(days=7)


def erase_person(ledger: Ledger, person: int, *, handled: int | None = None) -> None:
    """Delete every row of theirs but code, dates and status of their leads.

    `finish_erasures` must follow the commit.

    `handled` is the stored update that asked for it, if one did: what the family wrote after it is kept.
    """
    sql = ledger.sql
    if not sql.execute(_SQL["person_exists"], (person,)).fetchall():
        return
    sql.execute(_SQL["keep_past_leads"], {"person": person, "now": ledger.now()})
    sql.execute(_SQL["drop_updates"], {"person": person, "handled": handled})
    sql.execute(_SQL["drop_receipts"], (person,))
    sql.execute(_SQL["drop_person"], (person,))
    sql.execute(_SQL["begin"], (person,))
    ledger.erasing.append(person)


def finish_erasures(ledger: Ledger) -> None:
    """Wipe the keys of everybody whose rows are gone, and the logs.

    After a crash in between the next start does it.
    """
    people = [person for (person,) in ledger.sql.execute(_SQL["unfinished"]).fetchall()]
    if people:
        ledger.keys.shred(people, ledger.now())
        empty_log(ledger.sql)
        with_each = [(person,) for person in people]
        ledger.sql.execute("BEGIN IMMEDIATE")
        ledger.sql.executemany(_SQL["finish"], with_each)
        ledger.sql.execute("COMMIT")
    ledger.erasing.clear()


def replay_erasures(ledger: Ledger) -> None:
    """Before serving: erase again whoever was erased, for an older database may have been put back.

    Then finish what was begun.
    """
    ledger.sql.execute("BEGIN IMMEDIATE")
    for person in ledger.keys.erased():
        erase_person(ledger, person)
    ledger.sql.execute("COMMIT")
    finish_erasures(ledger)


def remember_message(ledger: Ledger, message: bytes, now: int) -> None:
    """The message that erased its person, by its keyed hash."""
    ledger.sql.execute(_SQL["remember_message"], (message, now))


def was_erased_by(ledger: Ledger, message: bytes) -> bool:
    """Whether this message has erased its person already."""
    return bool(ledger.sql.execute(_SQL["erased_by"], (message,)).fetchall())


def receipt_expires(now: int) -> int:
    """Until when a receipt to somebody who is not known any more may wait to be sent."""
    return now + in_micros(_RECEIPT_KEPT)


def purge(ledger: Ledger) -> None:
    """Forget messages that erased somebody a week ago."""
    ledger.sql.execute(_SQL["purge_messages"], (ledger.now() - in_micros(_MESSAGES_REMEMBERED),))
