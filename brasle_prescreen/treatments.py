"""The list of treatments and of vaccines, matched to the lexicon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from brasle_prescreen.answer_shape import NOT_KNOWN
from brasle_prescreen.facts import AnswerError, Treatment, Vaccine
from brasle_prescreen.glucocorticoids import EXACT, DailyDose, Glucocorticoids
from brasle_prescreen.medicines import UNSURE_ROUTE, Effect, Lexicon, Medicine, normalise
from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.truth import Truth

_TRUTH = {None: Truth.UNKNOWN, True: Truth.TRUE, False: Truth.FALSE}


def read_treatments(
    given: Sequence[Mapping[str, Any]],
    told: Sequence[Mapping[str, Any]],
    lexicon: Lexicon,
    glucocorticoids: Glucocorticoids,
) -> tuple[Treatment, ...]:
    """`given` as it came in (only it tells an unknown route from an absent one), `told` as it was read."""
    return tuple(
        _treatment(number, raw, one, lexicon, glucocorticoids)
        for number, (raw, one) in enumerate(zip(given, told, strict=True))
    )


def _treatment(
    number: int,
    raw: Mapping[str, Any],
    told: Mapping[str, Any],
    lexicon: Lexicon,
    glucocorticoids: Glucocorticoids,
) -> Treatment:
    match = lexicon.find(told["drug"])
    medicine = match.medicine if match else lexicon.unnamed
    if medicine.is_vaccine:
        raise AnswerError(
            f"treatments[{number}].drug", "a vaccine: it belongs under vaccines", "vaccine_among_treatments"
        )
    route = told.get("route")
    if route is None:
        if "route" in raw and raw["route"] in NOT_KNOWN:
            route = UNSURE_ROUTE
        elif match is not None:
            route = match.route
    elif route == "oral":
        medicine = lexicon.swallowed(medicine)
    effect = lexicon.effect(medicine, route)
    changed = told.get("dose_stable_since")
    dose = _dose(told, f"treatments[{number}].dose")
    swallowed = _swallowed_steroid(medicine, effect, route, glucocorticoids)
    if dose is not None and swallowed and glucocorticoids.is_slip(medicine.id, dose):
        message = f"more than {glucocorticoids.refuse_above_mg} mg of prednisone a day"
        raise AnswerError(f"treatments[{number}].dose", message, "dose_too_high")
    return Treatment(
        number=number,
        medicine=medicine,
        recognised=match is not None,
        effect=effect,
        identity=_identity(number, told["drug"], medicine, effect, recognised=match is not None),
        response=told.get("response"),
        current=_TRUTH[told.get("current")],
        last_dose=told.get("last_dose"),
        changed=changed if isinstance(changed, PartialDate) else None,
        dose=dose,
    )


def _identity(number: int, name: str, medicine: Medicine, effect: Effect, *, recognised: bool) -> str:
    """Shared by entries that are one medicine: by the lexicon, or by a name that nobody recognises."""
    if effect.own_medicine:
        return f"{medicine.id}#{number}"
    return medicine.id if recognised else f"{medicine.id}#{normalise(name)}"


def _swallowed_steroid(medicine: Medicine, effect: Effect, route: str | None, glucocorticoids: Glucocorticoids) -> bool:
    """Whether it is surely a steroid that is swallowed: only then is a very large dose a slip of the pen."""
    if medicine.id not in glucocorticoids.steroids:
        return False
    return route == "oral" or effect.flags[glucocorticoids.swallowed_flag] == glucocorticoids.swallowed_value


def _dose(told: Mapping[str, Any], key: str) -> DailyDose | None:
    """The daily dose in mg; None if any part of it is missing: no strength is ever assumed."""
    strength: Decimal | None = told.get("dose.tablet_mg")
    count: Decimal | None = told.get("dose.tablets_per_day")
    each_day = told.get("dose.mg_per_day")
    if each_day is not None:
        if strength is not None or count is not None:
            raise AnswerError(key, "mg a day and tablets together: give one of the two", "dose_given_twice")
        if isinstance(each_day, Decimal):
            return DailyDose(each_day, each_day)
        least, most = told["dose.mg_per_day.min"], told["dose.mg_per_day.max"]
        if least > most:
            raise AnswerError(f"{key}.mg_per_day", "min is above max", "min_above_max")
        return DailyDose(least, most)
    if strength is None or count is None:
        return None
    product = EXACT.multiply(strength, count)
    return DailyDose(product, product)


def read_vaccines(told: Sequence[Mapping[str, Any]], lexicon: Lexicon) -> tuple[Vaccine, ...]:
    """A name that is no vaccine of the lexicon is of unclear type."""
    found = []
    for number, one in enumerate(told):
        name = one.get("vaccine")
        match = lexicon.find(name) if name is not None else None
        medicine = match.medicine if match and match.medicine.is_vaccine else None
        found.append(Vaccine(number, medicine, one.get("date")))
    return tuple(found)
