"""The trial's criteria as one CQL library (ELM), made from the very data that the product judges by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import singledispatch
from typing import Any

from cql import elm
from cql.elm import AS_OF, FALSE, NULL, TRUE, Elm, all_of, among, any_of, call, cases, fact, is_true, known, unknown
from cql.lists import no_dose_within, no_study_drug_within, no_trial_within, no_vaccine_within, resistant_to, stable

from brasle_prescreen.condition import Condition
from brasle_prescreen.criterion import Criterion
from brasle_prescreen.judgement import Judgement, Verdict
from brasle_prescreen.rule import OnlyFor, UnlessListed
from brasle_prescreen.rule_age import AgeAtLeast
from brasle_prescreen.rule_antibody import Antibody, AnyPositiveWithin
from brasle_prescreen.rule_choice import Choice, Listed, SiteOnly
from brasle_prescreen.rule_dose import NoDoseWithin, NoVaccineWithin
from brasle_prescreen.rule_lab import AtMostUpperLimits, Measured, MeasuredByAge, ScoreAtLeast
from brasle_prescreen.rule_resistance import ResistantTo
from brasle_prescreen.rule_stable import StableTreatment
from brasle_prescreen.rule_trial import NoStudyDrugWithin, NoTrialWithin
from brasle_prescreen.rule_window import NoEventWithin

MODEL = "urn:brasle:facts"


def library(criteria: tuple[Criterion, ...]) -> Elm:
    """A library with one definition for each criterion, named by its id."""
    patient = {"type": "SingletonFrom", "operand": {"type": "Retrieve", "dataType": f"{{{MODEL}}}Patient"}}
    verdicts = {one.id: criterion(one) for one in criteria}
    shared: dict[str, Elm] = {}
    verdicts = {name: _share(one, _asked_twice(list(verdicts.values())), shared) for name, one in verdicts.items()}
    whole = {"Patient": patient, **shared, **verdicts}
    return {
        "library": {
            "identifier": {"id": "BRASLE", "version": "1"},
            "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
            "usings": {"def": [{"localIdentifier": "Facts", "uri": MODEL}]},
            "statements": {"def": [_definition(name, one) for name, one in whole.items()]},
        }
    }


def _definition(name: str, expression: Elm) -> Elm:
    return {"name": name, "context": "Patient", "accessLevel": "Public", "expression": expression}


def _asked_twice(expressions: list[Elm]) -> set[str]:
    """Queries of the patient's facts alone that stand in more than one place."""
    seen = Counter(json.dumps(part) for part in _parts(expressions) if part.get("type") == "Query")
    return {text for text, times in seen.items() if times > 1}


def _parts(value: Any) -> Iterator[Elm]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _parts(one)


def _share(value: Any, twice: set[str], shared: dict[str, Elm]) -> Any:
    """Such a query becomes a definition of its own, as somebody who writes CQL would have it."""
    if isinstance(value, list):
        return [_share(one, twice, shared) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _share(one, twice, shared) for key, one in value.items()}
    if json.dumps(value) not in twice:
        return inner
    name = next((name for name, one in shared.items() if one == inner), f"query {len(shared) + 1}")
    shared[name] = inner
    return {"type": "ExpressionRef", "name": name}


def criterion(one: Criterion) -> Elm:
    rules = [one.rule] if one.rule is not None else [part.rule for part in one.parts]
    return all_of(*(pass_of(rule) for rule in rules))


@singledispatch
def pass_of(rule: Any) -> Elm:
    """Whether the rule passes: true, false, or null where it cannot be told."""
    raise TypeError(f"no CQL for {type(rule).__name__}")


pass_of.register(NoDoseWithin, no_dose_within)
pass_of.register(NoVaccineWithin, no_vaccine_within)
pass_of.register(NoTrialWithin, no_trial_within)
pass_of.register(NoStudyDrugWithin, no_study_drug_within)
pass_of.register(ResistantTo, resistant_to)
pass_of.register(StableTreatment, stable)


@pass_of.register
def _(rule: OnlyFor) -> Elm:
    holds = holds_for(rule.condition)
    inner = pass_of(rule.rule)
    if rule.certain:
        return cases((elm.is_false(holds), TRUE), (is_true(holds), inner))
    return cases((elm.is_false(holds), TRUE), otherwise=inner)


def holds_for(condition: Condition) -> Elm:
    never = any_of(*(among(fact(key), values) for key, values in condition.never_when))
    young = elm.is_false(elm.age_reached(condition.never_under))
    told = all_of(*(known(fact(key)) for key in condition.known_from))
    return cases((never, FALSE), (young, FALSE), (told, TRUE))


@pass_of.register
def _(rule: UnlessListed) -> Elm:
    cue = elm.exists(fact("treatments"), "T", among(elm.field("T", "medicine"), rule.medicines))
    return all_of(pass_of(rule.rule), cases((cue, NULL), otherwise=TRUE))


@pass_of.register
def _(rule: AgeAtLeast) -> Elm:
    return elm.age_reached(rule.age)


@pass_of.register
def _(rule: SiteOnly) -> Elm:
    return NULL


def by_value(value: Elm, judgements: Mapping[Any, Judgement]) -> list[tuple[Elm, Elm]]:
    found = []
    for verdict in (Verdict.PASS, Verdict.FAIL):
        values = [value for value, one in judgements.items() if one.verdict is verdict]
        if values:
            found.append((among(value, values), elm.verdict(verdict)))
    return found


@pass_of.register
def _(rule: Choice) -> Elm:
    chosen = by_value(fact(rule.answer), rule.values)
    # The group's own word ("none") never stands beside the answer.
    whole = by_value(fact(rule.group), rule.whole) if rule.group else []
    found = cases(*chosen, *whole)
    if not rule.needs:
        return found
    needed = all_of(*(among(fact(key), [wanted]) for key, wanted in rule.needs))
    return all_of(found, cases((needed, TRUE)))


@pass_of.register
def _(rule: Listed) -> Elm:
    listed = fact(f"{rule.answer}_list")
    word: Elm = {"type": "AliasRef", "name": "L"}
    graver = [
        (elm.exists(listed, "L", among(word, named)), elm.verdict(verdict))
        for verdict in (Verdict.FAIL, Verdict.UNKNOWN)
        if (named := [entry for entry, one in rule.entries.items() if one.verdict is verdict])
    ]
    return cases(*graver, (known(listed), TRUE), *by_value(fact(rule.answer), rule.whole))


@pass_of.register
def _(rule: NoEventWithin) -> Elm:
    event = fact(rule.answer)
    first, last = fact(f"{rule.answer}_earliest"), fact(f"{rule.answer}_latest")

    def at(positions: Mapping[str, Judgement]) -> Elm:
        told = {name: elm.verdict(one.verdict) for name, one in positions.items()}
        inside, before, uncertain = told["inside"], told["before"], told["uncertain"]
        dated = elm.by_window(first, last, rule.span, inside=inside, before=before, uncertain=uncertain)
        found = [(unknown(event), told["date_not_known"])]
        if "ongoing" in told:
            found.append((among(event, ["ongoing"]), told["ongoing"]))
        return cases(*found, otherwise=dated)

    kinds = [(among(fact(rule.by), [kind]), at(rule.table[kind])) for kind in rule.table if kind is not None]
    by_kind = cases(*kinds, otherwise=at(rule.table[None]))
    settled = by_value(event, rule.absent)
    if rule.group:
        settled += by_value(fact(rule.group), rule.whole)
        settled.append((elm.negated(among(fact(rule.group), ["object"])), NULL))
        settled.append((unknown(fact(rule.group)), NULL))
    return cases(*settled, otherwise=by_kind)


def recent(key: str, since: Any) -> Elm:
    return call("SameOrAfter", fact(f"{key}_date_earliest"), elm.moved(AS_OF, since, back=True))


def passes(good: Elm) -> Elm:
    """Never a failure: the site measures again."""
    return cases((good, TRUE))


@pass_of.register
def _(rule: Measured) -> Elm:
    key = f"labs_{rule.analyte}"
    limits = []
    if rule.least is not None:
        limits.append(call("GreaterOrEqual", fact(f"{key}_value"), elm.literal(float(rule.least))))
    if rule.most is not None:
        limits.append(call("LessOrEqual", fact(f"{key}_value"), elm.literal(float(rule.most))))
    return passes(all_of(*limits, recent(key, rule.recent)))


@pass_of.register
def _(rule: AtMostUpperLimits) -> Elm:
    key = f"labs_{rule.analyte}"
    limit = fact(f"{key}_limit")
    most = call("Multiply", elm.literal(float(rule.times)), limit)
    good = cases(
        (known(limit), call("LessOrEqual", fact(f"{key}_printed"), most)),
        otherwise=call("LessOrEqual", fact(f"{key}_value"), elm.literal(float(rule.good_up_to))),
    )
    return passes(all_of(good, recent(key, rule.recent)))


@pass_of.register
def _(rule: MeasuredByAge) -> Elm:
    key = f"labs_{rule.analyte}"
    under = elm.is_false(elm.age_reached(rule.age))
    least = cases((under, elm.literal(float(rule.least_under))), otherwise=elm.literal(float(rule.least_from)))
    return passes(all_of(call("GreaterOrEqual", fact(f"{key}_value"), least), recent(key, rule.recent)))


@pass_of.register
def _(rule: ScoreAtLeast) -> Elm:
    enough = call("GreaterOrEqual", fact(f"{rule.answer}.score"), elm.literal(float(rule.least)))
    return passes(all_of(enough, recent(rule.answer, rule.recent)))


@pass_of.register
def _(rule: AnyPositiveWithin) -> Elm:
    return passes(any_of(*(all_of(positive(one), recent(one.answer, rule.span)) for one in rule.tests)))


def positive(test: Antibody) -> Elm:
    if test.titer_at_least is not None:
        return call("GreaterOrEqual", fact(f"{test.answer}.titer"), elm.literal(float(test.titer_at_least)))
    above = call("Greater", fact(f"{test.answer}.value"), fact(f"{test.answer}.uln"))
    return any_of(among(fact(f"{test.answer}.result"), ["positive"]), above)
