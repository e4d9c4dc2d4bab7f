"""One family's facts as JSON, for the CQL library: what CQL has no words for is computed beforehand.

That is the lexicon (which medicine a typed name means and what it touches), the units of laboratory values, and
doses as prednisone equivalents. A date is the first and the last day that it may mean. What is not known is left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from brasle_prescreen.facts import OBJECT, Facts, Treatment, Vaccine
from brasle_prescreen.glucocorticoids import Glucocorticoids
from brasle_prescreen.medicines import SITE
from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.truth import Truth

TRUTHS = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}
# Doses are compared as whole numbers, which a binary fraction holds exactly.
DOSE_DIGITS = 4


def as_json(facts: Facts, table: Glucocorticoids) -> dict[str, Any]:
    found: dict[str, Any] = {"as_of": facts.on.isoformat(), "complete": TRUTHS[facts.complete]}
    for key, value in facts.told.items():
        if not key.startswith("labs.") and key not in ("treatments", "vaccines"):
            found |= _told(key.replace(".", "_"), value)
    found |= _dates("birth", facts.birth)
    for name, lab in facts.labs.items():
        key = f"labs_{name}"
        numbers = {"printed": lab.printed, "value": lab.value, "limit": lab.limit}
        found |= {f"{key}_{one}": float(number) for one, number in numbers.items() if number is not None}
        found |= _dates(f"{key}_date", lab.date)
    if facts.treatments is not None:
        found["treatments"] = [_treatment(one, table) for one in facts.treatments]
    found["vaccines"] = facts.told.get("vaccines") if facts.vaccines is None else None
    if facts.vaccines is not None:
        found["vaccines_list"] = [_vaccine(one) for one in facts.vaccines]
    return {key: value for key, value in found.items() if value is not None}


def _told(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, PartialDate):
        return {key: "dated", **_dates(key, value)}
    if value is OBJECT:
        return {key: "object"}
    if isinstance(value, Decimal):
        return {key: float(value)}
    if isinstance(value, tuple):
        return {f"{key}_list": list(value)}
    return {key: value}


def _dates(key: str, value: PartialDate | None) -> dict[str, str]:
    if value is None:
        return {}
    return {f"{key}_earliest": value.earliest.isoformat(), f"{key}_latest": value.latest.isoformat()}


def _treatment(one: Treatment, table: Glucocorticoids) -> dict[str, Any]:
    steroid = table.steroids.get(one.medicine.id)
    found: dict[str, Any] = {
        "medicine": one.medicine.id,
        "class": one.medicine.medicine_class,
        "marks": sorted(one.medicine.marks),
        "recognised": one.recognised,
        "identity": one.identity,
        "response": one.response,
        "current": TRUTHS[one.current],
        "pulse": one.effect.pulse,
        "maybe_pulse": one.effect.maybe_pulse,
        **{f"flag_{name}": value for name, value in one.effect.flags.items()},
        **_dates("dose", one.last_dose),
        **_dates("changed", one.changed),
    }
    if steroid is not None and one.dose is not None:
        equal = table.equivalent(one.medicine.id, one.dose)
        found |= {"prednisone_least": whole(equal.least), "prednisone_most": whole(equal.most)}
    if steroid is not None and steroid.exceeds_for_certain_at is not None:
        found["certain"] = whole(table.scaled(steroid.exceeds_for_certain_at))
    return {key: value for key, value in found.items() if value is not None}


def _vaccine(one: Vaccine) -> dict[str, Any]:
    flags = one.medicine.flags if one.medicine is not None else {}
    return {"flag_e17": flags.get("e17", SITE), **_dates("date", one.date)}


def whole(dose: Decimal) -> int:
    """A dose as a whole number; every dose has at most so many digits after the point."""
    scaled = dose.scaleb(DOSE_DIGITS)
    assert scaled == scaled.to_integral_value()
    assert scaled < 2**53
    return int(scaled)
