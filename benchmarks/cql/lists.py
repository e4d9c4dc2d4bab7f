"""The rules over the lists of treatments, vaccines and other trials as CQL queries."""

from __future__ import annotations

from cql import elm
from cql.elm import AS_OF, FALSE, NULL, TRUE, Elm, all_of, among, any_of, call, cases, fact, is_true, known, unknown
from cql.facts import whole

from brasle_prescreen.medicines import HIT, NONE, SITE
from brasle_prescreen.partial_date import Span
from brasle_prescreen.rule_dose import NoDoseWithin, NoVaccineWithin
from brasle_prescreen.rule_resistance import ResistantTo
from brasle_prescreen.rule_stable import StableTreatment
from brasle_prescreen.rule_trial import NoStudyDrugWithin, NoTrialWithin

TREATMENTS = fact("treatments")
COMPLETE = is_true(fact("complete"))


def one(name: str) -> Elm:
    return elm.field("T", name)


def marked(mark: str) -> Elm:
    return call("Contains", one("marks"), elm.literal(mark))


PASS, UNKNOWN, FAIL = (elm.literal(rank) for rank in (0, 1, 2))


def over(doses: Elm, enough: Elm) -> Elm:
    """`doses` is a list of ranks: one failure fails, else one unknown leaves it unknown."""
    return elm.chosen(elm.aggregate("Max", doses), (FAIL, FALSE), (UNKNOWN, NULL), otherwise=enough)


def no_dose_within(rule: NoDoseWithin) -> Elm:
    flag = one(f"flag_{rule.flag}")
    counts = elm.negated(among(flag, [NONE]))
    if rule.classes:
        counts = all_of(counts, any_of(among(one("class"), rule.classes), marked("unnamed")))
    elif rule.other_classes:
        counts = all_of(counts, any_of(elm.negated(among(one("class"), rule.other_classes)), marked("unnamed")))
    taken = cases((among(flag, [HIT]), FAIL), otherwise=UNKNOWN) if rule.current == "undated" else UNKNOWN
    before = cases((marked(rule.stays_open[0]), UNKNOWN), otherwise=PASS) if rule.stays_open else PASS
    hit = UNKNOWN
    if rule.inside != "timing":
        sure = [elm.negated(among(flag, [SITE]))]
        if rule.only_if_stopped:
            same = call("Equal", elm.field("O", "identity"), one("identity"))
            going_on = elm.negated(elm.is_false(elm.field("O", "current")))
            sure.append(elm.negated(elm.exists(TREATMENTS, "O", all_of(same, going_on))))
        hit = cases((all_of(*sure), FAIL), otherwise=UNKNOWN)
    first, last = one("dose_earliest"), one("dose_latest")
    dose = cases(
        (is_true(one("current")), taken),
        (unknown(first), UNKNOWN),
        otherwise=elm.by_window(first, last, rule.span, inside=hit, before=before, uncertain=UNKNOWN),
    )
    found = over(elm.query(TREATMENTS, "T", counts, dose), cases((COMPLETE, TRUE)))
    return cases((known(TREATMENTS), found))


def no_vaccine_within(rule: NoVaccineWithin) -> Elm:
    flag = one(f"flag_{rule.flag}")
    first, last = one("date_earliest"), one("date_latest")
    live = cases((among(flag, [SITE]), UNKNOWN), otherwise=FAIL)
    dose = cases(
        (among(flag, [NONE]), PASS),
        (unknown(first), UNKNOWN),
        otherwise=elm.by_window(first, last, rule.span, inside=live, before=PASS, uncertain=UNKNOWN),
    )
    listed = fact("vaccines_list")
    return cases(
        (known(listed), over(elm.query(listed, "T", give=dose), TRUE)), (among(fact("vaccines"), ["none"]), TRUE)
    )


def resistant_to(rule: ResistantTo) -> Elm:
    flag = one(f"flag_{rule.flag}")
    counted = elm.query(TREATMENTS, "T", elm.negated(among(flag, [NONE])))
    confirmed = among(one("response"), rule.confirmed_by)
    classes = elm.query(counted, "T", all_of(confirmed, elm.negated(among(flag, [SITE]))), flag)
    strong = elm.exists(counted, "T", all_of(confirmed, among(flag, rule.one_of)))
    enough = call("GreaterOrEqual", elm.count_of_different(classes), elm.literal(rule.count))
    unclear = elm.exists(TREATMENTS, "T", any_of(elm.is_false(one("recognised")), marked("unnamed"), marked("group")))
    medicines = elm.count_of_different(elm.query(counted, "T", give=one("identity")))
    none_strong = elm.negated(elm.exists(counted, "T", among(flag, rule.one_of | {SITE})))
    fails = all_of(
        COMPLETE, elm.negated(unclear), any_of(call("Less", medicines, elm.literal(rule.count)), none_strong)
    )
    return cases((unknown(TREATMENTS), NULL), (all_of(enough, strong), TRUE), (fails, FALSE))


def stable(rule: StableTreatment) -> Elm:
    flag = one(f"flag_{rule.flag}")
    since = call("SameOrBefore", elm.moved(one("dose_latest"), rule.no_pulse_within), AS_OF)
    surely_over = is_true(all_of(elm.negated(is_true(one("current"))), since))
    counted = elm.query(TREATMENTS, "T", elm.negated(among(flag, [NONE])))
    late = elm.exists(counted, "T", all_of(one("pulse"), elm.negated(surely_over)))

    def taken(name: str, *perhaps: Elm) -> Elm:
        now = any_of(is_true(one("current")), *perhaps)
        return elm.query(TREATMENTS, "T", all_of(now, elm.negated(one("pulse")), among(flag, [name])))

    doubtful = any_of(
        unknown(one("current")),
        all_of(is_true(one("current")), elm.negated(one("pulse")), elm.negated(among(flag, rule.parts))),
        all_of(one("maybe_pulse"), elm.negated(surely_over)),
    )
    may_fail = all_of(COMPLETE, elm.negated(elm.exists(counted, "T", doubtful)))
    steroids, steroid = taken(rule.steroid), _steroid_in_order(rule, taken(rule.steroid))
    any_steroid = call("Exists", steroids)
    antimalarials, immunosuppressants = taken(rule.antimalarial), taken(rule.immunosuppressant)
    order = _unchanged(rule.immunosuppressant_for)
    # What may still be taken besides: nothing may be out of order with it either.
    may_be = unknown(one("current"))
    all_steroids, all_immunosuppressants = taken(rule.steroid, may_be), taken(rule.immunosuppressant, may_be)
    undisturbed = all_of(
        any_of(elm.negated(call("Exists", all_steroids)), is_true(_steroid_in_order(rule, all_steroids))),
        elm.negated(elm.exists(all_immunosuppressants, "T", elm.negated(is_true(order)))),
    )
    in_order = any_of(
        all_of(any_steroid, is_true(steroid)),
        elm.exists(antimalarials, "T", known(one("changed_earliest"))),
        elm.exists(immunosuppressants, "T", is_true(order)),
    )
    open_ = any_of(all_of(any_steroid, unknown(steroid)), elm.exists(immunosuppressants, "T", unknown(order)))
    irrelevant = elm.exists(antimalarials, "T", unknown(one("changed_earliest")))
    return cases(
        (unknown(TREATMENTS), NULL),
        (late, NULL),
        (in_order, cases((undisturbed, TRUE))),
        (all_of(may_fail, elm.negated(any_of(open_, irrelevant))), FALSE),
    )


def _steroid_in_order(rule: StableTreatment, steroids: Elm) -> Elm:
    """All steroids together, as prednisone: true in order, false too much, null not known."""
    told = all_of(known(one("changed_earliest")), known(one("prednisone_least")))
    missing = elm.exists(steroids, "T", elm.negated(told))
    limit = elm.literal(whole(rule.glucocorticoids.scaled(rule.at_most_mg)))
    most = elm.aggregate("Sum", elm.query(steroids, "T", give=one("prednisone_most")))
    least = elm.aggregate("Sum", elm.query(steroids, "T", give=one("prednisone_least")))
    highest = elm.aggregate("Max", elm.query(steroids, "T", give=one("certain")))
    certain = cases((call("Greater", highest, limit), highest), otherwise=limit)
    return cases((missing, NULL), (call("LessOrEqual", most, limit), TRUE), (call("Greater", least, certain), FALSE))


def _unchanged(span: Span) -> Elm:
    return cases(
        (call("SameOrBefore", elm.moved(one("changed_latest"), span), AS_OF), TRUE),
        (call("After", elm.moved(one("changed_earliest"), span), AS_OF), FALSE),
    )


def _visit(answer: str, edge: str) -> Elm:
    """The last visit, which is never before the last dose."""
    dose, visit = fact(f"{answer}_last_dose_{edge}"), fact(f"{answer}_last_visit_{edge}")
    none_told = dose if edge == "earliest" else AS_OF
    later = cases((unknown(dose), visit), (call("After", dose, visit), dose), otherwise=visit)
    return cases((all_of(known(dose), unknown(visit)), none_told), otherwise=later)


def _ongoing(answer: str, what: str) -> Elm:
    return among(fact(f"{answer}_last_{what}"), ["ongoing"])


def _visit_known(answer: str) -> Elm:
    visit = known(_visit(answer, "latest"))
    return all_of(visit, *(elm.negated(is_true(_ongoing(answer, what))) for what in ("dose", "visit")))


def no_trial_within(rule: NoTrialWithin) -> Elm:
    answer, kind = rule.answer, fact(f"{rule.answer}.kind")
    dose, visit = fact(f"{answer}_last_dose_earliest"), _visit(answer, "earliest")
    dated_visit = _visit_known(answer)
    dose_inside = call("After", elm.moved(dose, rule.span), AS_OF)
    horizon = elm.moved(AS_OF, rule.unless_clears_within)
    described = cases(
        (all_of(dated_visit, elm.lies_before(_visit(answer, "latest"), rule.span)), TRUE),
        (elm.negated(is_true(among(kind, [rule.fails_for]))), NULL),
        (_ongoing(answer, "dose"), FALSE),
        (elm.negated(is_true(dose_inside)), NULL),
        (elm.negated(dated_visit), FALSE),
        (call("After", elm.moved(elm.moved(visit, rule.span), Span(1, "days")), horizon), FALSE),
    )
    listed = any_of(among(one("class"), rule.classes), *(marked(mark) for mark in sorted(rule.marks)))
    before = is_true(elm.lies_before(one("dose_latest"), rule.span))
    study = elm.exists(TREATMENTS, "T", all_of(listed, any_of(is_true(one("current")), elm.negated(before))))
    return cases(
        (unknown(fact(answer)), NULL), (among(fact(answer), ["object"]), described), (study, NULL), otherwise=TRUE
    )


def no_study_drug_within(rule: NoStudyDrugWithin) -> Elm:
    answer, kind = rule.answer, fact(f"{rule.answer}.kind")
    first, last = fact(f"{answer}_last_dose_earliest"), fact(f"{answer}_last_dose_latest")
    seen_before = all_of(_visit_known(answer), elm.lies_before(_visit(answer, "latest"), rule.span))
    fails = cases((unknown(kind), NULL), otherwise=FALSE)
    described = cases(
        (elm.negated(among(kind, [rule.fails_for])), TRUE),
        (_ongoing(answer, "dose"), fails),
        (unknown(first), cases((seen_before, TRUE))),
        otherwise=elm.by_window(first, last, rule.span, inside=fails, before=TRUE),
    )
    return cases((unknown(fact(answer)), NULL), (among(fact(answer), ["object"]), described), otherwise=TRUE)
