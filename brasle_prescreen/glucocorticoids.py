"""Daily doses of oral steroids as exact prednisone equivalents."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from math import lcm
from typing import NamedTuple

from brasle_prescreen.trial_entry import Entry

# Numbers of the answers have at most 40 digits: products and sums of a few are exact at this precision.
EXACT = Context(prec=400)


class DailyDose(NamedTuple):
    """What may be taken in a day, in mg: from `least` to `most`."""

    least: Decimal
    most: Decimal


class Steroid(NamedTuple):
    """One line of the table. `factor` turns mg into prednisone equivalents times the table's `scale`."""

    name: str
    factor: int
    exceeds_for_certain_at: Decimal | None


class Glucocorticoids(NamedTuple):
    """The table: medicines by lexicon id. All amounts are kept times `scale`, so that they are exact."""

    steroids: Mapping[str, Steroid]
    scale: int
    refuse_above_mg: Decimal
    swallowed_flag: str
    swallowed_value: str

    def equivalent(self, medicine: str, dose: DailyDose) -> DailyDose:
        """The dose as prednisone equivalents, times `scale`."""
        factor = Decimal(self.steroids[medicine].factor)
        return DailyDose(EXACT.multiply(dose.least, factor), EXACT.multiply(dose.most, factor))

    def total(self, doses: list[DailyDose]) -> DailyDose:
        least = most = Decimal(0)
        for dose in doses:
            least, most = EXACT.add(least, dose.least), EXACT.add(most, dose.most)
        return DailyDose(least, most)

    def scaled(self, milligrams: Decimal) -> Decimal:
        return EXACT.multiply(milligrams, Decimal(self.scale))

    def is_slip(self, medicine: str, dose: DailyDose) -> bool:
        """Whether the dose is more than anybody is given, and so a slip of the pen."""
        return self.equivalent(medicine, dose).most > self.scaled(self.refuse_above_mg)


def read_glucocorticoids(file: str, data: Mapping[str, object], medicines: frozenset[str]) -> Glucocorticoids:
    """Read glucocorticoids.toml; every medicine that it names must stand in the lexicon."""
    top = Entry(file, "", data)
    reference = top.number("reference_mg")
    refuse = top.number("refuse_above_mg")
    swallowed = top.table("swallowed_when")
    flag, value = swallowed.text("flag"), swallowed.text("is")
    swallowed.finish()
    rows: list[tuple[str, Decimal, Decimal | None, tuple[str, ...]]] = []
    steroids = top.table("steroid")
    for name in steroids:
        row = steroids.table(name)
        equal = row.number("equal_mg")
        if equal <= 0:
            raise row.wrong("'equal_mg' must be above 0", f"Write the mg equal to prednisone {reference} mg")
        ids = row.texts("medicines", needed=True)
        for id in ids:
            row.known(id, medicines, "'medicines' names")
        rows.append((name, equal, row.number_or_none("exceeds_for_certain_at"), ids))
        row.text("zh", "")
        row.text("status", "")
        row.finish()
    top.finish()
    # reference / equal is a ratio of whole numbers; the scale makes every one of them whole.
    above, below = reference.as_integer_ratio()
    ratios = {
        name: (above * equal.as_integer_ratio()[1], below * equal.as_integer_ratio()[0]) for name, equal, *_ in rows
    }
    scale = lcm(*(denominator for _, denominator in ratios.values()))
    found: dict[str, Steroid] = {}
    for name, _, certain, ids in rows:
        numerator, denominator = ratios[name]
        for id in ids:
            if id in found:
                raise steroids.wrong(f"{id!r} stands under two steroids", "Remove it from one of them")
            found[id] = Steroid(name, numerator * scale // denominator, certain)
    return Glucocorticoids(found, scale, refuse, flag, value)
