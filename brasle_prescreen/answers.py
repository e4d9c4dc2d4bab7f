"""From a family's answers to the facts that rules judge: every value checked, every contradiction named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from brasle_prescreen.answer_reader import Reader
from brasle_prescreen.answer_shape import Answers, Shape
from brasle_prescreen.condition import Condition
from brasle_prescreen.facts import AnswerError, Facts, Treatment, Vaccine, answer_of
from brasle_prescreen.glucocorticoids import Glucocorticoids
from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.partial_date import PartialDate, Span, birthday, born_at_age
from brasle_prescreen.treatments import read_treatments, read_vaccines
from brasle_prescreen.units import Analyte, Implausible, Lab


class AnswerReading:
    """Everything that reading answers needs of the trial's data."""

    __slots__ = ("_paths", "analytes", "conditions", "glucocorticoids", "lexicon", "oldest", "shapes")

    def __init__(
        self,
        shapes: Answers,
        lexicon: Lexicon,
        glucocorticoids: Glucocorticoids,
        analytes: Mapping[str, Analyte],
        conditions: Mapping[str, Condition],
    ) -> None:
        self.shapes = shapes
        self.lexicon = lexicon
        self.glucocorticoids = glucocorticoids
        self.analytes = analytes
        self.conditions = conditions
        # Every key under which an answer is told, for taking it back.
        self._paths = {answer: tuple(_paths(answer, shape)) for answer, shape in shapes.shapes.items()}
        age = shapes.find("age_years")
        most = age.integer[1] if age and age.integer else None
        # Nobody is older than the highest age that may be told.
        self.oldest = Span(most + 1, "years") if most is not None else None

    def read(self, answers: Any, on: date, before: Facts | None = None) -> Facts:
        """The facts as of `on`. AnswerError names the first answer that cannot be taken; `answers` is not
        changed.

        With `before`, the facts of the same day, `answers` are only those that have changed since.
        """
        reader = Reader(on)
        told: dict[str, Any] = {}
        if before is not None:
            told = dict(before.told)
            for answer in answers:
                for path in self._paths.get(answer, ()):
                    told.pop(path, None)
            reader.events = [event for event in before.events if answer_of(event[0]) not in answers]
        reader.read_object(self.shapes.shapes, answers, "", "", told)
        birth = self._birth(told, on)
        if birth is not None:
            for key, event in reader.events:
                if event.latest < birth.earliest:
                    raise AnswerError(key, "before the day of birth", "before_birth")
        facts = Facts(
            on,
            told,
            birth=birth,
            treatments=self._treatments(answers, told, before),
            vaccines=self._vaccines(answers, told, before),
            labs=self._labs(told) if before is None or "labs" in answers else before.labs,
            events=reader.events,
        )
        facts.conditions = {name: condition.holds(facts) for name, condition in self.conditions.items()}
        for condition in self.conditions.values():
            condition.check(facts)
        return facts

    def _treatments(
        self, answers: Mapping[str, Any], told: Mapping[str, Any], before: Facts | None
    ) -> tuple[Treatment, ...] | None:
        if before is not None and "treatments" not in answers:
            return before.treatments
        if "treatments" not in told:
            return None
        return read_treatments(answers["treatments"], told["treatments"], self.lexicon, self.glucocorticoids)

    def _vaccines(
        self, answers: Mapping[str, Any], told: Mapping[str, Any], before: Facts | None
    ) -> tuple[Vaccine, ...] | None:
        if before is not None and "vaccines" not in answers:
            return before.vaccines
        return read_vaccines(told["vaccines"], self.lexicon) if isinstance(told.get("vaccines"), tuple) else None

    def _birth(self, told: Mapping[str, Any], on: date) -> PartialDate | None:
        birth: PartialDate | None = told.get("birth_date")
        age: int | None = told.get("age_years")
        if birth is not None and self.oldest is not None and birthday(birth.latest, self.oldest) <= on:
            raise AnswerError("birth_date", f"an age of {self.oldest} or more", "too_old")
        if age is None:
            return birth
        by_age = born_at_age(age, on)
        if birth is None:
            return by_age
        both = PartialDate(max(birth.earliest, by_age.earliest), min(birth.latest, by_age.latest))
        if both.earliest > both.latest:
            raise AnswerError("age_years", "disagrees with birth_date", "age_and_birth_disagree")
        return both

    def _labs(self, told: Mapping[str, Any]) -> dict[str, Lab]:
        found: dict[str, Lab] = {}
        if "labs" not in told:
            return found
        for name, analyte in self.analytes.items():
            key = f"labs.{name}"
            if key not in told:
                continue
            printed = told.get(f"{key}.value")
            value = None
            if printed is not None:
                try:
                    value = analyte.convert(printed, told.get(f"{key}.unit"))
                except Implausible:
                    raise AnswerError(f"{key}.value", "an implausible value", "implausible_value") from None
            found[name] = Lab(printed, value, told.get(f"{key}.uln"), told.get(f"{key}.date"))
        return found


def _paths(path: str, shape: Shape) -> Iterator[str]:
    yield path
    for name, inner in (shape.fields or {}).items():
        yield from _paths(f"{path}.{name}", inner)
