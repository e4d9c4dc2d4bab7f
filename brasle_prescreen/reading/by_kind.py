"""Every kind of reply as the one line that `brasle-prescreen read` prints: a plain value, or `ask_back`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading.reading import Reading

if TYPE_CHECKING:
    from brasle_prescreen.medicines import Lexicon

KINDS = ("age", "yes_no", "sex", "when", "drugs", "steroid_dose", "quantity", "ana", "phone", "red_flag")


def predicted(kind: str, text: str, *, question: str, on: date) -> Any:
    """How the bot reads one reply to one question: a JSON value. ValueError for a kind that is not known."""
    if kind == "when":
        from brasle_prescreen.reading.when import read_when

        return _plainly(read_when(text, on), _interval)
    if kind == "age":
        from brasle_prescreen.reading.age import read_age

        return _plainly(read_age(text, on), _age)
    if kind == "yes_no":
        from brasle_prescreen.reading.yes_no import read_yes_no

        return _plainly(read_yes_no(text, question), lambda yes: "yes" if yes else "no")
    if kind == "sex":
        from brasle_prescreen.reading.sex import read_sex

        return _plainly(read_sex(text), str)
    if kind == "ana":
        from brasle_prescreen.reading.ana import read_ana

        return _plainly(read_ana(text), _ana)
    if kind == "quantity":
        return _quantity(text, question)
    if kind == "steroid_dose":
        from brasle_prescreen.reading.steroid_dose import read_steroid_dose

        return _plainly(read_steroid_dose(text, _lexicon()), _dose)
    if kind == "red_flag":
        from brasle_prescreen.reading.red_flags import red_flag

        return red_flag(text)
    if kind == "phone":
        from brasle_prescreen.reading.phone import read_phone

        return _plainly(read_phone(text), str)
    if kind == "drugs":
        return _drugs(text, question)
    return "ask_back"


def _plainly(reading: Reading[Any], show: Any) -> Any:
    return show(reading.value) if reading.is_value else reading.outcome.value


def _interval(days: PartialDate) -> dict[str, str]:
    return {"earliest": days.earliest.isoformat(), "latest": days.latest.isoformat()}


def _age(age: Any) -> dict[str, Any]:
    if age.birth is not None:
        return {"birth": _interval(age.birth)}
    return {"years": _number(age.years)}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _drugs(text: str, question: str) -> Any:
    from brasle_prescreen.reading.medicines_beside import read_beside
    from brasle_prescreen.reading.medicines_said import (
        international_name,
        is_supplement,
        read_medicine_list,
    )
    from brasle_prescreen.reading.plain import plain, tight
    from brasle_prescreen.reading.words import says

    lexicon = _lexicon()
    reading = read_medicine_list(text, lexicon, "now" if says(tight(plain(question)), "asks_about_now") else "ever")
    if not reading.is_value or reading.value is None:
        return reading.outcome.value
    beside = read_beside(text, lexicon)
    if beside.of_no_use or any(not is_supplement(name) for name in beside.names):
        return "ask_back"
    names = {international_name(mention, lexicon) for mention in reading.value}
    known = sorted(name for name in names if name)
    return known if known or not reading.value else "ask_back"


@cache
def _lexicon() -> Lexicon:
    from brasle_prescreen.protocol import load_protocol

    return load_protocol().medicines


def _ana(ana: Any) -> Any:
    if ana.titer is not None:
        return {"titer": ana.titer}
    return "negative" if ana.result == "negative" else "positive_no_titer"


def _quantity(text: str, question: str) -> Any:
    from brasle_prescreen.reading.measured import labels
    from brasle_prescreen.reading.plain import plain, tight
    from brasle_prescreen.reading.quantity import read_quantity
    from brasle_prescreen.reading.words import load

    printed = load("labs.toml")["printed"]
    asked = next((label.analyte for label in labels(tight(plain(question))) if label.analyte in printed), None)
    if asked is None:
        return "ask_back"
    reading = read_quantity(text, asked)
    if reading.value is None or reading.hedged:
        return "ask_back"
    return {"analyte": printed[asked], "value": _number(round(reading.value.value, 4))}


def _dose(dose: Any) -> dict[str, Any]:
    middle = (dose.prednisone_least + dose.prednisone_most) / 2
    return {"prednisone_mg_per_day": _number(round(middle, 2))}
