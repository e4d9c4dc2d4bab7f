"""The files as they are handed out, by the console and by the command line alike. Nothing here writes the trail: the
caller does, before the file leaves.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.coordinator.spreadsheet import Table, as_csv
from bot.records.given_answers import CODED, Openness
from bot.records.study_form import study_form
from bot.store.lead_packets import Stored
from bot.wording import Wording
from brasle_prescreen import Protocol
from brasle_prescreen.question import load_questions

FHIR_JSON = "application/fhir+json; charset=utf-8"


def fhir_file(
    wording: Wording,
    protocol: Protocol,
    recruiting: str,
    leads: Iterable[Stored],
    now: datetime,
    openness: Openness = CODED,
    *,
    random_ids: bool = False,
) -> bytes:
    """A checked bundle as JSON. FhirMissing without the extra `fhir`, FhirError if it would not be valid."""
    from bot.records.fhir_bundle import Study, as_json, bundle
    from brasle_prescreen.registry import load_registered

    questions = load_questions()
    study = Study(study_form(wording, questions, protocol), questions, protocol, load_registered(), recruiting)
    made = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return as_json(bundle(study, leads, made, openness, random_ids=random_ids))


def redcap_dictionary(wording: Wording, protocol: Protocol) -> bytes:
    """The data dictionary as CSV."""
    from bot.records.redcap import columns, dictionary

    return _for_redcap(dictionary(columns(study_form(wording, load_questions(), protocol))))


def redcap_data(wording: Wording, protocol: Protocol, leads: Iterable[Stored], openness: Openness = CODED) -> bytes:
    """The import file that matches the dictionary, as CSV."""
    from bot.records.redcap import columns
    from bot.records.redcap_import import import_table

    questions = load_questions()
    form = study_form(wording, questions, protocol)
    return _for_redcap(import_table(form, columns(form), questions, leads, openness))


def _for_redcap(table: Table) -> bytes:
    """Without the byte-order mark that Excel needs: it would become part of the first field's name."""
    return as_csv(table).removeprefix(codecs.BOM_UTF8)
