"""Passkeys in a real Chromium, with a virtual authenticator: added, signed in with, refused in words; and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from bot.coordinator.passkeys import party_of
from bot.store.store import Store
from tests.browser.serving import serve
from tests.coordinator.access.test_chromium import DESK, LANGUAGES, faults
from tests.coordinator.site import PASSWORD, Account, ConsoleSite, open_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ASK, MAKE, OFF = "[data-passkey-ask]", "[data-passkey-make]", "[data-passkey-off]"
SIGN_IN = "/coordinator/sign-in"
ACCOUNT = re.compile("^[^?]*/coordinator/account$")


@pytest_asyncio.fixture(loop_scope="session")
async def local(tmp_path: Path) -> AsyncIterator[ConsoleSite]:
    """A console at localhost, where browsers offer passkeys without https."""
    stores: list[Store] = []
    site = open_site(tmp_path / "data", stores.append)
    server, task, base = await serve(site.app)
    site.base = base.replace("127.0.0.1", "localhost")
    site.console.passkeys.party = party_of(site.base)
    yield site
    server.should_exit = True
    await task
    stores[0].close_now()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(chromium: Browser, local: ConsoleSite) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport=DESK, base_url=local.base)
    yield context
    await context.close()


async def with_device(page: Page) -> tuple[CDPSession, str]:
    """Put a virtual authenticator into this page's browser."""
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    made = await devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devices, str(made["authenticatorId"])


async def come_in(page: Page, site: ConsoleSite, lin: Account) -> None:
    """Sign in with the code."""
    site.clock.pass_by(seconds=30)
    await page.goto(f"{SIGN_IN}?next=/coordinator/account")
    await page.fill("#f-name", lin.name)
    await page.fill("#f-password", PASSWORD)
    await page.fill("#f-code", lin.code(site.clock.now))
    await page.keyboard.press("Enter")
    await page.wait_for_url(ACCOUNT)


async def go_out(page: Page) -> None:
    await page.locator(".you form").last.locator("button").click()
    await page.wait_for_url("**/sign-in?out=1")


async def add(page: Page, site: ConsoleSite, lin: Account, name: str = "Work laptop") -> None:
    """From the account page to the page that makes the passkey."""
    site.clock.pass_by(seconds=30)
    await page.locator("details:has(#f-passkey_name) summary").click()
    await page.fill("#f-passkey_name", name)
    await page.fill("#f-password_for_passkey", PASSWORD)
    await page.fill("#f-code-4", lin.code(site.clock.now))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/account/passkeys/new")


async def enter(page: Page, lin: Account) -> None:
    await page.goto(f"{SIGN_IN}?next=/coordinator/account")
    await page.fill("#f-name", lin.name)
    await page.fill("#f-password", PASSWORD)
    await page.locator(ASK).click()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_passkey_is_added_and_opens_and_stands_in_for_the_code(
    desk: BrowserContext, local: ConsoleSite, language: str
) -> None:
    page, lin = await desk.new_page(), local.account("auditor", f"Lin {language}", language)
    devices, device = await with_device(page)
    await desk.add_cookies([{"name": "staff-language", "value": language, "url": local.base}])
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(SIGN_IN)
    await come_in(page, local, lin)
    await add(page, local, lin)
    found = await faults(page, f"passkey-{language}-new")  # the others are in the walk of all pages
    await page.locator(MAKE).click()
    await page.wait_for_url(ACCOUNT)
    assert "Work laptop" in await page.inner_text("#said")
    [held] = (await devices.send("WebAuthn.getCredentials", {"authenticatorId": device}))["credentials"]
    assert (held["rpId"], held["isResidentCredential"]) == ("localhost", True)
    await go_out(page)
    await enter(page, lin)
    await page.wait_for_url(ACCOUNT)
    [last, *_] = await local.store.staff.sign_ins(lin.id)
    assert (last.by_passkey, last.is_new) == (True, False)
    # And in place of the code, removing itself.
    await page.locator("details:has(#f-passkey_mark) summary").click()
    await page.select_option("#f-passkey_mark", index=1)
    await page.fill("#f-password_to_remove", PASSWORD)
    remove = page.locator("form[action$='/passkeys/remove']")
    await remove.locator(ASK).click()
    await page.wait_for_url(ACCOUNT)
    await page.wait_for_selector("#said .said")
    assert await local.store.staff.passkeys(lin.id) == []
    assert found == []
    assert problems == []


async def test_what_the_device_or_the_server_refuses_is_said_in_words(desk: BrowserContext, local: ConsoleSite) -> None:
    page, lin = await desk.new_page(), local.account("auditor", "Lin refused")
    devices, device = await with_device(page)
    await desk.add_cookies([{"name": "staff-language", "value": "en", "url": local.base}])
    await page.goto(SIGN_IN)
    await page.locator(ASK).click()  # nothing typed: the server says what is missing
    await page.wait_for_selector("#f-name-problem")
    assert await page.locator("#f-code-problem").count() == 0
    await come_in(page, local, lin)
    verified = {"authenticatorId": device, "isUserVerified": False}
    await add(page, local, lin)
    await devices.send("WebAuthn.setUserVerified", verified)
    await page.locator(MAKE).click()
    said = page.locator("[data-passkey-said]:not(:empty)")
    await said.wait_for()
    assert "No passkey was made" in await said.inner_text()
    await devices.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    await page.locator(MAKE).click()  # the page is as good as before
    await page.wait_for_url(ACCOUNT)
    await add(page, local, lin, "The same once more")
    await page.locator(MAKE).click()
    await said.wait_for()
    assert "already has a passkey" in await said.inner_text()
    await go_out_of(page, desk)
    await devices.send("WebAuthn.setUserVerified", verified)
    await enter(page, lin)
    await said.wait_for()
    assert "No passkey was used" in await said.inner_text()
    assert await page.input_value("#f-password") == PASSWORD  # nothing typed is lost
    await devices.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    await local.store.staff.disable(lin.id, "command:test")
    await page.locator(ASK).click()
    await page.wait_for_selector("#form-problem")
    assert "Name, password or passkey is not right" in await page.inner_text("#form-problem")


async def go_out_of(page: Page, context: BrowserContext) -> None:
    """As go_out, from a page without its own way there."""
    await page.goto("/coordinator/account")
    await go_out(page)
    assert all(one["name"] != "staff" for one in await context.cookies())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_javascript_the_pages_say_so_and_the_code_is_there(
    chromium: Browser, local: ConsoleSite, language: str
) -> None:
    context = await chromium.new_context(viewport=DESK, base_url=local.base, java_script_enabled=False)
    page, lin = await context.new_page(), local.account("auditor", f"Lin without {language}", language)
    await context.add_cookies([{"name": "staff-language", "value": language, "url": local.base}])
    await page.goto(SIGN_IN)
    assert "JavaScript" in await page.locator(OFF).inner_text()
    assert not await page.locator(ASK).is_visible()
    await come_in(page, local, lin)
    assert "JavaScript" in await page.locator(OFF).inner_text()
    assert not await page.locator("details:has(#f-passkey_name)").is_visible()
    await context.close()


async def test_at_another_address_the_page_says_where_passkeys_work(chromium: Browser, local: ConsoleSite) -> None:
    context = await chromium.new_context(viewport=DESK, base_url=local.base.replace("localhost", "127.0.0.1"))
    page = await context.new_page()
    await page.goto(SIGN_IN)
    await page.wait_for_function(f"document.querySelector('{OFF}').textContent.includes('{local.base}')")
    assert not await page.locator(ASK).is_visible()
    await context.close()


async def test_a_browser_that_knows_no_passkeys_says_so(desk: BrowserContext, local: ConsoleSite) -> None:
    page = await desk.new_page()
    await page.add_init_script("delete window.PublicKeyCredential")
    await desk.add_cookies([{"name": "staff-language", "value": "en", "url": local.base}])
    await page.goto(SIGN_IN)
    assert "cannot use passkeys" in await page.locator(OFF).inner_text()
    assert not await page.locator(ASK).is_visible()
