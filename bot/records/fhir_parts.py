"""What the resources share: names of systems, references within one bundle, words in two languages."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from bot.records.study_form import ByLanguage

Json = dict[str, Any]

_OURS = UUID("5b0f2a53-2f0e-4c1c-9f5e-6d0c6789107a")
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
DESIGN_NOTE = "http://hl7.org/fhir/StructureDefinition/designNote"
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
REGISTRY = "http://clinicaltrials.gov"
UNITS = "http://unitsofmeasure.org"


def urn(*names: str) -> str:
    """A lasting name of something of ours: the same names give the same."""
    return f"urn:uuid:{uuid5(_OURS, '/'.join(names))}"


def english(words: ByLanguage) -> str:
    return words["en"]


def translated(words: ByLanguage) -> Json:
    """The words in the languages that are not English, as the extension of a primitive (`_text`)."""
    others = [(language, text) for language, text in words.items() if language != "en"]
    return {
        "extension": [
            {
                "url": TRANSLATION,
                "extension": [
                    {"url": "lang", "valueCode": language.replace("_", "-")},
                    {"url": "content", "valueString": text},
                ],
            }
            for language, text in others
        ]
    }


def coding(system: str, code: str, words: ByLanguage) -> Json:
    return {"system": system, "code": code, "display": english(words), "_display": translated(words)}


def choice_system(field: str) -> str:
    """The code system of a field's choices; the lists of medicines share one."""
    return urn("choices", "medicine" if field in ("medicines", "medicine.name", "vaccines", "vaccine.name") else field)


def absent(reason: str) -> Json:
    """Why there is no value, in the words of HL7's value set `data-absent-reason`."""
    codes = {"unsure": "asked-unknown", "skipped": "asked-declined", "masked": "masked"}
    return {"extension": [{"url": DATA_ABSENT, "valueCode": codes[reason]}]}


def fhir_date(earliest: date, latest: date) -> str | None:
    """The narrowest FHIR date (day, month or year) that holds all the days; None if there is none."""
    if earliest == latest:
        return earliest.isoformat()
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        return f"{earliest:%Y-%m}"
    return str(earliest.year).zfill(4) if earliest.year == latest.year else None
