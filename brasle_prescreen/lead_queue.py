"""In which order coordinators look at leads (criteria.md, section 7), and which of them each view shows.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from brasle_prescreen.lead import OPEN, WAITING_ON_FAMILY, LeadStatus
from brasle_prescreen.lead_clock import Clock, Limits, Plan, clock, is_overdue, rests, window_cleared
from brasle_prescreen.lead_work import Work

SOON = timedelta(days=30)


class Tier(StrEnum):
    """The tiers of criteria.md, section 7, as stored with a lead."""

    LIKELY = "likely"
    NEEDS_REVIEW = "needs_review"
    NOT_NOW = "not_now"
    UNLIKELY = "unlikely"


class View(StrEnum):
    """The built-in views of the queue."""

    OPEN = "open"
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    OVERDUE = "overdue"
    WAITING = "waiting"
    RESTING = "resting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What order and views look at. `tier` None: a call was asked for before anything could be judged.

    `tier` and `clears_on` are as the lead stands today, with what the site has decided; `own_tier` and
    `own_clears_on` as the family's answers alone said at the hand-over.

    `is_unreachable`: the family's chat refuses messages. `is_erased`: they have erased all but the code and
    dates.
    """

    code: str
    work: Work
    language: str
    created: datetime
    safety: bool = False
    asked_for_call: bool = False
    tier: str | None = None
    score: int | None = None
    clears_on: date | None = None
    own_tier: str | None = None
    own_clears_on: date | None = None
    is_unreachable: bool = False
    is_erased: bool = False

    def waits_for(self, today: date) -> date | None:
        """The day of the window that it waits for, or that is over since."""
        return waits_for(self.tier, self.clears_on, self.own_tier, self.own_clears_on, today)


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with its clock; `cleared`: it came up by itself today or before, because its window is over."""

    row: QueueRow
    clock: Clock | None
    is_overdue: bool
    is_resting: bool
    cleared: bool


def place(row: QueueRow, plan: Plan, limits: Limits, now: datetime, today: date) -> Placed:
    """The row with everything that order and views need to know of the moment."""
    window = row.waits_for(today)
    running = clock(row.work, window, plan)
    return Placed(
        row,
        running,
        is_overdue(running, limits),
        rests(running, now),
        window_cleared(row.work, window, today, plan),
    )


def waits_for(
    tier: str | None, clears_on: date | None, own_tier: str | None, own_clears_on: date | None, today: date
) -> date | None:
    """The day on which a `not_now` lead comes up. Once it has come the lead is judged anew, and its day stays known."""
    if tier == Tier.NOT_NOW:
        return clears_on
    if clears_on is not None and clears_on <= today:
        return clears_on
    if own_tier == Tier.NOT_NOW and own_clears_on is not None and own_clears_on <= today:
        return own_clears_on
    return None


def order(placed: Placed, today: date) -> tuple[bool, int, int, datetime, str]:
    """Sorts what to do first to the top: safety, tier, score, and who has waited longest."""
    row = placed.row
    return (
        not row.safety,
        _rank(placed, today),
        1 if row.score is None else -row.score,  # one without a score stands below any with one
        row.created,
        row.code,
    )


def _rank(placed: Placed, today: date) -> int:
    row = placed.row
    if row.tier == Tier.LIKELY:
        return 0
    # Who asked for a call before the questions were done is somebody to look at; so is a lead whose window
    # is over.
    if row.tier is None or row.tier == Tier.NEEDS_REVIEW or placed.cleared:
        return 1
    if row.tier == Tier.NOT_NOW:
        return 2 if row.clears_on is not None and row.clears_on <= today + SOON else 3
    return 4


def views(placed: Placed, who: str) -> tuple[View, ...]:
    """The views that hold the lead, for one coordinator."""
    work = placed.row.work
    if work.status not in OPEN:
        return (View.CLOSED,)
    held = [View.RESTING if placed.is_resting else View.OPEN]
    if work.holder == who:
        held.append(View.MINE)
    elif not work.holder and not placed.is_resting:
        held.append(View.UNCLAIMED)
    if placed.is_overdue:
        held.append(View.OVERDUE)
    if work.status in WAITING_ON_FAMILY:
        held.append(View.WAITING)
    return tuple(held)


def shows(view: View, placed: Placed, who: str) -> bool:
    """Whether the view holds the lead."""
    return view in views(placed, who)


def waits_in_line(status: LeadStatus) -> bool:
    """Whether a lead has a place on the waitlist: handed over, and no visit booked yet."""
    return status in OPEN and status not in (LeadStatus.VISIT_BOOKED, LeadStatus.SCREENING)
