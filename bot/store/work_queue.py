"""The coordinators' queue as it is read: every lead with its work, nothing sealed opened."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bot.store import work
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from brasle_prescreen.lead import OPEN, LeadStatus
from brasle_prescreen.lead_queue import QueueRow
from brasle_prescreen.lead_work import Work

_SQL = load_queries("work")
_STATUSES = {
    False: json.dumps(sorted(status.value for status in OPEN)),
    True: json.dumps([status.value for status in LeadStatus]),
}


class WorkQueue:
    """Remembers the rows of the last reading: ten thousand are read anew only if somebody wrote since,
    and of those only the changed ones are made anew.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[Any, ...], QueueRow]] = {}
        self._last: dict[bool, tuple[int, list[QueueRow]]] = {}

    def read(self, ledger: Ledger, ended: bool) -> list[QueueRow]:
        """Open leads, with `ended` closed and withdrawn ones too, in no order; of erased families code and
        dates.
        """
        version: int = ledger.sql.execute(_SQL["version"]).fetchall()[0][0]
        known = self._last.get(ended)
        if known is not None and known[0] == version:
            return known[1]
        rows = [self._row(row) for row in ledger.sql.execute(_SQL["queue"], {"statuses": _STATUSES[ended]})]
        if ended:
            rows += [_past(row) for row in ledger.sql.execute(_SQL["past"])]
            left = {row.code for row in rows}
            self._made = {code: made for code, made in self._made.items() if code in left}
        self._last[ended] = (version, rows)
        return rows

    def _row(self, row: tuple[Any, ...]) -> QueueRow:
        known = self._made.get(row[0])
        if known is not None and known[0] == row:
            return known[1]
        made = _made(row)
        self._made[row[0]] = (row, made)
        return made


def count_ended(ledger: Ledger) -> int:
    """Closed and withdrawn leads, and those of erased families."""
    count: int = ledger.sql.execute(_SQL["count_ended"]).fetchall()[0][0]
    return count


def _made(row: tuple[Any, ...]) -> QueueRow:
    code, status, language, asked, safety, tier, score, earliest, created, unreachable, now_tier, clears, *rest = row
    own = None if earliest is None else date.fromisoformat(earliest)
    looked = now_tier is not None
    return QueueRow(
        code=code,
        work=work.work_of(status, created, rest),
        language=language,
        created=from_micros(created),
        safety=bool(safety),
        asked_for_call=bool(asked),
        tier=now_tier if looked else tier,
        score=score,
        clears_on=(None if clears is None else date.fromisoformat(clears)) if looked else own,
        own_tier=tier,
        own_clears_on=own,
        is_unreachable=bool(unreachable),
    )


def _past(row: tuple[str, str, int, int]) -> QueueRow:
    code, status, created, changed = row
    gone = Work(LeadStatus(status), from_micros(created), from_micros(changed))
    return QueueRow(code, gone, "", from_micros(created), is_erased=True)
