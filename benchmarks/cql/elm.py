"""The few words of ELM (the compiled form of CQL) that the trial's rules need, as JSON.

True is a pass, false a failure and null unknown: CQL's own three-valued logic.
"""

from __future__ import annotations

from typing import Any

from brasle_prescreen.judgement import Verdict
from brasle_prescreen.partial_date import Span

Elm = dict[str, Any]
TYPES = "{urn:hl7-org:elm-types:r1}"
NULL: Elm = {"type": "Null"}


def literal(value: bool | str | float) -> Elm:
    kind = "Boolean" if isinstance(value, bool) else "String" if isinstance(value, str) else "Decimal"
    text = str(value).lower() if kind == "Boolean" else str(value)  # ELM writes every literal as text
    return {"type": "Literal", "valueType": TYPES + kind, "value": text}


TRUE, FALSE = literal(True), literal(False)
VERDICTS = {Verdict.PASS: TRUE, Verdict.FAIL: FALSE, Verdict.UNKNOWN: NULL}


def verdict(of: Verdict) -> Elm:
    return VERDICTS[of]


def call(name: str, *operands: Elm) -> Elm:
    """An operator: one operand stands alone, several in a list."""
    return {"type": name, "operand": operands[0] if len(operands) == 1 else list(operands)}


def all_of(*parts: Elm) -> Elm:
    return _folded("And", parts, TRUE)


def any_of(*parts: Elm) -> Elm:
    return _folded("Or", parts, FALSE)


def _folded(name: str, parts: tuple[Elm, ...], empty: Elm) -> Elm:
    if not parts:
        return empty
    whole = parts[-1]
    for part in reversed(parts[:-1]):
        whole = call(name, part, whole)
    return whole


def negated(part: Elm) -> Elm:
    return call("Not", part)


def is_true(part: Elm) -> Elm:
    return call("IsTrue", part)


def is_false(part: Elm) -> Elm:
    return call("IsFalse", part)


def unknown(part: Elm) -> Elm:
    return call("IsNull", part)


def known(part: Elm) -> Elm:
    return negated(unknown(part))


def cases(*when: tuple[Elm, Elm], otherwise: Elm = NULL) -> Elm:
    """The first that holds."""
    if not when:
        return otherwise
    if len(when) == 1:
        return {"type": "If", "condition": when[0][0], "then": when[0][1], "else": otherwise}
    items = [{"when": one, "then": then} for one, then in when]
    return {"type": "Case", "caseItem": items, "else": otherwise}


def among(value: Elm, words: Any) -> Elm:
    """Whether the value is one of these."""
    listed = sorted(words, key=str)
    if not listed:
        return FALSE
    if len(listed) == 1:
        return call("Equal", value, literal(listed[0]))
    return call("In", value, {"type": "List", "element": [literal(word) for word in listed]})


def fact(name: str) -> Elm:
    """A fact of the patient."""
    return {"type": "Property", "path": name.replace(".", "_"), "source": {"type": "ExpressionRef", "name": "Patient"}}


def field(alias: str, name: str) -> Elm:
    """A field of an entry of a list."""
    return {"type": "Property", "path": name, "scope": alias}


def query(source: Elm, alias: str, where: Elm | None = None, give: Elm | None = None) -> Elm:
    found: Elm = {"type": "Query", "source": [{"alias": alias, "expression": source}], "relationship": []}
    if where is not None:
        found["where"] = where
    found["return"] = {"distinct": False, "expression": give or {"type": "AliasRef", "name": alias}}
    return found


def exists(source: Elm, alias: str, where: Elm) -> Elm:
    return call("Exists", query(source, alias, where))


def chosen(value: Elm, *when: tuple[Elm, Elm], otherwise: Elm) -> Elm:
    """The case of the value, which is found once."""
    items = [{"when": one, "then": then} for one, then in when]
    return {"type": "Case", "comparand": value, "caseItem": items, "else": otherwise}


def aggregate(name: str, source: Elm) -> Elm:
    return {"type": name, "source": source}


def count_of_different(source: Elm) -> Elm:
    return aggregate("Count", call("Distinct", source))


def moved(day: Elm, span: Span, *, back: bool = False) -> Elm:
    quantity = {"type": "Quantity", "value": span.count, "unit": span.unit}
    return call("Subtract" if back else "Add", day, quantity)


AS_OF = fact("as_of")


def by_window(first: Elm, last: Elm, span: Span, *, inside: Elm, before: Elm, uncertain: Elm = NULL) -> Elm:
    """What holds by where a thing lies of which only the first and the last possible day are known."""
    return cases(
        (call("After", moved(first, span), AS_OF), inside),
        (call("Before", moved(last, span), AS_OF), before),
        otherwise=uncertain,
    )


def lies_before(last: Elm, span: Span) -> Elm:
    """Whether it lies surely before the window; null where its day is not known."""
    return call("Before", moved(last, span), AS_OF)


def age_reached(age: Span) -> Elm:
    """As `age_reached` of partial_date.py: somebody born on 29 February is certainly older on 1 March."""
    first, last = fact("birth_earliest"), fact("birth_latest")
    day = moved(last, age)
    same = call("Equal", _day_of(day), _day_of(last))
    certain = cases((same, day), otherwise=moved(day, Span(1, "days")))
    return cases((call("SameOrAfter", AS_OF, certain), TRUE), (call("Before", AS_OF, moved(first, age)), FALSE))


def _day_of(date: Elm) -> Elm:
    return {"type": "DateTimeComponentFrom", "precision": "Day", "operand": date}
