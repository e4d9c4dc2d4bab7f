"""What is done with a lead: each step in one transaction with its history, its trail entry and the family's
status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.store import audit, codes, leads
from bot.store.audit_entry import Did, Hidden
from bot.store.errors import MoveRefused, UnknownLead
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, to_micros
from bot.store.queries import load_queries
from brasle_prescreen import lead_work
from brasle_prescreen.lead import MOVES, OPEN, LeadStatus
from brasle_prescreen.lead_work import Outcome, Refusal, Refused, Work

_SQL = load_queries("work")
CLOSED_FOR = b"work.closed_for"
ATTEMPT = b"call_attempt.sealed"
Change = Callable[[Work], Work]
NO_REASON: Mapping[str, str] = MappingProxyType({})
# Steps that a later undo cannot take back: they concern two leads, or are an undo themselves.
_LASTING = frozenset({"undo", "merge", "unmerge", "follow"})


class Held(NamedTuple):
    """A lead as the steps need it."""

    id: int
    person: int
    code: str
    work: Work
    safety: bool


def find(ledger: Ledger, typed: str) -> Held:
    """The lead with this reference number as it is worked on. UnknownLead, also once its family erased it."""
    code = codes.as_code(typed)
    found = ledger.sql.execute(_SQL["of_lead"], (code,)).fetchall()
    if not found:
        raise UnknownLead(f"There is no lead with the reference number {code}.")
    return _held(ledger, code, found[0])


def do(ledger: Ledger, typed: str, by: str, action: str, change: Change, *, why: Mapping[str, str] = NO_REASON) -> Work:
    """Take one step. `why` is sealed; the trail gets the action, the statuses and a hash of `why`. May
    raise Refused.
    """
    held = find(ledger, typed)
    after = change(held.work)
    _step(ledger, held, after, by, action, why=why)
    return after


def claim(ledger: Ledger, code: str, by: str) -> Work:
    """Take a lead; the second who tries is refused and told who has it, for writes come one after the
    other.
    """
    now = ledger.clock()
    return do(ledger, code, by, "claim", lambda work: lead_work.claim(work, by, now))


def release(ledger: Ledger, code: str, by: str, anybodys: bool) -> Work:
    """Give a lead back."""
    now = ledger.clock()
    return do(ledger, code, by, "release", lambda work: lead_work.release(work, by, now, anybodys=anybodys))


def move(ledger: Ledger, code: str, to: LeadStatus, by: str) -> Work:
    """Another status."""
    now = ledger.clock()
    return do(ledger, code, by, "move", lambda work: lead_work.move(work, to, by, now))


def call(ledger: Ledger, code: str, outcome: Outcome, remark: str, by: str) -> Work:
    """Note an attempt to call."""
    now = ledger.clock()
    held = find(ledger, code)
    after = lead_work.call(held.work, outcome, by, now)
    step = _step(ledger, held, after, by, "call", why={"reason": outcome.value})
    sealed = ledger.seal(held.person).close_json(ATTEMPT, {"outcome": outcome.value, "remark": remark})
    ledger.sql.execute(_SQL["add_attempt"], (held.id, step, to_micros(now), by, sealed))
    return after


def snooze(ledger: Ledger, code: str, until: date, today: date, by: str) -> Work:
    """Put a lead aside until a day."""
    held = find(ledger, code)
    after = lead_work.snooze(held.work, until, by, today, safety=held.safety)
    _step(ledger, held, after, by, "snooze", why={"detail": until.isoformat()})
    return after


def wake(ledger: Ledger, code: str, by: str) -> Work:
    """Take a snoozed lead up again."""
    return do(ledger, code, by, "wake", lambda work: lead_work.wake(work, by))


def close(ledger: Ledger, code: str, reason: str, detail: str, by: str, comes_back_on: date | None = None) -> Work:
    """Close a lead for a criterion or a category, for good or until a day."""
    now = ledger.clock()
    why = {"reason": reason} | ({"detail": detail} if detail else {})
    return do(ledger, code, by, "close", lambda work: lead_work.close(work, reason, by, now, comes_back_on), why=why)


def come_back(ledger: Ledger, today: date) -> list[str]:
    """Open every lead again that was closed until a day that has come; gives their numbers."""
    now = ledger.clock()
    codes = [code for (code,) in ledger.sql.execute(_SQL["coming_back"], (today.isoformat(),)).fetchall()]
    for code in codes:
        do(ledger, code, audit.PROGRAM, "come_back", lambda work: lead_work.come_back(work, now))
    return codes


def reopen(ledger: Ledger, code: str, by: str) -> Work:
    """Take a closed lead up again."""
    now = ledger.clock()
    return do(ledger, code, by, "reopen", lambda work: lead_work.reopen(work, by, now))


def set_status(ledger: Ledger, code: str, to: LeadStatus, by: str, reason: str, actor: str) -> Work:
    """A move by the command line, whoever has the lead: by the same table as the console's. MoveRefused.

    `by` stands in the history, `actor` in the trail. `reason` is why it is closed.
    """
    held = find(ledger, code)
    before = held.work
    if to not in MOVES[before.status]:
        ways = (
            ", ".join(sorted(one.value for one in MOVES[before.status])) or "nowhere: only its family can take it back"
        )
        raise MoveRefused(f"{held.code} is {before.status.value}. From there it can go to: {ways}.")
    after = replace(
        before,
        status=to,
        moved_at=ledger.clock(),
        holder="" if to in (LeadStatus.NEW, LeadStatus.CLAIMED, LeadStatus.CLOSED) else before.holder,
        snoozed_until=None,
        closed_for=reason if to is LeadStatus.CLOSED else "",
        comes_back_on=None,
    )
    _step(ledger, held, after, by, "status", why={"reason": reason} if reason else NO_REASON, actor=actor)
    return after


def undo(ledger: Ledger, code: str, by: str) -> str:
    """Take back one's own last step; gives its action."""
    held = find(ledger, code)
    found = ledger.sql.execute(_SQL["last_step"], (held.id,)).fetchall()
    if not found:
        raise Refused(Refusal.NOTHING_TO_UNDO)
    step, _, who, action, sealed = found[0]
    why = ledger.seal(held.person).open_json(leads.WHY, sealed) if sealed is not None else {}
    after = lead_work.undo(held.work, why.get("before"), who, by)
    ledger.sql.execute(_SQL["mark_undone"], (step,))
    _step(ledger, held, after, by, "undo", why={"reason": action})
    return str(action)


def undoable(ledger: Ledger, held: Held, by: str) -> str | None:
    """The action of the last step, if it may be undone by this reader."""
    found = ledger.sql.execute(_SQL["last_step"], (held.id,)).fetchall()
    if not found or found[0][2] != by or held.work.status is LeadStatus.WITHDRAWN or found[0][4] is None:
        return None
    why = ledger.seal(held.person).open_json(leads.WHY, found[0][4])
    return str(found[0][3]) if "before" in why else None


def _step(
    ledger: Ledger,
    held: Held,
    after: Work,
    by: str,
    action: str,
    *,
    why: Mapping[str, str] = NO_REASON,
    actor: str = "",
) -> int:
    now = ledger.now()
    before = held.work
    seal = ledger.seal(held.person)
    kept = dict(why) if action in _LASTING else {**why, "before": lead_work.dump(before)}
    if action not in _LASTING - {"undo"} and ledger.sql.execute(_SQL["merged_into"], (held.id,)).fetchall():
        raise Refused(Refusal.NOT_ALLOWED)  # what is done is done with the lead that it belongs to
    made = ledger.sql.execute(
        _SQL["add_step"],
        (
            held.id,
            held.person,
            now,
            by,
            before.status.value,
            after.status.value,
            seal.close_json(leads.WHY, kept),
            action,
        ),
    ).lastrowid
    assert made is not None
    _save(ledger, held, after, now)
    # What a lead is closed for is about a child's health: the trail, which is never erased, keeps only its
    # hash.
    reason = Hidden("\x1f".join(f"{key}={why[key]}" for key in sorted(why))) if why else None
    did = Did(f"lead.{action}", held.code, "status", before.status.value, after.status.value, reason)
    audit.append(ledger, actor or by, did)
    if action != "follow":
        _mirror(ledger, held, after, by)
    return made


def _mirror(ledger: Ledger, held: Held, after: Work, by: str) -> None:
    """The other carers' leads go along, so that each family's own status tells the truth."""
    for lead, code, _ in ledger.sql.execute(_SQL["merged_from"], (held.id,)).fetchall():
        other = _held(ledger, code, ledger.sql.execute(_SQL["by_id"], (lead,)).fetchall()[0])
        if other.work.status in (after.status, LeadStatus.WITHDRAWN):
            continue
        changed = replace(other.work, status=after.status, holder=after.holder, moved_at=after.moved_at)
        _step(ledger, other, changed, by, "follow")


def _save(ledger: Ledger, held: Held, work: Work, now: int) -> None:
    seal = ledger.seal(held.person)
    ledger.sql.execute(
        _SQL["save"],
        {
            "lead": held.id,
            "holder": work.holder,
            "waiting_since": to_micros(work.waiting_since),
            "moved_at": to_micros(work.moved_at),
            "snoozed_until": work.snoozed_until.isoformat() if work.snoozed_until else None,
            "attempts": work.attempts,
            "last_attempt_at": to_micros(work.last_attempt_at) if work.last_attempt_at else None,
            "reached_at": to_micros(work.reached_at) if work.reached_at else None,
            "closed_for": seal.close_text(CLOSED_FOR, work.closed_for) if work.closed_for else None,
            "comes_back_on": work.comes_back_on.isoformat() if work.comes_back_on else None,
        },
    )
    ledger.sql.execute(_SQL["set_status"], (work.status.value, now, held.id, work.status.value))


def _held(ledger: Ledger, code: str, row: tuple[Any, ...]) -> Held:
    id_, person, status, created, safety, *rest = row
    sealed, comes_back_on = rest.pop(), rest.pop()
    work = work_of(status, created, rest)
    if sealed is not None and work.status is LeadStatus.CLOSED:
        work = replace(
            work,
            closed_for=ledger.seal(person).open_text(CLOSED_FOR, sealed),
            comes_back_on=date.fromisoformat(comes_back_on) if comes_back_on else None,
        )
    return Held(id_, person, code, work, bool(safety))


def work_of(status: str, created: int, row: list[Any]) -> Work:
    """A row of `work`, from `holder` to `reached_at`; all None for a lead that nobody has touched.

    The status is the lead's own, which a command or the family may have set: nobody holds one that is not
    open.
    """
    holder, waiting_since, moved_at, snoozed_until, attempts, last_attempt_at, reached_at = row
    now_is = LeadStatus(status)
    since = from_micros(created)
    if waiting_since is None:
        return Work(now_is, since, since)
    is_held = now_is in OPEN and now_is is not LeadStatus.NEW
    return Work(
        status=now_is,
        waiting_since=from_micros(waiting_since),
        moved_at=from_micros(moved_at),
        holder=holder if is_held else "",
        snoozed_until=date.fromisoformat(snoozed_until) if snoozed_until and is_held else None,
        attempts=attempts,
        last_attempt_at=None if last_attempt_at is None else from_micros(last_attempt_at),
        reached_at=None if reached_at is None else from_micros(reached_at),
    )
