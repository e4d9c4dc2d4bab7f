"""Random families: every key of the contract, every value, dates near the edges of the windows, any medicine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from brasle_prescreen import load_protocol
from brasle_prescreen.answer_shape import Shape
from tests.domain.cases import HERE

PROTOCOL = load_protocol()
LEXICON = PROTOCOL.medicines
NOT_KNOWN = st.sampled_from(["unsure", "skipped", None])
# Days before the screening: around every edge of a window, and far away.
AGO = st.one_of(
    st.sampled_from([0, 1, 6, 7, 8, 13, 14, 15, 27, 28, 29, 30, 31, 32, 41, 42, 43, 59, 60, 61, 62]),
    st.sampled_from([89, 90, 91, 92, 93, 94, 120, 180, 181, 183, 184, 185, 186, 364, 365, 366, 367, 400, 1500]),
    st.integers(0, 200),
)
SCREENING_DAYS = st.one_of(
    st.sampled_from(["2026-11-22", "2026-03-31", "2027-02-28", "2028-02-29", "2026-05-31", "2026-12-31"]),
    st.dates(date(2025, 1, 1), date(2029, 12, 31)).map(date.isoformat),
).map(date.fromisoformat)

VACCINES = [one.zh for one in LEXICON if one.is_vaccine]
MEDICINES = [name for one in LEXICON if not one.is_vaccine for name in (one.id, one.zh, *one.brands, *one.aliases)]
# Medicines that touch a criterion, so that they meet often enough.
TOUCHING = [one.zh for one in LEXICON if not one.is_vaccine and set(one.flags.values()) != {"none"}]
COMMON = [
    "prednisone",
    "甲强龙",
    "美卓乐",
    "地塞米松",
    "激素冲击",
    "HCQ",
    "MMF",
    "FK506",
    "CTX",
    "美罗华",
    "倍力腾",
    "CAR-T",
    "MSC",
    "试验药",
]
CUES = ["博路定", "异烟肼", "舍曲林", "德巴金", "华法林", "anakinra"]
NAMES = st.one_of(
    st.sampled_from(COMMON),
    st.sampled_from(TOUCHING),
    st.sampled_from(MEDICINES),
    st.sampled_from(CUES),
    st.sampled_from(["某某散", "打过一针不知道啥", "注射用甲泼尼龙", "醋酸泼尼松片", "他克莫司软膏"]),
)


@st.composite
def dates(draw: st.DrawFn, on: date) -> Any:
    """A day, month, year or interval, none of it in the future."""
    day = max(on - timedelta(days=draw(AGO)), date(1990, 1, 1))
    form = draw(st.sampled_from(["day", "day", "day", "month", "year", "interval"]))
    if form == "day":
        return day.isoformat()
    if form == "month":
        return day.isoformat()[:7]
    if form == "year":
        return day.isoformat()[:4]
    latest = min(on, day + timedelta(days=draw(st.sampled_from([0, 1, 2, 10, 40, 100, 400]))))
    return {"earliest": day.isoformat(), "latest": latest.isoformat()}


@st.composite
def births(draw: st.DrawFn, on: date) -> Any:
    years = draw(st.sampled_from([3, 4, 5, 5, 6, 8, 9, 9, 10, 14, 30, 70]))
    day = on - timedelta(days=round(years * 365.25) + draw(st.integers(-3, 200)))
    text = draw(st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4], "2020-02-29"]))
    return text if text[:4] <= str(on.year) else day.isoformat()


@st.composite
def values(draw: st.DrawFn, shape: Shape, on: date) -> Any:
    """Any value of one shape, unknown ones included."""
    if draw(st.integers(0, 9)) == 0:
        return draw(NOT_KNOWN)
    kinds: list[str] = []
    kinds += ["word"] * 2 if shape.words else []
    kinds += ["date"] * 2 if shape.is_date else []
    kinds += ["boolean"] if shape.is_boolean else []
    kinds += ["integer"] if shape.integer else []
    kinds += ["number"] if shape.number else []
    kinds += ["fields"] * 3 if shape.fields is not None else []
    kinds += ["items"] * 2 if shape.items is not None else []
    kind = draw(st.sampled_from(kinds))
    if kind == "word":
        return draw(st.sampled_from(shape.words))
    if kind == "date":
        return draw(births(on) if shape.is_birth else dates(on))
    if kind == "boolean":
        return draw(st.booleans())
    if kind == "integer":
        assert shape.integer is not None
        least, most = shape.integer
        return draw(st.integers(least, most if most is not None else 2000))
    if kind == "number":
        return draw(st.sampled_from([1, 2, 3, 4, 5, 10, 20, 25, 40, 80, 100, 0.5, 7.5, Decimal("16.11")]))
    if kind == "items":
        assert shape.items is not None
        if shape.items.words:
            return draw(st.lists(st.sampled_from(shape.items.words), min_size=max(1, shape.fewest), unique=True))
        return draw(st.lists(objects(shape.items, on), min_size=shape.fewest, max_size=3))
    return draw(objects(shape, on))


@st.composite
def objects(draw: st.DrawFn, shape: Shape, on: date) -> dict[str, Any]:
    """Some of the fields; all that are required, which are then known."""
    fields: Mapping[str, Shape] = shape.fields or {}
    found = {}
    for name, inner in fields.items():
        if name in shape.required or draw(st.integers(0, 4)):
            value = (
                draw(values(inner, on)) if not inner.is_text else draw(st.sampled_from([*VACCINES, "某疫苗", "HCQ"]))
            )
            while name in shape.required and value in ("unsure", "skipped", None):
                value = draw(values(inner, on))
            found[name] = value
    if "min" in found and "max" in found:
        found["min"], found["max"] = min(found["min"], found["max"]), max(found["min"], found["max"])
    return found


DOSES = st.one_of(
    st.fixed_dictionaries(
        {"tablet_mg": st.sampled_from([4, 5, 0.75]), "tablets_per_day": st.sampled_from([1, 2, 3, 4, 5, 6])}
    ),
    st.fixed_dictionaries({"mg_per_day": st.sampled_from([3, 10, 16, 20, 20.1, 25, 30])}),
    st.fixed_dictionaries(
        {"mg_per_day": st.sampled_from([{"min": 5, "max": 20}, {"min": 15, "max": 30}, {"min": 26, "max": 30}])}
    ),
    st.just({"tablets_per_day": 2}),
    st.just("unsure"),
)


@st.composite
def treatments(draw: st.DrawFn, on: date) -> dict[str, Any]:
    found: dict[str, Any] = {"drug": draw(NAMES)}
    optional = {
        "route": st.sampled_from(["oral", "injection", "topical", "unsure", None]),
        "response": st.sampled_from(
            ["inadequate", "inadequate", "relapsed", "well_controlled", "intolerant", "too_short", "unsure"]
        ),
        "current": st.sampled_from([True, False, False, "unsure"]),
        "last_dose": st.one_of(dates(on), NOT_KNOWN),
        "dose_stable_since": st.one_of(dates(on), st.sampled_from(["changing", "unsure"])),
        "dose": DOSES,
    }
    for key, strategy in optional.items():
        if draw(st.integers(0, 3)) > (1 if key == "route" else 0):
            found[key] = draw(strategy)
    return found


EXAMPLE = json.loads((HERE / "examples.jsonl").read_text(encoding="utf-8").splitlines()[0])
# Told before 2025, so that it stands on every day of screening.
NOTHING_IN_THE_WAY = EXAMPLE["answers"] | {"antibodies": {"ana": {"titer": 320, "date": "2024-06"}}, "treatments": []}

# Medicines as a family with nothing in the way would tell them.
IN_ORDER: list[dict[str, Any]] = [
    {
        "drug": "prednisone",
        "response": "inadequate",
        "current": True,
        "dose": {"mg_per_day": 10},
        "dose_stable_since": "2024",
    },
    {"drug": "HCQ", "response": "relapsed", "current": True, "dose_stable_since": "2024-05-01"},
    {"drug": "MMF", "response": "inadequate", "current": True, "dose_stable_since": "2024-05"},
]


@st.composite
def stopped(draw: st.DrawFn, on: date) -> dict[str, Any]:
    return {"drug": draw(NAMES), "current": False, "last_dose": draw(dates(on))}


@st.composite
def lists(draw: st.DrawFn, on: date) -> list[dict[str, Any]]:
    """Some medicines in order, some changed in one thing, some at random."""
    found = []
    for one in IN_ORDER:
        changed = dict(one)
        change = draw(
            st.sampled_from(["keep", "keep", "keep", "leave out", "current", "response", "changed", "dose", "route"])
        )
        if change == "leave out":
            continue
        if change == "current":
            changed["current"] = draw(st.sampled_from([False, "unsure"]))
        if change == "response":
            changed["response"] = draw(st.sampled_from(["well_controlled", "too_short", "unsure"]))
        if change == "changed":
            changed["dose_stable_since"] = draw(st.one_of(dates(on), st.sampled_from(["changing", "unsure"])))
        if change == "dose":
            changed["dose"] = draw(DOSES)
        if change == "route":
            changed["route"] = draw(st.sampled_from(["oral", "injection", "topical", "unsure"]))
        found.append(changed)
    return found + draw(st.lists(st.one_of(treatments(on), stopped(on)), max_size=3))


@st.composite
def families(draw: st.DrawFn) -> tuple[dict[str, Any], date]:
    """Answers (they may still contradict each other) and the day of the screening."""
    on = draw(SCREENING_DAYS)
    answers: dict[str, Any] = dict(NOTHING_IN_THE_WAY) if draw(st.booleans()) else {}
    # A whole new family, or that one with a few answers changed.
    changed = draw(st.integers(1, 4)) if answers else None
    keys = [key for key in PROTOCOL.answers.shapes if key not in ("labs", "treatments")]
    for key in draw(st.lists(st.sampled_from(keys), min_size=changed, max_size=changed)) if changed else keys:
        if changed or draw(st.integers(0, 5)):
            answers[key] = draw(values(PROTOCOL.answers.shapes[key], on))
    if "birth_date" in answers:
        answers.pop("age_years", None)
    if answers.get("sex") != "female" and draw(st.integers(0, 4)):
        answers.pop("childbearing", None)
    if draw(st.integers(0, 9)):
        answers["treatments"] = draw(st.one_of(lists(on), st.lists(treatments(on), max_size=5)))
        answers["treatments_complete"] = draw(st.sampled_from([True, True, False, "unsure"]))
    return answers, on
