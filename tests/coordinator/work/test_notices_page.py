"""What does not get through is seen in the console: failing channels, given-up notices, unreachable families."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from bot.flood import PERSON_BURST, Gate, Limits
from bot.notice_plan import NoticePlan
from bot.store.announcing import Announcement
from tests.coordinator.site import ConsoleSite, wait_for
from tests.coordinator.work.families import hands_over
from tests.coordinator.work.test_pages import HOME, sees


async def a_notice(site: ConsoleSite, code: str) -> int:
    rows = NoticePlan(first=("0",)).rows("pi", {"code": code, "url": ""}, site.clock.now)
    await site.store.desk.announce([Announcement(code, "pi", tuple(rows))])
    [item] = await site.store.due("notice", 9, site.clock.now)
    return item.id


def test_a_failing_channel_is_seen_above_the_queue_and_on_its_page(site: ConsoleSite) -> None:
    li = site.sign_in("coordinator")
    code = wait_for(hands_over(site.store))
    number = wait_for(a_notice(site, code))
    assert "not getting through" not in sees(li)
    for _ in range(3):
        wait_for(site.store.retry(number, site.clock.now + timedelta(seconds=30), "the notice service did not take it"))
    assert "not getting through" in sees(li)
    page = sees(li, "/notices")
    assert "Failing: tried 3 times" in page
    wait_for(site.store.give_up(number, "this target is no longer among BRASLE_NOTIFY"))
    page = sees(li, "/notices")
    assert "this target is no longer among BRASLE_NOTIFY" in page
    assert "a late first call, to the PI" in page
    assert "not getting through" not in sees(li)


def test_an_unreachable_family_is_seen_in_the_queue_on_its_lead_and_on_the_page(site: ConsoleSite) -> None:
    li = site.sign_in("coordinator")
    code = wait_for(hands_over(site.store))
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    wait_for(site.store.unreachable(lead.person or "", "Forbidden: bot was blocked by the user"))
    assert "chat unreachable" in sees(li)
    assert "Their chat takes no messages any more" in sees(li, f"/leads/{code}")
    page = sees(li, "/notices")
    assert code in page
    assert "takes no messages: 1" in page


def test_the_administrator_sees_channels_but_no_lead(site: ConsoleSite) -> None:
    code = wait_for(hands_over(site.store))
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    wait_for(site.store.unreachable(lead.person or "", "blocked"))
    page = sees(site.sign_in("administrator"), "/notices")
    assert code not in page
    assert site.sign_in("auditor").get(f"{HOME}/notices").status_code == 403


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_without_anybody_to_tell_the_page_says_so(site: ConsoleSite, language: str) -> None:
    page = sees(site.sign_in("pi", language=language), "/notices")
    assert "BRASLE_NOTIFY" in page
    assert "console." not in page


async def test_who_was_asked_to_wait_is_counted_on_the_page(site: ConsoleSite) -> None:
    async def knows(address: str) -> bool:
        return address == "family"

    now = site.clock.now.timestamp()
    gate = Gate("browser", knows, Limits(person=60), clock=lambda: now)
    site.console.floods["browser"] = gate
    li = await asyncio.to_thread(site.sign_in, "coordinator")
    page = await asyncio.to_thread(sees, li, "/notices")
    assert re.search(r"Asked to wait.* Browser 0 0 ", page)
    turned = [await gate.admit("family") for _ in range(PERSON_BURST + 7)]
    away = sum(one is not None for one in turned)
    assert away >= 6
    assert await gate.admit("family", "I want to die") is None
    page = await asyncio.to_thread(sees, li, "/notices")
    assert f" Browser {away} 1 " in page
