"""Answers for other systems: FHIR and REDCap, without identities; each file is in the trail before it leaves."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.export_page import download, show
from bot.coordinator.spreadsheet import CONTENT_TYPES, CSV
from bot.message import Text
from bot.records.fhir_check import FhirMissing
from bot.records.taking_out import FHIR_JSON, fhir_file, redcap_data, redcap_dictionary
from bot.store.audit_entry import Did


@needs("export.answers")
async def fhir(visit: Visit) -> Response:
    """All leads, or the one whose number was typed, as a FHIR R4B bundle."""
    typed = visit.typed("lead")
    if typed:
        found = await visit.store.desk.one_packet(typed)
        leads = [found] if found else []
    else:
        leads = await visit.store.desk.every_packet()
    if typed and not leads:
        return await show(visit, {"lead": Text(key="console.export.no_such_lead")})
    console = visit.console
    recruiting = (await visit.store.recruiting()).state
    try:
        first = console.protocols.first.protocol
        made = await asyncio.to_thread(fhir_file, console.wording, first, recruiting, leads, console.clock())
    except FhirMissing:
        return await show(visit, {"lead": Text(key="console.export.fhir_missing")})
    await visit.record(Did("export.fhir", leads[0].code if typed else "", "json", None, len(leads)))
    return download(visit, "fhir", "json", made, FHIR_JSON)


@needs("export.answers")
async def redcap(visit: Visit) -> Response:
    """The data dictionary, or the import file."""
    console = visit.console
    form = visit.typed("form")
    if form == "dictionary":
        made = await asyncio.to_thread(redcap_dictionary, console.wording, console.protocols.first.protocol)
        await visit.record(Did("export.redcap_dictionary", "", CSV, None, made.count(b"\r\n") - 1))
    elif form == "data":
        leads = await visit.store.desk.every_packet()
        made = await asyncio.to_thread(redcap_data, console.wording, console.protocols.first.protocol, leads)
        await visit.record(Did("export.redcap_data", "", CSV, None, len(leads)))
    else:
        return await show(visit, {"form": Text(key="console.export.choose_form")})
    return download(visit, f"redcap_{form}", CSV, made, CONTENT_TYPES[CSV])


PAGES = (
    Page("/exports/fhir", fhir, post=True),
    Page("/exports/redcap", redcap, post=True),
)
