"""The trial as a ResearchStudy, and one family's place in it: a Patient without a name and a ResearchSubject."""

from __future__ import annotations

from bot.records.fhir_parts import REGISTRY, Json, urn
from brasle_prescreen.lead import LeadStatus, fhir_status
from brasle_prescreen.protocol import Record
from brasle_prescreen.registry import Code, Registered

STUDY = urn("study")
CODES = urn("reference-numbers")
# ResearchStudy.status by what the site says of recruiting.
STUDY_STATUS = {
    "open": "active",
    "waitlist": "temporarily-closed-to-accrual",
    "paused": "temporarily-closed-to-accrual",
    "closed": "closed-to-accrual",
}


def research_study(record: Record, registered: Registered, recruiting: str) -> Json:
    """From the trial's record. The registry listing names no sponsor, so none is given."""
    return {
        "resourceType": "ResearchStudy",
        "id": STUDY.removeprefix("urn:uuid:"),
        "identifier": [{"system": REGISTRY, "value": record.registry_id}],
        "title": record.title,
        "status": STUDY_STATUS[recruiting],
        "phase": _concept(registered.coded("phase")),
        "condition": [_concept([code]) for code in registered.coded("condition")],
        "location": [_concept([code]) for code in registered.coded("location")],
        "period": {"start": registered.start, "end": registered.completion},
        "site": [{"display": record.site}],
        "relatedArtifact": [{"type": "documentation", "url": record.url}],
    }


def patient(pseudonym: str, id: str) -> Json:
    """A Patient of whom nothing is told but the pseudonym."""
    return {"resourceType": "Patient", "id": id, "identifier": [{"system": CODES, "value": pseudonym}]}


def research_subject(status: LeadStatus, closed_for: str, patient: str, id: str) -> Json:
    """`patient` is a reference."""
    return {
        "resourceType": "ResearchSubject",
        "id": id,
        "status": fhir_status(status, closed_for),
        "study": {"reference": STUDY},
        "individual": {"reference": patient},
    }


def _concept(codes: tuple[Code, ...] | list[Code]) -> Json:
    return {"coding": [{"system": one.system, "code": one.code, "display": one.display} for one in codes]}
