"""Out, for now: the queue and the screening log as files. Without identities unless asked for; each is in
the trail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.packet import Voice
from bot.coordinator.protocol_page import version_name
from bot.coordinator.spreadsheet import CONTENT_TYPES, CSV, XLSX, as_csv, as_xlsx
from bot.extras import is_there
from bot.flows.turn import SITE_ZONE
from bot.lead_version import later_of
from bot.message import Text
from bot.store.audit_entry import Did
from bot.store.lead_packets import LogLine, Standing
from brasle_prescreen.criterion import Criterion
from brasle_prescreen.lead import CloseCategory, LeadStatus, fhir_status
from brasle_prescreen.lead_queue import QueueRow

CODED = (
    "code",
    "status",
    "fhir",
    "tier",
    "score",
    "look_again",
    "safety",
    "asked_for_call",
    "language",
    "handed_over",
    "holder",
    "calls",
    "reached",
)
NAMED = ("name", "way", "reach", "best_time", "city")
LOG = (
    "number",
    "code",
    "handed_over",
    "first_call",
    "calls",
    "reached",
    "status",
    "fhir",
    "reason",
    "own_verdicts",
    "by",
    "last_step",
)
FORMS = (CSV, XLSX) if is_there("spreadsheets") else (CSV,)


@needs("export.coded")
async def exports(visit: Visit) -> Response:
    """What can be taken out."""
    return await show(visit)


@needs("export.coded")
async def queue_coded(visit: Visit) -> Response:
    """The queue without identities."""
    return await _queue(visit, named=False)


@needs("export.named")
async def queue_named(visit: Visit) -> Response:
    """The queue with names and numbers."""
    return await _queue(visit, named=True)


@needs("export.coded")
async def screening_log(visit: Visit) -> Response:
    """The screening log of good clinical practice: who was considered, when, and how it ended, without
    identities.
    """
    form = visit.typed("form")
    if form not in FORMS:
        return await show(visit, {"form": Text(key="console.export.choose_form")})
    lines = await visit.store.desk.log_lines()
    names = await visit.store.staff.names()

    def table() -> list[list[str]]:
        rows = [_log_row(visit, number, line, names) for number, line in enumerate(lines, start=1)]
        return [_heads(visit, LOG), *rows]

    return await _file(visit, "screening_log", form, table, len(lines))


async def _queue(visit: Visit, *, named: bool) -> Response:
    form = visit.typed("form")
    if form not in FORMS:
        return await show(visit, {"form": Text(key="console.export.choose_form")})
    rows = sorted(await visit.store.desk.queue(ended=True), key=lambda row: (row.created, row.code))
    contacts = await visit.store.desk.contacts() if named else {}
    names = await visit.store.staff.names()
    voice = Voice(visit.console.wording, visit.language)
    stand = await visit.store.desk.verdicts()
    criteria = visit.console.protocol.criteria
    # A column only where there is something to tell apart.
    versions = ("version",) if len(visit.console.protocols.versions) > 1 else ()

    def table() -> list[list[str]]:
        beside = [one.id for one in criteria] + _heads(visit, versions)
        made = [_heads(visit, CODED) + beside + _heads(visit, NAMED if named else ())]
        for row in rows:
            contact = contacts.get(row.code, {})
            stands = stand.get(row.code)
            judged = _verdicts(visit, criteria, stands.verdicts if stands else {})
            judged += [_version(visit, stands) for _ in versions]
            made.append(_queue_row(visit, row, names) + judged + (_reach(voice, contact) if named else []))
        return made

    return await _file(visit, "queue_named" if named else "queue", form, table, len(rows))


async def _file(visit: Visit, what: str, form: str, table: Callable[[], list[list[str]]], lines: int) -> Response:
    """The trail notes the export before the file is given out; it is made in another thread, for it may be
    long.
    """
    await visit.record(Did(f"export.{what}", "", form, None, lines))
    title = visit.word(f"export.{what}")[:31]

    def made() -> bytes:
        return as_csv(table()) if form == CSV else as_xlsx(table(), title)

    return download(visit, what, form, await asyncio.to_thread(made), CONTENT_TYPES[form])


def download(visit: Visit, what: str, ending: str, content: bytes, media_type: str) -> Response:
    """A file to keep, named by what it is and by the site's day."""
    day = visit.console.clock().astimezone(SITE_ZONE).date().isoformat()
    name = f"brasle-{what.replace('_', '-')}-{day}.{ending}"
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="{name}"', "x-content-type-options": "nosniff"},
    )


def _reach(voice: Voice, contact: Mapping[str, Any]) -> list[str]:
    return [
        str(contact.get("name", "")),
        voice.way(str(contact.get("way", ""))),
        str(contact.get("value", "")),
        voice.best_time(str(contact.get("best_time", ""))),
        str(contact.get("city", "")),
    ]


async def show(visit: Visit, problems: dict[str, Text] | None = None) -> Response:
    """The page of exports; `problems` by field."""
    return visit.page(
        "exports.html",
        status=422 if problems else 200,
        forms=[(form, visit.word(f"export.form.{form}")) for form in FORMS],
        problems=problems or {},
        typed=visit.form,
    )


def _heads(visit: Visit, columns: tuple[str, ...]) -> list[str]:
    return [visit.word(f"export.column.{column}") for column in columns]


def _queue_row(visit: Visit, row: QueueRow, names: Mapping[str, str]) -> list[str]:
    work = row.work
    return [
        row.code,
        visit.word(f"status.{work.status.value}"),
        fhir_status(work.status),
        visit.word(f"tier.{row.tier or 'none'}") if not row.is_erased else visit.word("queue.erased"),
        "" if row.score is None else str(row.score),
        "" if row.clears_on is None else row.clears_on.isoformat(),
        visit.word("lead.yes") if row.safety else "",
        visit.word("lead.yes") if row.asked_for_call else "",
        row.language,
        _moment(row.created),
        names.get(work.holder, visit.word("queue.somebody")) if work.holder else "",
        str(work.attempts),
        _moment(work.reached_at),
    ]


def _version(visit: Visit, stands: Standing | None) -> str:
    """By which version of the protocol it is judged."""
    if stands is None:
        return ""
    return version_name(visit, later_of(visit.console.protocols, stands.version, stands.asked, visit.console.today))


def _verdicts(visit: Visit, criteria: Sequence[Criterion], judged: Mapping[str, str]) -> list[str]:
    """One cell a criterion; what is private stays on the lead's page, where its opening is noted."""
    return [
        ""
        if one.id not in judged
        else visit.word("mark.private")
        if one.private
        else visit.word(f"verdict.{judged[one.id]}")
        for one in criteria
    ]


def _log_row(visit: Visit, number: int, line: LogLine, names: Mapping[str, str]) -> list[str]:
    status = LeadStatus(line.status)
    return [
        str(number),
        line.code,
        _moment(line.created),
        _moment(line.first_call),
        str(line.calls),
        _moment(line.reached),
        visit.word(f"status.{status.value}"),
        fhir_status(status, line.closed_for),
        _reason(visit, line.closed_for),
        " ".join(_reason(visit, one) for one in line.own_verdicts),
        _who(visit, line.by, names),
        _moment(line.last_step),
    ]


def _reason(visit: Visit, reason: str) -> str:
    if reason in {one.id for one in visit.console.protocol.criteria if one.private}:
        return visit.word("grid.private_item")
    return visit.word(f"close.{reason}") if reason in set(CloseCategory) else reason


def _who(visit: Visit, by: str, names: Mapping[str, str]) -> str:
    known: dict[str, Any] = {"family": "lead.the_family", "outbox": "lead.the_program", "program": "lead.the_program"}
    if by in known:
        return visit.word(known[by])
    return names.get(by, visit.word("queue.somebody")) if by.startswith("account:") else by


def _moment(at: datetime | None) -> str:
    """By the site's clock, to the minute."""
    return "" if at is None else at.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M")


PAGES = (
    Page("/exports", exports),
    Page("/exports/queue", queue_coded, post=True),
    Page("/exports/queue-named", queue_named, post=True),
    Page("/exports/screening-log", screening_log, post=True),
)
