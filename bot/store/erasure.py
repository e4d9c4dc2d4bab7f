"""Erasing a person.

Rows first, then key and log, so that nothing of them can be read any more, old copies included.
"""

from __future__ import annotations

from datetime import timedelta

from bot.store import audit, deletion_list
from bot.store.audit_entry import Did
from bot.store.connection import empty_log, transaction
from bot.store.ledger import Ledger
from bot.store.moments import in_micros
from bot.store.queries import load_queries

_SQL = load_queries("erasure")
_RECEIPT_KEPT = timedelta(days=1)
_MESSAGES_REMEMBERED = timedelta(days=7)


def erase_person(ledger: Ledger, person: int, *, handled: int | None = None, by: str = audit.FAMILY) -> None:
    """Delete every row of theirs but code, dates and status of their leads.

    `finish_erasures` must follow the commit.

    `handled` is the stored update that asked for it, if one did: what the family wrote after it is kept.
    `by`: the program, when their time has run out.
    """
    sql = ledger.sql
    if not sql.execute(_SQL["person_exists"], (person,)).fetchall():
        resume_erasures(ledger)  # asked again because it could not be finished
        return
    for code, status in sql.execute(_SQL["leads_of"], (person,)).fetchall():
        did = "lead.erased" if by == audit.FAMILY else "lead.expired"
        audit.append(ledger, by, Did(did, code, "status", status))
    sql.execute(_SQL["keep_past_leads"], {"person": person, "now": ledger.now()})
    sql.execute(_SQL["drop_updates"], {"person": person, "handled": handled})
    sql.execute(_SQL["drop_receipts"], (person,))
    sql.execute(_SQL["drop_person"], (person,))
    sql.execute(_SQL["begin"], (person,))
    ledger.erasing.append(person)


def resume_erasures(ledger: Ledger) -> None:
    """Have `finish_erasures` called for everybody who was erased but not wiped."""
    ledger.erasing += [person for (person,) in ledger.sql.execute(_SQL["unfinished"]).fetchall()]


def finish_erasures(ledger: Ledger) -> None:
    """Wipe the keys of everybody whose rows are gone, and the logs; after a crash the next start does it."""
    people = [person for (person,) in ledger.sql.execute(_SQL["unfinished"]).fetchall()]
    ledger.erasing.clear()
    if people:
        ledger.keys.shred(people, ledger.now())
        tell_of_deletions(ledger)
        empty_log(ledger.sql)
        with transaction(ledger.sql):
            ledger.sql.executemany(_SQL["finish"], [(person,) for person in people])


def tell_of_deletions(ledger: Ledger) -> None:
    """Where copies lie, deletions are noted at once; a place that cannot be reached now is told by the housekeeping."""
    places = [place for place, _, _ in ledger.keys.places()]
    if places:
        deletion_list.tell(places, ledger.keys.erased_when())


def replay_erasures(ledger: Ledger) -> None:
    """Before serving: erase again whoever was erased, for an older database may have been put back.

    Then finish what was begun.
    """
    with transaction(ledger.sql):
        for person in ledger.keys.erased():
            erase_person(ledger, person)
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
    """Forget messages that erased somebody a week ago; try again what could not be finished."""
    resume_erasures(ledger)
    ledger.sql.execute(_SQL["purge_messages"], (ledger.now() - in_micros(_MESSAGES_REMEMBERED),))
