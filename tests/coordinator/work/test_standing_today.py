"""A lead stands in the queue as it is today: by the site's word, by a coordinator's own verdict, by windows that are over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.lead_keeper import LeadKeeper
from bot.store.work_records import NewDecision
from brasle_prescreen.lead import CloseCategory, LeadStatus
from brasle_prescreen.lead_queue import QueueRow
from tests.coordinator.site import Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL, girl, hands_over
from tests.coordinator.work.test_pages import code, does, li, refused, sees, wang

__all__ = ["code", "li", "wang"]


def row_of(site: ConsoleSite, code: str) -> QueueRow:
    return next(one for one in wait_for(site.store.desk.queue(ended=True)) if one.code == code)


def keep(site: ConsoleSite) -> None:
    wait_for(LeadKeeper(site.store, PROTOCOL, clock=site.clock).keep())


def on(site: ConsoleSite, day: date) -> None:
    site.clock.now += day - site.clock.now.date()


def test_an_override_moves_the_lead_and_leaves_its_family_s_answers(
    site: ConsoleSite, li: Colleague, code: str
) -> None:
    before = row_of(site, code)
    assert (before.tier, before.own_tier) == ("not_now", "not_now")
    lead = wait_for(site.store.lead(code))
    assert "Your verdict" in does(li, code, "override", criterion="E13", verdict="pass", because="Infusion of June.")
    after = row_of(site, code)
    assert after.tier == "needs_review"
    assert after.clears_on is None
    assert (after.own_tier, after.own_clears_on) == ("not_now", before.clears_on)
    assert code not in sees(li, "?tier=not_now")
    assert code in sees(li, "?tier=needs_review")
    assert "from the answers alone: not now" in sees(li, f"/leads/{code}").lower()
    again = wait_for(site.store.lead(code))
    assert lead is not None
    assert again is not None
    assert (again.packet, again.tier) == (lead.packet, lead.tier)
    does(li, code, "override", criterion="E13", verdict="none", because="It was September after all.")
    assert row_of(site, code).tier == "not_now"


def test_a_decision_of_the_site_moves_every_lead_that_it_is_about(site: ConsoleSite, code: str) -> None:
    look = LeadKeeper(site.store, PROTOCOL, clock=site.clock).look
    assert wait_for(look()) == 0
    [about, *_] = wait_for(site.store.desk.open_points("E3"))
    decided = NewDecision("E3", about, "fail", date(2026, 11, 20), "Not by this protocol.")
    wait_for(site.store.desk.decide(decided, "account:pi"))
    assert wait_for(look()) == 1
    assert wait_for(look()) == 0
    row = row_of(site, code)
    assert (row.tier, row.clears_on) == ("not_now", None)  # a word of the site has no day on which it is over
    assert row.own_clears_on is not None


def test_an_open_lead_stands_as_judged_today_once_its_window_is_over(site: ConsoleSite, code: str) -> None:
    clears = row_of(site, code).clears_on
    assert clears is not None
    on(site, clears - timedelta(days=1))
    keep(site)
    assert row_of(site, code).tier == "not_now"
    on(site, clears)
    keep(site)
    row = row_of(site, code)
    assert row.tier == "needs_review"
    assert row.waits_for(clears) == clears


def test_a_lead_comes_up_on_the_day_that_an_override_leaves(site: ConsoleSite, li: Colleague) -> None:
    code = wait_for(hands_over(site.store))
    row = row_of(site, code)
    later = row.clears_on
    assert later is not None
    does(li, code, "override", criterion="I5", verdict="pass", because="Scored at the ward: 8.")
    on(site, later)
    keep(site)
    today = row_of(site, code)
    assert today.tier != "not_now"
    assert (today.clears_on, today.waits_for(later)) == (later, later)


@pytest.mark.parametrize("reason", [CloseCategory.WINDOW.value, "E13"])
def test_a_lead_closed_until_its_window_is_over_comes_back_once(
    site: ConsoleSite, li: Colleague, code: str, reason: str
) -> None:
    clears = row_of(site, code).clears_on
    assert clears is not None
    does(li, code, "claim")
    assert "It opens again by itself on" in does(li, code, "close", reason=reason, detail="")
    on(site, clears - timedelta(days=1))
    keep(site)
    assert row_of(site, code).work.status is LeadStatus.CLOSED
    on(site, clears)
    keep(site)
    keep(site)
    work = row_of(site, code).work
    assert (work.status, work.holder) == (LeadStatus.NEW, "")
    file = wait_for(site.store.desk.open(code, "account:x"))
    assert file is not None
    assert [one.who for one in file.steps if one.action == "come_back"] == ["program"]
    assert "window over: look again" in sees(site.sign_in("coordinator", "Late"))
    # Closed again for another reason, it stays closed.
    late = site.sign_in("coordinator", "Later")
    does(late, code, "claim")
    does(late, code, "close", reason="declined", detail="")
    on(site, clears + timedelta(days=400))
    keep(site)
    assert row_of(site, code).work.status is LeadStatus.CLOSED


@pytest.mark.parametrize("reason", ["declined", "travel", "I4"])
def test_a_lead_closed_for_anything_else_stays_closed(site: ConsoleSite, li: Colleague, code: str, reason: str) -> None:
    does(li, code, "claim")
    does(li, code, "close", reason=reason, detail="")
    on(site, date(2028, 1, 1))
    keep(site)
    assert row_of(site, code).work.status is LeadStatus.CLOSED


def test_a_lead_taken_up_again_by_hand_does_not_come_back(site: ConsoleSite, li: Colleague, code: str) -> None:
    does(li, code, "claim")
    does(li, code, "close", reason="window", detail="")
    does(li, code, "reopen")
    does(li, code, "close", reason="declined", detail="")
    on(site, date(2028, 1, 1))
    keep(site)
    assert row_of(site, code).work.status is LeadStatus.CLOSED


def test_without_a_day_nothing_is_closed_for_the_window(site: ConsoleSite, li: Colleague) -> None:
    told = girl()
    told.medicines.clear()
    code = wait_for(hands_over(site.store, told))
    does(li, code, "claim")
    assert "No day is known" in refused(li, code, "close", reason="window", detail="keep these words")
