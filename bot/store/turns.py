"""One turn of talk as it is loaded and committed.

Dialogue, permissions, lead, notices and replies together.
"""

from __future__ import annotations

import secrets
from functools import partial

from bot.store import addresses, erasure, inbox, leads, outbox
from bot.store.ledger import Ledger, numbered, shown
from bot.store.moments import to_micros
from bot.store.queries import load_queries
from bot.store.records import Commit, Committed, Person, RevisionConflict

_SQL = load_queries("turn")
_RECENT = 256  # messages of a person that are remembered as handled: some ten interviews
_RECENT_BYTES = 8
DIALOGUE = b"person.dialogue"
SOURCE = b"person.source"


def load(ledger: Ledger, channel: str, address: str) -> Person | None:
    """The person who writes from this address, or None."""
    found = ledger.sql.execute(_SQL["load"], (ledger.chat(channel, address),)).fetchall()
    if not found:
        return None
    number, revision, dialogue = found[0]
    return Person(shown(number), revision, partial(ledger.seal(number).open_text, DIALOGUE, dialogue))


def commit_turn(ledger: Ledger, commit: Commit) -> Committed:
    """Write the turn; a message that was committed before changes nothing.

    RevisionConflict if the dialogue has moved on.
    """
    sql = ledger.sql
    now = ledger.now()
    chat = ledger.chat(commit.channel, commit.address)
    message = ledger.marks.of("message", *commit.incoming)
    if commit.person is None:
        found = sql.execute(_SQL["find_by_chat"], (chat,)).fetchall()
    else:
        found = sql.execute(_SQL["find_by_id"], (numbered(commit.person),)).fetchall()
    if not found:
        return _first_turn(ledger, commit, chat, message, now)
    number, revision, recent = found[0]
    if _holds(recent, message):
        if commit.inbox_id is not None:
            inbox.drop(ledger, commit.inbox_id)
        lead = _lead(ledger, number, commit)
        return Committed(shown(number), revision, lead.code if lead else None, repeated=True)
    if commit.person is None or revision != commit.revision:
        raise RevisionConflict(f"person {shown(number)} is at revision {revision}, not {commit.revision}")
    if commit.erase:
        return _last_turn(ledger, commit, number, message, now)
    recent = recent[-(_RECENT - 1) * _RECENT_BYTES :] + message[:_RECENT_BYTES]
    remind_at = None if commit.remind_at is None else to_micros(commit.remind_at)
    dialogue = ledger.seal(number).close_text(DIALOGUE, commit.dialogue)
    sql.execute(_SQL["save"], (revision + 1, chat, now, remind_at, recent, dialogue, number))
    return _write_rest(ledger, commit, number, revision + 1, now)


def _first_turn(ledger: Ledger, commit: Commit, chat: bytes, message: bytes, now: int) -> Committed:
    if erasure.was_erased_by(ledger, message):
        erasure.resume_erasures(ledger)
        if commit.inbox_id is not None:
            inbox.drop(ledger, commit.inbox_id)
        return Committed(commit.person or "", commit.revision, repeated=True)
    if commit.person is not None:
        raise RevisionConflict(f"person {commit.person} is not there any more")
    if commit.erase:
        return _last_turn(ledger, commit, None, message, now)
    number = secrets.randbits(63)
    seal = ledger.keys.make(number)
    revision = commit.revision + 1
    remind_at = None if commit.remind_at is None else to_micros(commit.remind_at)
    dialogue = seal.close_text(DIALOGUE, commit.dialogue)
    ledger.sql.execute(_SQL["create"], (number, revision, chat, now, now, remind_at, message[:_RECENT_BYTES], dialogue))
    addresses.add_address(ledger, number, commit.channel, commit.address)
    return _write_rest(ledger, commit, number, revision, now)


def _last_turn(ledger: Ledger, commit: Commit, number: int | None, message: bytes, now: int) -> Committed:
    """The turn that erases its person. What it sends outlives them.

    The receipt, and the word to the coordinator.
    """
    if number is not None:
        erasure.erase_person(ledger, number, handled=commit.inbox_id)
    erasure.remember_message(ledger, message, now)
    if commit.inbox_id is not None:
        inbox.drop(ledger, commit.inbox_id)
    for outgoing in commit.outgoing:
        is_receipt = (outgoing.channel, outgoing.address) == (commit.channel, commit.address)
        outbox.add(ledger, None, None, outgoing, now, expires=erasure.receipt_expires(now) if is_receipt else None)
    return Committed("" if number is None else shown(number), commit.revision + 1)


def _write_rest(ledger: Ledger, commit: Commit, number: int, revision: int, now: int) -> Committed:
    """What a turn says beside its dialogue. The lead comes before what is sent about it."""
    sql = ledger.sql
    if commit.source is not None:
        sql.execute(_SQL["set_source"], (ledger.seal(number).close_text(SOURCE, commit.source), number))
    for permission in commit.permissions:
        sql.execute(
            _SQL["add_permission"],
            (
                number,
                to_micros(permission.at),
                permission.name,
                permission.state,
                permission.text_hash,
                permission.language,
            ),
        )
    for place, event in enumerate(commit.events):  # a microsecond apart, so that their order is kept
        sql.execute(_SQL["add_event"], (number, to_micros(event.at) + place, event.kind, event.detail))
    if commit.withdraw_lead is not None:
        leads.withdraw(ledger, number, commit.withdraw_lead, now)
    for child in commit.withdraw_also:
        leads.withdraw(ledger, number, child, now)
    if commit.lead is not None:
        leads.hand_over(ledger, number, commit.lead, now)
    lead = _lead(ledger, number, commit)
    for outgoing in commit.outgoing:
        about = lead.id if lead is not None and outgoing.channel != commit.channel else None
        outbox.add(ledger, number, about, outgoing, now)
    if commit.inbox_id is not None:
        inbox.drop(ledger, commit.inbox_id)
    return Committed(shown(number), revision, lead.code if lead else None)


def _lead(ledger: Ledger, number: int, commit: Commit) -> leads.KnownLead | None:
    """The lead of the child that the commit is about, if it is about one's lead at all."""
    child = commit.lead.child if commit.lead is not None else commit.withdraw_lead
    return None if child is None else leads.of_child(ledger, number, child)


def _holds(recent: bytes, message: bytes) -> bool:
    mark = message[:_RECENT_BYTES]
    at = recent.find(mark)
    while at > 0 and at % _RECENT_BYTES:  # found across the border of two others
        at = recent.find(mark, at + 1)
    return at >= 0
