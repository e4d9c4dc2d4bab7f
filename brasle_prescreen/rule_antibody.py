"""The word for antibodies: one positive test within a look-back window. It never fails: the site can test
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from brasle_prescreen.facts import Facts
from brasle_prescreen.judgement import Judgement, PartJudgement, Verdict, for_site, passed
from brasle_prescreen.partial_date import PartialDate, Span
from brasle_prescreen.rule import ANCHORS, Reach, Trial
from brasle_prescreen.rule_lab import NOT_TOLD, is_recent
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth


class Antibody(NamedTuple):
    """One test: by `titer_at_least`, or, if that is None, by "positive" or a value above the limit.

    `judgements`: what it may come to. The others are the keys of its fields.
    """

    part: str
    answer: str
    titer_at_least: int | None
    judgements: Mapping[str, PartJudgement]
    result: str
    titer: str
    value: str
    limit: str
    date: str


@dataclass(frozen=True, slots=True)
class AnyPositiveWithin:
    """`any_positive_within`: at least one of several antibodies positive, surely inside a look-back window.

    It is a concern only if every one of them is recent and negative.
    """

    span: Span
    before: str
    tests: tuple[Antibody, ...]
    recent: Span
    # By the identities of the parts' judgements, which are made once: a few hundred at most.
    _remembered: dict[tuple[int, ...], Judgement] = field(default_factory=dict, repr=False, compare=False)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(test.answer for test in self.tests)

    @property
    def reach(self) -> Reach:
        both = frozenset({Verdict.PASS, Verdict.UNKNOWN})
        return {"": both, **dict.fromkeys((test.part for test in self.tests), both)}

    def judge(self, facts: Facts) -> Judgement:
        parts = []
        all_negative = True
        for test in self.tests:
            positive = _positive(test, facts.told)
            taken = facts.told.get(test.date)
            parts.append(test.judgements[self._found(test, positive, taken, facts)])
            if positive is not Truth.FALSE or not is_recent(taken, self.recent, facts):
                all_negative = False
        key = (all_negative, *map(id, parts))
        known = self._remembered.get(key)
        if known is None:
            known = self._remembered[key] = self._whole(tuple(parts), all_negative)
        return known

    def _found(self, test: Antibody, positive: Truth, taken: PartialDate | None, facts: Facts) -> str:
        if positive is Truth.FALSE:
            return "negative"
        if positive is Truth.UNKNOWN:
            return "not_clear" if test.answer in facts.told else "not_told"
        if taken is None:
            return "date_not_known"
        # A look-back counts from the day itself: the same day a year ago is still inside.
        return "positive" if is_recent(taken, self.span, facts) else "too_old"

    def _whole(self, parts: tuple[PartJudgement, ...], all_negative: bool) -> Judgement:
        found = next((one.judgement for one in parts if one.judgement.verdict is Verdict.PASS), None)
        if found is not None:
            return found._replace(parts=parts)
        evidence = tuple(dict.fromkeys(key for one in parts for key in one.judgement.evidence))
        reason = "all_negative" if all_negative else "none_surely_positive" if evidence else "not_told"
        return for_site(reason, evidence, concern=all_negative)._replace(parts=parts)


def _positive(test: Antibody, told: Mapping[str, object]) -> Truth:
    result = told.get(test.result)
    if test.titer_at_least is not None:
        titer = told.get(test.titer)
        if isinstance(titer, int):
            if titer >= test.titer_at_least:
                return Truth.TRUE
            return Truth.FALSE if result in (None, "negative") else Truth.UNKNOWN
        # "Positive" without a titer is a hint, no proof.
        return Truth.FALSE if result == "negative" else Truth.UNKNOWN
    value, limit = told.get(test.value), told.get(test.limit)
    above = None
    if isinstance(value, Decimal) and isinstance(limit, Decimal):
        above = value > limit
    if result == "positive" or above is True:
        return Truth.TRUE
    if result == "weakly_positive":
        return Truth.UNKNOWN
    return Truth.FALSE if result == "negative" or above is False else Truth.UNKNOWN


def _judgements(part: str, answer: str) -> dict[str, PartJudgement]:
    evidence = (answer,)
    found = {name: for_site(name, evidence) for name in ("negative", "not_clear", "date_not_known", "too_old")}
    found |= {"positive": passed("positive", evidence), "not_told": NOT_TOLD}
    return {name: PartJudgement(part, one) for name, one in found.items()}


def read_any_positive_within(entry: Entry, trial: Trial) -> AnyPositiveWithin:
    table = entry.table("tests")
    tests = []
    for part in table:
        inner = table.table(part)
        answer = inner.text("answer")
        shape = trial.answers.checked(inner, answer)
        least = inner.whole("titer_at_least") if "titer_at_least" in inner else None
        wanted = ("result", "date", *(("titer",) if least is not None else ("value", "uln")))
        for name in wanted:
            inner.known(name, shape.fields or (), f"{answer!r} has no field")
        inner.finish()
        fields = [f"{answer}.{name}" for name in ("result", "titer", "value", "uln", "date")]
        tests.append(Antibody(part, answer, least, _judgements(part, answer), *fields))
    if not tests:
        raise entry.wrong("no test is named", "Add tests, each with its answer")
    return AnyPositiveWithin(
        span=entry.span("any_positive_within"),
        before=entry.one_of("before", ANCHORS),
        tests=tuple(tests),
        recent=trial.recent,
    )
