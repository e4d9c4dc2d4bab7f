"""The word for age."""

from __future__ import annotations

from dataclasses import dataclass

from brasle_prescreen.facts import Facts
from brasle_prescreen.judgement import NOT_ANSWERED, Judgement, Verdict, ask, dated, passed
from brasle_prescreen.partial_date import PartialDate, Span, age_reached, birthday
from brasle_prescreen.rule import Reach, Trial
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth


@dataclass(frozen=True, slots=True)
class AgeAtLeast:
    """`age_at_least`: counted in full years; a younger person reaches it on a known day."""

    age: Span
    answer: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.answer, "age_years")

    @property
    def reach(self) -> Reach:
        return {"": frozenset(Verdict)}

    def judge(self, facts: Facts) -> Judgement:
        if facts.birth is None:
            return NOT_ANSWERED
        reached = age_reached(facts.birth, self.age, facts.on)
        if reached is Truth.TRUE:
            return _OLD_ENOUGH
        on = PartialDate(birthday(facts.birth.earliest, self.age), birthday(facts.birth.latest, self.age))
        if reached is Truth.FALSE:
            return dated("too_young", on, (self.answer,))
        return ask("birthday_uncertain", (self.answer,), on)


_OLD_ENOUGH = passed("old_enough", ("birth_date", "age_years"))


def read_age_at_least(entry: Entry, trial: Trial) -> AgeAtLeast:
    answer = entry.text("answer")
    if not trial.answers.checked(entry, answer).is_birth:
        raise entry.wrong(f"{answer!r} is not the day of birth", "Name the answer that is marked birth = true")
    return AgeAtLeast(entry.span("age_at_least"), answer)
