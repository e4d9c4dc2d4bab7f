"""What is required and which tests hold it, from `requirements.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_FILE = Path(__file__).with_name("requirements.toml")
Pair = tuple[str, str]
"""A text in English and in Chinese."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Requirement(_Model):
    """One row: the rules behind it, what is required, and what shows it.

    `unverified` are rules whose article was not read at its source. `tests` are names of pytest, `file::test`, or a
    file for all of its tests. `long` are commands for the long form. `left` says what no test shows; a row without
    tests must have it.
    """

    id: str = Field(pattern=r"[A-Z][0-9]{1,2}")
    group: Literal["law", "privacy", "security", "reliability"]
    rules: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    requirement: Pair
    tests: tuple[str, ...] = ()
    long: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    left: Pair | None = None

    @model_validator(mode="after")
    def _shown_or_said(self) -> Requirement:
        if not self.tests and self.left is None:
            raise ValueError(f"{self.id} has no test and does not say what is left")
        return self


class Requirements(_Model):
    """Every row, in the order of the file; `words` are the page's own sentences."""

    words: dict[str, Pair]
    rule_names: dict[str, str]
    row: tuple[Requirement, ...]

    def in_chinese(self, rule: str) -> str:
        """The rule's Chinese name; KeyError if the file gives none."""
        if rule in self.rule_names:
            return self.rule_names[rule]
        law, _, number = rule.rpartition(" ")
        return self.rule_names["article"].format(law=self.rule_names[law], number=number)


@cache
def load_requirements() -> Requirements:
    """The rows; pydantic's ValidationError if one is not whole, ValueError if an id stands twice."""
    read = Requirements.model_validate(tomllib.loads(_FILE.read_text("utf-8")))
    ids = [row.id for row in read.row]
    if len(ids) != len(set(ids)):
        raise ValueError("requirements.toml: an id stands twice")
    return read
