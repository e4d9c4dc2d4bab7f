"""One lead's file: everything about it, opened and noted in the trail; what is written beside it; two
carers of a child.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from bot.store import audit, lead_protocol, lead_queue, leads, second_look, work
from bot.store.audit_entry import Did, Hidden
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.overrides import OVERRIDE, overrides
from bot.store.queries import load_queries
from bot.store.work_records import Attempt, LeadFile, NewOverride, Note, OtherCarer, Step
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_work import Refusal, Refused, Work

_SQL = load_queries("work")
NOTE = b"lead_note.sealed"


def read(ledger: Ledger, typed: str, by: str) -> LeadFile | None:
    """Everything about a lead; that it was read stands in the trail before anybody sees it."""
    lead = lead_queue.by_code(ledger, typed)
    if lead is None:
        return None
    audit.append(ledger, by, Did("lead.read", lead.code))
    if lead.person is None:
        return LeadFile(lead, None)
    held = work.find(ledger, lead.code)
    seal = ledger.seal(held.person)
    into = ledger.sql.execute(_SQL["merged_into"], (held.id,)).fetchall()
    carers = []
    for _, code, _ in ledger.sql.execute(_SQL["merged_from"], (held.id,)).fetchall():
        other = lead_queue.by_code(ledger, code)
        assert other is not None
        audit.append(ledger, by, Did("lead.read", code))
        carers.append(OtherCarer(code, other.contact, other))
    return LeadFile(
        lead=lead,
        work=held.work,
        steps=_steps(ledger, held),
        attempts=tuple(
            Attempt(from_micros(at), who, one["outcome"], one["remark"], bool(undone))
            for at, who, sealed, undone in ledger.sql.execute(_SQL["attempts"], (held.id,)).fetchall()
            for one in [seal.open_json(work.ATTEMPT, sealed)]
        ),
        notes=tuple(
            Note(from_micros(at), who, seal.open_text(NOTE, sealed))
            for at, who, sealed in ledger.sql.execute(_SQL["notes"], (held.id,)).fetchall()
        ),
        overrides=overrides(ledger, held.id, held.person),
        carers=tuple(carers),
        merged_into=into[0][1] if into else None,
        may_undo=work.undoable(ledger, held, by),
        look=second_look.of_lead(ledger, held.id, held.person),
        asked=lead_protocol.of_lead(ledger, held.id),
    )


def _steps(ledger: Ledger, held: work.Held) -> tuple[Step, ...]:
    seal = ledger.seal(held.person)
    steps = []
    for _, at, who, action, before, after, sealed, undone in ledger.sql.execute(_SQL["steps"], (held.id,)).fetchall():
        why = seal.open_json(leads.WHY, sealed) if sealed is not None else {}
        steps.append(
            Step(
                from_micros(at),
                who,
                action,
                before,
                after,
                why.get("reason"),
                why.get("detail"),
                bool(undone),
            )
        )
    return tuple(steps)


def write_note(ledger: Ledger, typed: str, text: str, by: str) -> None:
    """Keep a note beside the lead."""
    held = work.find(ledger, typed)
    now = ledger.now()
    ledger.sql.execute(_SQL["add_note"], (held.id, now, by, ledger.seal(held.person).close_text(NOTE, text)))
    audit.append(ledger, by, Did("lead.note", held.code, "note", None, Hidden(text)))


def override(ledger: Ledger, typed: str, new: NewOverride, by: str) -> None:
    """Put a coordinator's verdict in place of the program's, or take it back (""). No answer is touched."""
    held = work.find(ledger, typed)
    before = overrides(ledger, held.id, held.person).get(new.criterion)
    if (before.verdict if before else "") == new.verdict:
        raise Refused(Refusal.UNCHANGED)
    sealed = ledger.seal(held.person).close_json(OVERRIDE, asdict(new))
    ledger.sql.execute(_SQL["add_override"], (held.id, ledger.now(), by, sealed))
    was = Hidden(before.verdict) if before else None
    did = Did("lead.override", held.code, new.criterion, was, Hidden(new.verdict), Hidden(new.reason))
    audit.append(ledger, by, did)


def note_private_read(ledger: Ledger, typed: str, criterion: str, by: str) -> None:
    """A private item of the lead was opened."""
    held = work.find(ledger, typed)
    audit.append(ledger, by, Did("lead.private.read", held.code, criterion))


def merge(ledger: Ledger, typed: str, into: str, by: str) -> None:
    """Two carers of one child: from now on `typed` is worked on as part of `into` and shares its status."""
    held, other = work.find(ledger, typed), work.find(ledger, into)
    if held.id == other.id or ledger.sql.execute(_SQL["merged_into"], (other.id,)).fetchall():
        raise Refused(Refusal.NOT_ALLOWED)
    if ledger.sql.execute(_SQL["merged_into"], (held.id,)).fetchall():
        raise Refused(Refusal.UNCHANGED)
    if held.work.holder and held.work.holder != by:
        raise Refused(Refusal.HELD, held.work.holder)
    for one in (held, other):
        if not one.work.is_open:
            raise Refused(Refusal.CLOSED)
    for lead, _, _ in ledger.sql.execute(_SQL["merged_from"], (held.id,)).fetchall():
        ledger.sql.execute(_SQL["unmerge"], (lead,))
        ledger.sql.execute(_SQL["merge"], (lead, other.id, ledger.now(), by))
    ledger.sql.execute(_SQL["merge"], (held.id, other.id, ledger.now(), by))

    def follow(own: Work) -> Work:
        return replace(own, status=other.work.status, holder=other.work.holder, snoozed_until=None)

    work.do(ledger, held.code, by, "merge", follow, why={"detail": other.code})
    audit.append(ledger, by, Did("lead.merged", other.code, "from", None, held.code))


def unmerge(ledger: Ledger, typed: str, by: str) -> None:
    """They were two children after all: the lead stands for itself again, for somebody to claim."""
    held = work.find(ledger, typed)
    if not ledger.sql.execute(_SQL["merged_into"], (held.id,)).fetchall():
        raise Refused(Refusal.UNCHANGED)
    ledger.sql.execute(_SQL["unmerge"], (held.id,))
    if held.work.is_open:
        status = LeadStatus.NEW if held.work.status is LeadStatus.CLAIMED else held.work.status
        work.do(ledger, held.code, by, "unmerge", lambda own: replace(own, status=status, holder=""))
    else:
        audit.append(ledger, by, Did("lead.unmerge", held.code))
