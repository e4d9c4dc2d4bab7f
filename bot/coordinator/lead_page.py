"""The lead page: everything that a call needs, on one screen and on one printed sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.call_sheet import call_sheet
from bot.coordinator.grid import Grid, grid
from bot.coordinator.packet import Packet, Voice
from bot.coordinator.plan import due_text, plan_of
from bot.coordinator.protocol_page import version_name
from bot.coordinator.reasons import Reasons
from bot.coordinator.timeline import timeline
from bot.lead_version import version_of
from bot.message import Day, Text
from bot.store.audit_entry import Did
from bot.store.work_records import LeadFile
from brasle_prescreen.lead import MOVES, CloseCategory, LeadStatus
from brasle_prescreen.lead_clock import clock, due_in
from brasle_prescreen.lead_work import Outcome
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.versions import Version

# Beside the colour and the word, so that none of the three is needed.
GLYPHS = {"not_met": "×", "concern": "!", "unknown": "?", "met": "✓", "site": "○", "private": "•"}
ACTIONS = (
    "status",
    "claim",
    "release",
    "move",
    "call",
    "snooze",
    "wake",
    "close",
    "reopen",
    "come_back",
    "undo",
    "merge",
    "unmerge",
    "follow",
)
_NOT_BY_MOVE = (LeadStatus.NEW, LeadStatus.CLAIMED, LeadStatus.CLOSED)


@needs("lead.read")
async def lead_page(visit: Visit) -> Response:
    """One lead."""
    return await show(visit, visit.path("code"))


@needs("lead.private.read")
async def private_item(visit: Visit) -> Response:
    """The lead page with one private item open; who opened it stands in the trail first."""
    criterion = visit.path("criterion")
    if criterion not in {one.id for one in visit.console.protocol.criteria if one.private}:
        return visit.not_found()
    file = await visit.store.desk.open(visit.path("code"), visit.who.by)
    if file is None or file.work is None:
        return visit.not_found()
    await visit.store.desk.note_private_read(file.lead.code, criterion, visit.who.by)
    return await render(visit, file, opened=frozenset({criterion}))


async def show(
    visit: Visit,
    code: str,
    *,
    problems: Mapping[str, Text] | None = None,
    open_form: str = "",
    status: int = 422,
) -> Response:
    """The page of a lead. With `problems` it answers a refused form, which stands open with what was typed."""
    file = await visit.store.desk.open(code, visit.who.by)
    if file is None:
        return visit.not_found()
    return await render(visit, file, problems=problems, open_form=open_form, status=status)


async def render(
    visit: Visit,
    file: LeadFile,
    *,
    problems: Mapping[str, Text] | None = None,
    open_form: str = "",
    opened: frozenset[str] = frozenset(),
    status: int = 422,
) -> Response:
    """A lead that was read and noted in the trail, as a page."""
    if visit.may("lead.contact.read") and file.work is not None:
        read = (file.lead.code, *(carer.code for carer in file.carers))
        await visit.record(*(Did("lead.contact.read", code) for code in read))
    asked = file.asked.version if file.asked else ""
    version = version_of(visit.console.protocols, file.lead.packet, asked, visit.console.today)
    protocol, questions = version.protocol, version.questions
    now = visit.console.clock()
    today = visit.console.today
    own_words = visit.may("lead.contact.read")
    packet = Packet(file.lead.packet, questions, protocol.medicines, own_words=own_words)
    decisions = await visit.store.desk.decisions()

    def grid_by(protocol: Protocol) -> Grid:
        return grid(packet, protocol, today, decisions, file.overrides, opened)

    judged = grid_by(protocol) if file.work else Grid((), None, False)
    voice = Voice(visit.console.wording, visit.language)
    reasons = Reasons(visit.console.wording, questions)
    values: dict[str, Any] = {
        "file": file,
        "packet": packet,
        "grid": judged,
        "line": timeline(packet, protocol, judged.rows, today, voice),
        "call": call_sheet(packet, judged.rows, visit.console.wording, file.lead.language or "en", visit.language),
        "voice": voice,
        "names": await visit.store.staff.names(),
        "language_names": dict(visit.console.wording.languages()),
        "glyphs": GLYPHS,
        "why": reasons.text,
        "remarks": [one["said"] for one in packet.stored.get("remarks", ()) if not _private(packet, one)],
        "parts_of_score": packet.stored.get("score_parts"),
        "window": _window(packet),
        "waits_until": file.waits_for(today),
        "private_ids": {one.id for one in protocol.criteria if one.private},
        "criterion_ids": {one.id for one in protocol.criteria},
        "categories": [one.value for one in CloseCategory],
        "outcomes": [one.value for one in Outcome],
        "actions_known": ACTIONS,
        "open_form": open_form,
        "today": today,
        "now": now,
        "version": version_name(visit, version),
        "newer": _newer(visit, judged, version, grid_by) if file.work else None,
        "problems": dict(problems or {}),
        "typed": visit.form,
        **_due(visit, file),
        **_choices(visit, file, judged),
    }
    return visit.page("lead.html", status=status if problems else 200, **values)


@dataclass(frozen=True, slots=True)
class Newer:
    """The version that counts today, where a lead is judged by an older one: what it would move. Private items that are
    folded are left out.
    """

    name: str
    counts_from: date | None
    tier: str
    moved: tuple[tuple[str, str, str], ...]


def _newer(visit: Visit, judged: Grid, own: Version, grid_by: Callable[[Protocol], Grid]) -> Newer | None:
    in_force = visit.console.in_force
    versions = visit.console.protocols.versions
    if versions.index(in_force) <= versions.index(own):
        return None
    now = grid_by(in_force.protocol)
    moved = [(one.criterion.id, old.mark, one.mark) for old, one in zip(judged.rows, now.rows, strict=True)]
    tier = now.tier.value if now.tier and now.tier is not judged.tier else ""
    return Newer(
        version_name(visit, in_force), in_force.counts_from, tier, tuple(one for one in moved if one[1] != one[2])
    )


def _due(visit: Visit, file: LeadFile) -> dict[str, Any]:
    plan = plan_of(visit.console.settings)
    today = visit.console.today
    running = clock(file.work, file.waits_for(today), plan) if file.work else None
    due = due_in(running, plan, visit.console.clock()) if running else None
    return {"due": due, "due_text": due_text(due) if due else None}


def _choices(visit: Visit, file: LeadFile, judged: Grid) -> dict[str, Any]:
    """What the forms offer."""
    moves = [to for to in LeadStatus if file.work and to in MOVES[file.work.status] and to not in _NOT_BY_MOVE]
    rows = [row for row in judged.by_weight() if not row.is_folded]
    return {
        "moves": [(to.value, visit.word(f"status.{to.value}")) for to in moves],
        "close_reasons": [
            ("", visit.word("lead.choose")),
            *((one.value, visit.word(f"close.{one.value}")) for one in CloseCategory),
            *((row.criterion.id, f"{row.criterion.id} {visit.word(f'mark.{row.mark}')}") for row in judged.by_weight()),
        ],
        "override_criteria": [
            ("", visit.word("lead.choose")),
            *((row.criterion.id, f"{row.criterion.id} {visit.word(f'mark.{row.mark}')}") for row in rows),
        ],
        "override_verdicts": [
            ("", visit.word("lead.choose")),
            *((one, visit.word(f"verdict.{one}")) for one in ("pass", "fail", "unknown")),
            ("none", visit.word("grid.override_none")),
        ],
    }


def _private(packet: Packet, remark: Mapping[str, str]) -> bool:
    card = packet.card(remark.get("card", ""))
    return card is not None and card.private


def _window(packet: Packet) -> Day | None:
    span = packet.stored.get("shown_window")
    if not isinstance(span, dict):
        return None
    return Day(earliest=date.fromisoformat(span["earliest"]), latest=date.fromisoformat(span["latest"]))


PAGES = (
    Page("/leads/{code}", lead_page),
    Page("/leads/{code}/private/{criterion}", private_item, post=True),
)
