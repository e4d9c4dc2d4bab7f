"""The table of a lead's moves, walked cell by cell, and what each move refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.records import LEAD_STATUSES
from brasle_prescreen import lead_work
from brasle_prescreen.lead import (
    FHIR,
    FHIR_STATUSES,
    MOVES,
    OPEN,
    WAITING_ON_FAMILY,
    CloseCategory,
    LeadStatus,
    fhir_status,
    may_close_for,
)
from brasle_prescreen.lead_work import Outcome, Refusal, Refused, Work

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ME, OTHER = "account:1", "account:2"
LATER = NOW + timedelta(hours=1)


def work(status: LeadStatus = LeadStatus.CLAIMED, holder: str = ME, **more: object) -> Work:
    return replace(Work(status, NOW, NOW, holder), **more)  # type: ignore[arg-type]


def refusal(act: object, *arguments: object, **more: object) -> tuple[Refusal, str]:
    with pytest.raises(Refused) as refused:
        act(*arguments, **more)  # type: ignore[operator]
    return refused.value.why, refused.value.holder


def test_the_stored_statuses_are_those_of_the_table() -> None:
    assert set(LEAD_STATUSES) == set(LeadStatus) == set(MOVES)


def test_every_status_is_one_of_fhirs() -> None:
    assert set(FHIR) == set(LeadStatus)
    assert len(FHIR_STATUSES) == 13
    assert set(FHIR.values()) <= set(FHIR_STATUSES)
    reasons = ["", "I4", "E13", *CloseCategory]
    assert {fhir_status(LeadStatus.CLOSED, reason) for reason in reasons} <= set(FHIR_STATUSES)
    assert fhir_status(LeadStatus.CLOSED, "E13") == "ineligible"
    assert fhir_status(LeadStatus.CLOSED, "declined") == "withdrawn"
    assert fhir_status(LeadStatus.CLOSED, "capacity") == "not-registered"
    assert fhir_status(LeadStatus.CLOSED, "joined") == "on-study"
    assert fhir_status(LeadStatus.SCREENING, "E13") == "screening"


@pytest.mark.parametrize("before", LeadStatus)
@pytest.mark.parametrize("after", LeadStatus)
def test_every_cell_of_the_table_is_what_the_moves_allow(before: LeadStatus, after: LeadStatus) -> None:
    """Each status is reached by the move that is meant for it, exactly where the table says so."""
    held = work(before, ME if before in OPEN - {LeadStatus.NEW} else "")
    acts: dict[LeadStatus, Callable[[], Work]] = {
        LeadStatus.NEW: lambda: lead_work.release(held, ME, LATER),
        LeadStatus.CLAIMED: lambda: (
            lead_work.claim(replace(held, holder=""), ME, LATER)
            if before in OPEN
            else lead_work.reopen(held, ME, LATER)
        ),
        LeadStatus.CLOSED: lambda: lead_work.close(held, "capacity", ME, LATER),
    }
    act = acts.get(after, lambda: lead_work.move(held, after, ME, LATER))
    try:
        reached = act().status is after and before is not after
    except Refused:
        reached = False
    assert reached == (after in MOVES[before])


def test_every_open_status_leads_to_every_other_or_to_an_end() -> None:
    for status in OPEN:
        seen = {status}
        while True:
            more = {after for one in seen for after in MOVES[one]} - seen
            if not more:
                break
            seen |= more
        assert seen >= OPEN | {LeadStatus.CLOSED}
        assert LeadStatus.WITHDRAWN not in seen
    assert WAITING_ON_FAMILY < OPEN


def test_the_second_is_told_who_has_it() -> None:
    mine = lead_work.claim(work(LeadStatus.NEW, ""), ME, LATER)
    assert (mine.status, mine.holder, mine.moved_at) == (LeadStatus.CLAIMED, ME, LATER)
    assert refusal(lead_work.claim, mine, OTHER, LATER) == (Refusal.HELD, ME)
    assert refusal(lead_work.claim, mine, ME, LATER) == (Refusal.UNCHANGED, ME)


def test_claiming_later_keeps_the_status_that_was_reached() -> None:
    given_back = lead_work.release(work(LeadStatus.RECORDS_REQUESTED), ME, LATER)
    assert (given_back.status, given_back.holder) == (LeadStatus.RECORDS_REQUESTED, "")
    assert lead_work.claim(given_back, OTHER, LATER) == replace(given_back, holder=OTHER)


def test_a_colleagues_lead_is_given_back_only_by_those_who_may() -> None:
    assert refusal(lead_work.release, work(holder=OTHER), ME, LATER) == (Refusal.HELD, OTHER)
    assert lead_work.release(work(holder=OTHER), ME, LATER, anybodys=True).status is LeadStatus.NEW


@pytest.mark.parametrize(
    "act",
    [
        lambda one: lead_work.move(one, LeadStatus.PI_REVIEW, ME, LATER),
        lambda one: lead_work.call(one, Outcome.BUSY, ME, LATER),
        lambda one: lead_work.snooze(one, TODAY + timedelta(days=1), ME, TODAY),
        lambda one: lead_work.wake(one, ME),
        lambda one: lead_work.close(one, "I4", ME, LATER),
    ],
)
def test_only_the_holder_works_on_an_open_lead(act: object) -> None:
    assert refusal(act, work(holder=OTHER)) == (Refusal.HELD, OTHER)
    assert refusal(act, work(LeadStatus.NEW, holder="")) == (Refusal.NOT_HELD, "")
    assert refusal(act, work(LeadStatus.CLOSED, holder="")) == (Refusal.CLOSED, "")
    assert refusal(act, work(LeadStatus.WITHDRAWN, holder="")) == (Refusal.WITHDRAWN, "")


def test_calls_are_counted_and_the_first_contact_is_the_first_time_that_somebody_spoke() -> None:
    once = lead_work.call(work(), Outcome.NO_ANSWER, ME, LATER)
    assert (once.status, once.attempts, once.last_attempt_at, once.reached_at) == (
        LeadStatus.CONTACTING,
        1,
        LATER,
        None,
    )
    twice = lead_work.call(once, Outcome.CALL_BACK, ME, LATER + timedelta(hours=1))
    assert (twice.attempts, twice.reached_at) == (2, LATER + timedelta(hours=1))
    assert lead_work.call(twice, Outcome.REACHED, ME, NOW + timedelta(days=1)).reached_at == twice.reached_at


def test_an_unreachable_family_that_answers_is_being_contacted_again() -> None:
    silent = work(LeadStatus.UNREACHABLE)
    assert lead_work.call(silent, Outcome.NO_ANSWER, ME, LATER).status is LeadStatus.UNREACHABLE
    assert lead_work.call(silent, Outcome.REACHED, ME, LATER).status is LeadStatus.CONTACTING
    booked = work(LeadStatus.VISIT_BOOKED)
    assert lead_work.call(booked, Outcome.REACHED, ME, LATER).status is LeadStatus.VISIT_BOOKED


def test_snoozing_needs_a_day_to_come_within_a_year() -> None:
    assert refusal(lead_work.snooze, work(), TODAY, ME, TODAY)[0] is Refusal.PAST_DAY
    assert refusal(lead_work.snooze, work(), TODAY + timedelta(days=367), ME, TODAY)[0] is Refusal.TOO_FAR
    asleep = lead_work.snooze(work(), TODAY + timedelta(days=366), ME, TODAY)
    assert lead_work.wake(asleep, ME) == work()
    assert refusal(lead_work.wake, work(), ME)[0] is Refusal.UNCHANGED


def test_a_safety_flag_is_not_snoozed_before_somebody_spoke_with_the_family() -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert refusal(lead_work.snooze, work(), tomorrow, ME, TODAY, safety=True)[0] is Refusal.SAFETY
    spoken = work(reached_at=NOW)
    assert lead_work.snooze(spoken, tomorrow, ME, TODAY, safety=True).snoozed_until == tomorrow


def test_closing_needs_a_reason_and_reopening_takes_the_lead() -> None:
    criteria = frozenset({"I4", "E13"})
    assert may_close_for("E13", criteria)
    assert may_close_for("declined", criteria)
    assert not any(may_close_for(reason, criteria) for reason in ("", "E99", "because", "i4"))
    assert refusal(lead_work.close, work(), "", ME, LATER)[0] is Refusal.NO_REASON
    closed = lead_work.close(work(snoozed_until=TODAY), "E13", ME, LATER)
    assert (closed.status, closed.closed_for, closed.holder, closed.snoozed_until) == (
        LeadStatus.CLOSED,
        "E13",
        "",
        None,
    )
    again = lead_work.reopen(closed, OTHER, LATER)
    assert (again.status, again.closed_for, again.holder) == (LeadStatus.CLAIMED, "", OTHER)
    assert refusal(lead_work.reopen, again, ME, LATER)[0] is Refusal.UNCHANGED
    assert refusal(lead_work.reopen, work(LeadStatus.WITHDRAWN), ME, LATER)[0] is Refusal.WITHDRAWN


def test_one_undoes_ones_own_last_move_and_nobody_elses() -> None:
    before = work()
    stored = lead_work.dump(before)
    closed = lead_work.close(before, "I4", ME, LATER)
    assert lead_work.undo(closed, stored, ME, ME) == before
    assert refusal(lead_work.undo, closed, stored, OTHER, ME)[0] is Refusal.NOTHING_TO_UNDO
    assert refusal(lead_work.undo, closed, None, ME, ME)[0] is Refusal.NOTHING_TO_UNDO
    withdrawn = work(LeadStatus.WITHDRAWN)
    assert refusal(lead_work.undo, withdrawn, stored, ME, ME)[0] is Refusal.WITHDRAWN


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
works = st.builds(
    Work,
    status=st.sampled_from(LeadStatus),
    waiting_since=moments,
    moved_at=moments,
    holder=st.sampled_from(["", ME, OTHER]),
    snoozed_until=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    closed_for=st.sampled_from(["", "I4", "declined"]),
    attempts=st.integers(0, 9),
    last_attempt_at=st.none() | moments,
    reached_at=st.none() | moments,
)


@given(works)
def test_what_is_kept_for_an_undo_is_read_back_as_it_was(one: Work) -> None:
    assert lead_work.load(lead_work.dump(one)) == one


@given(works, st.sampled_from(Outcome), st.sampled_from(LeadStatus), st.dates(TODAY, date(2027, 11, 1)))
def test_whatever_is_done_an_open_lead_keeps_its_holder_and_a_closed_one_has_none(
    one: Work, outcome: Outcome, to: LeadStatus, until: date
) -> None:
    acts: tuple[Callable[[], Work], ...] = (
        lambda: lead_work.claim(one, ME, LATER),
        lambda: lead_work.release(one, ME, LATER),
        lambda: lead_work.move(one, to, ME, LATER),
        lambda: lead_work.call(one, outcome, ME, LATER),
        lambda: lead_work.snooze(one, until, ME, TODAY),
        lambda: lead_work.close(one, "I4", ME, LATER),
        lambda: lead_work.reopen(one, ME, LATER),
    )
    for act in acts:
        try:
            after = act()
        except Refused:
            continue
        assert after.status is not LeadStatus.WITHDRAWN
        assert (after.status is LeadStatus.CLOSED) == bool(after.closed_for) or after.closed_for == one.closed_for
        if after.status is LeadStatus.CLOSED:
            assert after.holder == ""
        if after.status is LeadStatus.CLAIMED:
            assert after.holder
