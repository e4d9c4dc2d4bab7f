"""A year of the trail, summed up: who read and changed what how often. For the yearly audit of access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store import audit
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, to_micros
from bot.store.queries import load_queries

_SQL = load_queries("incident")


@dataclass(frozen=True, slots=True)
class Access:
    """What one account did in a role: which kind of entry, how often, on how many leads or accounts."""

    who: str
    name: str
    role: str
    action: str
    times: int
    subjects: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class LeadReader:
    """Who read a lead how often."""

    code: str
    who: str
    name: str
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """All of a span."""

    accesses: tuple[Access, ...]
    readers: tuple[LeadReader, ...]


def report(ledger: Ledger, since: datetime, until: datetime) -> Report:
    """Everything in the trail from `since` until before `until`."""
    names = audit.names(ledger)
    bounds = {"since": to_micros(since), "until": to_micros(until)}
    return Report(
        tuple(
            Access(who, names.get(who, ""), role, action, times, subjects, from_micros(first), from_micros(last))
            for who, role, action, times, subjects, first, last in ledger.sql.execute(_SQL["report"], bounds).fetchall()
        ),
        tuple(
            LeadReader(code, who, names.get(who, ""), times, from_micros(first), from_micros(last))
            for code, who, times, first, last in ledger.sql.execute(_SQL["report_leads"], bounds).fetchall()
        ),
    )
