"""A criterion: the registry's words, our reading of them, who can tell, and the rule; and what is found for
a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from brasle_prescreen.facts import Facts
from brasle_prescreen.judgement import GRAVITY, Judgement, Kind, PartJudgement, Verdict
from brasle_prescreen.partial_date import PartialDate, latest_of
from brasle_prescreen.rule import Rule
from brasle_prescreen.rule_choice import SiteOnly

DECIDERS = ("family", "family_with_report", "site")
CATEGORIES = ("inclusion", "exclusion")
# Findings remembered for each criterion. Most judgements are built once, with the rules, and meet again and again.
MOST_REMEMBERED = 200


class Finding(NamedTuple):
    """What is found for one criterion. `settled`: nothing stands open but timing and what only the site can
    tell.
    """

    id: str
    verdict: Verdict
    kind: Kind | None
    clears_on: PartialDate | None
    concern: bool
    parts: tuple[PartJudgement, ...]
    reason: str
    settled: bool
    evidence: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASS

    @property
    def failed(self) -> bool:
        return self.verdict is Verdict.FAIL

    def part(self, id: str) -> Judgement | None:
        """The judgement of one lettered part, if it was judged."""
        return next((part.judgement for part in self.parts if part.id == id), None)


@dataclass(frozen=True, slots=True)
class Part:
    """One lettered part with its own rule. `text` is the line of the registry that it comes from, if it has
    its own.
    """

    id: str
    rule: Rule
    decided_by: str
    site_only: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion as data. `text` holds the registry's lines word for word, mistakes included.

    `reading` is how they are read here, `ask_site` the open question to the site ("" if there is none).
    `private`: never named to a family as a reason. `counts`: it must be settled for the tier "likely".
    Exactly one of `rule` and `parts` is given.
    """

    id: str
    category: str
    line: int
    text: tuple[str, ...]
    reading: str
    reading_zh: str
    ask_site: str
    ask_site_zh: str
    decided_by: str
    private: bool
    counts: bool
    rule: Rule | None
    parts: tuple[Part, ...]
    # By the identities of the judgements. Those are kept too, so that an identity never comes to mean another one.
    _remembered: dict[int | tuple[int, ...], tuple[tuple[Judgement, ...], Finding]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """The answers that it rests on."""
        rules = [self.rule] if self.rule else [part.rule for part in self.parts]
        return tuple(dict.fromkeys(key for rule in rules for key in rule.keys))

    def judge(self, facts: Facts) -> Finding:
        if self.rule is not None:
            judgement = self.rule.judge(facts)
            known = self._remembered.get(id(judgement))
            return known[1] if known is not None else self._remember(id(judgement), (judgement,))
        judgements = tuple([part.rule.judge(facts) for part in self.parts])
        key = tuple(map(id, judgements))
        known = self._remembered.get(key)
        return known[1] if known is not None else self._remember(key, judgements)

    def _remember(self, key: int | tuple[int, ...], judgements: tuple[Judgement, ...]) -> Finding:
        if self.rule is not None:
            finding = self._of_one(judgements[0])
        else:
            finding = self.combine(tuple(map(PartJudgement, [part.id for part in self.parts], judgements)))
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (judgements, finding)
        return finding

    def _of_one(self, one: Judgement) -> Finding:
        site_only = isinstance(self.rule, SiteOnly)
        settled = one.verdict is Verdict.PASS or (one.verdict is Verdict.UNKNOWN and (one.timing or site_only))
        return Finding(
            self.id,
            one.verdict,
            one.kind,
            one.clears_on,
            one.concern,
            one.parts,
            one.reason,
            settled,
            one.evidence,
        )

    def combine(self, judged: tuple[PartJudgement, ...]) -> Finding:
        """Kleene logic: one failed part fails the whole, else one unknown part leaves it unknown."""
        failed = [one.judgement for one in judged if one.judgement.verdict is Verdict.FAIL]
        concern = any(one.judgement.concern for one in judged)
        if failed:
            return self._failed(failed, judged, concern)
        open_ = [
            (part, one.judgement)
            for part, one in zip(self.parts, judged, strict=True)
            if one.judgement.verdict is Verdict.UNKNOWN
        ]
        evidence = tuple(dict.fromkeys(key for one in judged for key in one.judgement.evidence))
        if not open_:
            reason = (
                judged[0].judgement.reason
                if len({one.judgement.reason for one in judged}) == 1
                else "every_part_passes"
            )
            return Finding(self.id, Verdict.PASS, None, None, concern, judged, reason, True, evidence)
        clearing = [one.clears_on for _, one in open_ if one.clears_on is not None]
        first = min(open_, key=lambda both: (not both[1].concern, both[0].site_only, both[1].timing))[1]
        return Finding(
            self.id,
            Verdict.UNKNOWN,
            Kind.SITE if all(one.kind is Kind.SITE for _, one in open_) else None,
            latest_of(clearing) if clearing else None,
            concern,
            judged,
            first.reason,
            all(one.timing or part.site_only for part, one in open_),
            tuple(dict.fromkeys(key for _, one in open_ for key in one.evidence)) or evidence,
        )

    def _failed(self, failed: list[Judgement], judged: tuple[PartJudgement, ...], concern: bool) -> Finding:
        kind = next(kind for kind in GRAVITY if any(one.kind is kind for one in failed))
        gravest = next(one for one in failed if one.kind is kind)
        clearing = [one.clears_on for one in failed if one.clears_on is not None]
        return Finding(
            self.id,
            Verdict.FAIL,
            kind,
            latest_of(clearing) if kind is Kind.TEMPORARY_DATED else None,
            concern,
            judged,
            gravest.reason,
            False,
            tuple(dict.fromkeys(key for one in failed for key in one.evidence)),
        )
