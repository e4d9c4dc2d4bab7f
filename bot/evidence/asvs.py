"""OWASP ASVS 5.0.0, levels 1 and 2: what each requirement asks for in short, and what answers it, from `asvs.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_FILE = Path(__file__).with_name("asvs.toml")
State = Literal["tested", "written", "operator", "not_applicable", "open"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Model):
    """One requirement, in our words, with one answer.

    `tests` hold it; or it asks for a document and `documents` are it; or whoever runs the server does it (`operator`
    says what); or it does not apply (`without` says why); or it is `open`, and that says what is missing.
    """

    level: Literal[1, 2, 3]
    says: str
    tests: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    operator: str = ""
    without: str = ""
    open: str = ""

    @model_validator(mode="after")
    def _one_answer(self) -> Answer:
        given = [name for name in ("operator", "without", "open") if getattr(self, name)]
        if len(given) > 1 or (not given and not self.tests and not self.documents):
            raise ValueError(f"one answer is needed to: {self.says}")
        return self

    @property
    def state(self) -> State:
        if self.open:
            return "open"
        if self.without:
            return "not_applicable"
        if self.tests:
            return "tested"
        return "operator" if self.operator else "written"


class Chapter(_Model):
    """A chapter of the standard. One that does not apply as a whole says why in `without`, and how many it has."""

    name: str
    without: str = ""
    count: int = Field(default=0, ge=0)
    requirement: dict[str, Answer] = {}

    @property
    def size(self) -> int:
        return self.count or len(self.requirement)


class Asvs(_Model):
    """`expected`: how many requirements of levels 1 and 2 the standard's own list has."""

    version: str
    source: str
    expected: int
    chapter: dict[str, Chapter]

    def counts(self) -> dict[State, int]:
        counts: dict[State, int] = dict.fromkeys(("tested", "written", "operator", "not_applicable", "open"), 0)
        for chapter in self.chapter.values():
            counts["not_applicable"] += chapter.count
            for answer in chapter.requirement.values():
                counts[answer.state] += 1
        return counts


@cache
def load_asvs() -> Asvs:
    """The list; pydantic's ValidationError if a requirement has no answer or two."""
    return Asvs.model_validate(tomllib.loads(_FILE.read_text("utf-8")))
