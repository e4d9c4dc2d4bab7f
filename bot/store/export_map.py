"""What of a family's data the chat gives out as a file, and what it names there with a reason instead: `export_map.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_name("export_map.toml")
Pair = tuple[str, str]
"""A text in English and in Chinese."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LeftOut(_Model):
    """Fields of the data map, or whole places of it, that are not in the file."""

    what: Pair
    why: Pair
    fields: tuple[str, ...]


class Nobodys(_Model):
    places: tuple[str, ...]


class ExportMap(_Model):
    """`in_the_file`: for each place of the data map where its fields stand; one path if all stand there under their names."""

    in_the_file: dict[str, dict[str, str] | str]
    left_out: tuple[LeftOut, ...]
    nobodys: Nobodys

    def named(self) -> list[dict[str, Any]]:
        """What is left out, as the file itself tells it."""
        return [{"what": _told(one.what), "why": _told(one.why), "fields": list(one.fields)} for one in self.left_out]


def _told(pair: Pair) -> dict[str, str]:
    return {"en": pair[0], "zh": pair[1]}


@cache
def export_map() -> ExportMap:
    """The map; pydantic's ValidationError if it is not whole."""
    return ExportMap.model_validate(tomllib.loads(_FILE.read_text("utf-8")))
