"""The word for treatment resistance: enough medicines, of enough classes, that did not help enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from brasle_prescreen.facts import Facts, Treatment
from brasle_prescreen.judgement import (
    NOT_ANSWERED,
    Judgement,
    PartJudgement,
    Verdict,
    ask,
    for_site,
    passed,
    undated,
)
from brasle_prescreen.medicines import NONE, SITE
from brasle_prescreen.rule import Reach, Trial
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth


@dataclass(frozen=True, slots=True)
class ResistantTo:
    """`resistant_to`: inadequate response to so many of the classes; at least one of them among `one_of`.

    It passes by classes (the strict reading: one medicine of each, response in `confirmed_by`). It fails
    only by the names of a complete list, never by how somebody rates a response: too few different
    medicines for the lenient reading, or none of `one_of` and nothing that the site might count. Never
    while the list holds a name that nobody recognises or an entry that stands for a group of medicines.
    """

    count: int
    flag: str
    classes: Mapping[str, str]
    one_of: frozenset[str]
    one_of_part: str
    confirmed_by: frozenset[str]
    well: str
    reason_by_medicines: str
    reason_unclear: str
    # The parts' judgements by the classes that are confirmed: every set of them at most.
    _remembered: dict[tuple[frozenset[str], Verdict], tuple[PartJudgement, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def keys(self) -> tuple[str, ...]:
        return ("treatments", "treatments_complete")

    @property
    def reach(self) -> Reach:
        parts = dict.fromkeys(self.classes.values(), frozenset({Verdict.PASS, Verdict.UNKNOWN}))
        return {"": frozenset(Verdict), **parts, self.one_of_part: frozenset(Verdict)}

    def judge(self, facts: Facts) -> Judgement:
        if facts.treatments is None:
            return NOT_ANSWERED._replace(parts=self._parts(frozenset(), Verdict.UNKNOWN))
        flag = self.flag
        counted = [one for one in facts.treatments if one.effect.flags[flag] != NONE]
        confirmed = [one for one in counted if one.response in self.confirmed_by]
        classes = frozenset([one.effect.flags[flag] for one in confirmed]) - {SITE}
        evidence = tuple([one.key for one in counted])
        if len(classes) >= self.count and classes & self.one_of:
            parts = self._parts(classes, Verdict.PASS)
            return Judgement(Verdict.PASS, "classes_confirmed", evidence=evidence, parts=parts)
        if facts.complete is Truth.TRUE and not any(map(_of_unclear_name, facts.treatments)):
            different = {one.identity for one in counted}
            none_strong = not any(
                one.effect.flags[flag] in self.one_of or one.effect.flags[flag] == SITE for one in counted
            )
            whole = (*evidence, "treatments_complete")
            strong = Verdict.FAIL if none_strong else Verdict.UNKNOWN
            if len(different) < self.count:
                reason = "too_few_medicines" if different else "no_medicine"
                return undated(reason, whole)._replace(parts=self._parts(classes, strong))
            if none_strong:
                return undated("none_strong_enough", whole)._replace(parts=self._parts(classes, strong))
            evidence = whole
        verdict, reason, kind, *_ = self._unknown(facts, counted, confirmed)
        if reason == "list_not_complete":
            evidence = (*evidence, "treatments_complete")
        return Judgement(
            verdict,
            reason,
            kind,
            concern=self._mostly_well(counted),
            evidence=evidence,
            parts=self._parts(classes, Verdict.UNKNOWN),
        )

    def _unknown(self, facts: Facts, counted: list[Treatment], confirmed: list[Treatment]) -> Judgement:
        strong = any(one.effect.flags[self.flag] in self.one_of | {SITE} for one in confirmed)
        if len({one.identity for one in confirmed}) >= self.count and strong:
            return for_site(self.reason_by_medicines)
        if any(one.response is None for one in counted):
            return ask(self.reason_unclear)
        if facts.complete is not Truth.TRUE:
            return _LIST_NOT_COMPLETE
        return for_site(self.reason_unclear)

    def _mostly_well(self, counted: list[Treatment]) -> bool:
        """More than half of the medicines controlled the disease well, and nothing else was said of them."""
        responses: dict[str, set[str | None]] = {}
        for one in counted:
            responses.setdefault(one.identity, set()).add(one.response)
        well = sum(said == {self.well} for said in responses.values())
        return well * 2 > len(responses)

    def _parts(self, found: frozenset[str], strong: Verdict) -> tuple[PartJudgement, ...]:
        """The classes that are confirmed pass; `strong` is the verdict of `one_of_part` unless one of them
        is.
        """
        known = self._remembered.get((found, strong))
        if known is None:
            judged = {part: _CONFIRMED if name in found else _NOT_CONFIRMED for name, part in self.classes.items()}
            judged[self.one_of_part] = _STRONG[Verdict.PASS if found & self.one_of else strong]
            known = self._remembered[found, strong] = tuple(PartJudgement(*both) for both in judged.items())
        return known


_LIST_NOT_COMPLETE = ask("list_not_complete")
_CONFIRMED = passed("confirmed")
_NOT_CONFIRMED = for_site("not_confirmed")
_STRONG = {
    Verdict.PASS: passed("confirmed"),
    Verdict.FAIL: undated("none_strong_enough"),
    Verdict.UNKNOWN: for_site("not_confirmed"),
}


def _of_unclear_name(one: Treatment) -> bool:
    return not one.recognised or "unnamed" in one.medicine.marks or "group" in one.medicine.marks


def read_resistant_to(entry: Entry, trial: Trial) -> ResistantTo:
    flag = entry.one_of("of", trial.lexicon.unnamed.flags)
    known = sorted({one.flags[flag] for one in trial.lexicon} - {NONE, SITE})
    classes = {}
    for name, part in entry.mapping("classes").items():
        classes[entry.known(name, known, f"no medicine has {flag} =")] = str(part)
    one_of = entry.texts("one_of", needed=True)
    for name in one_of:
        entry.known(name, classes, "'one_of' names")
    responses = trial.answers.checked(entry, "treatments.response").words
    confirmed_by = entry.texts("confirmed_by", needed=True)
    for name in confirmed_by:
        entry.known(name, responses, "'confirmed_by' names")
    count = entry.whole("resistant_to")
    if not 0 < count <= len(classes):
        raise entry.wrong(
            f"'resistant_to' asks for {count} of {len(classes)} classes", "Ask for no more than there are"
        )
    return ResistantTo(
        count=count,
        flag=flag,
        classes=classes,
        one_of=frozenset(one_of),
        one_of_part=entry.text("one_of_part"),
        confirmed_by=frozenset(confirmed_by),
        well=entry.one_of("well", responses),
        reason_by_medicines=entry.text("reason_by_medicines"),
        reason_unclear=entry.text("reason_unclear"),
    )
