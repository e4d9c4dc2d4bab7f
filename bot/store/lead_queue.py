"""The coordinator's queue as it is read: which leads, in which order, and what each one holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.store import audit, codes, leads
from bot.store.audit_entry import Did
from bot.store.ledger import Ledger, numbered, shown
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from bot.store.records import Lead, LeadChange

_SQL = load_queries("lead")
_SOON = timedelta(days=30)


def queue(ledger: Ledger, status: str | None) -> list[Lead]:
    """All leads, or those of one status, whom to call first on top (criteria.md, section 7).

    Contact and packet stay sealed.
    """
    soon = (ledger.clock().date() + _SOON).isoformat()
    rows = ledger.sql.execute(_SQL["queue"], {"status": status, "soon": soon}).fetchall()
    past = ledger.sql.execute(_SQL["past"], {"status": status}).fetchall()
    return [_lead(row) for row in rows] + [_past(row) for row in past]


def by_code(ledger: Ledger, typed: str) -> Lead | None:
    """The lead with everything it holds; of an erased family's only code, dates and status."""
    code = codes.as_code(typed)
    found = ledger.sql.execute(_SQL["by_code"], (code,)).fetchall()
    if found:
        return _opened(ledger, found[0])
    past = ledger.sql.execute(_SQL["past_by_code"], (code,)).fetchall()
    return _past(past[0]) if past else None


def read(ledger: Ledger, typed: str, by: str) -> Lead | None:
    """As `by_code`, and an entry in the trail of who read it."""
    lead = by_code(ledger, typed)
    if lead is not None:
        audit.append(ledger, by, Did("lead.read", lead.code))
    return lead


def of_child(ledger: Ledger, person: str, child: int) -> Lead | None:
    """The lead of this person's child, with everything it holds."""
    found = ledger.sql.execute(_SQL["by_child"], (numbered(person), child)).fetchall()
    return _opened(ledger, found[0]) if found else None


def history(ledger: Ledger, typed: str) -> list[LeadChange]:
    """Who moved the lead when, from where to where, and why; oldest first."""
    found = ledger.sql.execute(_SQL["by_code"], (codes.as_code(typed),)).fetchall()
    if not found:
        return []
    lead, person = found[0][0], found[0][2]
    changes = []
    for at, who, before, after, sealed in ledger.sql.execute(_SQL["changes"], (lead,)).fetchall():
        why = ledger.seal(person).open_json(leads.WHY, sealed) if sealed is not None else {}
        changes.append(LeadChange(from_micros(at), who, before, after, why.get("reason"), why.get("detail")))
    return changes


def waitlist_place(ledger: Ledger, typed: str | None) -> int | None:
    """The place of this lead among those who wait, counted from 1 by when they came.

    Without a code, the next one's.
    """
    if typed is None:
        bounds: dict[str, int | None] = {"created": None, "id": None}
    else:
        found = ledger.sql.execute(_SQL["place"], {"code": codes.as_code(typed)}).fetchall()
        if not found:
            return None
        bounds = {"id": found[0][0], "created": found[0][1]}
    before: int = ledger.sql.execute(_SQL["waiting_before"], bounds).fetchall()[0][0]
    return before + 1


def _lead(row: tuple[Any, ...]) -> Lead:
    return Lead(
        code=row[1],
        person=shown(row[2]),
        child=row[3],
        status=row[4],
        language=row[5],
        asked_for_call=bool(row[6]),
        safety=bool(row[7]),
        tier=row[8],
        score=row[9],
        earliest_date=None if row[10] is None else date.fromisoformat(row[10]),
        created=from_micros(row[11]),
        changed=from_micros(row[12]),
        unreachable_since=None if row[13] is None else from_micros(row[13]),
    )


def _opened(ledger: Ledger, row: tuple[Any, ...]) -> Lead:
    seal = ledger.seal(row[2])
    return replace(
        _lead(row),
        contact=seal.open_json(leads.CONTACT, row[14]),
        packet=seal.open_json(leads.PACKET, row[15]),
    )


def _past(row: tuple[Any, ...]) -> Lead:
    code, status, created, changed = row
    return Lead(
        code=code,
        person=None,
        child=0,
        status=status,
        language="",
        asked_for_call=False,
        safety=False,
        tier=None,
        score=None,
        earliest_date=None,
        created=from_micros(created),
        changed=from_micros(changed),
    )
