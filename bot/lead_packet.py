"""What the coordinator gets of one child (criteria.md, section 8): facts with codes, never sentences. Pure.

The contact details are a dictionary of their own, kept and sealed apart.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.flows.dialogue import Dialogue, Interview
from bot.flows.plan import answers_of
from bot.flows.turn import Surroundings
from bot.store.records import Lead, LeadRecord
from brasle_prescreen import screen
from brasle_prescreen.amendment import ORIGINAL
from brasle_prescreen.judgement import PartJudgement
from brasle_prescreen.question import Card

# The call sheet holds at most so many open questions.
MOST_OPEN_QUESTIONS = 10


def is_news(lead: LeadRecord, stands: Lead | None, *, danger: bool = False) -> bool:
    """Whether the site is to hear of this lead: not of a review that was confirmed once more and changed nothing.

    A sign of danger is news each time: the same words a week later leave nothing new in the packet.
    """
    if danger or stands is None or stands.status == "withdrawn":
        return True
    of_that_day = {**lead.packet, "as_of": stands.packet.get("as_of")}
    return (lead.safety, lead.contact, of_that_day) != (stands.safety, stands.contact, stands.packet)


def packet_of(dialogue: Dialogue, around: Surroundings) -> dict[str, Any]:
    """The lead packet as plain JSON values."""
    interview = dialogue.interview
    answers = answers_of(interview, around.questions, around.protocol.medicines, around.today)
    screening = screen(around.protocol, answers, around.today)
    criteria = [
        {
            "id": finding.id,
            "verdict": finding.verdict.value,
            "kind": str(finding.kind) if finding.kind else None,
            "concern": finding.concern,
            "clears_on": _span(finding.clears_on),
            "reason": finding.reason,
            "parts": [_part(part) for part in finding.parts],
            "cards": _cards_of(finding.id, interview, around),
            "private": finding.id in around.questions.private_criteria,
        }
        for finding in screening.findings
    ]
    window = screening.shown_window()
    judged = interview.screened or bool(interview.given)
    return {
        "protocol": {
            "registry_id": around.protocol.record.registry_id,
            "record_date": around.protocol.record.updated.isoformat(),
            "trial_sha256": around.protocol.sha256,
            "version": around.version or ORIGINAL,
        },
        "as_of": around.today.isoformat(),
        "language": dialogue.language,
        "channel": dialogue.channel,
        "source": dialogue.source,
        "permissions": {name: one.model_dump(mode="json") for name, one in dialogue.permissions.items()},
        "respondent": answers.get("respondent"),
        "age": _age(answers, around.today),
        "sex": answers.get("sex"),
        "city": dialogue.contact.city,
        "finished": interview.screened,
        "asked_for_call": interview.asked_for_call,
        "safety": interview.safety,
        "tier": str(screening.tier) if judged else None,
        "earliest_date": screening.earliest_date.isoformat() if screening.earliest_date else None,
        "shown_window": _span(window),
        "score": screening.score.total if judged else None,
        "score_parts": screening.score._asdict() if judged else None,
        "criteria": criteria,
        "answers": answers,
        "said": {id: given.model_dump(mode="json") for id, given in interview.given.items()},
        "medicines": [one.model_dump(mode="json") for one in interview.medicines],
        "vaccines": [one.model_dump(mode="json") for one in interview.vaccines],
        "timing": [one for one in ({"id": c["id"], "clears_on": c["clears_on"]} for c in criteria) if one["clears_on"]],
        "open_questions": _open_questions(interview, around),
        "papers": list(interview.papers),
        "child_wishes": interview.child_wishes,
        "context": _context(interview, around),
        "asked": asked_of(interview),
        "remarks": [remark.model_dump(mode="json") for remark in interview.remarks],
    }


def asked_of(interview: Interview) -> list[dict[str, str]]:
    """What the family wants to know from the study team, in the order in which it was asked."""
    return [one.model_dump(mode="json") for one in interview.asked]


def contact_of(dialogue: Dialogue) -> dict[str, str]:
    return dialogue.contact.model_dump(mode="json")


def _part(part: PartJudgement) -> dict[str, Any]:
    judged = part.judgement
    return {"id": part.id, "verdict": judged.verdict.value, "concern": judged.concern, "reason": judged.reason}


def _span(span: Any) -> dict[str, str] | None:
    return {"earliest": span.earliest.isoformat(), "latest": span.latest.isoformat()} if span else None


def _age(answers: dict[str, Any], on: date) -> dict[str, int] | None:
    """Years, from the latest possible day of birth, and months if the month of birth is known: the day of birth itself
    stays in the answers.
    """
    birth = answers.get("birth_date")
    if isinstance(birth, dict):
        earliest, born = date.fromisoformat(birth["earliest"]), date.fromisoformat(birth["latest"])
        months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
        age = {"years": months // 12}
        return age | {"months": months % 12} if (earliest.year, earliest.month) == (born.year, born.month) else age
    years = answers.get("age_years")
    return {"years": years} if isinstance(years, int) else None


def _cards_of(criterion: str, interview: Interview, around: Surroundings) -> list[str]:
    return [id for id in interview.given if criterion in around.questions.template(id)[0].why]


def _open_questions(interview: Interview, around: Surroundings) -> list[str]:
    """Cards left open or never reached, in asking order: what the call should settle first."""
    from bot.flows.plan import relevant

    open_ids = []
    for id in relevant(interview, around.questions, around.protocol.medicines, around.today):
        given = interview.given.get(id)
        if given is None or given.choices in (("unsure",), ("skip",), ("tell_doctor",), ("prefer_doctor",)):
            open_ids.append(id)
    return open_ids[:MOST_OPEN_QUESTIONS]


def _context(interview: Interview, around: Surroundings) -> dict[str, list[str]]:
    """What has no key in the contract, kept beside it and never judged."""
    cards: list[Card] = [card for card in around.questions.card if card.context]
    return {card.context or "": list(interview.given[card.id].choices) for card in cards if card.id in interview.given}
