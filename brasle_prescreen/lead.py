"""What can become of a lead: its statuses, the moves between them, and the reasons for closing one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class LeadStatus(StrEnum):
    """Where a lead stands. WITHDRAWN is the family's word, and only the family takes it back."""

    NEW = "new"
    CLAIMED = "claimed"
    CONTACTING = "contacting"
    UNREACHABLE = "unreachable"
    RECORDS_REQUESTED = "records_requested"
    PI_REVIEW = "pi_review"
    VISIT_BOOKED = "visit_booked"
    SCREENING = "screening"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class CloseCategory(StrEnum):
    """Why a lead is closed, where no single criterion is the reason."""

    WINDOW = "window"
    LABS = "labs"
    PRIOR_DRUG = "prior_drug"
    TRAVEL = "travel"
    CONTACT_LOST = "contact_lost"
    DECLINED = "declined"
    CAPACITY = "capacity"
    JOINED = "joined"
    DUPLICATE = "duplicate"
    OTHER = "other"


_S = LeadStatus
_AT_WORK = (_S.CONTACTING, _S.UNREACHABLE, _S.RECORDS_REQUESTED, _S.PI_REVIEW, _S.VISIT_BOOKED)

# From where to where a coordinator may move a lead. Claiming (new to claimed), releasing (claimed to new) and
# re-opening (closed to claimed) are moves like the others; an undo goes back to whatever was before.
MOVES: Mapping[LeadStatus, frozenset[LeadStatus]] = MappingProxyType(
    {
        _S.NEW: frozenset({_S.CLAIMED}),
        _S.CLAIMED: frozenset({_S.NEW, *_AT_WORK, _S.CLOSED}),
        _S.CONTACTING: frozenset({*_AT_WORK, _S.CLOSED} - {_S.CONTACTING}),
        _S.UNREACHABLE: frozenset({*_AT_WORK, _S.CLOSED} - {_S.UNREACHABLE}),
        _S.RECORDS_REQUESTED: frozenset({*_AT_WORK, _S.CLOSED} - {_S.RECORDS_REQUESTED}),
        _S.PI_REVIEW: frozenset({*_AT_WORK, _S.CLOSED} - {_S.PI_REVIEW}),
        _S.VISIT_BOOKED: frozenset({*_AT_WORK, _S.SCREENING, _S.CLOSED} - {_S.VISIT_BOOKED}),
        _S.SCREENING: frozenset({_S.PI_REVIEW, _S.VISIT_BOOKED, _S.CLOSED}),
        _S.CLOSED: frozenset({_S.CLAIMED}),
        _S.WITHDRAWN: frozenset(),
    }
)

OPEN = frozenset(_S) - {_S.CLOSED, _S.WITHDRAWN}
# The next step is the family's: they send papers, come to the visit, or answer the telephone some day.
WAITING_ON_FAMILY = frozenset({_S.UNREACHABLE, _S.RECORDS_REQUESTED, _S.VISIT_BOOKED})

# ResearchSubject.status of HL7 FHIR R4 (https://hl7.org/fhir/R4/valueset-research-subject-status.html).
FHIR_STATUSES = (
    "candidate",
    "eligible",
    "follow-up",
    "ineligible",
    "not-registered",
    "off-study",
    "on-study",
    "on-study-intervention",
    "on-study-observation",
    "pending-on-study",
    "potential-candidate",
    "screening",
    "withdrawn",
)
FHIR: Mapping[LeadStatus, str] = MappingProxyType(
    {
        _S.NEW: "potential-candidate",
        _S.CLAIMED: "potential-candidate",
        _S.CONTACTING: "potential-candidate",
        _S.UNREACHABLE: "potential-candidate",
        _S.RECORDS_REQUESTED: "candidate",
        _S.PI_REVIEW: "candidate",
        _S.VISIT_BOOKED: "candidate",
        _S.SCREENING: "screening",
        _S.CLOSED: "not-registered",
        _S.WITHDRAWN: "withdrawn",
    }
)
_FHIR_OF_CATEGORY: Mapping[str, str] = MappingProxyType(
    {
        CloseCategory.LABS: "ineligible",
        CloseCategory.PRIOR_DRUG: "ineligible",
        CloseCategory.DECLINED: "withdrawn",
        CloseCategory.JOINED: "on-study",
    }
)

_CRITERION = re.compile(r"[IE][1-9][0-9]?")


def fhir_status(status: LeadStatus, closed_for: str = "") -> str:
    """The FHIR code of a lead. A closed one's says more by its reason: a criterion makes it `ineligible`."""
    if status is not LeadStatus.CLOSED or not closed_for:
        return FHIR[status]
    if is_criterion(closed_for):
        return "ineligible"
    return _FHIR_OF_CATEGORY.get(closed_for, FHIR[status])


def is_criterion(reason: str) -> bool:
    """Whether a close reason has the shape of a criterion's id."""
    return _CRITERION.fullmatch(reason) is not None


def may_close_for(reason: str, criteria: frozenset[str]) -> bool:
    """Whether a lead can be closed for this: one of the trial's criteria, or a category."""
    return reason in criteria or reason in set(CloseCategory)
