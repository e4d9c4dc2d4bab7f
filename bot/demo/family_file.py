"""The file of invented families: what each one replies at which card, and what became of it at the site."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FAMILIES = Path(__file__).with_name("families.toml")

Who = Literal["me", "colleague", "pi"]
Replies = str | tuple[str, ...]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Entry):
    """One step of the site's work, `hours_ago`. `what` is a function of the desk; the rest are its arguments."""

    what: Literal["claim", "call", "move", "snooze", "close", "note", "override", "merge"]
    hours_ago: float = Field(ge=0)
    who: Who = "me"
    outcome: str = ""
    to: str = ""
    days: int = 0
    until_window: bool = False
    reason: str = ""
    text: str = ""
    criterion: str = ""
    verdict: str = ""
    into: str = ""


class InventedFamily(_Entry):
    """`replies` by card; a card that is not named gets the usual reply. `leaves_at`: the card at which they stop."""

    id: str
    language: Literal["zh_Hans", "en"]
    hours_ago: float = Field(ge=0)
    source: str | None = None
    replies: dict[str, Replies] = {}
    leaves_at: str = ""
    times: int = 1
    work: tuple[Step, ...] = ()


class Families(_Entry):
    """`usual`: replies for cards that a family says nothing special about, the first that the card offers."""

    usual: tuple[str, ...]
    colleagues: dict[Literal["colleague", "pi"], str]
    replies: dict[str, dict[str, Replies]]
    family: tuple[InventedFamily, ...]


def load_families(path: Path = FAMILIES) -> Families:
    """Read the file; pydantic's error names the entry that is wrong."""
    return Families.model_validate(tomllib.loads(path.read_text("utf-8")))
