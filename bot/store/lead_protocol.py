"""By which version of the protocol a lead is judged, where somebody has asked for a newer one than it was handed over on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import audit, codes, leads
from bot.store.audit_entry import Did
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries

_SQL = load_queries("lead_protocol")


@dataclass(frozen=True, slots=True)
class Asked:
    """Since when, and by whose wish, a lead is judged by this version."""

    version: str
    at: datetime
    who: str


def of_lead(ledger: Ledger, lead: int) -> Asked | None:
    """None: by the version of its own interview."""
    found = ledger.sql.execute(_SQL["of_lead"], (lead,)).fetchall()
    return Asked(found[0][0], from_micros(found[0][1]), found[0][2]) if found else None


def judge_by(ledger: Ledger, typed: Sequence[str], version: str, by: str) -> int:
    """Have these leads judged by that version from now on; gives how many were by another one."""
    moved = 0
    for one in typed:
        code = codes.as_code(one)
        for lead, person, packet, before in ledger.sql.execute(_SQL["leads"], (code,)).fetchall():
            own = ledger.seal(person).open_json(leads.PACKET, packet).get("protocol", {})
            if version in (before, own.get("version")):
                continue
            ledger.sql.execute(_SQL["set"], (lead, version, ledger.now(), by))
            ledger.sql.execute(_SQL["look_again"], (lead,))
            audit.append(ledger, by, Did("lead.protocol", code, "protocol", before or None, version))
            moved += 1
    return moved
