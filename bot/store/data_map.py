"""The data map: every stored field with its purpose, criterion, keeper and retention, from `data_map.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_FILE = Path(__file__).with_name("data_map.toml")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Pair = tuple[str, str]
_NONE = "-"


class Stored(_Model):
    """A field: what for, in English and Chinese, and for which criterion: "all", "safety", or "-" for none of them."""

    text: Pair
    criterion: str = ""


def _stored(value: object) -> object:
    return {"text": value} if isinstance(value, list) else value


class Place(_Model):
    """A table, a sealed record, the log or the browser's memory. `inside`: the sealed column that holds it."""

    name: str
    keeper: str
    retention: str
    criterion: str = _NONE
    inside: str = ""
    fields: dict[str, Annotated[Stored, BeforeValidator(_stored)]] = Field(min_length=1)

    def criterion_of(self, field: str) -> str:
        return self.fields[field].criterion or self.criterion


class DataMap(_Model):
    """Everything that is kept."""

    keeper: dict[str, Pair]
    retention: dict[str, Pair]
    place: tuple[Place, ...]

    def named(self, name: str) -> Place:
        """The place of this name; KeyError if nothing is said of it."""
        for place in self.place:
            if place.name == name:
                return place
        raise KeyError(name)


@cache
def data_map() -> DataMap:
    """The map; ValueError if a place names a keeper or a retention that is not explained."""
    read = DataMap.model_validate(tomllib.loads(_FILE.read_text("utf-8")))
    for place in read.place:
        if place.keeper not in read.keeper or place.retention not in read.retention:
            raise ValueError(f"data_map.toml: {place.name} names a keeper or a retention that is not explained")
    return read
