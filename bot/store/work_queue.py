"""The coordinators' queue as it is read: every lead with its work, nothing sealed opened."""

from __future__ import annotations

from datetime import date

from bot.store import work
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_queue import QueueRow
from brasle_prescreen.lead_work import Work

_SQL = load_queries("work")


def queue(ledger: Ledger, ended: bool) -> list[QueueRow]:
    """Open leads, with `ended` closed and withdrawn ones too, in no order. Of erased families' leads code
    and dates.
    """
    rows = []
    for row in ledger.sql.execute(_SQL["queue"], {"ended": int(ended)}):
        code, status, language, asked, safety, tier, score, earliest, created, unreachable, *rest = row
        rows.append(
            QueueRow(
                code=code,
                work=work.work_of(status, created, rest),
                language=language,
                created=from_micros(created),
                safety=bool(safety),
                asked_for_call=bool(asked),
                tier=tier,
                score=score,
                clears_on=None if earliest is None else date.fromisoformat(earliest),
                is_unreachable=unreachable is not None,
            )
        )
    return rows + [_past(row) for row in ledger.sql.execute(_SQL["past"])] if ended else rows


def _past(row: tuple[str, str, int, int]) -> QueueRow:
    code, status, created, changed = row
    gone = Work(LeadStatus(status), from_micros(created), from_micros(changed))
    return QueueRow(code, gone, "", from_micros(created), is_erased=True)


def count_ended(ledger: Ledger) -> int:
    """Closed and withdrawn leads, and those of erased families."""
    count: int = ledger.sql.execute(_SQL["count_ended"]).fetchall()[0][0]
    return count
