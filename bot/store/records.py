"""What the store takes and gives.

One turn's whole effect as one `Commit`, and the rows that other rooms read back.

All moments are timezone-aware UTC datetimes. Fields marked sealed are encrypted with the person's own key
before they reach the database file; everything else may stand there readable and holds no identity and no
free text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

LEAD_STATUSES = (
    "new",
    "claimed",
    "contacting",
    "unreachable",
    "records_requested",
    "pi_review",
    "visit_booked",
    "screening",
    "closed",
    "withdrawn",
)
RECRUITING_STATES = ("open", "waitlist", "paused", "closed")


@dataclass(frozen=True, slots=True)
class Person:
    """One family's account as loaded.

    `id` is random, `revision` guards against two writers. `opened` opens what is stored; it may raise StoreError.
    """

    id: str
    revision: int
    opened: Callable[[], str]

    @property
    def dialogue(self) -> str:
        """The stored JSON."""
        return self.opened()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send after the commit. `payload` (sealed) is ready to send; `op` tells the channel how.

    `address` is where (sealed): for the site's notices the name of the configured target. `op` "card" is the
    chat's live card: a later one replaces an unsent earlier one, together with what was to be done to that
    one ("settle", "retire", "refresh" rows between the two). Rows of any other `op` are always sent.
    """

    channel: str
    address: str
    op: str
    payload: Mapping[str, Any]
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class PermissionRecord:
    """A permission given, refused or withdrawn.

    Its name, the hash of the text shown, in which language, when.
    """

    name: str
    state: str
    text_hash: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth counting, without any answer.

    Started, permitted, answered (detail = card id), finished, handed_over, stopped.
    """

    kind: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LeadRecord:
    """A lead to create or to bring up to date; at most one for a person's child (`child` counts from 1).

    Readable: what the queue sorts and filters by. `packet` and `contact` (both sealed) are the packet of
    criteria.md section 8 and how to reach the family. `code` is the reference number proposed for a new
    lead (already told to the family in the same transaction); an existing lead keeps its own, and the
    coordinator's status with it: only a lead that the family had withdrawn becomes new again.
    """

    code: str
    child: int
    language: str
    asked_for_call: bool
    safety: bool
    tier: str | None
    score: int | None
    earliest_date: date | None
    packet: Mapping[str, Any]
    contact: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Commit:
    """One turn's whole effect, made durable in ONE transaction or not at all.

    `person` None: the first turn of this (channel, address); the store makes the person. `revision` is as
    loaded. `incoming` is (channel, message id) for dedupe: the same again changes nothing and is reported
    as such. `inbox_id` marks the stored raw update done (shrunk to its keyed hash). `withdraw_lead` is the
    child whose lead the family takes back. What a commit with `lead` or `withdraw_lead` sends by another
    channel than the family's is about that lead: it is not sent any more once the lead is withdrawn.
    `remind_at` is the whole truth after this turn: None means that no reminder is wanted (any more).
    `source` is kept the first time. `erase` deletes the person wholly (all but code, dates and status of a
    handed-over lead); what such a turn sends outlives them, the receipt to the family for at most a day.
    """

    person: str | None
    channel: str
    address: str
    revision: int
    dialogue: str
    incoming: tuple[str, str]
    inbox_id: int | None = None
    outgoing: tuple[Outgoing, ...] = ()
    lead: LeadRecord | None = None
    withdraw_lead: int | None = None
    withdraw_also: tuple[int, ...] = ()
    permissions: tuple[PermissionRecord, ...] = ()
    events: tuple[Event, ...] = ()
    remind_at: datetime | None = None
    source: str | None = None
    erase: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did. `repeated`: it had been committed before.

    `lead_code` if the commit's child has a lead.

    `person` is empty if the turn left nobody behind.
    """

    person: str
    revision: int
    lead_code: str | None = None
    repeated: bool = False


class RevisionConflict(Exception):
    """Somebody else wrote this dialogue since it was loaded: load again and take the turn again."""


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """A Telegram update as received.

    `raw` is the JSON text, ASCII-escaped, so that any oddity can be stored. After a quiet week Telegram gives numbers
    anew, perhaps the same ones: `mark` tells what else must be the same for an update to be one that was seen.
    """

    update_id: int
    chat: str | None
    raw: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A stored update that waits to be handled; one that was not even JSON has `update_id` -1 and no chat."""

    id: int
    update_id: int
    chat: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An update that could not be handled, with the reason; kept 30 days."""

    item: InboxItem
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A row to send. `attempts` counts tries so far.

    `live_message` is the chat's live card on Telegram, if known.
    """

    id: int
    person: str | None
    channel: str
    address: str
    op: str
    payload: Mapping[str, Any]
    attempts: int
    live_message: str | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A row that could not be sent for good, with what the channel answered; its body is wiped."""

    id: int
    person: str | None
    channel: str
    op: str
    attempts: int
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody asked to be reminded of their unfinished interview, and it is time."""

    person: str
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as the coordinator's side sees it. `packet` and `contact` are opened only where they are needed.

    `person` None: the family has erased its data; only code, dates and status are left.
    `unreachable_since`: the family's chat refuses messages for good; the telephone may still answer.
    """

    code: str
    person: str | None
    child: int
    status: str
    language: str
    asked_for_call: bool
    safety: bool
    tier: str | None
    score: int | None
    earliest_date: date | None
    created: datetime
    changed: datetime
    packet: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)
    unreachable_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeadChange:
    """One entry of a lead's history. `before` is None for the first; equal statuses are a remark."""

    at: datetime
    who: str
    before: str | None
    after: str
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Recruiting:
    """Set by the coordinator, never asserted by us: open, waitlist, paused or closed, as of a day."""

    state: str
    as_of: date | None
    places_left: int | None = None
