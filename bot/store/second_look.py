"""Leads as they stand today, beside what their families' answers alone said at the hand-over.

Which leads must be looked at again, and what came of it. The judging itself is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.store import codes, leads, overrides
from bot.store.ledger import Ledger
from bot.store.queries import load_queries
from bot.store.work_records import Basis, Decision, Look, ToLook
from brasle_prescreen import lead_queue

_SQL = load_queries("second_look")
VERDICTS = b"second_look.verdicts"


def basis(decisions: Sequence[Decision], on: date, trial: str) -> Basis:
    """What looks of today rest on."""
    return Basis(on, max((one.id for one in decisions), default=0), trial)


def waiting(ledger: Ledger, basis: Basis, limit: int, code: str = "") -> list[ToLook]:
    """Leads to be looked at again, opened, or the one with this number; withdrawn ones never."""
    rows = ledger.sql.execute(
        _SQL["waiting"],
        {
            "decision": basis.decision,
            "trial": basis.trial,
            "today": basis.on.isoformat(),
            "limit": limit,
            "code": codes.as_code(code) if code else "",
        },
    ).fetchall()
    return [
        ToLook(
            lead,
            person,
            changed,
            override,
            tier,
            ledger.seal(person).open_json(leads.PACKET, packet),
            overrides.overrides(ledger, lead, person) if override else {},
            version,
        )
        for lead, person, changed, override, tier, version, packet in rows
    ]


def keep(ledger: Ledger, basis: Basis, looks: Sequence[tuple[ToLook, Look]]) -> int:
    """Keep what came of looks; one whose lead has changed meanwhile is left for the next time. Gives how many stay."""
    kept = 0
    for read, look in looks:
        sealed = ledger.seal(read.person).close_json(VERDICTS, dict(look.verdicts))
        row = {
            "lead": read.lead,
            "changed": read.changed,
            "override": read.override,
            "version": read.version,
            "tier": look.tier,
            "clears_on": look.clears_on.isoformat() if look.clears_on else None,
            "looked_on": basis.on.isoformat(),
            "decision": basis.decision,
            "trial": basis.trial,
            "verdicts": sealed,
        }
        kept += ledger.sql.execute(_SQL["keep"], row).rowcount
    return kept


def waits_for(ledger: Ledger, code: str, today: date) -> date | None:
    """The day on which the window of a lead is over, as it stands today."""
    found = ledger.sql.execute(_SQL["windows"], (codes.as_code(code),)).fetchall()
    if not found:
        return None
    own_tier, own_clears, tier, clears = found[0]
    own = _day(own_clears)
    return lead_queue.waits_for(tier or own_tier, _day(clears) if tier else own, own_tier, own, today)


def of_lead(ledger: Ledger, lead: int, person: int) -> Look | None:
    """The look that a lead stands by; None: its family's answers alone."""
    found = ledger.sql.execute(_SQL["of_lead"], (lead,)).fetchall()
    if not found:
        return None
    tier, clears_on, sealed = found[0]
    verdicts = ledger.seal(person).open_json(VERDICTS, sealed)
    return Look(tier, _day(clears_on), verdicts)


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
