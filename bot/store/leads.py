"""Leads: one a person's child, under a reference number, with who changed what and when."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from bot.store import audit, codes, lead_search
from bot.store.audit_entry import Did, Hidden
from bot.store.errors import UnknownLead, UnknownStatus
from bot.store.ledger import Ledger
from bot.store.queries import load_queries
from bot.store.records import LEAD_STATUSES, LeadRecord, RevisionConflict

_SQL = load_queries("lead")
CONTACT = b"lead.contact"
PACKET = b"lead.packet"
WHY = b"lead_change.why"
FAMILY = "family"
_NO_REASON: Mapping[str, str] = MappingProxyType({})


class KnownLead(NamedTuple):
    """A lead as far as a turn has to know it."""

    id: int
    person: int
    code: str
    status: str


def hand_over(ledger: Ledger, person: int, record: LeadRecord, now: int) -> None:
    """Make the child's lead or bring it up to date. The coordinator's status stays.

    A withdrawn lead is new again.
    """
    seal = ledger.seal(person)
    contact = seal.close_json(CONTACT, record.contact)
    packet = seal.close_json(PACKET, record.packet)
    seen = (
        record.language,
        int(record.asked_for_call),
        int(record.safety),
        record.tier,
        record.score,
        None if record.earliest_date is None else record.earliest_date.isoformat(),
    )
    known = of_child(ledger, person, record.child)
    if known is None:
        if _taken(ledger, record.code):
            raise RevisionConflict(f"the reference number {record.code} was given to somebody else meanwhile")
        row = (record.code, person, record.child, "new", *seen, now, now, contact, packet)
        made = ledger.sql.execute(_SQL["create"], row).lastrowid
        assert made is not None
        _note(ledger, KnownLead(made, person, record.code, "new"), FAMILY, None, now=now)
        lead_search.index(ledger, made, record.contact)
        return
    after = known._replace(status="new") if known.status == "withdrawn" else known
    [(kept,)] = ledger.sql.execute(_SQL["packet_of"], (known.id,)).fetchall()
    asked_before = seal.open_json(PACKET, kept).get("asked")
    # Judged anew with the next look; till then the family's new answers stand alone.
    ledger.sql.execute(_SQL["drop_look"], (known.id,))
    ledger.sql.execute(_SQL["new_window"], {"lead": known.id, "clears_on": seen[-1]})
    ledger.sql.execute(_SQL["update"], (after.status, *seen, now, contact, packet, known.id))
    lead_search.index(ledger, known.id, record.contact)
    if after.status != known.status:
        ledger.sql.execute(_SQL["begin_again"], {"lead": known.id, "now": now})
        _note(ledger, after, FAMILY, known.status, now=now)
    elif asked_before != record.packet.get("asked"):
        _note(ledger, after, FAMILY, known.status, {"reason": "family_asked"}, now=now)


def withdraw(ledger: Ledger, person: int, child: int, now: int) -> None:
    """The family takes its hand-over back: what was to be sent about it is not sent."""
    known = of_child(ledger, person, child)
    if known is None:
        return
    ledger.sql.execute(_SQL["cancel_unsent"], (known.id,))
    if known.status != "withdrawn":
        ledger.sql.execute(_SQL["set_status"], ("withdrawn", now, known.id))
        _note(ledger, known._replace(status="withdrawn"), FAMILY, known.status, now=now)


def set_status(
    ledger: Ledger, typed: str, status: str, by: str, why: Mapping[str, str], *, actor: str | None = None
) -> None:
    """The coordinator's move, with who and why. UnknownLead, UnknownStatus.

    `actor` is who the trail names, if that is another than `by`.
    """
    if status not in LEAD_STATUSES:
        raise UnknownStatus(f"'{status}' is not a status of a lead. It may be: {', '.join(LEAD_STATUSES)}.")
    code = codes.as_code(typed)
    now = ledger.now()
    found = ledger.sql.execute(_SQL["by_code"], (code,)).fetchall()
    if found:
        lead, _, person, _, before = found[0][:5]
        ledger.sql.execute(_SQL["set_status"], (status, now, lead))
        _note(ledger, KnownLead(lead, person, code, status), by, before, why, now=now, actor=actor)
    elif ledger.sql.execute(_SQL["set_past_status"], (status, now, code)).rowcount:
        audit.append(ledger, actor or by, Did("lead.status", code, "status", None, status))
    else:
        raise UnknownLead(f"There is no lead with the reference number {code}.")


def note_unreachable(ledger: Ledger, person: int, now: int, why: str) -> None:
    """An entry in the history of every open lead: the family's chat does not answer any more."""
    for row in ledger.sql.execute(_SQL["open_of_person"], (person,)).fetchall():
        lead = KnownLead(*row)
        reason = {"reason": "chat_unreachable", "detail": why}
        _note(ledger, lead, "outbox", lead.status, reason, now=now)


def of_child(ledger: Ledger, person: int, child: int) -> KnownLead | None:
    """The child's lead, if it has one."""
    found = ledger.sql.execute(_SQL["of_child"], (person, child)).fetchall()
    return KnownLead(*found[0]) if found else None


def free_code(ledger: Ledger) -> str:
    """A reference number that nobody has."""
    while True:
        code = codes.new_code()
        if not _taken(ledger, code):
            return code


def _taken(ledger: Ledger, code: str) -> bool:
    return bool(ledger.sql.execute(_SQL["code_taken"], {"code": code}).fetchall())


def _note(
    ledger: Ledger,
    lead: KnownLead,
    who: str,
    before: str | None,
    why: Mapping[str, str] = _NO_REASON,
    *,
    now: int,
    actor: str | None = None,
) -> None:
    # The reason is about a child: the trail, which is never erased, keeps only its hash.
    reason = Hidden("\x1f".join(f"{key}={why[key]}" for key in sorted(why))) if why else None
    action = "lead.note" if before == lead.status else "lead.status"
    audit.append(ledger, actor or who, Did(action, lead.code, "status", before, lead.status, reason))
    sealed = ledger.seal(lead.person).close_json(WHY, why) if why else None
    ledger.sql.execute(_SQL["add_change"], (lead.id, lead.person, now, who, before, lead.status, sealed))
