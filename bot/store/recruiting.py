"""Whether the site takes new children: what its coordinator said, as of which day."""

from __future__ import annotations

from datetime import date

from bot.store import audit
from bot.store.audit_entry import Did
from bot.store.errors import UnknownStatus
from bot.store.ledger import Ledger
from bot.store.queries import load_queries
from bot.store.records import RECRUITING_STATES, Recruiting

_SQL = load_queries("lead")


def recruiting(ledger: Ledger) -> Recruiting:
    """The latest word; before the coordinator's first one, open with no day."""
    found = ledger.sql.execute(_SQL["recruiting"]).fetchall()
    if not found:
        return Recruiting("open", None)
    state, as_of, places_left = found[0]
    return Recruiting(state, date.fromisoformat(as_of), places_left)


def set_recruiting(
    ledger: Ledger, state: str, as_of: date, places_left: int | None, by: str, *, actor: str | None = None
) -> None:
    """A new word, kept beside the earlier ones with who said it; `actor` is who the trail names."""
    if state not in RECRUITING_STATES:
        raise UnknownStatus(f"'{state}' is not a recruiting state. It may be: {', '.join(RECRUITING_STATES)}.")
    before = recruiting(ledger)
    audit.append(
        ledger,
        actor or by,
        Did("recruiting.set", "", "state", _in_short(before), _in_short(Recruiting(state, as_of, places_left))),
    )
    ledger.sql.execute(_SQL["set_recruiting"], (state, as_of.isoformat(), places_left, by, ledger.now()))


def _in_short(word: Recruiting) -> str:
    """As the trail keeps it: state, day, places."""
    return f"{word.state} {word.as_of or '-'} {'-' if word.places_left is None else word.places_left}"
