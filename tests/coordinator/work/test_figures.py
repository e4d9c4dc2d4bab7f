"""Figures: what is counted, and that nothing small can be read or found out from what is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coordinator.figures import FEWEST_SHOWN, OTHERS, STEPS, figures, hide, shown
from bot.message import Text
from bot.store.counting import Steps, Verdicts
from tests.coordinator.site import WORDING, ConsoleSite, wait_for
from tests.coordinator.work.families import girl, hands_over, talks
from tests.coordinator.work.test_pages import does, sees

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3)
counts = st.lists(st.integers(0, 30), max_size=8)


def person(steps: int, source: str = "", last: str = "", since: datetime = LONG_AGO) -> Steps:
    came = {step: place < steps for place, step in enumerate(STEPS)}
    return Steps(source=source, last_answered=last, silent_since=since, **came)


@given(counts)
def test_no_small_number_is_shown_or_found_by_subtracting(column: list[int]) -> None:
    [cells] = hide([column])
    hidden = [number for number, cell in zip(column, cells, strict=True) if cell.number is None]
    assert all(cell.number in (None, number) for number, cell in zip(column, cells, strict=True))
    assert not any(0 < (cell.number or 0) < FEWEST_SHOWN for cell in cells)
    if hidden and any(number >= FEWEST_SHOWN for number in column):
        assert len(hidden) > 1
        assert sum(hidden) >= FEWEST_SHOWN
    assert all((cell.number is None) <= (cell.share == 0) for cell in cells)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_single_number(number: int, most: int) -> None:
    cell = shown(number, max(number, most))
    assert (cell.number is None) == (0 < number < FEWEST_SHOWN)
    assert 0 <= cell.share <= 1


def test_the_funnel_counts_people_and_where_they_left() -> None:
    people = [
        *(person(6, "poster") for _ in range(10)),
        *(person(2, "poster", "mood") for _ in range(6)),
        *(person(2, "", "sex") for _ in range(3)),
        *(person(2, "", "labs", NOW - timedelta(hours=23)) for _ in range(9)),  # still answering
        *(person(4, "talk", "labs") for _ in range(4)),
    ]
    found = figures(people, [], [], NOW)
    assert [(line.name, line.cells[0].number) for line in found.funnel] == [
        ("started", 32),
        ("permitted", 32),
        ("finished", 14),
        ("handed_over", 14),
        ("contacted", 10),
        ("visit_booked", 10),
    ]
    assert [(line.name, line.cells[0].number) for line in found.left] == [("mood", 6), (OTHERS, None)]
    assert [line.name for line in found.by_source] == ["poster", "", OTHERS]
    started = {line.name: line.cells[0].number for line in found.by_source}
    assert started == {"poster": 16, "": None, OTHERS: None}  # 4 came by the talk: 12 would tell it


def test_attrition_by_criterion_and_reasons_for_closing() -> None:
    leads = [Verdicts((("E13", "fail"), ("I1", "pass")), "E13") for _ in range(7)]
    leads += [Verdicts((("E13", "unknown"), ("I1", "pass")), "") for _ in range(6)]
    leads += [Verdicts((("E13", "pass"), ("I1", "pass")), "travel")]
    leads += [Verdicts((), "")]  # a call asked for before anything could be judged
    found = figures([], leads, ["I1", "E13"], NOW)
    assert [(line.name, [cell.number for cell in line.cells]) for line in found.attrition] == [
        ("I1", [0, 0, 14]),
        ("E13", [7, None, None]),
    ]
    assert [(line.name, line.cells[0].number) for line in found.closed] == [("E13", 7), (OTHERS, None)]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_without_anybody_the_page_says_so(site: ConsoleSite, language: str) -> None:
    page = sees(site.sign_in("auditor", language=language), "/figures")
    assert "console." not in page


def test_the_page_counts_what_the_store_holds(site: ConsoleSite) -> None:
    li = site.sign_in("coordinator", "Li Min")
    for number in range(6):
        events = (
            ("started", ""),
            ("permitted", ""),
            ("answered", "sex"),
            ("answered", "mood"),
            ("finished", ""),
            ("handed_over", ""),
        )
        code = wait_for(hands_over(site.store, girl(), events=events, source="poster"))
        if number < 5:
            does(li, code, "claim")
            does(li, code, "call", outcome="reached")
    for _ in range(5):
        wait_for(talks(site.store, events=(("started", ""), ("permitted", ""), ("answered", "sex")), source="poster"))
    site.clock.pass_by(hours=25)
    counted = wait_for(site.store.desk.counting.anew())
    assert [one.last_answered for one in counted.people].count("sex") == 5
    li = site.signed_in(li.account)
    html = unescape(li.get("/coordinator/figures").text)
    page = sees(li, "/figures")
    assert "Started 11" in page
    assert "Handed over 6" in page
    assert "Spoken with 5" in page
    assert "poster 11 11 6 6 5 0" in page
    assert f"{WORDING.say(Text(key='card.sex.short'), 'en')} 5" in page
    assert "E13 6 0 0" in page
    assert html.count("<svg") >= 2


def test_what_changed_is_counted_anew_and_who_is_erased_is_gone(site: ConsoleSite) -> None:
    code = wait_for(hands_over(site.store))
    first = wait_for(site.store.desk.counting.anew())
    assert len(first.leads) == 1
    li = site.sign_in("coordinator")
    does(li, code, "claim")
    does(li, code, "close", reason="travel")
    assert wait_for(site.store.desk.counting.anew()).leads[0].closed_for == "travel"
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    assert lead.person is not None
    wait_for(site.store.erase(lead.person))
    gone = wait_for(site.store.desk.counting.anew())
    assert (gone.people, gone.leads) == ((), ())
