"""What every word of a rule has in common, and the words that wrap another one.

A rule is a table of a trial file. The one key that names a word says which; the others are its parameters.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from brasle_prescreen.answer_shape import Answers
from brasle_prescreen.condition import Condition
from brasle_prescreen.facts import Facts
from brasle_prescreen.glucocorticoids import Glucocorticoids
from brasle_prescreen.judgement import NOT_ANSWERED, Judgement, Verdict, ask, passed
from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.partial_date import Span
from brasle_prescreen.truth import Truth
from brasle_prescreen.units import Analyte

# What a window counts back from. For us all of them are the day of the screening; the site goes by the word.
ANCHORS = ("screening", "enrolment", "first_dose")

# The verdicts that a rule can reach, by the id of the part ("" is the rule as a whole).
Reach = Mapping[str, frozenset[Verdict]]


class Rule(typing.Protocol):
    """One word with its parameters: a frozen object that judges the facts of one person."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The dotted keys of the answers that it reads."""

    @property
    def reach(self) -> Reach:
        """Every verdict that it can come to."""

    def judge(self, facts: Facts) -> Judgement:
        """The verdict. Unknown unless it holds for every value that the unknown answers could take."""


class Trial(NamedTuple):
    """What the words may refer to: the rest of the trial's data."""

    answers: Answers
    lexicon: Lexicon
    glucocorticoids: Glucocorticoids
    analytes: Mapping[str, Analyte]
    conditions: Mapping[str, Condition]
    recent: Span


@dataclass(frozen=True, slots=True)
class OnlyFor:
    """The inner rule, for those whom a named condition holds for; for all others it passes.

    With `certain`, it stays unknown until the condition itself is known.
    """

    rule: Rule
    condition: Condition
    certain: bool

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.rule.keys, *self.condition.keys)))

    @property
    def reach(self) -> Reach:
        return {part: verdicts | {Verdict.PASS, Verdict.UNKNOWN} for part, verdicts in self.rule.reach.items()}

    def judge(self, facts: Facts) -> Judgement:
        holds = facts.conditions[self.condition.name]
        if holds is Truth.FALSE:
            return _NOT_APPLICABLE
        if holds is Truth.UNKNOWN and self.certain:
            return NOT_ANSWERED
        return self.rule.judge(facts)


_NOT_APPLICABLE = passed("not_applicable")


@dataclass(frozen=True, slots=True)
class UnlessListed:
    """The inner rule, but it passes only if none of these medicines is listed: somebody must ask why it was
    given.
    """

    rule: Rule
    medicines: frozenset[str]

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.rule.keys, "treatments")

    @property
    def reach(self) -> Reach:
        return self.rule.reach

    def judge(self, facts: Facts) -> Judgement:
        judgement = self.rule.judge(facts)
        if judgement.verdict is not Verdict.PASS or self.medicines.isdisjoint(facts.listed):
            return judgement
        cues = tuple(one.key for one in facts.treatments or () if one.medicine.id in self.medicines)
        return ask("medicine_to_explain", (*judgement.evidence, *cues))
