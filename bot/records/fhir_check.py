"""Whether a bundle is valid FHIR R4B: the shapes by fhir.resources (the extra `fhir`), and here the codes that it takes
on trust.

That library says which codes a field may hold, and accepts any other: each coded field is compared with its value set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.records.fhir_parts import DATA_ABSENT, Json

# Value sets that the library names in part or not at all.
_QUESTION_TYPES = ("boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice")
_ITEM_TYPES = frozenset(("group", "display", *_QUESTION_TYPES, "open-choice", "attachment", "reference", "quantity"))
_ABSENT = frozenset(("unknown", "asked-unknown", "asked-declined", "not-asked", "masked", "not-applicable", "error"))


class FhirMissing(Exception):
    """The extra `fhir` is not installed."""

    def __init__(self) -> None:
        super().__init__("FHIR files need the extra 'fhir': pip install 'brasle-prescreen[fhir]'.")


class FhirError(Exception):
    """What was made is not valid FHIR; the message says where."""


def checked(bundle: Json) -> Json:
    """The bundle, if it is valid; FhirError names the first fault, FhirMissing the extra that is needed."""
    try:
        from fhir.resources.R4B.bundle import Bundle
    except ImportError:
        raise FhirMissing from None
    try:
        read = Bundle.model_validate(bundle)
    except ValueError as error:
        raise FhirError(f"The file would not be valid FHIR R4B: {error}") from error
    wrong = next(_wrong_codes(read, "Bundle"), None) or next(_wrong_items(bundle, "Bundle"), None)
    wrong = wrong or next(_unresolved(bundle), None)
    if wrong:
        raise FhirError(f"The file would not be valid FHIR R4B: {wrong}")
    return bundle


def _wrong_codes(model: Any, place: str) -> Iterator[str]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name, None)
        known = (field.json_schema_extra or {}).get("enum_values")
        for one in value if isinstance(value, list) else [value]:
            if hasattr(type(one), "model_fields"):
                yield from _wrong_codes(one, f"{place}.{name}")
            elif known and "+" not in known and one is not None and one not in known:
                yield f"{place}.{name}: {one!r} is not one of {', '.join(known)}."


def _wrong_items(value: Any, place: str) -> Iterator[str]:
    """Item types and reasons for absence, wherever they stand."""
    if isinstance(value, list):
        for one in value:
            yield from _wrong_items(one, place)
    elif isinstance(value, dict):
        if "linkId" in value and "type" in value and value["type"] not in _ITEM_TYPES:
            yield f"{place}: {value['type']!r} is no type of an item."
        if value.get("url") == DATA_ABSENT and value.get("valueCode") not in _ABSENT:
            yield f"{place}: {value.get('valueCode')!r} is no reason for absence that we give."
        for name, inner in value.items():
            yield from _wrong_items(inner, f"{place}.{name}")


def _unresolved(bundle: Json) -> Iterator[str]:
    """References and linkIds that lead nowhere."""
    entries = bundle.get("entry", [])
    there = {entry["fullUrl"] for entry in entries}
    asked: set[str] = set()
    for entry in entries:
        resource = entry["resource"]
        if resource["resourceType"] == "Questionnaire":
            asked = set(_link_ids(resource))
            for name in _named(resource, "question"):
                if name not in asked:
                    yield f"enableWhen names {name!r}, which the questionnaire does not have."
        for reference in _named(resource, "reference"):
            if reference not in there:
                yield f"{resource['resourceType']} refers to {reference}, which is not in the file."
        if resource["resourceType"] == "QuestionnaireResponse":
            for link in _link_ids(resource):
                if link not in asked:
                    yield f"an answer names {link!r}, which the questionnaire does not have."


def _link_ids(value: Any) -> Iterator[str]:
    yield from _named(value, "linkId")


def _named(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _named(one, name)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, str):
                yield inner
            else:
                yield from _named(inner, name)
