"""One lead, or all that have not been taken back, as a FHIR R4B bundle (a collection): checked before it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bot.records.fhir_check import checked
from bot.records.fhir_medicines import atc_map
from bot.records.fhir_parts import Json, urn
from bot.records.fhir_questionnaire import questionnaire
from bot.records.fhir_response import questionnaire_response
from bot.records.fhir_study import patient, research_study, research_subject
from bot.records.given_answers import CODED, Openness, given_answers
from bot.records.study_form import StudyForm
from bot.store.lead_packets import Stored
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.question import Questions
from brasle_prescreen.registry import Registered


@dataclass(frozen=True, slots=True)
class Study:
    """What every bundle rests on. `recruiting` is the site's word: open, waitlist, paused or closed."""

    form: StudyForm
    questions: Questions
    protocol: Protocol
    registered: Registered
    recruiting: str


def bundle(
    study: Study, leads: Iterable[Stored], made: str, openness: Openness = CODED, *, random_ids: bool = False
) -> Json:
    """`made` is the moment, as a FHIR instant. `random_ids`: numbers of this file only, instead of reference numbers.

    FhirError if the result would not be valid.
    """
    record = study.protocol.record
    entries = [
        _entry(research_study(record, study.registered, study.recruiting)),
        _entry(questionnaire(study.form, record)),
        _entry(atc_map(study.protocol.medicines)),
    ]
    for lead in leads:
        entries += map(_entry, _of_lead(study, lead, openness, _names(lead, random_ids)))
    return checked({"resourceType": "Bundle", "type": "collection", "timestamp": made, "entry": entries})


def as_json(made: Json) -> bytes:
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _names(lead: Stored, random_ids: bool) -> Callable[[str], str]:
    """Names of the lead's resources; "" is its pseudonym."""
    pseudonym = str(uuid4()) if random_ids else lead.code
    return lambda kind: urn("lead", pseudonym, kind).removeprefix("urn:uuid:") if kind else pseudonym


def _of_lead(study: Study, lead: Stored, openness: Openness, name: Callable[[str], str]) -> list[dict[str, Any]]:
    packet = lead.packet
    person = f"urn:uuid:{name('patient')}"
    given = given_answers(packet, study.form, study.questions, openness)
    as_of = str(packet.get("as_of", ""))
    return [
        patient(name(""), name("patient")),
        research_subject(LeadStatus(lead.status), lead.closed_for, person, name("subject")),
        questionnaire_response(
            study.form,
            given,
            person,
            as_of if openness.exact_days else as_of[:7],
            finished=bool(packet.get("finished")),
            id=name("answers"),
        ),
    ]


def _entry(resource: Json) -> Json:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
