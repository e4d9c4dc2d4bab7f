"""Words for answers that are chosen from a list, and for what only the site can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brasle_prescreen.answer_shape import Shape
from brasle_prescreen.facts import OBJECT, Facts
from brasle_prescreen.judgement import (
    NOT_ANSWERED,
    Judgement,
    Verdict,
    ask,
    for_site,
    passed,
    permanent,
    undated,
)
from brasle_prescreen.rule import Reach, Trial
from brasle_prescreen.trial_entry import Entry, did_you_mean

# What a value may lead to: it passes, it is for the site (with or without a concern), or it fails.
BUCKETS = ("pass", "site", "concern", "undated", "permanent")


def outcome(bucket: str, reason: str, key: str) -> Judgement:
    evidence = (key,)
    if bucket == "pass":
        return passed(reason, evidence)
    if bucket == "permanent":
        return permanent(reason, evidence)
    if bucket == "undated":
        return undated(reason, evidence)
    return for_site(reason, evidence, concern=bucket == "concern")


def said(value: Any) -> str:
    """The word for a chosen value in a reason code."""
    if value is True or value is False:
        return "answered_yes" if value else "answered_no"
    return str(value)


def sort_values(entry: Entry, shape: Shape, path: str, *, every: bool = True, reason: str = "") -> dict[Any, Judgement]:
    """What each value of an answer leads to, read from the buckets of `entry`.

    With `every`, each value must stand in exactly one bucket.
    """
    sorted_values: dict[Any, Judgement] = {}
    for bucket in BUCKETS:
        if bucket not in entry:
            continue
        for value in entry.values(bucket):
            if value not in shape.values or isinstance(value, bool) is not shape.is_boolean:
                raise entry.wrong(
                    f"{bucket!r} has {value!r}, but {path!r} has no such value",
                    did_you_mean(str(value), map(str, shape.values)),
                )
            if value in sorted_values:
                raise entry.wrong(f"{value!r} of {path!r} stands twice", "Leave it in one of the two lists")
            code = said(value) if bucket == "pass" else reason or said(value)
            sorted_values[value] = outcome(bucket, code, path)
    missing = [value for value in shape.values if value not in sorted_values] if every else []
    if missing:
        raise entry.wrong(f"nothing is said about {path!r} = {missing[0]!r}", f"Add it to one of: {', '.join(BUCKETS)}")
    return sorted_values


def sort_whole(entry: Entry, path: str, trial: Trial) -> tuple[str, dict[Any, Judgement]]:
    """For an answer inside a group: the group's key, and what the group's own words ("none") lead to."""
    parent = path.rpartition(".")[0]
    if not parent:
        return "", {}
    shape = trial.answers.checked(entry, parent)
    if not shape.values:
        return parent, {}
    whole = entry.table("whole")
    found = sort_values(whole, shape, parent)
    whole.finish()
    return parent, found


def reached(judgements: Mapping[Any, Judgement]) -> frozenset[Verdict]:
    return frozenset(one.verdict for one in judgements.values())


@dataclass(frozen=True, slots=True)
class Choice:
    """`choice`: each value that may be chosen leads to one verdict.

    `whole` does the same for the words of the group that it belongs to. `needs` are other answers without
    which it cannot pass.
    """

    answer: str
    values: Mapping[Any, Judgement]
    group: str
    whole: Mapping[Any, Judgement]
    needs: tuple[tuple[str, str], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.answer, *(path for path, _ in self.needs))

    @property
    def reach(self) -> Reach:
        return {"": reached(self.values) | reached(self.whole) | {Verdict.UNKNOWN}}

    def judge(self, facts: Facts) -> Judgement:
        told = facts.told
        value = told.get(self.answer)
        if value is not None:
            judgement = self.values[value]
        else:
            judgement = self.whole.get(told.get(self.group), NOT_ANSWERED) if self.group else NOT_ANSWERED
        if self.needs and judgement.verdict is Verdict.PASS:
            return self._needed(facts, judgement)
        return judgement

    def _needed(self, facts: Facts, judgement: Judgement) -> Judgement:
        for path, wanted in self.needs:
            value = facts.told.get(path)
            if value is None:
                return ask("not_answered", (path,))
            if value != wanted:
                return for_site(path if value is OBJECT else said(value), (path,))
        return judgement


def read_choice(entry: Entry, trial: Trial) -> Choice:
    path = entry.text("choice")
    shape = trial.answers.checked(entry, path)
    if not shape.values or shape.is_date:
        raise entry.wrong(f"{path!r} is not chosen from a list", "Use another word for it, such as no_event_within")
    group, whole = sort_whole(entry, path, trial)
    needs = []
    for other, wanted in entry.mapping("needs").items():
        trial.answers.checked(entry, other)
        needs.append((other, wanted))
    return Choice(path, sort_values(entry, shape, path, reason=entry.text("reason", "")), group, whole, tuple(needs))


@dataclass(frozen=True, slots=True)
class Listed:
    """`listed_in`: some entries of a list lead to a verdict; entries that are not named here do not matter.

    The gravest named entry decides; a list without any of them passes.
    """

    answer: str
    entries: Mapping[str, Judgement]
    whole: Mapping[Any, Judgement]
    none: Judgement

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.answer,)

    @property
    def reach(self) -> Reach:
        return {"": reached(self.entries) | reached(self.whole) | {Verdict.PASS, Verdict.UNKNOWN}}

    def judge(self, facts: Facts) -> Judgement:
        given = facts.told.get(self.answer)
        if given is None:
            return NOT_ANSWERED
        if not isinstance(given, tuple):
            return self.whole[given]
        found = [self.entries[entry] for entry in given if entry in self.entries]
        if not found:
            return self.none
        # The order of the list must not matter: the gravest, then the first by its code.
        return min(found, key=lambda one: (one.verdict is not Verdict.FAIL, not one.concern, one.reason))


def read_listed(entry: Entry, trial: Trial) -> Listed:
    path = entry.text("listed_in")
    shape = trial.answers.checked(entry, path)
    if shape.items is None or not shape.items.words:
        raise entry.wrong(f"{path!r} is no list of words", "Use the word 'choice' for a single answer")
    whole = entry.table("whole")
    of_whole = sort_values(whole, shape, path)
    whole.finish()
    entries = sort_values(entry, shape.items, path, every=False)
    return Listed(path, entries, of_whole, none=passed("none_of_these", (path,)))


@dataclass(frozen=True, slots=True)
class SiteOnly:
    """`site_only`: nobody but the site can tell. An answer of yes to `concern_if` makes it a concern."""

    open: Judgement
    concern_if: str
    concern: Judgement

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.concern_if,) if self.concern_if else ()

    @property
    def reach(self) -> Reach:
        return {"": frozenset({Verdict.UNKNOWN})}

    def judge(self, facts: Facts) -> Judgement:
        if self.concern_if and facts.told.get(self.concern_if) is True:
            return self.concern
        return self.open


def read_site_only(entry: Entry, trial: Trial) -> SiteOnly:
    if not entry.yes("site_only"):
        raise entry.wrong("'site_only' can only be true", "Use another word if the family can answer")
    concern_if = entry.text("concern_if", "")
    if concern_if and not trial.answers.checked(entry, concern_if).is_boolean:
        raise entry.wrong(f"{concern_if!r} is not answered by yes or no", "Name a boolean answer")
    return SiteOnly(
        open=for_site(entry.text("reason", "site_decides")),
        concern_if=concern_if,
        concern=for_site(concern_if, (concern_if,), concern=True),
    )
