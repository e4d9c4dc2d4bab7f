"""The coordinators' work in a real Chromium: by keyboard alone, and one printed sheet."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.coordinator.site import Colleague, ConsoleSite
from tests.coordinator.work.families import girl, hands_over

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(chromium: Browser, site: ConsoleSite, who: Colleague, **more: Any) -> Page:
    context = await chromium.new_context(**more)
    await context.add_cookies([{"name": "staff", "value": who.cookie("staff"), "url": site.base}])
    return await context.new_page()


async def test_claim_call_and_close_by_keyboard_alone(served: ConsoleSite, chromium: Browser) -> None:
    li = served.sign_in("coordinator", "Li Min")
    code = await hands_over(served.store)
    page = await opened(chromium, served, li)
    await page.goto(f"{served.base}/coordinator/leads/{code}")

    async def press(name: str, key: str = "Enter") -> None:
        """Tab until the thing with this name has the focus, then press a key."""
        for _ in range(200):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.textContent.trim()") == name:
                await page.keyboard.press(key)
                return
        raise AssertionError(f"no way by Tab to {name!r}")

    await press("Claim")
    await page.get_by_text("You have the lead now.").wait_for()
    await press("Note a call")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.type("spoke with the mother")
    await press("Note a call")
    await page.get_by_text("The call is noted.").wait_for()
    await press("Close")
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await press("Close")
    await page.get_by_text("Closed. The family does not see the reason.").wait_for()
    lead = await served.store.lead(code)
    assert lead is not None
    assert lead.status == "closed"
    await page.context.close()


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_a_lead_is_printed_on_one_sheet(served: ConsoleSite, chromium: Browser, language: str) -> None:
    li = served.sign_in("pi", "Li Min", language)
    code = await hands_over(served.store, girl("en"))
    page = await opened(chromium, served, li)
    await page.goto(f"{served.base}/coordinator/leads/{code}")
    sheet = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    await page.context.close()
