"""Stored leads judged again by a version of the protocol: whose verdicts and tiers move, and what moved them. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.coordinator.grid import as_decision
from bot.lead_version import as_protocols, version_of
from brasle_prescreen.amendment_changes import Change
from brasle_prescreen.criterion import Finding
from brasle_prescreen.facts import AnswerError
from brasle_prescreen.judgement import Verdict
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.site_decision import Moved, SecondLook, SiteDecision, look_again, moves
from brasle_prescreen.versions import Protocols, Version

if TYPE_CHECKING:
    from bot.store.lead_packets import Stored
    from bot.store.work_records import Decision

AMENDMENT = "amendment"
# What a change of the text, the reading or the open question says is read on the protocol page; here it is named.
_TOLD = 120


def rescreen(
    protocol: Protocol | Protocols,
    stored: Iterable[Stored],
    decisions: Iterable[Decision],
    target: Version | None = None,
) -> tuple[int, list[dict[str, Any]]]:
    """How many leads were looked at, and those of which something moves, each with what moves and why.

    Judged as of the day of the hand-over, so that only the version (`target`, by default the newest), the trial's files and
    the decisions differ. A coordinator's own verdicts stand, and are left out.
    """
    protocols = as_protocols(protocol)
    wanted = target or protocols.versions[-1]
    settled = [as_decision(one) for one in decisions if one.verdict]
    between: dict[str, tuple[Change, ...]] = {}
    rows: list[dict[str, Any]] = []
    looked_at = 0
    for lead in stored:
        looked_at += 1
        row = {"code": lead.code, "status": lead.status, "tier": lead.packet.get("tier")}
        try:
            on = date.fromisoformat(lead.packet["as_of"])
            own = version_of(protocols, lead.packet, lead.version, on)
            looks = [_look(version, lead, on, settled) for version in (own, wanted)]
        except AnswerError as error:
            rows.append({**row, "moved": [], "cannot_be_judged": error.key})
            continue
        except KeyError:
            continue  # a call was asked for before anything was answered
        if own.number not in between:
            between[own.number] = protocols.between(own, wanted)
        if found := _compared(lead, own, wanted, looks, between[own.number]):
            rows.append(row | found)
    return looked_at, rows


def _look(version: Version, lead: Stored, on: date, settled: Sequence[SiteDecision]) -> SecondLook:
    own = {id: Verdict(one.verdict) for id, one in lead.overrides.items()}
    return look_again(version.protocol, lead.packet["answers"], on, settled, own)


def _compared(
    lead: Stored, own: Version, wanted: Version, looks: Sequence[SecondLook], changes: Sequence[Change]
) -> dict[str, Any]:
    """What of a lead moves; empty if nothing does."""
    before, now = looks
    packet = lead.packet
    tier: Any = packet.get("tier")
    if lead.version:  # it stands by another version than its packet since
        known = {one.id: one.verdict.value for one in before.findings}
        tier = before.tier.value
    else:
        known = {one["id"]: one["verdict"] for one in packet.get("criteria", ())}
    known = {id: verdict for id, verdict in known.items() if id not in lead.overrides}
    same = dict(packet.get("protocol", {})).get("trial_sha256") == own.protocol.sha256
    moved = [_moved(one, before, now, changes) for one in moves(now, known, same_trial=same)]
    found: dict[str, Any] = {"tier": tier, "tier_now": now.tier.value, "moved": moved}
    if own is wanted:
        return found if moved else {}
    found |= {"version": own.number, "version_now": wanted.number}
    if before.clears_on != now.clears_on:
        found |= {"earliest_date": _day(before.clears_on), "earliest_date_now": _day(now.clears_on)}
    named = {one["criterion"] for one in moved} | lead.overrides.keys()
    if otherwise := [one for one in _otherwise(before, now, changes) if one["criterion"] not in named]:
        found["otherwise"] = otherwise
    return found if moved or before.tier is not now.tier or before.clears_on != now.clears_on else {}


def _otherwise(before: SecondLook, now: SecondLook, changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    """Criteria with the same verdict, but of another kind, until another day, or with another weight."""
    for old, new in zip(before.program, now.program, strict=True):
        if old.verdict is new.verdict and _weight(old) != _weight(new):
            yield {"criterion": new.id, "verdict": new.verdict.value, "changes": _touching(changes, new.id)}


def _weight(finding: Finding) -> tuple[object, ...]:
    return finding.kind, finding.clears_on, finding.concern, finding.settled


def _touching(changes: Sequence[Change], criterion: str) -> list[Mapping[str, str]]:
    own = [change for change in changes if criterion in change.criteria]
    return [_change(change) for change in own or [one for one in changes if not one.criteria]]


def _moved(one: Moved, before: SecondLook, now: SecondLook, changes: Sequence[Change]) -> dict[str, Any]:
    told: dict[str, Any] = {"criterion": one.criterion, "before": one.before, "after": one.after, "why": one.why.value}
    if _program(before, one.criterion) is not _program(now, one.criterion):
        told["why"] = AMENDMENT
        told["changes"] = _touching(changes, one.criterion)
    elif one.decision is not None:
        told |= {"decided_on": one.decision.decided_on.isoformat(), "about": one.decision.about}
    return told


def _program(look: SecondLook, criterion: str) -> Verdict:
    return next(one.verdict for one in look.program if one.id == criterion)


def _change(change: Change) -> Mapping[str, str]:
    before, after = _about_the_difference(change.before, change.after)
    where = change.where if change.file in ("inclusion.toml", "exclusion.toml") else f"{change.file} {change.where}"
    return {"kind": change.kind, "where": where, "before": before, "after": after}


def _about_the_difference(one: str, other: str) -> tuple[str, str]:
    """Both texts, long ones cut down to where they begin to differ."""
    pairs = enumerate(zip(one, other, strict=False))
    same = next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
    start = max(0, same - _TOLD // 3)
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    if len(text) <= _TOLD:
        return text
    part = text[start : start + _TOLD]
    return f"{'...' if start else ''}{part}{'...' if len(part) == _TOLD else ''}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
