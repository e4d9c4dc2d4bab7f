"""The words that every channel speaks: what a family sent (`Incoming`), what it is shown (`Reply`, `Button`, `Text`).

Nothing here is a sentence: a `Text` is a message key with its values, worded later from `locales/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, field_validator

Channel = Literal["telegram", "browser", "terminal"]
EntryKind = Literal["text", "date", "number", "phone", "email", "long"]


_STRICT = ConfigDict(extra="forbid")


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A name that data files give in each language, such as a medicine's; never translated by `locales/`."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    by_language: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date, or a span of possible dates, worded by the reader's language."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    earliest: date
    latest: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message key and the values for its placeholders.

    A `str` value is somebody's own words: shown as typed, always escaped.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Several values one after another, as a list in running text or one a line."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    items: tuple[Value, ...]
    lines: bool = False


# Told apart by their fields: each forbids what it does not know.
Value = str | int | Term | Day | Text | Joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One thing to tap. `id` is what comes back in `Incoming.button`: at most 40 ASCII characters, no personal value.

    `chosen` marks a ticked choice of a multi-select; `url` makes it a link; `danger` deletes something.
    """

    id: str
    label: Text
    chosen: bool = False
    style: Literal["choice", "navigation", "primary", "danger"] = "choice"
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What may be typed at this card, for the right field and keyboard. `hint` is an example of a reply.

    `before_choices`: it is typed first and goes along with the press that follows.
    """

    kind: EntryKind
    label: Text
    hint: Text | None = None
    before_choices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the review: the question in short, the answer as understood, the button that changes it."""

    label: Text
    answer: Text
    change: Button | None = None
    private: bool = False
    revealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What stands on the family's screen: one card.

    Channels show notes, text, details, rows, choices, entry and navigation in this order.

    `part` is (this part, of how many). `private` cards hold a sensitive answer and are folded once answered.
    `urgent` cards come from the safety lane and look different from questions.
    """

    text: Text
    notes: tuple[Text, ...] = ()
    details: tuple[Text, ...] = ()
    rows: tuple[Row, ...] = ()
    choices: tuple[Button, ...] = ()
    multiple: bool = False
    entry: Entry | None = None
    navigation: tuple[Button, ...] = ()
    part: tuple[int, int] | None = None
    kind: Literal["card", "urgent"] = "card"
    private: bool = False
    card: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How the card that was just answered reads from now on: its question and the answer, without its buttons.

    A `private` one is folded; `open` is the press that shows its answer for a moment, where a channel can do that.
    """

    text: Text
    answer: Text | None
    private: bool = False
    open: Button | None = None


# More than anybody writes in one message (Telegram's limit is 4,096). What is longer is cut, and asked for again.
LONGEST_TEXT = 20_000


class Incoming(Model):
    """Something that reached us from a family, whatever the channel.

    `revision` is the revision of the card that a button or form belonged to: an old one is a stale press.
    `choices` are the ticked boxes of a form (browser); Telegram and the terminal toggle one `button` at a time.
    `box` is the tick box whose very name was typed.
    `other` names what cannot be read: photo, voice, sticker, video, document, location, edited, unknown.
    `id` names this very message within its channel, so that handling it twice changes nothing.
    """

    channel: Channel
    address: str
    id: str
    text: str | None = None
    button: str | None = None
    choices: tuple[str, ...] | None = None
    command: str | None = None
    argument: str | None = None
    box: str | None = None
    revision: int | None = None
    other: str | None = None
    phone: str | None = None
    language_hint: str | None = None
    source: str | None = None

    @field_validator("text", "argument", "command", "button", "source", mode="after")
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        """Half a character (a lone surrogate) cannot be stored: it is kept in written-out form."""
        if value is None:
            return None
        return value[:LONGEST_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")
