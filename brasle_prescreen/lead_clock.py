"""When a lead is due, and who must hear that nobody has called: first calls by working hours, safety by the
minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_work import Work
from brasle_prescreen.working_hours import ONE_DAY, WorkingHours


class Waits(StrEnum):
    """What a lead waits for."""

    FIRST_CALL = "first_call"
    NEXT_CALL = "next_call"
    FOLLOW_UP = "follow_up"
    SNOOZE_OVER = "snooze_over"
    WINDOW_CLEARED = "window_cleared"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long things may take, in working time; the site decides.

    `first_call`: from the hand-over to the first attempt; the second person hears when it is over, the
    principal investigator at `to_pi`. `next_call`: from an attempt that reached nobody to the next.
    `follow_up`: from the last step of a lead whose family was spoken with.
    """

    hours: WorkingHours
    first_call: timedelta = timedelta(hours=4)
    to_pi: timedelta = timedelta(hours=8)
    next_call: timedelta = timedelta(hours=8)
    follow_up: timedelta = timedelta(hours=40)


class Clock(NamedTuple):
    """What runs for a lead: since when, and how much working time it may take. A day that has come runs
    from it.
    """

    waits: Waits
    since: datetime
    allowed: timedelta


class DueIn(NamedTuple):
    """How far off the due moment is, in working time: `amount` of `unit` ("minutes", "hours", "days"), or
    overdue.
    """

    waits: Waits
    at: datetime
    is_overdue: bool
    amount: int
    unit: str
    is_certain: bool


class Level(StrEnum):
    """Who is told that a family still waits for its first call; each once."""

    SECOND_PERSON = "second_person"
    PI = "pi"


# Minutes after the announcement of a lead with a safety flag at which it is announced again, to the two
# people and the principal investigator, until somebody claims it. The last gap repeats for a day; from then
# on it is every morning as the working day would begin, on free days too.
SAFETY_MINUTES = (30, 60, 120, 240)
_SAFETY_GAP = 240
_SAFETY_FIRST_DAY = 24 * 60
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def clock(work: Work, clears_on: date | None, plan: Plan) -> Clock | None:
    """What runs for this lead; None if nothing does. `clears_on`: the day a `not_now` lead's window is
    over, if known.

    A snoozed lead rests until its day. A family that was told "not yet" and spoken with rests until its
    window is over.
    """
    if not work.is_open:
        return None
    if work.snoozed_until is not None:
        return Clock(Waits.SNOOZE_OVER, plan.hours.opens(work.snoozed_until), plan.first_call)
    if work.attempts == 0:
        return Clock(Waits.FIRST_CALL, work.waiting_since, plan.first_call)
    assert work.last_attempt_at is not None
    if work.reached_at is None:
        return Clock(Waits.NEXT_CALL, work.last_attempt_at, plan.next_call)
    last_step = max(work.last_attempt_at, work.moved_at)
    if clears_on is not None:
        opens = plan.hours.opens(clears_on)
        if opens > last_step:
            return Clock(Waits.WINDOW_CLEARED, opens, plan.first_call)
    if work.status in (LeadStatus.VISIT_BOOKED, LeadStatus.SCREENING):
        return None
    return Clock(Waits.FOLLOW_UP, last_step, plan.follow_up)


def is_overdue(running: Clock | None, limits: Limits) -> bool:
    """Whether the time is over; `limits` makes it a comparison, so that ten thousand leads take no time."""
    return running is not None and running.since <= limits.latest(running.allowed)


class Limits:
    """The latest beginnings for which each allowance is over by `now`."""

    __slots__ = ("_known", "_now", "_plan")

    def __init__(self, plan: Plan, now: datetime) -> None:
        self._plan = plan
        self._now = now
        self._known: dict[timedelta, datetime] = {}

    def latest(self, allowed: timedelta) -> datetime:
        """From here or earlier it is over."""
        if allowed not in self._known:
            self._known[allowed] = self._plan.hours.latest_start(self._now, allowed)
        return self._known[allowed]

    def is_ahead(self, moment: datetime) -> bool:
        """Whether something that has happened bears a moment to come: the clock was put back since. How long ago it was
        nobody knows, so it counts as long ago.
        """
        return moment > self._now + ONE_DAY


def due_in(running: Clock, plan: Plan, now: datetime) -> DueIn:
    """The due moment as people say it: minutes below an hour, hours below two working days, else working
    days.
    """
    due = plan.hours.after(running.since, running.allowed)
    overdue = due.at <= now
    far = plan.hours.between(due.at, now) if overdue else plan.hours.between(now, due.at)
    minutes = int(far / timedelta(minutes=1))
    if minutes < 60:
        amount, unit = minutes, "minutes"
    elif far < plan.hours.day * 2:
        amount, unit = minutes // 60, "hours"
    else:
        amount, unit = int(far / plan.hours.day), "days"
    return DueIn(running.waits, due.at, overdue, amount, unit, due.is_certain)


def rests(running: Clock | None, now: datetime) -> bool:
    """Whether a lead waits for a day that has not come: snoozed, or its window not yet over."""
    return running is not None and running.since > now and running.waits in (Waits.SNOOZE_OVER, Waits.WINDOW_CLEARED)


def window_cleared(work: Work, clears_on: date | None, today: date, plan: Plan) -> bool:
    """Whether a `not_now` lead comes up by itself: the day has come, and nobody has taken a step since."""
    if clears_on is None or clears_on > today or not work.is_open:
        return False
    last = max(work.moved_at, work.last_attempt_at or work.moved_at)
    return last.astimezone(plan.hours.zone).date() < clears_on


def escalation(work: Work, plan: Plan, limits: Limits) -> tuple[Level, ...]:
    """Who must have heard by now that this family waits for a first call; the caller tells each once."""
    if not work.is_open or work.attempts or work.snoozed_until is not None:
        return ()
    if limits.is_ahead(work.waiting_since):
        return (Level.SECOND_PERSON, Level.PI)
    if work.waiting_since > limits.latest(plan.first_call):
        return ()
    if work.waiting_since > limits.latest(plan.to_pi):
        return (Level.SECOND_PERSON,)
    return (Level.SECOND_PERSON, Level.PI)


def safety_step(work: Work, announced_at: datetime, now: datetime, hours: WorkingHours) -> int:
    """How many repeated announcements of a lead with a safety flag are due by now; 0 once somebody has it."""
    if not work.is_open or work.holder:
        return 0
    if announced_at > now + ONE_DAY:  # by a clock that was put back since
        announced_at = _LONG_AGO
    minutes = (now - announced_at) / timedelta(minutes=1)
    passed = sum(1 for after in SAFETY_MINUTES if minutes >= after)
    if passed < len(SAFETY_MINUTES):
        return passed
    beyond = min(minutes, _SAFETY_FIRST_DAY) - SAFETY_MINUTES[-1]
    return passed + int(beyond // _SAFETY_GAP) + _mornings(announced_at + ONE_DAY, now, hours)


def _mornings(after: datetime, until: datetime, hours: WorkingHours) -> int:
    """How many mornings have come in between."""
    begin = hours.spans[0][0]
    first, last = after.astimezone(hours.zone), until.astimezone(hours.zone)
    if last < first:
        return 0
    days = (last.date() - first.date()).days
    return days + (last.time() >= begin) - (first.time() >= begin)
