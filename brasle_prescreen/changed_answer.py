"""A screening that follows one changed answer: only that is read, and only the criteria that rest on it are judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from brasle_prescreen.facts import Facts
from brasle_prescreen.screening import Screening, screen_facts, screening_of

if TYPE_CHECKING:
    from brasle_prescreen.protocol import Protocol


class Standing(NamedTuple):
    """A screening with the facts that it rests on."""

    facts: Facts
    screening: Screening


def stand(protocol: Protocol, answers: Any, on: date) -> Standing:
    """As `screen`, ready to be followed by `change`."""
    facts = protocol.reading.read(answers, on)
    return Standing(facts, screen_facts(protocol, facts))


def change(protocol: Protocol, before: Standing, changed: Mapping[str, Any]) -> Standing:
    """The screening of all answers as they stand after these have changed, of the same day.

    `changed` holds whole answers of the contract (all of `labs`); one that is taken back is None. Raises AnswerError
    where `screen` would.
    """
    facts = protocol.reading.read(changed, before.facts.on, before.facts)
    findings = list(before.screening.findings)
    for place in {place for answer in changed for place in protocol.resting_on.get(answer, ())}:
        findings[place] = protocol.criteria[place].judge(facts)
    return Standing(facts, screening_of(protocol, facts, tuple(findings)))
