"""The word for treatment resistance: enough medicines, of enough classes, that did not help enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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

    @property
    def keys(self) -> tuple[str, ...]:
        return ("treatments", "treatments_complete")

    @property
    def reach(self) -> Reach:
        parts = dict.fromkeys(self.classes.values(), frozenset({Verdict.PASS, Verdict.UNKNOWN}))
        return {"": frozenset(Verdict), **parts, self.one_of_part: frozenset(Verdict)}

    def judge(self, facts: Facts) -> Judgement:
        if facts.treatments is None:
            return NOT_ANSWERED._replace(parts=self._parts((), Verdict.UNKNOWN))
        counted = [one for one in facts.treatments if one.effect.flags[self.flag] != NONE]
        confirmed = [one for one in counted if one.response in self.confirmed_by]
        classes = {one.effect.flags[self.flag] for one in confirmed} - {SITE}
        evidence = tuple(one.key for one in counted)
        if len(classes) >= self.count and classes & self.one_of:
            return passed("classes_confirmed", evidence)._replace(parts=self._parts(classes, Verdict.PASS))
        different = {one.identity for one in counted}
        none_strong = not any(one.effect.flags[self.flag] in self.one_of | {SITE} for one in counted)
        if facts.complete is Truth.TRUE and not any(map(_of_unclear_name, facts.treatments)):
            evidence = (*evidence, "treatments_complete")
            if len(different) < self.count:
                reason = "too_few_medicines" if different else "no_medicine"
                strong = Verdict.FAIL if none_strong else Verdict.UNKNOWN
                return undated(reason, evidence)._replace(parts=self._parts(classes, strong))
            if none_strong:
                reason = "none_strong_enough"
                return undated(reason, evidence)._replace(parts=self._parts(classes, Verdict.FAIL))
        judgement = self._unknown(facts, counted, confirmed, evidence)
        concern = self._mostly_well(counted)
        return judgement._replace(concern=concern, parts=self._parts(classes, Verdict.UNKNOWN))

    def _unknown(
        self, facts: Facts, counted: list[Treatment], confirmed: list[Treatment], evidence: tuple[str, ...]
    ) -> Judgement:
        strong = any(one.effect.flags[self.flag] in self.one_of | {SITE} for one in confirmed)
        if len({one.identity for one in confirmed}) >= self.count and strong:
            return for_site(self.reason_by_medicines, evidence)
        if any(one.response is None for one in counted):
            return ask(self.reason_unclear, evidence)
        if facts.complete is not Truth.TRUE:
            return ask("list_not_complete", (*evidence, "treatments_complete"))
        return for_site(self.reason_unclear, evidence)

    def _mostly_well(self, counted: list[Treatment]) -> bool:
        """More than half of the medicines controlled the disease well, and nothing else was said of them."""
        responses: dict[str, set[str | None]] = {}
        for one in counted:
            responses.setdefault(one.identity, set()).add(one.response)
        well = sum(said == {self.well} for said in responses.values())
        return well * 2 > len(responses)

    def _parts(self, classes: Iterable[str], strong: Verdict) -> tuple[PartJudgement, ...]:
        """The classes that are confirmed pass; `strong` is the verdict of `one_of_part` unless one of them
        is.
        """
        found = set(classes)
        parts = [
            PartJudgement(part, _CONFIRMED if name in found else _NOT_CONFIRMED) for name, part in self.classes.items()
        ]
        if found & self.one_of:
            strong = Verdict.PASS
        parts.append(PartJudgement(self.one_of_part, _STRONG[strong]))
        return tuple(parts)


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
