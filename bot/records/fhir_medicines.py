"""Our medicines in another system's codes, the WHO's ATC, as a FHIR R4B ConceptMap: only codes that are sure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.records.fhir_parts import Json, choice_system, urn
from brasle_prescreen.medicines import Medicine

_FILE = Path(__file__).with_name("atc.toml")
MAP = urn("atc")
AtcCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wider(_Model):
    """A code that means more than our medicine; `name` is the WHO's."""

    code: AtcCode
    name: str


class Atc(_Model):
    """Codes by the medicines' ids, as in the index of `as_of`."""

    system: str
    as_of: str
    source: str
    codes: dict[str, AtcCode]
    wider: dict[str, Wider]


@cache
def load_atc() -> Atc:
    """The shipped codes; ValueError for any mistake in them."""
    return Atc.model_validate(tomllib.loads(_FILE.read_text("utf-8")))


def atc_map(lexicon: Iterable[Medicine]) -> Json:
    """For each of the medicines that has a sure code: our code, and the WHO's."""
    atc, inns = load_atc(), {one.id: one.inn for one in lexicon}
    equal = {id: (code, inns[id], "equivalent") for id, code in atc.codes.items() if id in inns}
    wider = {id: (one.code, one.name, "wider") for id, one in atc.wider.items() if id in inns}
    return {
        "resourceType": "ConceptMap",
        "id": MAP.removeprefix("urn:uuid:"),
        "url": MAP,
        "name": "BrasleMedicinesInAtc",
        "status": "active",
        "experimental": False,
        "date": atc.as_of,
        "description": f"{atc.source}, {atc.as_of}. A medicine without a sure code is left out.",
        "group": [
            {
                "source": choice_system("medicine.name"),
                "target": atc.system,
                "element": [
                    {
                        "code": id,
                        "display": inns[id],
                        "target": [{"code": code, "display": name, "equivalence": equivalence}],
                    }
                    for id, (code, name, equivalence) in sorted({**equal, **wider}.items())
                ],
            }
        ],
    }
