"""Named conditions of a person that several criteria share, such as being of childbearing potential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brasle_prescreen.answer_shape import Answers
from brasle_prescreen.facts import AnswerError, Facts
from brasle_prescreen.partial_date import Span, age_reached
from brasle_prescreen.trial_entry import Entry, did_you_mean
from brasle_prescreen.truth import Truth


@dataclass(frozen=True, slots=True)
class Condition:
    """Certainly false for the answers of `never_when` and below the age `never_under`; else true once the
    answers of `known_from` are known. `contradicted_by` are answers that cannot stand beside a certain
    "false".
    """

    name: str
    never_when: tuple[tuple[str, tuple[Any, ...]], ...]
    never_under: Span
    known_from: tuple[str, ...]
    contradicted_by: tuple[tuple[str, tuple[Any, ...]], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return (*(path for path, _ in self.never_when), *self.known_from, "birth_date", "age_years")

    def holds(self, facts: Facts) -> Truth:
        told = facts.told
        for path, values in self.never_when:
            if told.get(path) in values:
                return Truth.FALSE
        if facts.birth is not None and age_reached(facts.birth, self.never_under, facts.on) is Truth.FALSE:
            return Truth.FALSE
        if all(path in told for path in self.known_from):
            return Truth.TRUE
        return Truth.UNKNOWN

    def check(self, facts: Facts) -> None:
        """AnswerError for an answer that contradicts the condition."""
        for path, values in self.contradicted_by:
            if facts.told.get(path) in values and facts.conditions[self.name] is Truth.FALSE:
                raise AnswerError(path, "contradicts another answer", "contradiction")


def read_condition(entry: Entry, name: str, answers: Answers) -> Condition:
    found = Condition(
        name=name,
        never_when=_answers(entry, entry.mapping("never_when"), answers),
        never_under=entry.span("never_under"),
        known_from=entry.texts("known_from", needed=True),
        contradicted_by=_answers(entry, entry.mapping("contradicted_by"), answers),
    )
    for path in found.known_from:
        answers.checked(entry, path)
    entry.finish()
    return found


def _answers(entry: Entry, given: Mapping[str, Any], answers: Answers) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    found = []
    for path, values in given.items():
        shape = answers.checked(entry, path)
        listed = tuple(values) if isinstance(values, list) else (values,)
        for value in listed:
            if value not in shape.values:
                raise entry.wrong(f"{path!r} has no value {value!r}", did_you_mean(str(value), map(str, shape.values)))
        found.append((path, listed))
    return tuple(found)
