"""The questions as one long form, in the order in which the conversation asks them: what FHIR and REDCap are made from.

A card becomes an `Item` with one field or several; the cards of a medicine or a vaccine stand in a group that repeats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.flows.cards import choice_label, window_label, words
from bot.message import Term, Text, Value
from bot.wording import Wording
from brasle_prescreen import Protocol
from brasle_prescreen.question import AskedWhen, Card, Needs, PerItem, Questions

FieldKind = Literal["choice", "multiple", "date", "whole", "decimal", "quantity", "names", "name"]
GroupName = Literal["", "medicine", "vaccine"]
ByLanguage = Mapping[str, str]
ONLY = "only"  # "these, and none of the rest"
NONE = "none"
# What files for REDCap say beside an answer: reasons for which there is none, and parts of one.
BESIDE = ("unsure", "skipped", "masked", "from", "to", "unit", "open", "listed", "more", "record_id")
PART = "part"  # how a label and the part of the answer are put together
DOSE = ("mg_least", "mg_most", "tablet_mg", "tablets_per_day")


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: its code and its words by language."""

    code: str
    words: ByLanguage


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: of the field `field` with `option`; operators are FHIR's. "exists" asks for any answer."""

    field: str
    operator: Literal["=", "!=", "exists"]
    option: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """All of `groups` must hold, of each group any test. `unsaid`: what only the conversation can tell."""

    groups: tuple[tuple[Test, ...], ...] = ()
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One value to fill in. A field with the card's own id is the whole card."""

    id: str
    kind: FieldKind
    label: ByLanguage
    options: tuple[Option, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `conditional`: its being asked tells something about another answer."""

    id: str
    ask: ByLanguage
    fields: tuple[Field, ...]
    when: When = When()
    private: bool = False
    conditional: bool = False
    group: GroupName = ""


@dataclass(frozen=True, slots=True)
class StudyForm:
    """The whole form. `most` says how many medicines and vaccines are asked about; `beside` words `BESIDE`."""

    languages: tuple[str, ...]
    items: tuple[Item, ...]
    most: Mapping[str, int]
    groups: Mapping[str, ByLanguage]
    beside: Mapping[str, ByLanguage]
    sha256: str

    def item(self, id: str) -> Item:
        return next(item for item in self.items if item.id == id)


def study_form(wording: Wording, questions: Questions, protocol: Protocol) -> StudyForm:
    """The form in every language that families are offered, English first."""
    return _Making(wording, questions, protocol).form()


class _Making:
    def __init__(self, wording: Wording, questions: Questions, protocol: Protocol) -> None:
        self._wording = wording
        self._questions = questions
        self._protocol = protocol
        self._languages = tuple(sorted((code for code, _ in wording.languages()), key=lambda code: code != "en"))

    def form(self) -> StudyForm:
        return StudyForm(
            self._languages,
            tuple(self._items()),
            {"medicine": self._questions.medicine.most, "vaccine": self._questions.vaccine.most},
            {name: self._word(f"field.{name}_name") for name in ("medicine", "vaccine")},
            {name: self._word(f"open.{name}") for name in BESIDE} | {PART: self._part_label()},
            self._protocol.sha256,
        )

    def _items(self) -> Iterator[Item]:
        for card in self._questions.card:
            yield self._item(card, card.id, self._when(card.asked_when), bool(card.asked_when))
            if card.id == "medicines_complete":
                yield from self._group("medicine", self._questions.medicine)
            elif card.kind == "vaccines":
                yield from self._group("vaccine", self._questions.vaccine)

    def _group(self, group: Literal["medicine", "vaccine"], items: PerItem) -> Iterator[Item]:
        label = self._word(f"field.{group}_name")
        name = Field(f"{group}.name", "name", label, self._picks(f"{group}s"))
        yield Item(f"{group}.name", label, (name,), group=group)
        for card in items.card:
            yield self._item(card, f"{group}.{card.id}", self._needs(card.needs, items), True, group)

    def _item(self, card: Card, id: str, when: When, conditional: bool, group: GroupName = "") -> Item:
        ask = self._say(Text(key=f"{words(id if group else card.id, card)}.ask", values=self._about()))
        fields = tuple(self._fields(card, id, ask))
        return Item(id, ask, fields, when, card.private, conditional, group)

    def _fields(self, card: Card, id: str, ask: ByLanguage) -> Iterator[Field]:
        options = tuple(self._options(card, id))
        match card.kind:
            case "choice" | "multiple":
                yield Field(id, card.kind, ask, options)
            case "age":
                yield Field(f"{id}.date", "date", self._word("field.birth_date"))
                yield Field(f"{id}.years", "whole", self._word("field.age_years"), least=0, most=110)
            case "date":
                if options:
                    yield Field(f"{id}.choice", "choice", self._word("field.when"), options)
                yield Field(f"{id}.date" if options else id, "date", self._word("field.date") if options else ask)
            case "number":
                assert card.number is not None
                yield Field(
                    f"{id}.number", "whole", self._word("field.number"), (), card.number.least, card.number.most
                )
                yield Field(f"{id}.date", "date", self._word("field.date"))
            case "titer":
                yield Field(id, "whole", ask, least=1)
            case "medicines" | "vaccines":
                yield Field(id, "names", ask, (*self._picks(card.kind), self._none(card)))
            case "medicine_dose":
                for name in DOSE:
                    yield Field(f"{id}.{name}", "decimal", self._word(f"field.{name}"))
            case "slip":
                for analyte in self._protocol.analytes:
                    label = self._say(Text(key=f"lab.{analyte}"))
                    yield Field(f"{id}.{analyte}", "quantity", label)
                    dated = Text(key="console.record.field.date_of", values={"item": Text(key=f"lab.{analyte}")})
                    yield Field(f"{id}.{analyte}.date", "date", self._say(dated))

    def _options(self, card: Card, id: str) -> Iterator[Option]:
        for choice in card.choices:
            yield Option(choice.id, self._say(choice_label(card, id, choice.id)))
        for window in card.windows:
            yield Option(window.id, self._say(window_label(window)))
        if card.ongoing:
            yield Option("ongoing", self._say(Text(key="ongoing")))
        if card.kind == "multiple" and (card.absent or any(choice.absent for choice in card.choices)):
            yield Option(ONLY, self._say(Text(key="multiple.only")))

    def _picks(self, card_kind: str) -> tuple[Option, ...]:
        """Everything that the lexicon knows of the kind, the picks of the card first."""
        card = next(one for one in self._questions.card if one.kind == card_kind)
        rest = [one.id for one in self._protocol.medicines if one.is_vaccine is (card_kind == "vaccines")]
        ids = dict.fromkeys((*card.picks, *rest))
        return tuple(Option(id, self._say(Text(key="button.term", values={"name": self._term(id)}))) for id in ids)

    def _none(self, card: Card) -> Option:
        text = choice_label(card, card.id, NONE) if card.choice(NONE) else Text(key="medicines.none")
        return Option(NONE, self._say(text))

    def _term(self, id: str) -> Term:
        return Term(by_language=self._questions.called(id, self._protocol.medicines.names(id)))

    def _about(self) -> dict[str, Value]:
        return {name: Text(key=f"console.record.this_{name}") for name in ("medicine", "vaccine")}

    def _part_label(self) -> ByLanguage:
        return self._say(Text(key="console.record.part_of", values={"item": "{item}", "part": "{part}"}))

    def _word(self, key: str) -> ByLanguage:
        return self._say(Text(key=f"console.record.{key}"))

    def _say(self, text: Text) -> ByLanguage:
        return {language: self._wording.say(text, language) for language in self._languages}

    # When a card is asked

    def _when(self, conditions: tuple[AskedWhen, ...]) -> When:
        groups: list[tuple[Test, ...]] = []
        unsaid: list[str] = []
        for one in conditions:
            if one.card is not None:
                field = self._choice_field(self._questions.by_id[one.card])
                if one.chosen:
                    groups.append(tuple(Test(field, "=", option) for option in one.chosen))
                groups += [(Test(field, "!=", option),) for option in one.not_chosen]
            elif one.answer is not None and (
                tests := self._setting(self._questions.card, "", one.answer, one.is_, one.not_)
            ):
                groups += tests
            elif one.undated_labs:
                slip = next(card.id for card in self._questions.card if card.kind == "slip")
                groups.append(tuple(Test(f"{slip}.{analyte}", "exists") for analyte in self._protocol.analytes))
                unsaid.append("a result without its date")
            else:
                unsaid.append(_plainly(one.model_dump(exclude_defaults=True, by_alias=True)))
        return When(tuple(groups), tuple(unsaid))

    def _needs(self, needs: tuple[Needs, ...], items: PerItem) -> When:
        groups: list[tuple[Test, ...]] = []
        unsaid: list[str] = []
        for one in needs:
            wanted = one.is_ if isinstance(one.is_, tuple) else (one.is_,)
            unwanted = one.not_ if isinstance(one.not_, tuple) else (one.not_,)
            if one.chosen is not None:
                groups.append(tuple(Test(f"medicine.{one.chosen}", "=", str(option)) for option in wanted))
            elif one.answer is not None:
                groups += self._setting(items.card, "medicine.", one.answer, wanted, unwanted)
            else:
                unsaid.append(_plainly(one.model_dump(exclude_defaults=True, by_alias=True)))
        return When(tuple(groups), tuple(unsaid))

    def _setting(
        self, cards: tuple[Card, ...], prefix: str, key: str, wanted: tuple[object, ...], unwanted: tuple[object, ...]
    ) -> list[tuple[Test, ...]]:
        """Tests on the choices that write one of the values under that key."""

        def choices(values: tuple[object, ...]) -> list[tuple[str, str]]:
            return [
                (prefix + self._choice_field(card), choice.id)
                for card in cards
                for choice in card.choices
                if key in choice.sets and any(choice.sets[key] is one or choice.sets[key] == one for one in values)
            ]

        found: list[tuple[Test, ...]] = []
        if wanted and (to_have := choices(wanted)):
            found.append(tuple(Test(field, "=", option) for field, option in to_have))
        found += [(Test(field, "!=", option),) for field, option in choices(unwanted)]
        return found

    @staticmethod
    def _choice_field(card: Card) -> str:
        return f"{card.id}.choice" if card.kind == "date" else card.id


def _plainly(condition: Mapping[str, object]) -> str:
    """A condition of the questions file as one line: "flag i6, is site or none"."""
    return ", ".join(f"{name} {_listed(value)}" for name, value in condition.items())


def _listed(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)
