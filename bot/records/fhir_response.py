"""One family's answers as a FHIR R4B QuestionnaireResponse, in the order of the questions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from bot.records.fhir_parts import UNITS, Json, absent, choice_system, english, fhir_date
from bot.records.fhir_questionnaire import URL, is_one_question, version
from bot.records.given_answers import GivenAnswers, Said
from bot.records.study_form import Field, Item, StudyForm

# The value's name of each kind of field.
VALUES = {
    **dict.fromkeys(("choice", "multiple", "names", "name"), "valueCoding"),
    "date": "valueDate",
    "whole": "valueInteger",
    "decimal": "valueDecimal",
    "quantity": "valueQuantity",
}
PRIMITIVE = ("valueDate", "valueInteger", "valueDecimal")
# Printed units that UCUM writes in the same letters: these alone are coded.
_UCUM = frozenset({"10*9/L", "g/L", "g/dL", "mmol/L", "%", "U/L", "/uL", "umol/L", "mg/dL", "mL/min"})


def questionnaire_response(
    form: StudyForm, given: GivenAnswers, subject: str, authored: str, *, finished: bool, id: str
) -> Json:
    """`subject` is a reference to the Patient; `authored` a FHIR date; unfinished interviews are `in-progress`."""
    items: list[Json] = []
    for group, together in groupby(form.items, lambda item: item.group):
        members = list(together)
        if not group:
            items += [made for item in members if (made := _item(item, given.plain))]
            continue
        for entry in given.entries.get(group, ()):
            inner = [made for item in members if (made := _item(item, entry))]
            items.append({"linkId": group, "text": english(form.groups[group]), "item": inner})
    made = {
        "resourceType": "QuestionnaireResponse",
        "id": id,
        "questionnaire": f"{URL}|{version(form)}",
        "status": "completed" if finished else "in-progress",
        "subject": {"reference": subject},
        "authored": authored,
    }
    return made | ({"item": items} if items else {})


def _item(item: Item, said: Mapping[str, Said]) -> Json | None:
    fields = [_field(field, said[field.id]) for field in item.fields if field.id in said]
    fields = [one for one in fields if one["answer"]]
    if not fields:
        return None
    if is_one_question(item):
        return {"linkId": item.id, "text": english(item.ask), "answer": fields[0]["answer"]}
    return {"linkId": item.id, "text": english(item.ask), "item": fields}


def _field(field: Field, said: Said) -> Json:
    return {"linkId": field.id, "text": english(field.label), "answer": _answers(field, said)}


def _answers(field: Field, said: Said) -> list[Json]:
    name = VALUES[field.kind]
    if said.absent:
        return [{f"_{name}" if name in PRIMITIVE else name: absent(said.absent)}]
    if field.options:
        known = {one.code: one for one in field.options}
        system = choice_system(field.id)
        chosen = [
            {"valueCoding": {"system": system, "code": one, "display": english(known[one].words)}}
            for one in said.chosen
            if one in known
        ]
        return [*chosen, *({"valueString": one} for one in said.typed if one)]
    if said.days is not None:
        day = fhir_date(*said.days)
        return [{"valueDate": day} if day else {"_valueDate": absent("unsure")}]
    if said.number is None:
        return []
    if name == "valueQuantity":
        return [{name: _quantity(said)}]
    return [{name: said.number}]


def _quantity(said: Said) -> Json:
    unit = said.unit
    ucum = unit.replace("10^", "10*")
    made: Json = {"value": said.number} | ({"unit": unit} if unit else {})
    return made | ({"system": UNITS, "code": ucum} if ucum in _UCUM else {})
