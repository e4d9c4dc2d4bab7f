"""Comparisons with the registry's newer records, each with its day and who made it: the coordinators see the last one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from bot.store import audit
from bot.store.audit_entry import Did
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from brasle_prescreen.registry_check import Change, Checked

_SQL = load_queries("registry")


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A comparison as it is kept. `trial` is the hash of the trial's files that were compared."""

    at: datetime
    who: str
    trial: str
    found: Checked


def keep(ledger: Ledger, found: Checked, trial: str, by: str) -> None:
    """Keep a comparison, beside the earlier ones."""
    stored = json.dumps(found._asdict() | {"changes": [one._asdict() for one in found.changes]}, ensure_ascii=False)
    audit.append(ledger, by, Did("registry.checked", "", "differences", None, len(found.changes)))
    ledger.sql.execute(_SQL["add_check"], (ledger.now(), by, trial, stored))


def last(ledger: Ledger) -> KeptCheck | None:
    """The newest one."""
    rows = ledger.sql.execute(_SQL["last_check"]).fetchall()
    if not rows:
        return None
    at, who, trial, stored = rows[0]
    plain = json.loads(stored)
    changes = tuple(Change(**(one | {"criteria": tuple(one["criteria"])})) for one in plain.pop("changes"))
    return KeptCheck(from_micros(at), who, trial, Checked(changes=changes, **plain))
