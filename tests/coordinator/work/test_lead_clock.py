"""When leads are due, who hears of it, and in which order the queue stands: ten thousand of them, each told
once.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coordinator.workdays import china
from brasle_prescreen.lead import OPEN, LeadStatus
from brasle_prescreen.lead_clock import (
    Level,
    Limits,
    Plan,
    Waits,
    clock,
    due_in,
    escalation,
    is_overdue,
    rests,
    safety_step,
    window_cleared,
)
from brasle_prescreen.lead_queue import Placed, QueueRow, View, order, place, shows, waits_in_line
from brasle_prescreen.lead_work import Work
from brasle_prescreen.working_hours import WorkingHours, parse_spans
from tests.coordinator.work.test_lead_moves import ME, works

ZONE = ZoneInfo("Asia/Shanghai")
PLAN = Plan(WorkingHours(parse_spans("08:00-12:00,13:30-17:30"), ZONE, china))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


MONDAY = at("2026-11-23 09:00")
TODAY = date(2026, 11, 23)


def new(since: datetime = MONDAY, **more: object) -> Work:
    return replace(Work(LeadStatus.NEW, since, since), **more)  # type: ignore[arg-type]


def placed(code: str, *, now: datetime = MONDAY, today: date = TODAY, **more: object) -> Placed:
    work = more.pop("work", new())
    given: dict[str, object] = {"created": MONDAY, "language": "zh_Hans", **more}
    return place(QueueRow(code, work, **given), PLAN, Limits(PLAN, now), now, today)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "overdue", "amount", "unit"),
    [
        ("2026-11-23 09:00", False, 4, "hours"),
        ("2026-11-23 13:45", False, 45, "minutes"),
        ("2026-11-23 14:30", True, 0, "minutes"),
        ("2026-11-23 14:31", True, 1, "minutes"),
        ("2026-11-24 11:00", True, 6, "hours"),
        ("2026-11-26 14:30", True, 3, "days"),
    ],
)
def test_a_first_call_is_due_in_working_time(now: str, overdue: bool, amount: int, unit: str) -> None:
    running = clock(new(), None, PLAN)
    assert running is not None
    due = due_in(running, PLAN, at(now))
    assert (due.waits, due.at, due.is_certain) == (Waits.FIRST_CALL, at("2026-11-23 14:30"), True)
    assert (due.is_overdue, due.amount, due.unit) == (overdue, amount, unit)


def test_what_a_lead_waits_for_follows_what_was_done() -> None:
    tuesday = at("2026-11-24 10:00")
    tried = new(status=LeadStatus.CONTACTING, attempts=1, last_attempt_at=tuesday)
    assert clock(tried, None, PLAN) == (Waits.NEXT_CALL, tuesday, PLAN.next_call)
    spoken = replace(tried, reached_at=tuesday, moved_at=at("2026-11-25 10:00"))
    assert clock(spoken, None, PLAN) == (Waits.FOLLOW_UP, at("2026-11-25 10:00"), PLAN.follow_up)
    assert clock(replace(spoken, status=LeadStatus.VISIT_BOOKED), None, PLAN) is None
    asleep = replace(spoken, snoozed_until=date(2026, 12, 5))  # a Saturday
    assert clock(asleep, None, PLAN) == (Waits.SNOOZE_OVER, at("2026-12-07 08:00"), PLAN.first_call)
    assert clock(replace(spoken, status=LeadStatus.CLOSED), None, PLAN) is None
    assert clock(replace(new(), status=LeadStatus.WITHDRAWN), None, PLAN) is None


def test_a_not_now_lead_is_called_then_rests_and_comes_up_on_its_day() -> None:
    """The family was promised a call, whatever the tier; after it the lead waits for its window to end."""
    clears = date(2026, 12, 14)
    before = placed("a", tier="not_now", clears_on=clears)
    assert before.clock is not None
    assert before.clock.waits is Waits.FIRST_CALL
    spoken = new(status=LeadStatus.CONTACTING, attempts=1, last_attempt_at=MONDAY, reached_at=MONDAY)
    resting = placed("a", tier="not_now", clears_on=clears, work=spoken)
    assert resting.clock == (Waits.WINDOW_CLEARED, at("2026-12-14 08:00"), PLAN.first_call)
    assert (resting.is_resting, resting.cleared) == (True, False)
    assert not shows(View.OPEN, resting, ME)
    assert shows(View.RESTING, resting, ME)
    day: dict[str, Any] = {"now": at("2026-12-14 08:00"), "today": clears}
    up = placed("a", tier="not_now", clears_on=clears, work=spoken, **day)
    assert (up.is_resting, up.cleared, up.is_overdue) == (False, True, False)
    assert shows(View.OPEN, up, ME)
    needs_review, not_now = (placed(tier, tier=tier, **day) for tier in ("needs_review", "not_now"))
    assert order(needs_review, clears)[1] == order(up, clears)[1] < order(not_now, clears)[1]
    late = placed("a", tier="not_now", clears_on=clears, work=spoken, now=at("2026-12-14 11:59"), today=clears)
    assert not late.is_overdue
    assert placed(
        "a", tier="not_now", clears_on=clears, work=spoken, now=at("2026-12-14 12:00"), today=clears
    ).is_overdue
    handled = replace(spoken, last_attempt_at=at("2026-12-14 09:00"))
    assert not placed("a", tier="not_now", clears_on=clears, work=handled, **day).cleared


def test_the_order_of_the_queue() -> None:
    soon, far = date(2026, 12, 20), date(2027, 3, 1)
    rows = [
        placed("safety", safety=True, tier="unlikely"),
        placed("likely 90", tier="likely", score=90),
        placed("likely 70 old", tier="likely", score=70, created=MONDAY - timedelta(days=1)),
        placed("likely 70", tier="likely", score=70),
        placed("likely unscored", tier="likely"),
        placed("review", tier="needs_review", score=99),
        placed("asked for a call", asked_for_call=True),
        placed("not now, soon", tier="not_now", clears_on=soon),
        placed("not now, far", tier="not_now", clears_on=far, score=10),
        placed("not now, no day", tier="not_now", score=5),
        placed("unlikely", tier="unlikely", score=99),
    ]
    mixed = random.Random(1).sample(rows, len(rows))
    assert [one.row.code for one in sorted(mixed, key=lambda one: order(one, TODAY))] == [one.row.code for one in rows]


def test_the_views() -> None:
    mine = placed("mine", work=new(status=LeadStatus.CLAIMED, holder=ME))
    theirs = placed("theirs", work=new(status=LeadStatus.RECORDS_REQUESTED, holder="account:2"))
    free = placed("free", now=at("2026-11-24 09:00"))
    closed = placed("closed", work=new(status=LeadStatus.CLOSED))
    asleep = placed("asleep", work=new(status=LeadStatus.CLAIMED, holder=ME, snoozed_until=date(2026, 12, 1)))
    leads = (mine, theirs, free, closed, asleep)
    seen = {view: {one.row.code for one in leads if shows(view, one, ME)} for view in View}
    assert seen == {
        View.OPEN: {"mine", "theirs", "free"},
        View.MINE: {"mine", "asleep"},
        View.UNCLAIMED: {"free"},
        View.OVERDUE: {"free"},
        View.WAITING: {"theirs"},
        View.RESTING: {"asleep"},
        View.CLOSED: {"closed"},
    }


def test_who_waits_in_line() -> None:
    assert {status for status in LeadStatus if waits_in_line(status)} == OPEN - {
        LeadStatus.VISIT_BOOKED,
        LeadStatus.SCREENING,
    }


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001


@given(works, st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)), moments)
def test_overdue_is_the_same_by_the_limit_and_by_the_due_moment(one: Work, clears: date | None, now: datetime) -> None:
    if one.attempts and one.last_attempt_at is None:
        one = replace(one, last_attempt_at=one.moved_at)
    running = clock(one, clears, PLAN)
    overdue = is_overdue(running, Limits(PLAN, now))
    assert overdue == (running is not None and due_in(running, PLAN, now).is_overdue)
    if rests(running, now):
        assert not overdue
    if window_cleared(one, clears, now.date(), PLAN):
        assert clears is not None
        assert clears <= now.date()


@given(moments, moments)
def test_nobody_hears_before_the_time_and_the_pi_never_before_the_second_person(since: datetime, now: datetime) -> None:
    told = escalation(new(since), PLAN, Limits(PLAN, now))
    assert told in ((), (Level.SECOND_PERSON,), (Level.SECOND_PERSON, Level.PI))
    is_ahead = since > now + timedelta(days=1)  # the clock was put back since
    assert (Level.SECOND_PERSON in told) == (is_ahead or PLAN.hours.after(since, PLAN.first_call).at <= now)
    assert (Level.PI in told) == (is_ahead or PLAN.hours.after(since, PLAN.to_pi).at <= now)
    for quiet in (
        new(since, attempts=1, last_attempt_at=since),
        new(since, snoozed_until=now.date()),
        new(since, status=LeadStatus.CLOSED),
        new(since, status=LeadStatus.WITHDRAWN),
    ):
        assert escalation(quiet, PLAN, Limits(PLAN, now)) == ()


def test_ten_thousand_leads_over_the_holidays_are_each_escalated_once_a_level() -> None:
    """Restarts forget nothing: what was told is kept, as the store keeps it, and every minute asks again."""
    chance = random.Random(7)
    begin = at("2026-09-25 00:00")
    since = [begin + timedelta(minutes=chance.randrange(60 * 24 * 14)) for _ in range(10_000)]
    tried = [one + timedelta(minutes=chance.randrange(1, 60 * 24 * 10)) for one in since]
    told: Counter[tuple[int, Level]] = Counter()
    at_last: dict[tuple[int, Level], datetime] = {}
    now = begin
    waiting = list(range(len(since)))
    while now < begin + timedelta(days=30):
        now += timedelta(hours=1)
        limits = Limits(PLAN, now)
        waiting = [number for number in waiting if tried[number] > now and (number, Level.PI) not in at_last]
        for number in waiting:
            if since[number] > now:
                continue
            for level in escalation(new(since[number]), PLAN, limits):
                if (number, level) not in at_last:
                    at_last[number, level] = now
                    told[number, level] += 1
    assert set(told.values()) == {1}
    for level, allowed in ((Level.SECOND_PERSON, PLAN.first_call), (Level.PI, PLAN.to_pi)):
        for number, start in enumerate(since):
            due = PLAN.hours.after(start, allowed).at
            heard = at_last.get((number, level))
            if heard is not None:
                assert due <= heard < due + timedelta(hours=1)
            else:  # somebody had called by the next look
                assert tried[number] < due + timedelta(hours=1)


def test_safety_is_announced_again_and_again_until_somebody_has_it() -> None:
    lead = new()
    moments = [MONDAY + timedelta(minutes=minute) for minute in range(0, 40 * 24 * 60, 5)]
    steps = [safety_step(lead, MONDAY, moment, PLAN.hours) for moment in moments]
    assert steps[0] == 0
    assert all(after - before in (0, 1) for before, after in pairwise(steps))
    changes = [5 * place for place, (before, after) in enumerate(pairwise(steps), start=1) if after > before]
    assert changes[:9] == [30, 60, 120, 240, 480, 720, 960, 1200, 1440]
    mornings = [(MONDAY + timedelta(minutes=minute)).astimezone(ZONE) for minute in changes[9:]]
    assert {morning.strftime("%H:%M") for morning in mornings} == {"08:00"}
    # Every day, on free days too, for as long as nobody has it.
    assert [after.date() - before.date() for before, after in pairwise(mornings)] == [timedelta(days=1)] * 38
    held = replace(lead, holder=ME, status=LeadStatus.CLAIMED)
    assert safety_step(held, MONDAY, MONDAY + timedelta(days=1), PLAN.hours) == 0
    assert safety_step(replace(lead, status=LeadStatus.WITHDRAWN), MONDAY, MONDAY + timedelta(days=1), PLAN.hours) == 0


def test_a_lead_written_by_a_clock_that_was_put_back_since_is_told_at_once_and_not_in_ten_years() -> None:
    work = new(MONDAY + timedelta(days=3650))
    limits = Limits(PLAN, MONDAY)
    assert escalation(work, PLAN, limits) == (Level.SECOND_PERSON, Level.PI)
    hour_ahead = new(MONDAY + timedelta(hours=1))
    assert escalation(hour_ahead, PLAN, limits) == ()
    asleep = new(MONDAY + timedelta(days=3650), snoozed_until=date(2027, 5, 1))
    assert escalation(asleep, PLAN, limits) == ()


def test_safety_announced_by_a_clock_that_was_put_back_since_is_told_again_every_morning() -> None:
    ahead = MONDAY + timedelta(days=3650)
    steps = [safety_step(new(), ahead, MONDAY + timedelta(hours=hours), PLAN.hours) for hours in range(0, 72, 6)]
    assert steps[0] > 0
    assert len(set(steps)) == 3
    assert steps == sorted(steps)
