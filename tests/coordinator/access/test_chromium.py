"""Signing in and the account pages in a real Chromium: without JavaScript, by keyboard, under axe-core."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Response, ViewportSize

from bot.store.account_records import NewAccount
from tests.coordinator.site import PASSWORD, ConsoleSite

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LANGUAGES = ("zh_Hans", "en")
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
DESK = ViewportSize(width=1280, height=800)
HEAVIEST = 100_000
# What sticks out, unless it stands in something that scrolls by itself.
WIDER = """() => document.documentElement.scrollWidth <= window.innerWidth ? "" : [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest(".wide"))
  .map(one => one.outerHTML.slice(0, 80)).join(" | ") || "something unseen" """
# Set to a folder to look at the pages.
PICTURES = os.environ.get("BRASLE_PICTURES")


async def faults(page: Page, name: str) -> list[str]:
    """What axe-core finds by day and by night, and whether the page is wider than the window."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        response: dict[str, Any] = (await Axe().run(page, options=AXE)).response
        found += [
            f"{scheme} {rule['id']}: {node['html'][:100]}" for rule in response["violations"] for node in rule["nodes"]
        ]
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    wider = await page.evaluate(WIDER)
    if wider:
        found.append(f"wider than the window: {wider}")
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def desk(chromium: Browser, served: ConsoleSite) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport=DESK, base_url=served.base)
    yield context
    await context.close()


async def come_in(context: BrowserContext, site: ConsoleSite, role: str, language: str) -> None:
    """A session of this role in the browser, without the ceremony of the form."""
    colleague = site.sign_in(role, f"{role} {language}", language)
    await context.add_cookies([{"name": "staff", "value": colleague.cookie("staff"), "url": site.base}])


async def follow_invitation(page: Page, site: ConsoleSite, name: str, language: str) -> list[str]:
    """The whole way of somebody invited, with every page looked at by axe."""
    from datetime import timedelta

    until = site.clock.now + timedelta(days=1)
    made = await site.store.staff.invite(NewAccount(name, "administrator", language), until, "command:test")
    await page.context.add_cookies([{"name": "staff-language", "value": language, "url": site.base}])
    await page.goto(f"/coordinator/invitation/{made.token}")
    found = await faults(page, f"{language}-invitation")
    await page.locator("main button").click()
    await page.wait_for_url("**/enrolment")
    found += await faults(page, f"{language}-password")
    await page.fill("#f-password", "short")
    await page.locator("main button").click()
    found += await faults(page, f"{language}-password-refused")
    await page.fill("#f-password", PASSWORD)
    await page.fill("#f-password_again", PASSWORD)
    await page.locator("main button").click()
    await page.wait_for_selector("svg")
    found += await faults(page, f"{language}-code")
    secret = (await page.inner_text(".secret code")).replace(" ", "")
    box = await page.locator(".picture svg").bounding_box()
    assert box is not None
    assert 200 <= box["width"] == box["height"]
    await page.fill("#f-code", pyotp.TOTP(secret).at(site.clock.now))
    await page.locator("main button").click()
    await page.wait_for_url("**/recovery-codes")
    found += await faults(page, f"{language}-recovery-codes")
    await page.locator("main button").click()
    await page.wait_for_selector("nav a[aria-current]")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_the_invitation_to_the_first_page(desk: BrowserContext, served: ConsoleSite, language: str) -> None:
    page = await desk.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    assert await follow_invitation(page, served, f"\u738b\u82b3 {language}", language) == []
    assert [problem for problem in problems if "422" not in problem] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_works_without_javascript(chromium: Browser, served: ConsoleSite, language: str) -> None:
    context = await chromium.new_context(viewport=DESK, base_url=served.base, java_script_enabled=False)
    page = await context.new_page()
    lin = served.account("administrator", f"Lin {language} without", language)
    await page.goto("/coordinator/accounts")
    await page.fill("#f-name", lin.name)
    await page.fill("#f-password", PASSWORD)
    await page.fill("#f-code", lin.code(served.clock.now))
    await page.locator("main button").click()
    await page.wait_for_url("**/coordinator/accounts")
    await page.locator(".you form").last.locator("button").click()
    await page.wait_for_url("**/sign-in?out=1")
    await context.close()


async def test_signing_in_and_out_by_keyboard_alone(desk: BrowserContext, served: ConsoleSite) -> None:
    lin = served.account("auditor", "Lin keyboard")
    page = await desk.new_page()
    await page.goto("/coordinator/sign-in")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "f-name"
    await page.keyboard.type(lin.name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Tab")
    await page.keyboard.type(lin.code(served.clock.now))
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/coordinator(/trail)?$"))
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('form')?.action.endsWith('/sign-out')"):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sign-in?out=1")


async def test_a_refused_form_stands_at_its_field(desk: BrowserContext, served: ConsoleSite) -> None:
    page = await desk.new_page()
    await page.goto("/coordinator/sign-in")
    await page.fill("#f-name", "Lin")
    await page.locator("main button").click()
    assert await page.evaluate("document.activeElement.id") == "f-password"
    assert await page.input_value("#f-name") == "Lin"


async def test_a_link_from_another_site_finds_who_is_signed_in(
    desk: BrowserContext, served: ConsoleSite, chromium: Browser
) -> None:
    lin = served.sign_in("auditor", "Lin mail")
    cookie = {"name": "staff", "value": lin.cookie("staff"), "url": served.base, "sameSite": "Strict"}
    await desk.add_cookies([cookie])  # type: ignore[list-item]
    page = await desk.new_page()
    # Another site with a link to us, as a mail in a browser is.
    mail = f'<a href="{served.base}/coordinator/trail">lead</a>'
    await page.route("http://mail.example/**", lambda route: route.fulfill(body=mail, content_type="text/html"))
    await page.goto("http://mail.example/")
    await page.click("a")
    await page.wait_for_url("**/coordinator/trail")
    assert await page.locator("h1").inner_text() == "Audit trail"


async def test_every_page_is_light_and_loads_nothing_from_elsewhere(desk: BrowserContext, served: ConsoleSite) -> None:
    await come_in(desk, served, "administrator", "zh_Hans")
    page = await desk.new_page()
    weights: dict[str, int] = {}
    hosts = set()
    loaded: list[Response] = []
    page.on("response", lambda answer: loaded.append(answer))  # noqa: PLW0108 - it wants a function of Python
    for name in ("sign-in", "account", "accounts", "trail"):
        loaded.clear()
        await page.goto(f"/coordinator/{name}")
        await page.wait_for_load_state("networkidle")
        weights[name] = 0
        for answer in loaded:
            hosts.add(answer.url.split("/")[2])
            if answer.status == 200:
                weights[name] += len(await answer.body())
    assert hosts == {served.base.removeprefix("http://")}
    assert max(weights.values()) < HEAVIEST, weights


async def test_nobody_comes_back_by_the_back_button(desk: BrowserContext, served: ConsoleSite) -> None:
    await come_in(desk, served, "auditor", "en")
    page = await desk.new_page()
    await page.goto("/coordinator/trail")
    await page.locator(".you form").last.locator("button").click()
    await page.wait_for_url("**/sign-in?out=1")
    await page.go_back()
    assert "/sign-in" in page.url
