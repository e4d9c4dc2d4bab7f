"""What is stored of one family's conversation, and how an older stored form is brought up to date.

A `Dialogue` belongs to one person on however many channels; an `Interview` is about one child. What was answered is
kept a card at a time (`Given`): the family's own words beside the values under the assessment contract's keys.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from bot.flows.table import PAUSES
from bot.message import Channel, Model, Text, Value

VERSION = 2
_OF_THIS_VERSION = f'{{"version":{VERSION},'

PermissionName = Literal["health", "handover", "abroad"]


class Permission(Model):
    """One permission, as last given or refused. `text_hash` is the hash of the wording that was shown."""

    state: Literal["given", "refused", "withdrawn"]
    at: datetime
    language: str
    text_hash: str


class Given(Model):
    """The answer to one card.

    `said` is verbatim (typed text, or the ids of the choices); `choices` are the ids chosen; `sets` are the contract's
    keys it fills (dotted); `shown` is how it reads back to the family.
    """

    said: str
    choices: tuple[str, ...] = ()
    sets: dict[str, Any] = Field(default_factory=dict)
    shown: Value = ""


class Medicine(Model):
    """A medicine of the family's list: as typed, and the lexicon entry it was read as (None: kept as typed).

    `name` is what `assess` gets under `drug`. `entry` None is an unrecognised medicine, never dropped.
    """

    number: int
    said: str
    name: str
    entry: str | None = None
    route: str | None = None


class Doubt(Model):
    """A typed name that must be asked back: it may be one of `candidates`, or (route) tablets or a drip.

    `group`: no name, but a word for a group of medicines, such as "steroids".
    """

    said: str
    candidates: tuple[str, ...]
    ask_route: bool = False
    group: bool = False


class Remark(Model):
    """Something typed that fits no key: kept word for word for the call, with the card at which it was typed."""

    card: str
    said: str


class Asked(Model):
    """What the family wants to know from the study team: one of the listed questions by id, or its own words."""

    question: str = ""
    said: str = ""


# A remark is as long as Telegram's longest message; so many of them are more than a call can go through.
LONGEST_REMARK = 4096
MOST_REMARKS = 200


def remarked(remarks: tuple[Remark, ...], card: str, said: str) -> tuple[Remark, ...]:
    """The remarks with one more; what a page sends again with the next press is kept once."""
    one = Remark(card=card, said=said[:LONGEST_REMARK])
    return remarks if one in remarks[-1:] else (*remarks, one)[:MOST_REMARKS]


class Interview(Model):
    """The questions about one child, counted from 1. `protocol` is the number of the amendment by which it is led to its
    end; empty: the first version.
    """

    child: int = 1
    protocol: str = ""
    given: dict[str, Given] = Field(default_factory=dict)
    trail: tuple[str, ...] = ()
    card: str | None = None
    medicines: tuple[Medicine, ...] = ()
    vaccines: tuple[Medicine, ...] = ()
    next_number: int = 1
    doubts: tuple[Doubt, ...] = ()
    ticked: tuple[str, ...] = ()
    confirming: Given | None = None
    changing: bool = False
    misread: int = 0
    remarks: tuple[Remark, ...] = ()
    asked: tuple[Asked, ...] = ()
    revealed: tuple[str, ...] = ()
    safety: bool = False
    screened: bool = False
    tier: str | None = None
    wants_call: bool = False
    asked_for_call: bool = False
    lead_code: str = ""
    ends: tuple[str, ...] = ()
    can_travel: bool | None = None
    papers: tuple[str, ...] = ()
    child_wishes: str = ""

    @property
    def is_begun(self) -> bool:
        """Whether a question of it was ever asked."""
        return self.card is not None or bool(self.given or self.trail)


class Contact(Model):
    """How to reach the family; kept apart from the answers from the first day."""

    name: str = ""
    way: Literal["", "phone", "wechat", "email"] = ""
    value: str = ""
    best_time: str = ""
    city: str = ""


class Dialogue(Model):
    """The stored state of one family's conversation. `back_to` is where a pause (urgent, a person) returns."""

    version: int = VERSION
    channel: Channel
    language: str
    language_chosen: bool = False
    revision: int = 0
    state: str = "choosing_language"
    back_to: str | None = None
    interview: Interview = Field(default_factory=Interview)
    earlier: tuple[Interview, ...] = ()
    permissions: dict[PermissionName, Permission] = Field(default_factory=dict)
    contact: Contact = Field(default_factory=Contact)
    contact_step: str | None = None
    # Whether to delete all is being asked: on the card of a stop, or by itself, wherever the family stood.
    asking_delete: Literal["", "stopped", "at_once"] = ""
    contact_whole: bool = False
    notes: tuple[Text, ...] = ()
    silent: bool = False
    remind: bool = False
    source: str | None = None
    alarm: str | None = None
    page: str | None = None
    # A family that looked through the questions first: of it nothing is kept until it agrees. And which one it looks at.
    looked: bool = False
    looking_at: int = 0
    # What a permission card said when it was shown, as a hash: nobody agrees to a text that has changed since.
    asked_in: str = ""

    def permitted(self, name: PermissionName) -> bool:
        permission = self.permissions.get(name)
        return permission is not None and permission.state == "given"

    @property
    def may_be_asked(self) -> bool:
        """Whether a health question may be asked here: allowed, also over a channel whose servers are abroad."""
        return self.permitted("health") and (self.channel != "telegram" or self.permitted("abroad"))

    @property
    def handed_over(self) -> bool:
        """Whether this child's lead stands with the study team by the family's will: given, and not taken back."""
        return self.interview in self.standing

    @property
    def leaves_nothing(self) -> bool:
        """Whether nothing of this may be kept: a child alone, or a look at the questions that nobody has agreed to.

        Not where somebody else's data hangs on the dialogue.
        """
        if self.earlier or self.interview.lead_code or self.contact.name:
            return False
        here = self.back_to if self.back_to is not None and self.state in PAUSES else self.state
        only_looked = self.looked and not any(one.state != "refused" for one in self.permissions.values())
        return here == "fetching_adult" or only_looked

    @property
    def standing(self) -> tuple[Interview, ...]:
        """The children whose leads stand with the study team, the present one first."""
        if not self.permitted("handover"):
            return ()
        return tuple(one for one in (self.interview, *reversed(self.earlier)) if one.lead_code and one.wants_call)

    def taken_back(self, child: int) -> Dialogue:
        """The dialogue in which nobody is to call about that child."""

        def quiet(one: Interview) -> Interview:
            return one.model_copy(update={"wants_call": False}) if one.child == child else one

        return self.having(interview=quiet(self.interview), earlier=tuple(map(quiet, self.earlier)))

    def with_interview(self, **changes: Any) -> Dialogue:
        return self.model_copy(update={"interview": self.interview.model_copy(update=changes)})

    def having(self, **changes: Any) -> Dialogue:
        return self.model_copy(update=changes)

    @property
    def self_answering(self) -> bool:
        respondent = self.interview.given.get("respondent")
        return respondent is not None and respondent.choices == ("self",)


def dump(dialogue: Dialogue) -> str:
    """As it is stored: what is as it always is at the beginning is left out, but never the version."""
    return _OF_THIS_VERSION + dialogue.model_dump_json(exclude_defaults=True, exclude={"version"})[1:]


def load(stored: str) -> Dialogue:
    """Read a stored dialogue, whatever version wrote it."""
    if stored.startswith(_OF_THIS_VERSION):
        return Dialogue.model_validate_json(stored)
    return Dialogue.model_validate(upgrade(json.loads(stored)))


def upgrade(data: dict[str, Any]) -> dict[str, Any]:
    """Bring an older stored form up to this version. One step a version; each step has a saved sample in the tests."""
    data = {**data, "version": VERSION}
    if data.get("contact_step") == "delete":  # version 1 asked about deleting there
        data |= {"contact_step": None, "asking_delete": "stopped"}
    return data
