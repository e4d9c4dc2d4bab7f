"""Everything that is kept about one person, opened: for the family itself. And counts, for the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.store import (
    addresses,
    inbox,
    lead_file,
    lead_queue,
    leads,
    outbox,
    overrides,
    second_look,
    turns,
    work,
)
from bot.store.export_map import export_map
from bot.store.ledger import Ledger, numbered
from bot.store.moments import from_micros
from bot.store.queries import load_queries

_SQL = load_queries("export")


def export(ledger: Ledger, person: str) -> dict[str, Any]:
    """What JSON can carry; empty for somebody unknown. Moments are ISO 8601 in UTC."""
    number = numbered(person)
    found = ledger.sql.execute(_SQL["person"], (number,)).fetchall()
    if not found:
        return {}
    created, changed, remind_at, unreachable_since, source, dialogue = found[0]
    seal = ledger.seal(number)
    return {
        "person": person,
        "created": _iso(created),
        "changed": _iso(changed),
        "remind_at": _iso(remind_at),
        "unreachable_since": _iso(unreachable_since),
        "source": None if source is None else seal.open_text(turns.SOURCE, source),
        "addresses": [
            {"channel": channel, "address": address} for channel, address in addresses.addresses_of(ledger, number)
        ],
        "live_messages": [
            seal.open_text(outbox.LIVE, sealed)
            for (sealed,) in ledger.sql.execute(_SQL["live_messages"], (number,)).fetchall()
        ],
        "dialogue": json.loads(seal.open_text(turns.DIALOGUE, dialogue)),
        "permissions": [
            {"name": name, "state": state, "text_hash": text_hash, "language": language, "at": _iso(at)}
            for name, state, text_hash, language, at in ledger.sql.execute(_SQL["permissions"], (number,)).fetchall()
        ],
        "events": [
            {"kind": kind, "detail": detail, "at": _iso(at)}
            for kind, detail, at in ledger.sql.execute(_SQL["events"], (number,)).fetchall()
        ],
        "leads": [_lead(ledger, code) for (code,) in ledger.sql.execute(_SQL["leads"], (number,)).fetchall()],
        "waiting_to_be_sent": outbox.of_person(ledger, number),
        "received_and_kept": inbox.of_person(ledger, number),
        "could_not_be_handled": inbox.troubles_of(ledger, number),
        "resume_links_until": [_iso(expires) for (expires,) in ledger.sql.execute(_SQL["links"], (number,)).fetchall()],
    }


# What the study team worked out or wrote. Families get it from the hospital, explained: a score or a site's doubt
# read alone would be taken for a decision.
_OF_THE_SITE = ("score", "work", "history")
_WORKED_OUT = ("score", "score_parts", "criteria", "open_questions")


def for_the_family(whole: Mapping[str, Any]) -> dict[str, Any]:
    """An export as the chat gives it out: all that the family gave, and by name what the hospital keeps besides."""
    if not whole:
        return {}
    leads_ = []
    for lead in whole["leads"]:
        theirs = {key: value for key, value in lead.items() if key not in _OF_THE_SITE}
        packet = {key: value for key, value in lead["packet"].items() if key not in _WORKED_OUT}
        besides = [*_OF_THE_SITE, *(f"packet.{key}" for key in _WORKED_OUT if key in lead["packet"])]
        leads_.append({**theirs, "packet": packet, "ask_the_hospital_for": besides})
    return {**whole, "leads": leads_, "not_in_this_file": export_map().named()}


def event_counts(ledger: Ledger) -> dict[tuple[str, str], int]:
    """How many people each (kind, detail) of event happened to at least once."""
    rows = ledger.sql.execute(_SQL["event_counts"]).fetchall()
    return {(kind, detail): people for kind, detail, people in rows}


def _lead(ledger: Ledger, code: str) -> dict[str, Any]:
    lead = lead_queue.by_code(ledger, code)
    assert lead is not None
    return {
        "code": code,
        "child": lead.child,
        "status": lead.status,
        "language": lead.language,
        "asked_for_call": lead.asked_for_call,
        "safety": lead.safety,
        "tier": lead.tier,
        "score": lead.score,
        "earliest_date": None if lead.earliest_date is None else lead.earliest_date.isoformat(),
        "created": lead.created.isoformat(),
        "changed": lead.changed.isoformat(),
        "contact": lead.contact,
        "packet": lead.packet,
        "work": _work(ledger, code),
        "history": [
            {
                "at": change.at.isoformat(),
                "who": change.who,
                "before": change.before,
                "after": change.after,
                "reason": change.reason,
                "detail": change.detail,
            }
            for change in lead_queue.history(ledger, code)
        ],
    }


def _work(ledger: Ledger, code: str) -> dict[str, Any]:
    """What the site has done with the lead and written beside it."""
    [(lead, person, snoozed, attempts, last, reached, closed_for, looked_on, verdicts, version)] = ledger.sql.execute(
        _SQL["work"], (code,)
    ).fetchall()
    seal = ledger.seal(person)

    def rows(name: str) -> list[tuple[Any, ...]]:
        return ledger.sql.execute(_SQL[name], (lead,)).fetchall()

    return {
        "snoozed_until": snoozed,
        "calls": attempts,
        "last_call": _iso(last),
        "reached": _iso(reached),
        "closed_for": None if closed_for is None else seal.open_text(work.CLOSED_FOR, closed_for),
        "looked_at_again_on": looked_on,
        "verdicts_since": None if verdicts is None else seal.open_json(second_look.VERDICTS, verdicts),
        "judged_by_protocol": version,
        "steps": [
            {"at": _iso(at), "what": what, **({} if why is None else seal.open_json(leads.WHY, why))}
            for at, what, why in rows("steps")
        ],
        "call_attempts": [{"at": _iso(at), **seal.open_json(work.ATTEMPT, one)} for at, one in rows("attempts")],
        "notes": [{"at": _iso(at), "note": seal.open_text(lead_file.NOTE, one)} for at, one in rows("notes")],
        "verdicts_of_coordinators": [
            {"at": _iso(at), **seal.open_json(overrides.OVERRIDE, one)} for at, one in rows("overrides")
        ],
        "worked_on_with_another": bool(rows("merged")),
        "told_to_the_site": [{"at": _iso(at), "notice": kind} for at, kind in rows("announced")],
    }


def _iso(micros: int | None) -> str | None:
    return None if micros is None else from_micros(micros).isoformat()
