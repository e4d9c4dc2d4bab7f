"""The translators' page of every card, in a real Chromium: under axe-core, on a phone, by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from bot.locale_preview.page import build, relative
from bot.locale_preview.taking import look
from bot.wording import FOLDER
from tests.browser.test_chromium import AXE, violations
from tests.wording.test_preview import PO, edited

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHAPTERS = ("hello", "letter")
# Chromium lays out what is off the screen only when it comes near; axe-core then measures places that are not there yet.
LAID_OUT = ".shot { content-visibility: visible !important }"
OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('.shot, figure, .bubble, .keys span, li')]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
    .map(one => one.tagName + '.' + one.className + ' ' + one.textContent.trim().slice(0, 60))"""
SEEN = "() => [...document.querySelectorAll('article.shot')].filter(one => one.offsetParent).map(one => one.id)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A few chapters, with a stale text and a forbidden word in it."""
    place = tmp_path_factory.mktemp("preview")
    folder = Path(shutil.copytree(FOLDER, place / "locales"))
    edited(folder, PO, "permission.health.ask", 'msgid ""\n"', 'msgid ""\n"Once. ')
    edited(folder, PO, "declined.text", 'msgstr "', 'msgstr "合格。')
    file = place / "page.html"
    file.write_text(build(*look(folder), relative(folder, file), only=CHAPTERS).html, encoding="utf-8")
    return file.as_uri()


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, address: str) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await page.goto(address)
    await page.add_style_tag(content=LAID_OUT)
    yield page
    await context.close()


async def test_axe_finds_nothing(page: Page) -> None:
    assert await page.locator(".mark").count() > 2
    assert await page.locator(".finding").count() > 0
    await page.evaluate(OPEN_ALL)
    assert violations((await Axe().run(page, options=AXE)).response) == []


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_wider_than_its_place(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await page.evaluate(OPEN_ALL)
    assert await page.evaluate(TOO_WIDE) == []


async def test_by_keyboard_one_comes_from_link_to_link(page: Page) -> None:
    """The pictures of browser pages hold buttons and fields; none of them is in the way."""
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "jump"
    await page.keyboard.press("Enter")
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('.web, .chat')") is None
        assert await page.evaluate("document.activeElement.closest('article') !== null")


async def test_only_what_needs_work_and_search(page: Page) -> None:
    everything = await page.evaluate(SEEN)
    await page.get_by_label("only what needs work").check()
    open_ = await page.evaluate(SEEN)
    assert 0 < len(open_) < len(everything)
    assert "card-permission" in open_
    assert "card-language" not in open_
    await page.get_by_label("only what needs work").uncheck()
    await page.get_by_label("Find").fill("recruiting.closed")
    assert await page.evaluate(SEEN) == ["card-permission-closed"]
    await page.get_by_label("Find").fill("")
    await page.get_by_label("Telegram").uncheck()
    assert not await page.locator("#card-permission-closed figure[data-look=telegram]").first.is_visible()
    assert await page.locator("#card-permission-closed figure[data-look=browser]").first.is_visible()
