"""Coordinators' own verdicts instead of the program's, as they count."""

from __future__ import annotations

from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from bot.store.work_records import Override

_SQL = load_queries("work")
OVERRIDE = b"verdict_override.sealed"


def overrides(ledger: Ledger, lead: int, person: int) -> dict[str, Override]:
    """The overrides of a lead that count, by criterion."""
    found: dict[str, Override] = {}
    for at, who, sealed in ledger.sql.execute(_SQL["overrides"], (lead,)).fetchall():
        one = ledger.seal(person).open_json(OVERRIDE, sealed)
        found[one["criterion"]] = Override(from_micros(at), who, one["criterion"], one["verdict"], one["reason"])
    return {criterion: one for criterion, one in found.items() if one.verdict}
