"""The coordinators' work in a real Chromium: one printed sheet."""

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


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_a_lead_is_printed_on_one_sheet(served: ConsoleSite, chromium: Browser, language: str) -> None:
    li = served.sign_in("pi", "Li Min", language)
    code = await hands_over(served.store, girl("en"))
    page = await opened(chromium, served, li)
    await page.goto(f"{served.base}/coordinator/leads/{code}")
    sheet = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    await page.context.close()
