"""The word for stable standard treatment: at least one of steroid, antimalarial, immunosuppressant, in
order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from brasle_prescreen.facts import Facts, Treatment
from brasle_prescreen.glucocorticoids import Glucocorticoids
from brasle_prescreen.judgement import (
    NOT_ANSWERED,
    Judgement,
    PartJudgement,
    Verdict,
    ask,
    dated,
    for_site,
    passed,
    undated,
)
from brasle_prescreen.medicines import NONE
from brasle_prescreen.partial_date import PartialDate, Span, ends_on, first_of, latest_of, shift
from brasle_prescreen.rule import ANCHORS, Reach, Trial
from brasle_prescreen.trial_entry import Entry
from brasle_prescreen.truth import Truth


class Order(Enum):
    """How one current component stands. IRRELEVANT: it neither satisfies nor disturbs, but it prevents a
    failure.
    """

    IN = "in_order"
    OUT = "out_of_order"
    OPEN = "undetermined"
    IRRELEVANT = "since_when_not_known"

    __hash__ = object.__hash__  # as in `Truth`


class Component(NamedTuple):
    part: str
    order: Order
    stable_on: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class StableTreatment:
    """`stable_treatment`: what is taken now, by the classes of one lexicon flag.

    The steroids together must not exceed `at_most_mg` of prednisone; the immunosuppressants must not have
    changed for `immunosuppressant_for`. A pulse within `no_pulse_within` leaves it unknown. It passes if
    something is in order and no current steroid or immunosuppressant is out of it or undetermined, nor would
    be one of which nobody knows whether it is still taken; it fails if every current component is out of
    order, or if there is none, on a complete list.
    """

    flag: str
    parts: Mapping[str, str]
    steroid: str
    antimalarial: str
    immunosuppressant: str
    at_most_mg: Decimal
    immunosuppressant_for: Span
    no_pulse_within: Span
    before: str
    glucocorticoids: Glucocorticoids

    @property
    def keys(self) -> tuple[str, ...]:
        return ("treatments", "treatments_complete")

    @property
    def reach(self) -> Reach:
        whole = frozenset(Verdict)
        both = frozenset({Verdict.PASS, Verdict.UNKNOWN})
        # An antimalarial is never out of order.
        return {
            "": whole,
            **{part: both if name == self.antimalarial else whole for name, part in self.parts.items()},
        }

    def judge(self, facts: Facts) -> Judgement:
        treatments = facts.treatments
        if treatments is None:
            return NOT_ANSWERED
        counted = [one for one in treatments if one.effect.flags[self.flag] != NONE]
        taken = [one for one in counted if one.current is Truth.TRUE and not one.effect.pulse]
        components = self._components(taken, facts) if taken else []
        late = [one for one in counted if one.effect.pulse and not self._surely_over(one, facts)]
        if late:
            known = all(one.current is Truth.TRUE or one.last_dose is not None for one in late)
            judgement = _RECENT_PULSE if known else _PULSE_NOT_DATED
        else:
            judgement = self._weigh(components, counted, facts)
            if judgement is _SOMETHING_IN_ORDER:
                judgement = self._in_order_either_way(taken, counted, facts)
        verdict, reason, kind, clears_on, *_ = judgement
        evidence = tuple([one.key for one in late or counted]) or ("treatments",)
        return Judgement(verdict, reason, kind, clears_on, evidence=evidence, parts=_parts(components, verdict))

    def _surely_over(self, pulse: Treatment, facts: Facts) -> bool:
        if pulse.current is Truth.TRUE or pulse.last_dose is None:
            return False
        return shift(pulse.last_dose.latest, self.no_pulse_within) <= facts.on

    def _in_order_either_way(self, taken: list[Treatment], counted: list[Treatment], facts: Facts) -> Judgement:
        """What is taken is in order: it must stay so if what may be taken besides is counted too."""
        perhaps = [one for one in counted if one.current is Truth.UNKNOWN and not one.effect.pulse]
        if not perhaps:
            return _SOMETHING_IN_ORDER
        components = self._components([*taken, *perhaps], facts)
        if {one.order for one in components} <= _NOTHING_DISTURBS:
            return _SOMETHING_IN_ORDER
        return ask("in_order_beside_undetermined", clears_on=_all_stable(components))

    def _may_fail(self, counted: list[Treatment], facts: Facts) -> bool:
        """A failure needs a complete list, and to be told of each medicine whether it is taken now."""
        if facts.complete is not Truth.TRUE:
            return False
        for one in counted:
            if one.current is Truth.UNKNOWN:
                return False
            if one.current is Truth.TRUE and not one.effect.pulse and one.effect.flags[self.flag] not in self.parts:
                return False
            # Nobody knows how it was given: it may have been a pulse.
            if one.effect.maybe_pulse and not self._surely_over(one, facts):
                return False
        return True

    def _components(self, current: list[Treatment], facts: Facts) -> list[Component]:
        steroids = [one for one in current if one.effect.flags[self.flag] == self.steroid]
        antimalarials = [one for one in current if one.effect.flags[self.flag] == self.antimalarial]
        others = [one for one in current if one.effect.flags[self.flag] == self.immunosuppressant]
        found = [Component(self.parts[self.steroid], self._steroids(steroids))] if steroids else []
        for one in antimalarials:
            order = Order.IN if one.changed is not None else Order.IRRELEVANT
            found.append(Component(self.parts[self.antimalarial], order))
        return found + [self._immunosuppressant(one, facts) for one in others]

    def _steroids(self, steroids: list[Treatment]) -> Order:
        """All of them together, as exact prednisone equivalents."""
        table = self.glucocorticoids
        doses = []
        limit = certain = self.at_most_mg
        for one in steroids:
            steroid = table.steroids.get(one.medicine.id)
            if one.changed is None or one.dose is None or steroid is None:
                return Order.OPEN
            doses.append(table.equivalent(one.medicine.id, one.dose))
            if steroid.exceeds_for_certain_at is not None:
                certain = max(certain, steroid.exceeds_for_certain_at)
        total = table.total(doses)
        if total.most <= table.scaled(limit):
            return Order.IN
        return Order.OUT if total.least > table.scaled(certain) else Order.OPEN

    def _immunosuppressant(self, one: Treatment, facts: Facts) -> Component:
        part = self.parts[self.immunosuppressant]
        if one.changed is None:
            return Component(part, Order.OPEN)
        stable_on = ends_on(one.changed, self.immunosuppressant_for)
        if stable_on.latest <= facts.on:
            return Component(part, Order.IN)
        return Component(part, Order.OUT if stable_on.earliest > facts.on else Order.OPEN, stable_on)

    def _weigh(self, components: list[Component], counted: list[Treatment], facts: Facts) -> Judgement:
        orders = {one.order for one in components}
        if Order.IN in orders:
            if orders <= _NOTHING_DISTURBS:
                return _SOMETHING_IN_ORDER
            clearing = _all_stable(components)
            if Order.OPEN in orders:
                return ask("in_order_beside_undetermined", clears_on=clearing)
            return for_site("in_order_beside_out_of_order", clears_on=clearing)
        changing = _stable_on(components)
        if orders & _PREVENTS_FAILURE or not self._may_fail(counted, facts):
            clearing = first_of(changing) if changing else None
            return ask("nothing_surely_in_order", clears_on=clearing)
        if not components:
            return _NO_STANDARD_TREATMENT
        if changing:
            return dated("nothing_stable_yet", first_of(changing))
        return _STEROID_DOSE_TOO_HIGH


_NOTHING_DISTURBS = frozenset({Order.IN, Order.IRRELEVANT})
_PREVENTS_FAILURE = frozenset({Order.OPEN, Order.IRRELEVANT})
_SOMETHING_IN_ORDER = passed("something_in_order")
_NO_STANDARD_TREATMENT = undated("no_standard_treatment")
_STEROID_DOSE_TOO_HIGH = undated("steroid_dose_too_high")
_RECENT_PULSE = for_site("recent_pulse")
_PULSE_NOT_DATED = ask("pulse_not_dated")
_IN_ORDER = passed(Order.IN.value)
_UNDETERMINED = ask(Order.OPEN.value)
_OUT_OF_ORDER = for_site(Order.OUT.value)


def _stable_on(components: list[Component]) -> list[PartialDate]:
    return [one.stable_on for one in components if one.stable_on is not None]


def _all_stable(components: list[Component]) -> PartialDate | None:
    changing = _stable_on(components)
    return latest_of(changing) if changing else None


def _parts(components: list[Component], whole: Verdict) -> tuple[PartJudgement, ...]:
    """One judgement for each class that is taken, in the order of the parts."""
    by_part: dict[str, list[Component]] = {}
    for one in components:
        by_part.setdefault(one.part, []).append(one)
    return tuple([PartJudgement(part, _of_part(by_part[part], whole)) for part in sorted(by_part)])


def _of_part(components: list[Component], whole: Verdict) -> Judgement:
    orders = {one.order for one in components}
    if Order.IN in orders and orders <= _NOTHING_DISTURBS:
        return _IN_ORDER
    if orders != {Order.OUT}:
        return _UNDETERMINED
    if whole is not Verdict.FAIL:
        # Another component may be enough: out of order is no failure by itself.
        return _OUT_OF_ORDER
    changing = _stable_on(components)
    return dated(Order.OUT.value, first_of(changing)) if changing else undated(Order.OUT.value)


def read_stable_treatment(entry: Entry, trial: Trial) -> StableTreatment:
    flag = entry.one_of("of", trial.lexicon.unnamed.flags)
    known = {one.flags[flag] for one in trial.lexicon}
    if not entry.yes("stable_treatment"):
        raise entry.wrong("'stable_treatment' can only be true", "Write stable_treatment = true")
    names: dict[str, str] = {}
    parts: dict[str, str] = {}
    for role in ("steroid", "antimalarial", "immunosuppressant"):
        inner = entry.table(role)
        names[role] = inner.one_of("is", sorted(known))
        parts[names[role]] = inner.text("part")
        if role == "steroid":
            at_most = inner.number("at_most_mg")
        if role == "immunosuppressant":
            stable_for = inner.span("unchanged_for")
        inner.finish()
    return StableTreatment(
        flag=flag,
        parts=parts,
        steroid=names["steroid"],
        antimalarial=names["antimalarial"],
        immunosuppressant=names["immunosuppressant"],
        at_most_mg=at_most,
        immunosuppressant_for=stable_for,
        no_pulse_within=entry.span("no_pulse_within"),
        before=entry.one_of("before", ANCHORS),
        glucocorticoids=trial.glucocorticoids,
    )
