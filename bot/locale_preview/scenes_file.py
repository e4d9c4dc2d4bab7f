"""The scenes of the preview as data: which cards are shown, how they come about, with which invented values."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.wording_error import WordingError

FILE = Path(__file__).with_name("scenes.toml")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Data):
    """One chapter of the page."""

    id: str
    title: str


class Scene(_Data):
    """One card, and how it comes about.

    `dialogue` is laid over the dialogue of a family that has just begun. With `walk` the questions are answered one
    after another until none is left: as `answers` say (card: button ids joined by +, or what is typed after a '),
    else as [usual] says, else "none" or "not sure". `steps` are then taken: each is what a family sends; a typed text
    may differ by language. `notes` and `toast` are message keys said above the card; their values come from [values].
    `around` is laid over the surroundings. `page` shows a browser page that is no card. `whole` keeps a page's head
    and foot. `messages` and `buttons` are message keys that stand outside the cards, on Telegram or, with the channel
    "letter", on paper.
    """

    id: str
    part: str
    title: str
    dialogue: dict[str, Any] = {}
    walk: bool = False
    answers: dict[str, str] = {}
    steps: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    toast: str | None = None
    around: dict[str, Any] = {}
    channel: str | None = None
    page: str | None = None
    whole: bool = False
    draft: bool = False
    messages: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


class Group(_Data):
    """Texts that stand inside other texts: every key that fits, as the value `name` of the text `inside`.

    `items` are further values, such as days; `lines` puts one on a line, otherwise they are listed in running text.
    """

    part: str
    id: str
    title: str
    keys: tuple[str, ...]
    inside: str
    name: str
    items: tuple[dict[str, Any], ...] = ()
    lines: bool = True
    channel: str | None = None


class Elsewhere(_Data):
    """Texts that families read, but on no card: not on the page, and why."""

    keys: tuple[str, ...]
    reason: str


class Scenes(_Data):
    """The whole file. `values` fills placeholders by name; `typed` answers questions by their kind."""

    now: datetime
    parts: tuple[Part, ...] = Field(alias="part")
    scenes: tuple[Scene, ...] = Field(alias="scene")
    groups: tuple[Group, ...] = Field(alias="group")
    elsewhere: tuple[Elsewhere, ...] = ()
    of_the_team: tuple[str, ...]
    review: str
    wanted: str
    variants: dict[str, str]
    family: dict[str, Any]
    usual: dict[str, str]
    site: dict[str, Any]
    values: dict[str, str | int | date | dict[str, Any]]
    typed: dict[str, str]
    medicine: str
    vaccine: str


@cache
def load_scenes() -> Scenes:
    """WordingError names the entry that is wrong."""
    try:
        return Scenes.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise WordingError(f"{FILE.name}: this is not TOML ({error}); undo its last edit.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise WordingError(f"{FILE.name}, {place}: {first['msg']}; compare it with its neighbours.") from error
