"""What the site answered to the open points of the criteria, each with its day and who recorded it."""

from __future__ import annotations

from datetime import date

from bot.store import audit
from bot.store.audit_entry import Did, Hidden
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from bot.store.work_records import Decision, NewDecision

_SQL = load_queries("work")
_ANSWER = b"site_decision.answer"


def decide(ledger: Ledger, new: NewDecision, by: str) -> None:
    """Keep an answer of the site. A later one about the same point counts from then on; none is
    overwritten.
    """
    day = new.decided_on.isoformat()
    sealed = ledger.keys.staff.close_text(_ANSWER, new.answer)
    row = (new.criterion, new.about, new.verdict, day, ledger.now(), by, sealed)
    ledger.sql.execute(_SQL["add_decision"], row)
    became = f"{new.about or '-'} {new.verdict or '-'} {day}"
    audit.append(ledger, by, Did("protocol.decision", "", new.criterion, None, became, Hidden(new.answer)))


def decisions(ledger: Ledger) -> list[Decision]:
    """All of them, the oldest first."""
    staff = ledger.keys.staff
    return [
        Decision(
            id=id_,
            criterion=criterion,
            about=about,
            verdict=verdict,
            decided_on=date.fromisoformat(decided_on),
            at=from_micros(at),
            who=who,
            answer=staff.open_text(_ANSWER, sealed),
        )
        for id_, criterion, about, verdict, decided_on, at, who, sealed in ledger.sql.execute(
            _SQL["decisions"]
        ).fetchall()
    ]
