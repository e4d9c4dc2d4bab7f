"""What is known about one person on one day: the answers, read once, for the rules to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from brasle_prescreen.glucocorticoids import DailyDose
from brasle_prescreen.medicines import Effect, Medicine
from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.truth import Truth
from brasle_prescreen.units import Lab

ONGOING = "ongoing"


class _Object:
    """Stands under the key of an answer that is an object; its fields stand under their own keys."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "OBJECT"


OBJECT = _Object()


def answer_of(key: str) -> str:
    """The answer of the contract to which a dotted key belongs: `labs` for `labs.alt.value`."""
    return key.partition(".")[0].partition("[")[0]


class AnswerError(ValueError):
    """An answer that cannot be taken. `key` is its dotted path, `code` a stable word for what is wrong with
    it.
    """

    def __init__(self, key: str, message: str, code: str = "not_allowed") -> None:
        super().__init__(f"{key}: {message}" if key else message)
        self.key = key
        self.message = message
        self.code = code


_TREATMENT_KEYS = tuple(f"treatments[{number}]" for number in range(64))


class Treatment(NamedTuple):
    """One entry of the list of treatments, matched to the lexicon and read by the way it is given.

    `identity` is shared by entries that are one medicine. `changed` is the day of the last change of dose.
    """

    number: int
    medicine: Medicine
    recognised: bool
    effect: Effect
    identity: str
    response: str | None
    current: Truth
    last_dose: PartialDate | None
    changed: PartialDate | None
    dose: DailyDose | None

    @property
    def key(self) -> str:
        number = self.number
        return _TREATMENT_KEYS[number] if number < len(_TREATMENT_KEYS) else f"treatments[{number}]"


class Vaccine(NamedTuple):
    """One vaccine as told; `medicine` is None for a name that is no vaccine of the lexicon, or not known."""

    number: int
    medicine: Medicine | None
    date: PartialDate | None

    @property
    def key(self) -> str:
        return f"vaccines[{self.number}]"


class Facts:
    """The answers as of one day. `told` holds every known single answer under its dotted key.

    A key that is missing from `told` is not known. `treatments` and `vaccines` are None where no list was
    given. `events` are all dates but the day of birth, each with its key. `conditions`: whether each named condition
    holds.
    """

    __slots__ = ("birth", "complete", "conditions", "events", "labs", "listed", "on", "told", "treatments", "vaccines")

    def __init__(
        self,
        on: date,
        told: Mapping[str, Any],
        *,
        birth: PartialDate | None,
        treatments: tuple[Treatment, ...] | None,
        vaccines: tuple[Vaccine, ...] | None,
        labs: Mapping[str, Lab],
        events: Sequence[tuple[str, PartialDate]] = (),
    ) -> None:
        self.on = on
        self.told = told
        self.birth = birth
        self.treatments = treatments
        # Lexicon ids of everything on the list of treatments.
        self.listed = frozenset(one.medicine.id for one in treatments) if treatments else frozenset()
        self.complete = Truth.of(told.get("treatments_complete"))
        self.vaccines = vaccines
        self.labs = labs
        self.events = events
        self.conditions: Mapping[str, Truth] = {}
