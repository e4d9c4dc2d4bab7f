"""What changes in place, without leaving the page: a claim in the queue, a search, a private item; and the focus."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.coordinator.site import Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import girl, hands_over
from tests.coordinator.work.test_pages import code, li, text_of, wang
from tests.coordinator.work.test_work_chromium import opened

__all__ = ["code", "li", "wang"]

HOME = "/coordinator"
KEPT = "window.kept = true"  # gone if the page was left


def test_the_second_who_claims_in_the_queue_reads_who_has_the_lead(
    site: ConsoleSite, li: Colleague, wang: Colleague, code: str
) -> None:
    path = f"{HOME}/view/unclaimed/claim"
    taken = li.post(path, lead_code=code)
    assert taken.status_code == 200
    assert f"You have {code} now." in text_of(taken.text)
    late = wang.post(path, lead_code=code)
    assert late.status_code == 409
    assert "Li Min has this lead." in text_of(late.text)
    assert li.post(path, lead_code="BR-777777").status_code == 404
    assert li.post(f"{HOME}/view/nonsense/claim", lead_code=code).status_code == 404
    assert site.sign_in("auditor", "Auditor").post(path, lead_code=code).status_code == 403
    work = next(one.work for one in wait_for(site.store.desk.queue()) if one.code == code)
    assert wait_for(site.store.staff.names())[work.holder] == "Li Min"


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_stays_where_it_is_and_keeps_the_focus(served: ConsoleSite, chromium: Browser) -> None:
    me = served.sign_in("pi", "Li Min", "en")
    codes = [await hands_over(served.store, girl("en")) for _ in range(2)]
    page = await opened(chromium, served, me)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))

    await page.goto(f"{served.base}{HOME}")
    await page.evaluate(KEPT)
    await page.focus(f"#act-{codes[0]}")
    await page.keyboard.press("Enter")
    await said(page, f"You have {codes[0]} now.")
    assert await focus(page) == f"act-{codes[0]}"

    await page.fill("#search", "nobody of this name")
    await page.keyboard.press("Enter")
    await said(page, "Found: 0")
    assert await focus(page) == "search"
    assert await page.evaluate("window.kept")

    await page.goto(f"{served.base}{HOME}/view/unclaimed")
    await page.evaluate(KEPT)
    await page.locator(f"#act-{codes[1]}").press("Enter")
    await said(page, f"You have {codes[1]} now.")
    assert await page.evaluate("document.activeElement.tagName") == "H1"  # its row is not in this view any more
    assert await page.evaluate("window.kept")

    await page.goto(f"{served.base}{HOME}/leads/{codes[1]}")
    await page.evaluate(KEPT)
    await page.click("#row-E10 > summary")
    await page.click("#row-E10 button")
    await page.locator("#row-E10 blockquote").first.wait_for()
    await page.locator("#row-E10 > summary:focus").wait_for()
    assert await page.locator("#row-E10 button").count() == 0
    assert await page.evaluate("window.kept")
    assert [one for one in told if "Content Security Policy" in one] == []
    await page.context.close()


async def said(page: Page, text: str) -> None:
    await page.locator("#said", has_text=text).wait_for()


async def focus(page: Page) -> Any:
    return await page.evaluate("document.activeElement.id")
