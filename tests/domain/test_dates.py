"""Calendar months, windows, birthdays: against a count day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasle_prescreen import PartialDate, Span, Truth
from brasle_prescreen.partial_date import (
    age_reached,
    birthday,
    born_at_age,
    clears_on,
    shift,
    window,
)

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
SPANS = st.sampled_from(
    [
        Span(7, "days"),
        Span(4, "weeks"),
        Span(60, "days"),
        Span(1, "months"),
        Span(3, "months"),
        Span(6, "months"),
        Span(12, "months"),
    ]
)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3 months", Span(3, "months")),
        ("1 week", Span(1, "weeks")),
        ("30 days", Span(30, "days")),
        ("5 years", Span(5, "years")),
    ],
)
def test_a_span_is_a_number_and_a_unit(text: str, span: Span) -> None:
    assert Span.parse(text) == span
    assert str(span) == text


@pytest.mark.parametrize(
    "text", ["3", "months", "3months", "-3 months", "3.5 months", "3 moons", "３ months", "", "3 months ago", None, 3]
)
def test_anything_else_is_no_span(text: object) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        Span.parse(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "span", "result"),
    [
        ("2025-11-30", "3 months", "2026-02-28"),
        ("2027-11-30", "3 months", "2028-02-29"),
        ("2026-08-31", "1 month", "2026-09-30"),
        ("2026-12-31", "2 months", "2027-02-28"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2026-11-22", "4 weeks", "2026-12-20"),
    ],
)
def test_the_end_of_a_month_is_clamped(day: str, span: str, result: str) -> None:
    assert shift(date.fromisoformat(day), Span.parse(span)) == date.fromisoformat(result)


def test_the_calendar_has_ends() -> None:
    assert shift(date.max, Span(1, "months")) == date.max
    assert shift(date.max, Span(1, "days")) == date.max
    assert shift(date.min, Span(1, "years"), back=True) == date.min
    assert shift(date.min, Span(1, "weeks"), back=True) == date.min


@given(DAYS, SPANS, st.integers(-3, 400))
def test_a_window_is_what_counting_says(on: date, span: Span, ago: int) -> None:
    """FAIL if d + span is after the day, PASS if it is before, the boundary day between them."""
    day = on - timedelta(days=ago)
    end = shift(day, span)
    expected = Truth.TRUE if end > on else Truth.FALSE if end < on else Truth.UNKNOWN
    assert window(span, on).holds(PartialDate.exactly(day)) is expected


@given(DAYS, SPANS, st.integers(0, 400), st.integers(0, 60), st.integers(0, 60))
def test_an_interval_is_inside_only_if_every_day_is(on: date, span: Span, ago: int, before: int, after: int) -> None:
    day = on - timedelta(days=ago)
    event = PartialDate(day - timedelta(days=before), day + timedelta(days=after))
    each = {
        window(span, on).holds(PartialDate.exactly(event.earliest + timedelta(days=n)))
        for n in range((event.latest - event.earliest).days + 1)
    }
    expected = each.pop() if len(each) == 1 else Truth.UNKNOWN
    assert window(span, on).holds(event) is expected


@given(DAYS, SPANS)
def test_it_clears_on_the_first_day_outside(day: date, span: Span) -> None:
    first = clears_on(PartialDate.exactly(day), span).earliest
    assert window(span, first).holds(PartialDate.exactly(day)) is Truth.FALSE
    assert window(span, first - timedelta(days=1)).holds(PartialDate.exactly(day)) is not Truth.FALSE


def test_born_on_29_february() -> None:
    born, five = date(2020, 2, 29), Span(5, "years")
    assert birthday(born, five) == date(2025, 3, 1)
    reached = [age_reached(PartialDate.exactly(born), five, date(2025, 2, 27) + timedelta(days=n)) for n in range(3)]
    assert reached == [Truth.FALSE, Truth.UNKNOWN, Truth.TRUE]


@given(DAYS, st.integers(0, 110))
def test_full_years_and_days_of_birth_agree(on: date, years: int) -> None:
    born = born_at_age(years, on)
    assert age_reached(born, Span(years, "years"), on) is Truth.TRUE
    assert age_reached(born, Span(years + 1, "years"), on) is Truth.FALSE
    # One day earlier or later is another age, but for 29 February.
    for other in (born.earliest - timedelta(days=1), born.latest + timedelta(days=1)):
        if (other.month, other.day) != (2, 29):
            age = [age_reached(PartialDate.exactly(other), Span(years + n, "years"), on) for n in (0, 1)]
            assert age != [Truth.TRUE, Truth.FALSE]
