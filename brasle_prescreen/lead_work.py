"""What coordinators do with a lead, as pure moves: claim, release, call, snooze, close, re-open, undo.

Each takes the lead's `Work` as it stands and returns it as it then is, or refuses with a reason that a page
can word.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from brasle_prescreen.lead import MOVES, OPEN, LeadStatus

LONGEST_SNOOZE = timedelta(days=366)


class Outcome(StrEnum):
    """How an attempt to call a family ended."""

    REACHED = "reached"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


# The family was spoken with: from then on the clock of the first contact is silent.
SPOKEN = frozenset({Outcome.REACHED, Outcome.CALL_BACK, Outcome.REFUSED})


class Refusal(StrEnum):
    """Why a move was refused."""

    HELD = "held"
    NOT_HELD = "not_held"
    NOT_ALLOWED = "not_allowed"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    PAST_DAY = "past_day"
    TOO_FAR = "too_far"
    NO_REASON = "no_reason"
    NOTHING_TO_UNDO = "nothing_to_undo"
    SAFETY = "safety"
    UNCHANGED = "unchanged"


class Refused(Exception):
    """The move is not possible now. `holder` is who has the lead, where that is the reason."""

    def __init__(self, why: Refusal, holder: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Work:
    """A lead as its coordinators see it. Moments are UTC.

    `comes_back_on`: a lead that was closed for an open window opens again by itself on that day.
    `waiting_since`: the family waits for a first call since then. `attempts` and the moments beside it
    count calls; `reached_at` is the first time that somebody of the family was spoken with. `moved_at`: the
    last change of status.
    """

    status: LeadStatus
    waiting_since: datetime
    moved_at: datetime
    holder: str = ""
    snoozed_until: date | None = None
    closed_for: str = ""
    comes_back_on: date | None = None
    attempts: int = 0
    last_attempt_at: datetime | None = None
    reached_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def claim(work: Work, who: str, now: datetime) -> Work:
    """Take an open lead that nobody has. Somebody else's is refused with their name."""
    _must_be_open(work)
    if work.holder == who:
        raise Refused(Refusal.UNCHANGED, who)
    if work.holder:
        raise Refused(Refusal.HELD, work.holder)
    if work.status is LeadStatus.NEW:
        return replace(work, holder=who, status=LeadStatus.CLAIMED, moved_at=now)
    return replace(work, holder=who)


def release(work: Work, who: str, now: datetime, *, anybodys: bool = False) -> Work:
    """Give a lead back. `anybodys`: whoever may do so takes it from an absent colleague."""
    _must_be_open(work)
    if not work.holder:
        raise Refused(Refusal.NOT_HELD)
    if work.holder != who and not anybodys:
        raise Refused(Refusal.HELD, work.holder)
    if work.status is LeadStatus.CLAIMED:
        return replace(work, holder="", status=LeadStatus.NEW, moved_at=now)
    return replace(work, holder="")


def move(work: Work, to: LeadStatus, who: str, now: datetime) -> Work:
    """Another status of an open lead, by who holds it; claiming, releasing and closing have moves of their
    own.
    """
    _must_hold(work, who)
    if to is work.status:
        raise Refused(Refusal.UNCHANGED)
    if to not in MOVES[work.status] or to in (LeadStatus.NEW, LeadStatus.CLAIMED, LeadStatus.CLOSED):
        raise Refused(Refusal.NOT_ALLOWED)
    return replace(work, status=to, moved_at=now, snoozed_until=None)


def call(work: Work, outcome: Outcome, who: str, now: datetime) -> Work:
    """Note an attempt to call. The first makes a claimed lead one that is being contacted."""
    _must_hold(work, who)
    to = work.status
    if to in (LeadStatus.CLAIMED, LeadStatus.UNREACHABLE) and (to is LeadStatus.CLAIMED or outcome in SPOKEN):
        to = LeadStatus.CONTACTING
    return replace(
        work,
        status=to,
        moved_at=now if to is not work.status else work.moved_at,
        attempts=work.attempts + 1,
        last_attempt_at=now,
        reached_at=work.reached_at or (now if outcome in SPOKEN else None),
        snoozed_until=None,
    )


def snooze(work: Work, until: date, who: str, today: date, *, safety: bool = False) -> Work:
    """Put an open lead aside until a day. One with a safety flag must have been called first."""
    _must_hold(work, who)
    if until <= today:
        raise Refused(Refusal.PAST_DAY)
    if until - today > LONGEST_SNOOZE:
        raise Refused(Refusal.TOO_FAR)
    if safety and work.reached_at is None:
        raise Refused(Refusal.SAFETY)
    return replace(work, snoozed_until=until)


def wake(work: Work, who: str) -> Work:
    """Take a snoozed lead up again before its day."""
    _must_hold(work, who)
    if work.snoozed_until is None:
        raise Refused(Refusal.UNCHANGED)
    return replace(work, snoozed_until=None)


def close(work: Work, reason: str, who: str, now: datetime, comes_back_on: date | None = None) -> Work:
    """Close a lead for a criterion or a category; the caller has checked that the reason is one.

    `comes_back_on`: the day on which the window that it is closed for is over.
    """
    _must_hold(work, who)
    if not reason:
        raise Refused(Refusal.NO_REASON)
    return replace(
        work,
        status=LeadStatus.CLOSED,
        closed_for=reason,
        comes_back_on=comes_back_on,
        holder="",
        snoozed_until=None,
        moved_at=now,
    )


def reopen(work: Work, who: str, now: datetime) -> Work:
    """Take a closed lead up again; whoever does so holds it."""
    if work.status is LeadStatus.WITHDRAWN:
        raise Refused(Refusal.WITHDRAWN)
    if work.status is not LeadStatus.CLOSED:
        raise Refused(Refusal.UNCHANGED)
    return replace(work, status=LeadStatus.CLAIMED, closed_for="", comes_back_on=None, holder=who, moved_at=now)


def come_back(work: Work, now: datetime) -> Work:
    """The day has come for which a closed lead waited: it is new again, for anybody to claim.

    Nobody has taken a step, so `moved_at` stays: the window counts as newly over.
    """
    if work.status is not LeadStatus.CLOSED or work.comes_back_on is None:
        raise Refused(Refusal.UNCHANGED)
    return replace(work, status=LeadStatus.NEW, closed_for="", comes_back_on=None, waiting_since=now)


def undo(work: Work, before: str | None, by: str, who: str) -> Work:
    """Back to `before` (see `dump`), if the last move was one's own. The family's withdrawal is never
    undone.
    """
    if before is None or by != who:
        raise Refused(Refusal.NOTHING_TO_UNDO)
    if work.status is LeadStatus.WITHDRAWN:
        raise Refused(Refusal.WITHDRAWN)
    return load(before)


def _must_be_open(work: Work) -> None:
    if work.status is LeadStatus.WITHDRAWN:
        raise Refused(Refusal.WITHDRAWN)
    if work.status is LeadStatus.CLOSED:
        raise Refused(Refusal.CLOSED)


def _must_hold(work: Work, who: str) -> None:
    _must_be_open(work)
    if work.holder != who:
        raise Refused(Refusal.HELD, work.holder) if work.holder else Refused(Refusal.NOT_HELD)


def dump(work: Work) -> str:
    """As JSON: kept with the move that changed it, for an undo. It holds nothing of the family."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(work).items()}
    return json.dumps(plain)


def load(stored: str) -> Work:
    """What `dump` wrote."""
    plain: dict[str, Any] = json.loads(stored)
    for name in ("waiting_since", "moved_at", "last_attempt_at", "reached_at"):
        plain[name] = datetime.fromisoformat(plain[name]) if plain[name] else None
    for name in ("snoozed_until", "comes_back_on"):
        plain[name] = date.fromisoformat(plain[name]) if plain.get(name) else None
    return Work(**(plain | {"status": LeadStatus(plain["status"])}))
