"""Who was told of a lead: each once, in the transaction that puts the notice into the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import outbox, work
from bot.store.errors import UnknownLead
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, to_micros
from bot.store.queries import load_queries
from bot.store.records import Outgoing

_SQL = load_queries("work")
_CONTENT = b"outbox.sealed"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to tell about a lead, once. `kind` names it; `until_claimed`: not any more once somebody
    has it, `until_called`: once somebody has called. `outgoing` may be empty: then it is only remembered.
    """

    code: str
    kind: str
    outgoing: tuple[Outgoing, ...] = ()
    until_claimed: bool = False
    until_called: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows of one channel that are not sent yet. `tries`: the most that one of them was tried."""

    channel: str
    rows: int
    since: datetime
    tries: int


def announce(ledger: Ledger, announcements: Sequence[Announcement]) -> int:
    """Put the notices into the outbox that nobody has put there before; gives how many announcements were
    new.
    """
    new = 0
    for one in announcements:
        new += _announce(ledger, one)
    return new


def _announce(ledger: Ledger, one: Announcement) -> bool:
    try:
        held = work.find(ledger, one.code)
    except UnknownLead:  # erased meanwhile
        return False
    # Asked again here: between the look and this transaction somebody may have taken the lead, or called.
    taken = one.until_claimed and held.work.holder
    called = one.until_called and held.work.attempts
    if not held.work.is_open or taken or called:
        return False
    now = ledger.now()
    since = to_micros(held.work.waiting_since)
    if not ledger.sql.execute(_SQL["announce"], (held.id, since, one.kind, now)).rowcount:
        return False
    for outgoing in one.outgoing:
        outbox.add(ledger, held.person, held.id, outgoing, now)
    return True


def announced(ledger: Ledger) -> Mapping[str, Mapping[str, datetime]]:
    """What was told of each open lead since it waits: kinds and moments by reference number."""
    found: dict[str, dict[str, datetime]] = {}
    for code, kind, at in ledger.sql.execute(_SQL["all_announced"]):
        found.setdefault(code, {})[kind] = from_micros(at)
    return found


def gather(ledger: Ledger, number: int) -> list[str]:
    """Put the leads of all digest rows of this row's target into this row; gives their numbers, oldest
    first.
    """
    found = ledger.sql.execute(_SQL["digest_row"], (number,)).fetchall()
    if not found:
        return []
    person, chat, sealed = found[0]
    seal = ledger.seal(person)
    content = seal.open_json(_CONTENT, sealed)
    codes = list(content["payload"].get("codes", [content["payload"]["code"]]))
    for other, whose, other_sealed in ledger.sql.execute(_SQL["digest_others"], (chat, number)).fetchall():
        payload = ledger.seal(whose).open_json(_CONTENT, other_sealed)["payload"]
        codes += [code for code in payload.get("codes", [payload["code"]]) if code not in codes]
        ledger.sql.execute(_SQL["drop_row"], (other,))
    gathered = {**content, "payload": {**content["payload"], "codes": codes}}
    ledger.sql.execute(_SQL["set_row"], (seal.close_json(_CONTENT, gathered), number))
    return codes


def waiting(ledger: Ledger) -> list[Waiting]:
    """What is not sent yet, by channel."""
    return [
        Waiting(channel, rows, from_micros(since), tries)
        for channel, rows, since, tries in ledger.sql.execute(_SQL["waiting"]).fetchall()
    ]
