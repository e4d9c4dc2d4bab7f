"""One turn of talk: what a flow is given (`Surroundings`) and what it returns (`Turn`). Pure data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.flows.dialogue import Dialogue, PermissionName
from bot.flows.table import PAUSES, move
from bot.message import Answered, Text
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.question import Questions
from brasle_prescreen.versions import Protocols, Version

SITE_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """Who runs this, as the operator has set it. Empty strings are "not set": nothing is invented in their place.

    How long what is kept, and copies of keys with which deleted data could still be read from a backup, is in days.
    """

    name: str = ""
    phone: str = ""
    hours: str = ""
    privacy_contact: str = ""
    approval: str = ""
    approval_date: str = ""
    public_url: str = ""
    first_contact: int = 2
    keep_unfinished: int = 30
    keep_finished: int = 30
    keep_closed: int = 180
    key_copies: int = 7

    @property
    def reachable(self) -> bool:
        return bool(self.name and self.phone)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a turn may look at besides the dialogue: the trial, the moment, the site, the recruiting state.

    `protocol` and `questions` are those of the version by which this interview is led; `version` is its number.
    `in_force` is the one that an interview takes which begins now, if that may be another.
    `lead_status` and `lead_code` are of this child's lead, if there is one; `place` is its place on the waitlist.
    """

    protocol: Protocol
    questions: Questions
    now: datetime
    languages: tuple[tuple[str, str], ...]
    site: SiteFacts = SiteFacts()
    demo: bool = True
    recruiting: str = "open"
    recruiting_as_of: date | None = None
    lead_code: str | None = None
    lead_status: str | None = None
    place: int | None = None
    new_code: str = ""
    telegram_minimal: bool = False
    version: str = ""
    in_force: Version | None = None

    def led_by(self, version: Version) -> Surroundings:
        """The same by another version of the protocol."""
        number = "" if version.amendment is None else version.number
        return replace(self, protocol=version.protocol, questions=version.questions, version=number)

    def is_door(self, channel: str) -> bool:
        """Whether this channel only shows the way to the browser: nothing about health may pass through it."""
        return self.telegram_minimal and channel == "telegram"

    @property
    def today(self) -> date:
        """T: the calendar date in Shanghai."""
        return self.now.astimezone(SITE_ZONE).date()

    @property
    def may_hand_over(self) -> bool:
        """No hand-over once recruiting is closed, nor, outside the demo, while the site's name and number are empty."""
        return self.recruiting != "closed" and (self.demo or self.site.reachable)


def led(around: Surroundings, dialogue: Dialogue, protocols: Protocols) -> Surroundings:
    """By the version on which this interview began, or, before its first question, by the one in force today."""
    if len(protocols.versions) == 1:
        return around
    in_force = protocols.on(around.today)
    interview = dialogue.interview
    version = protocols.find(interview.protocol, around.today) if interview.is_begun else in_force
    return replace(around.led_by(version), in_force=in_force)


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """A permission given, refused or withdrawn in this turn; the caller adds the hash of its shown wording."""

    name: PermissionName
    state: str
    text_key: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Something worth counting: kind, and a card id at most. Never an answer."""

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did.

    `answered`: how the card that was just answered reads from now on. `refreshed`: the same card, changed in place.
    `hand_over`: write this child's lead. `withdraw`: the child whose hand-over the family takes back; `withdraw_also`:
    its brothers and sisters, where all is taken back at once.
    `asked`: what this family wants to know has changed, and its lead stands: the lead follows, its judgement does not.
    `wants_link`: make a private resume link and show it once. `erase`: delete this person wholly.
    """

    dialogue: Dialogue
    answered: Answered | None = None
    refreshed: bool = False
    toast: Text | None = None
    permissions: tuple[PermissionChange, ...] = ()
    happened: tuple[Happened, ...] = ()
    hand_over: bool = False
    asked: bool = False
    withdraw: int | None = None
    withdraw_also: tuple[int, ...] = ()
    wants_link: bool = False
    remind: bool = False
    erase: bool = False

    @property
    def raised_alarm(self) -> bool:
        """Whether something said in this turn paused it for danger, or for a person to hear."""
        return any(one.kind == "alarm" for one in self.happened)

    def with_(self, **changes: Any) -> Turn:
        return replace(self, **changes)


def go(dialogue: Dialogue, trigger: str, *notes: Text, **changes: Any) -> Dialogue:
    """The dialogue after a move of the table, with what is said above the next card."""
    return dialogue.having(state=move(dialogue.state, trigger), notes=notes, page=None, **changes)


def pause(dialogue: Dialogue, trigger: str, **changes: Any) -> Dialogue:
    """The dialogue in a pause; a pause within a pause returns to where the first one began."""
    back_to = dialogue.back_to if dialogue.state in PAUSES else dialogue.state
    return go(dialogue, trigger, back_to=back_to, **changes)


def stay(dialogue: Dialogue, *notes: Text) -> Turn:
    """The same card again, with notes above it."""
    return Turn(dialogue.having(notes=notes), refreshed=True)
