"""How much waits, in numbers alone: for those who watch the machine, not the families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.store.ledger import Ledger
from bot.store.queries import load_queries

_SQL = load_queries("backlog")


class Backlog(NamedTuple):
    """Updates and messages that wait; those set aside or given up; leads by status."""

    updates: int
    quarantined: int
    messages: Mapping[str, int]
    given_up: Mapping[str, int]
    leads: Mapping[str, int]


def backlog(ledger: Ledger) -> Backlog:
    [(updates, quarantined)] = ledger.sql.execute(_SQL["inbox"]).fetchall()
    rows = ledger.sql.execute(_SQL["outbox"]).fetchall()
    return Backlog(
        updates,
        quarantined,
        {channel: waiting for channel, waiting, _ in rows},
        {channel: given_up for channel, _, given_up in rows},
        dict(ledger.sql.execute(_SQL["leads"]).fetchall()),
    )
