"""Families whose time has run out are erased as if they had asked for it; only counts of a year stay."""

from __future__ import annotations

from bot.store import audit, erasure
from bot.store.keeping import Keep
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, in_micros
from bot.store.queries import load_queries

_SQL = load_queries("retention")
AT_ONCE = 50
# Fewer people than this are nobody's figure to look at.
_FEWEST = 5


def purge_some(ledger: Ledger, keep: Keep) -> int:
    """Erase the next of those whose time has run out; 0 if nobody is left. Cut short, the next time goes on."""
    people = overdue(ledger, keep, AT_ONCE)
    for person in people:
        _count(ledger, person)
        erasure.erase_person(ledger, person, by=audit.PROGRAM)
    return len(people)


def overdue(ledger: Ledger, keep: Keep, limit: int) -> list[int]:
    """People whose time has run out, who has waited longest first."""
    now = ledger.now()
    shortest = min(keep.declined, keep.unfinished, keep.finished, keep.closed)
    bounds = {
        "any": now - in_micros(shortest),
        "declined": now - in_micros(keep.declined),
        "unfinished": now - in_micros(keep.unfinished),
        "finished": now - in_micros(keep.finished),
        "closed": now - in_micros(keep.closed),
        "limit": limit,
    }
    return [person for (person,) in ledger.sql.execute(_SQL["overdue"], bounds).fetchall()]


def past_figures(ledger: Ledger) -> dict[tuple[int, str], int]:
    """How many people of a year came how far, among those who are gone; counts of fewer than five are not told."""
    return {(year, kind): people for year, kind, people in ledger.sql.execute(_SQL["figures"], (_FEWEST,)).fetchall()}


def _count(ledger: Ledger, person: int) -> None:
    [(created,)] = ledger.sql.execute(_SQL["created"], (person,)).fetchall()
    year = from_micros(created).year
    for (kind,) in ledger.sql.execute(_SQL["kinds"], {"person": person}).fetchall():
        ledger.sql.execute(_SQL["count"], (year, kind))
