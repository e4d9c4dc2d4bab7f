"""Counts over everybody, made beside the running server and remembered for a while: for figures, never for
one person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.store import leads, second_look, turns, work
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries

if TYPE_CHECKING:
    from bot.store.store import Store

_SQL = load_queries("work")
REMEMBERED = timedelta(minutes=5)
_MOMENT_DIGITS = 20  # of the moment that stands before the card, so that the latest answer sorts last


class Steps(NamedTuple):
    """How far one person came. `last_answered` is a card; `silent_since` when they were last heard of."""

    source: str
    started: bool
    permitted: bool
    finished: bool
    handed_over: bool
    contacted: bool
    visit_booked: bool
    last_answered: str
    silent_since: datetime


class Verdicts(NamedTuple):
    """How one lead stands today, by criterion, and why it was closed, if it was."""

    by_criterion: tuple[tuple[str, str], ...]
    closed_for: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Everybody's steps and every lead's verdicts, as of a moment."""

    at: datetime
    people: tuple[Steps, ...]
    leads: tuple[Verdicts, ...]


class Counting:
    """Counts in a thread of its own. What was counted is given out while it is counted anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: Counted | None = None
        self._running: asyncio.Task[Counted] | None = None
        self._sources: dict[int, str] = {}
        self._verdicts: dict[int, tuple[list[Any], Verdicts]] = {}

    async def counted(self, clock: Callable[[], datetime]) -> Counted:
        """The last counts; older than REMEMBERED they are made anew for the next who asks."""
        last = self._last
        if last is not None and clock() - last.at < REMEMBERED:
            return last
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._count(), name="counting")
        return last if last is not None else await asyncio.shield(self._running)

    async def anew(self) -> Counted:
        """Count now."""
        return await self._count()

    async def _count(self) -> Counted:
        self._last = await self._store._read_long(self._counts)
        return self._last

    def _counts(self, ledger: Ledger) -> Counted:
        return Counted(ledger.clock(), self._people(ledger), self._leads(ledger))

    def _people(self, ledger: Ledger) -> tuple[Steps, ...]:
        reached = {
            person: (bool(contacted), bool(visit))
            for person, contacted, visit in ledger.sql.execute(_SQL["reached_people"])
        }
        found = []
        for person, changed, source, started, permitted, finished, handed_over, last in ledger.sql.execute(
            _SQL["people"]
        ).fetchall():
            contacted, visit = reached.get(person, (False, False))
            found.append(
                Steps(
                    self._source(ledger, person, source),
                    bool(started),
                    bool(permitted),
                    bool(finished),
                    bool(handed_over) or person in reached,
                    contacted,
                    visit,
                    last[_MOMENT_DIGITS:] if last else "",
                    from_micros(changed),
                )
            )
        return tuple(found)

    def _source(self, ledger: Ledger, person: int, sealed: bytes | None) -> str:
        """By which link they came; it never changes once it is there."""
        if sealed is None:
            return ""
        known = self._sources.get(person)
        if known is None:
            known = self._sources[person] = ledger.seal(person).open_text(turns.SOURCE, sealed)
        return known

    def _leads(self, ledger: Ledger) -> tuple[Verdicts, ...]:
        rows = ledger.sql.execute(_SQL["changed_leads"]).fetchall()
        gone = set(self._verdicts) - {id_ for id_, *_ in rows}
        for id_ in gone:
            del self._verdicts[id_]
        for id_, *stands in rows:
            known = self._verdicts.get(id_)
            if known is None or known[0] != stands:
                self._verdicts[id_] = (stands, _verdicts(ledger, id_))
        return tuple(verdicts for _, verdicts in self._verdicts.values())


def _verdicts(ledger: Ledger, lead: int) -> Verdicts:
    found = ledger.sql.execute(_SQL["packet_of"], (lead,)).fetchall()
    if not found:  # erased meanwhile
        return Verdicts((), "")
    person, status, sealed, closed_for, moved = found[0]
    seal = ledger.seal(person)
    packet = seal.open_json(leads.PACKET, sealed)
    judged = packet.get("criteria", ()) if packet.get("tier") else ()
    why = seal.open_text(work.CLOSED_FOR, closed_for) if closed_for is not None and status == "closed" else ""
    since = seal.open_json(second_look.VERDICTS, moved) if moved is not None else {}
    return Verdicts(tuple((one["id"], since.get(one["id"], one["verdict"])) for one in judged), why)
