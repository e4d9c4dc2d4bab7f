"""Working hours under hypothesis, and the make-up workdays of a Chinese year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.coordinator.workdays import china
from brasle_prescreen.working_hours import Workday, WorkingHours, monday_to_friday, parse_spans

ZONE = ZoneInfo("Asia/Shanghai")
DAY = parse_spans("08:00-12:00,13:30-17:30")
SITE = WorkingHours(DAY, ZONE, china)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
amounts = st.integers(1, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23 09:00", 2, "2026-11-23 11:00"),
        ("2026-11-23 11:00", 2, "2026-11-23 14:30"),  # over the noon break
        ("2026-11-23 08:00", 8, "2026-11-23 17:30"),
        ("2026-11-20 17:00", 4, "2026-11-23 11:30"),  # Friday evening to Monday
        ("2026-11-22 03:00", 4, "2026-11-23 12:00"),  # a Sunday
        ("2026-10-01 09:00", 4, "2026-10-08 12:00"),  # the seven days of the National Day
        ("2026-10-09 17:00", 4, "2026-10-10 11:30"),  # the Saturday after them is worked on
        ("2026-02-14 08:00", 8, "2026-02-14 17:30"),  # so is the one before the Spring Festival
        ("2026-02-14 17:00", 1, "2026-02-24 08:30"),
    ],
)
def test_due_times_of_a_chinese_year(start: str, hours: int, due: str) -> None:
    found = SITE.after(at(start), timedelta(hours=hours))
    assert found.at == at(due)
    assert found.is_certain


def test_a_year_that_the_calendar_does_not_know_is_every_week_alike_and_says_so() -> None:
    assert china(date(2026, 10, 10)) == Workday(True)
    assert china(date(2026, 10, 1)) == Workday(False)
    assert china(date(2027, 10, 1)) == Workday(True, is_known=False)
    assert china(date(2027, 10, 2)) == Workday(False, is_known=False)
    assert china(date(1999, 1, 1)) == monday_to_friday(date(1999, 1, 1))
    over_new_year = SITE.after(at("2026-12-31 16:00"), timedelta(hours=4))
    assert not over_new_year.is_certain
    assert over_new_year.at == at("2027-01-01 10:30")
    assert SITE.after(at("2026-12-30 16:00"), timedelta(hours=4)).is_certain


def test_a_free_year_end_that_is_passed_over_makes_the_moment_uncertain_too() -> None:
    def closed_at_new_year(day: date) -> Workday:
        return Workday(day.year != 2027 or day.month > 1 or day.day > 5, is_known=day.year != 2027)

    hours = WorkingHours(DAY, ZONE, closed_at_new_year)
    found = hours.after(at("2026-12-31 17:00"), timedelta(hours=1))
    assert (found.at, found.is_certain) == (at("2027-01-06 08:30"), False)


@given(moments, amounts)
def test_the_time_between_now_and_the_due_moment_is_what_was_allowed(start: datetime, amount: timedelta) -> None:
    due = SITE.after(start, amount).at
    assert SITE.between(start, due) == amount
    assert due > start
    local = due.astimezone(ZONE)
    assert china(local.date()).is_worked
    assert any(begin < local.time() <= end for begin, end in DAY)


@given(moments, amounts, amounts)
def test_one_allowance_after_another_is_their_sum(start: datetime, one: timedelta, two: timedelta) -> None:
    assert SITE.after(SITE.after(start, one).at, two).at == SITE.after(start, one + two).at


@given(moments, moments, amounts)
def test_who_begins_later_is_never_due_earlier(one: datetime, two: datetime, amount: timedelta) -> None:
    early, late = sorted((one, two))
    assert SITE.after(early, amount).at <= SITE.after(late, amount).at


@given(moments, moments, amounts)
@example(at("2026-11-23 12:30"), at("2026-11-23 17:30"), timedelta(hours=4))
@example(at("2026-11-21 10:00"), at("2026-11-23 12:00"), timedelta(hours=4))
@example(at("2026-11-23 13:30"), at("2026-11-24 03:00"), timedelta(hours=4))
@example(at("2026-11-23 13:30") + timedelta(seconds=1), at("2026-11-24 03:00"), timedelta(hours=4))
def test_the_latest_start_says_the_same_as_the_due_moment(start: datetime, end: datetime, amount: timedelta) -> None:
    assert (SITE.after(start, amount).at <= end) == (start <= SITE.latest_start(end, amount))


@given(moments, moments, moments)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    one, two, three = sorted((a, b, c))
    assert SITE.between(one, two) + SITE.between(two, three) == SITE.between(one, three)
    assert SITE.between(three, one) == timedelta()


def test_a_day_opens_with_its_first_working_moment() -> None:
    assert SITE.opens(date(2026, 11, 23)) == at("2026-11-23 08:00")
    assert SITE.opens(date(2026, 11, 21)) == at("2026-11-23 08:00")
    assert SITE.opens(date(2026, 10, 10)) == at("2026-10-10 08:00")
    assert SITE.day == timedelta(hours=8)


@pytest.mark.parametrize("text", ["", "8-12", "12:00-08:00", "08:00-12:00,11:00-17:00", "08:00", "24:30-25:00"])
def test_working_hours_that_are_none_are_explained(text: str) -> None:
    with pytest.raises(ValueError, match="such as 08:00-12:00"):
        parse_spans(text)
    assert parse_spans("08:30-17:00") == ((time(8, 30), time(17)),)


def test_a_calendar_without_working_days_is_refused_instead_of_counting_for_ever() -> None:
    never = WorkingHours(DAY, ZONE, lambda day: Workday(False))
    with pytest.raises(ValueError, match="no working day"):
        never.after(at("2026-11-23 09:00"), timedelta(hours=1))
    with pytest.raises(ValueError, match="no working day"):
        never.latest_start(at("2026-11-23 09:00"), timedelta(hours=1))
