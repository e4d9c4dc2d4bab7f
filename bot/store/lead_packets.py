"""Stored packets, one after another, for what looks at all leads: judging again, counting, exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bot.store import audit, codes, leads, overrides, second_look, work
from bot.store.audit_entry import Did
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from bot.store.work_records import Override

_SQL = load_queries("work")
_AT_ONCE = 200
_NEWEST = 100  # enough to see what waits for an answer; opening more would make a page slow


@dataclass(frozen=True, slots=True)
class Stored:
    """A lead with its packet and the coordinators' own verdicts. `closed_for`: the reason, if it is closed. `version`: of
    the protocol, if somebody has asked for a newer one than the packet's.
    """

    code: str
    status: str
    packet: Mapping[str, Any]
    overrides: Mapping[str, Override]
    closed_for: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the screening log. `by` took the last step. `own_verdicts`: the criteria on which a
    coordinator's own verdict stands.
    """

    code: str
    status: str
    created: datetime
    first_call: datetime | None
    reached: datetime | None
    closed_for: str
    by: str
    last_step: datetime | None
    calls: int = 0
    own_verdicts: tuple[str, ...] = ()


class Standing(NamedTuple):
    """The verdicts of a lead by criterion, the protocol's version of its interview, and the one asked for since ("")."""

    verdicts: Mapping[str, str]
    version: str
    asked: str


def every(ledger: Ledger) -> Iterator[Stored]:
    """All leads but withdrawn ones, opened a few at a time."""
    after = 0
    while True:
        rows = ledger.sql.execute(_SQL["packets"], {"after": after, "limit": _AT_ONCE}).fetchall()
        if not rows:
            return
        for id_, person, code, status, _, packet, closed_for, version in rows:
            after = id_
            if status != "withdrawn":
                yield _stored(ledger, (id_, person, code, status, packet, closed_for, version))


def one(ledger: Ledger, code: str) -> Stored | None:
    """The lead with that number as anybody may type it, unless the family has taken it back or erased it."""
    found = ledger.sql.execute(_SQL["stored_of_code"], (codes.as_code(code),)).fetchall()
    return _stored(ledger, found[0]) if found else None


def _stored(ledger: Ledger, row: tuple[Any, ...]) -> Stored:
    id_, person, code, status, packet, closed_for, version = row
    seal = ledger.seal(person)
    why = seal.open_text(work.CLOSED_FOR, closed_for) if closed_for is not None and status == "closed" else ""
    own = overrides.overrides(ledger, id_, person)
    return Stored(code, status, seal.open_json(leads.PACKET, packet), own, why, version)


def judged_by(ledger: Ledger, code: str) -> tuple[Mapping[str, Any], Mapping[str, Override], str] | None:
    """The packet and the coordinators' own verdicts of one lead, and the version of the protocol that was asked for."""
    found = ledger.sql.execute(_SQL["packet_of_code"], (codes.as_code(code),)).fetchall()
    if not found:
        return None
    id_, person, packet, version = found[0]
    return ledger.seal(person).open_json(leads.PACKET, packet), overrides.overrides(ledger, id_, person), version


def open_points(ledger: Ledger, criterion: str) -> dict[str, int]:
    """Reasons for which something of this criterion is open in the newest open leads, with how many of
    them.
    """
    found: Counter[str] = Counter()
    for person, packet in ledger.sql.execute(_SQL["newest_open"], (_NEWEST,)).fetchall():
        for one in ledger.seal(person).open_json(leads.PACKET, packet).get("criteria", ()):
            if one["id"] == criterion and one["verdict"] == "unknown":
                parts = {part["reason"] for part in one["parts"] if part["verdict"] == "unknown"}
                found.update(parts or {one["reason"]})
    return dict(found.most_common())


def note_rescreened(ledger: Ledger, codes: list[str], looked_at: int, by: str) -> None:
    """The trail notes which leads were listed, and that all were looked at."""
    audit.append(ledger, by, Did("leads.rescreened", "", "leads", None, looked_at))
    for code in codes:
        audit.append(ledger, by, Did("lead.rescreened", code))


def verdicts(ledger: Ledger) -> dict[str, Standing]:
    """How each lead stands today, by reference number; those that were never judged are left out."""
    found: dict[str, Standing] = {}
    after = 0
    while True:
        rows = ledger.sql.execute(_SQL["all_verdicts"], {"after": after, "limit": _AT_ONCE}).fetchall()
        if not rows:
            return found
        for id_, code, person, packet, moved, asked in rows:
            after = id_
            seal = ledger.seal(person)
            opened = seal.open_json(leads.PACKET, packet)
            judged = {one["id"]: one["verdict"] for one in opened.get("criteria", ())}
            judged |= seal.open_json(second_look.VERDICTS, moved) if moved is not None else {}
            found[code] = Standing(judged, opened.get("protocol", {}).get("version", ""), asked)


def contacts(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """How to reach each family, by reference number."""
    return {
        code: ledger.seal(person).open_json(leads.CONTACT, sealed)
        for code, person, sealed in ledger.sql.execute(_SQL["contacts"]).fetchall()
    }


def log_lines(ledger: Ledger) -> list[LogLine]:
    """The screening log, in the order in which families came; nothing in it names anybody.

    Of a family that erased its data the line stays, with number, dates and status.
    """
    lines = []
    for row in ledger.sql.execute(_SQL["journal"]).fetchall():
        code, person, status, created, reached, closed_for, first, by, last, calls, has_own, id_ = row
        why = ledger.seal(person).open_text(work.CLOSED_FOR, closed_for) if closed_for is not None else ""
        lines.append(
            LogLine(
                code=code,
                status=status,
                created=from_micros(created),
                first_call=None if first is None else from_micros(first),
                reached=None if reached is None else from_micros(reached),
                closed_for=why if status == "closed" else "",
                by=by or "",
                last_step=None if last is None else from_micros(last),
                calls=calls,
                own_verdicts=tuple(sorted(overrides.overrides(ledger, id_, person))) if has_own else (),
            )
        )
    for code, status, created, changed in ledger.sql.execute(_SQL["past"]).fetchall():
        lines.append(LogLine(code, status, from_micros(created), None, None, "", audit.FAMILY, from_micros(changed)))
    return sorted(lines, key=lambda line: (line.created, line.code))
