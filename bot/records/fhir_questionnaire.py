"""The study form as a FHIR R4B Questionnaire: English with its translations, asked in the conversation's order.

Only what R4 and R4B share is used, so that either can read it.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from bot.records.fhir_parts import DESIGN_NOTE, Json, choice_system, coding, english, translated, urn
from bot.records.study_form import Field, Item, StudyForm, Test, When
from brasle_prescreen.protocol import Record

# FHIR's type of each kind of field.
TYPES = {
    "choice": "choice",
    "multiple": "choice",
    "names": "open-choice",
    "name": "open-choice",
    "date": "date",
    "whole": "integer",
    "decimal": "decimal",
    "quantity": "quantity",
}
REPEATING = ("multiple", "names")
URL = urn("questionnaire")


def questionnaire(form: StudyForm, record: Record) -> Json:
    """The Questionnaire as JSON. Its version is the beginning of the hash of the trial's files."""
    kinds = {field.id: field for item in form.items for field in item.fields}
    items: list[Json] = []
    for group, together in groupby(form.items, lambda item: item.group):
        made = [_item(item, kinds) for item in together]
        if not group:
            items += made
            continue
        label = form.groups[group]
        items.append(
            {"linkId": group, "text": english(label), "_text": translated(label), "type": "group", "repeats": True}
            | {"item": made}
        )
    return {
        "resourceType": "Questionnaire",
        "id": URL.removeprefix("urn:uuid:"),
        "url": URL,
        "version": version(form),
        "name": "BrasleProvisionalPrescreening",
        "title": f"{record.acronym} {record.registry_id}",
        "status": "active",
        "experimental": False,
        "subjectType": ["Patient"],
        "date": record.updated.isoformat(),
        "language": "en",
        "item": items,
    }


def version(form: StudyForm) -> str:
    return form.sha256[:12]


def is_one_question(item: Item) -> bool:
    """Whether the item is one question; otherwise it is a group of its fields."""
    return len(item.fields) == 1 and item.fields[0].id == item.id


def _item(item: Item, kinds: dict[str, Field]) -> Json:
    if is_one_question(item):
        made = _question(item.fields[0])
    else:
        made = {"linkId": item.id, "type": "group", "item": [_question(field) for field in item.fields]}
    made |= {"text": english(item.ask), "_text": translated(item.ask)}
    return made | _when(item.when, kinds)


def _question(field: Field) -> Json:
    made: Json = {
        "linkId": field.id,
        "text": english(field.label),
        "_text": translated(field.label),
        "type": TYPES[field.kind],
    }
    if field.kind in REPEATING:
        made["repeats"] = True
    if field.options:
        system = choice_system(field.id)
        made["answerOption"] = [{"valueCoding": coding(system, one.code, one.words)} for one in field.options]
    return made


def _when(when: When, kinds: dict[str, Field]) -> Json:
    """enableWhen knows "all" or "any" of one list: what needs both is left to the reader, in a note.

    Left out, a question is asked once too often; never once too little.
    """
    single = [group[0] for group in when.groups if len(group) == 1]
    several = [group for group in when.groups if len(group) > 1]
    unsaid = list(when.unsaid)
    made: Json = {}
    if several and not single and len(several) == 1:
        tests, behavior = list(several[0]), "any"
    else:
        tests, behavior = single, "all"
        unsaid += [" or ".join(f"{one.field} {one.operator} {one.option}" for one in group) for group in several]
    if tests:
        made["enableWhen"] = [_test(one, kinds) for one in tests]
        if len(tests) > 1:
            made["enableBehavior"] = behavior
    if unsaid:
        made["extension"] = [{"url": DESIGN_NOTE, "valueMarkdown": f"Asked only if: {'; '.join(unsaid)}"}]
    return made


def _test(test: Test, kinds: dict[str, Field]) -> dict[str, Any]:
    if test.operator == "exists":
        return {"question": test.field, "operator": "exists", "answerBoolean": True}
    option = next(one for one in kinds[test.field].options if one.code == test.option)
    system = choice_system(test.field)
    answer = {"system": system, "code": option.code, "display": english(option.words)}
    return {"question": test.field, "operator": test.operator, "answerCoding": answer}
