"""The pages in a real Chromium: without JavaScript, on a small phone, by keyboard, and under axe-core."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize

from tests.browser.serving import Site
from tests.browser.stub_conversation import CARDS, WORDS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
LANGUAGES = ("zh-CN", "en")
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
AXE_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
TOO_SMALL_FOR_A_THUMB = """() =>
    [...document.querySelectorAll("button, .button, label.box, summary, input[type=text], textarea")]
        .filter(one => !one.classList.contains("unseen"))
        .map(one => [one.textContent, one.getBoundingClientRect()])
        .filter(([_, box]) => box.height && (box.height < 44 || box.width < 44))
        .map(([text]) => text)
"""
NOTICES = {"not_found": "/nowhere", "resume": "/r/some-link"}


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A small phone without JavaScript: the least that the chat must work on."""
    context = await chromium.new_context(viewport=SMALL_PHONE, java_script_enabled=False, locale="zh-CN")
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def with_scripts(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport=SMALL_PHONE, locale="zh-CN")
    yield context
    await context.close()


async def session_of(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in await context.cookies() if cookie["name"] == "talk")


async def stand_at(page: Page, site: Site, card: str) -> None:
    """Show one card; its page must have been open before."""
    site.conversation.go_to(await session_of(page.context), card)
    await page.goto(site.url)


async def press(button: Locator) -> None:
    """Press and wait for the page that follows."""
    async with button.page.expect_navigation():
        await button.click()


def violations(found: dict[str, Any]) -> list[str]:
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]
    ]


async def faults(page: Page) -> list[str]:
    """What axe-core finds on a page by day, and of its colours by night."""
    found = violations((await Axe().run(page, options=AXE)).response)
    await page.emulate_media(color_scheme="dark")
    found += violations((await Axe().run(page, options=AXE_COLOURS)).response)
    await page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing_on_any_page(chromium: Browser, served: Site, language: str) -> None:
    context = await chromium.new_context(viewport=SMALL_PHONE, locale=language)
    page = await context.new_page()
    await page.goto(served.url)
    found = {}
    for card in CARDS:
        await stand_at(page, served, card)
        found[card] = await faults(page)
    await stand_at(page, served, "number")
    await press(page.locator("button.primary"))
    found["empty field"] = await faults(page)
    await stand_at(page, served, "choice")
    await press(page.locator("button.choice").first)
    found["last answer"] = await faults(page)
    for name, path in NOTICES.items():
        await page.goto(served.url + path)
        found[name] = await faults(page)
    await page.goto(served.url)
    served.conversation.broken = True
    await press(page.locator("footer button").first)
    found["trouble"] = await faults(page)
    await context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_fits_a_small_phone_and_a_thumb(chromium: Browser, served: Site, language: str) -> None:
    context = await chromium.new_context(viewport=SMALL_PHONE, locale=language)
    page = await context.new_page()
    await page.goto(served.url)
    for card in CARDS:
        await stand_at(page, served, card)
        assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"], card
        assert await page.evaluate(TOO_SMALL_FOR_A_THUMB) == [], card
    await context.close()


async def test_the_whole_way_without_javascript_and_back_harms_nothing(phone: BrowserContext, served: Site) -> None:
    words = WORDS["zh"]
    page = await phone.new_page()
    await page.goto(served.url)
    await press(page.get_by_role("button", name=words["permission.yes"]))
    await press(page.get_by_role("button", name=words["sex.girl"]))
    await page.get_by_label(words["heart.disease"]).check()
    await press(page.get_by_role("button", name="选好了，继续"))
    await page.get_by_label(words["entry.type_here"]).fill("2026年3月")
    await press(page.get_by_role("button", name="填好了，继续"))
    assert words["medicines.ask"] in await page.inner_text("h1")
    said = [(one.button, one.choices, one.text) for one in served.conversation.said]
    assert said == [
        ("yes", None, None),
        ("choose:girl", None, None),
        (None, ("tick:disease", "tick:clot"), None),
        (None, None, "2026年3月"),
    ]
    await page.go_back()
    assert words["medicines.ask"] in await page.inner_text("h1")
    assert "点了手机的返回" in await page.inner_text("[role=status]")
    await press(page.get_by_role("button", name=words["medicines.done"]))
    await page.reload()
    assert words["weight.ask"] in await page.inner_text("h1")
    assert len(served.conversation.said) == 5
    assert re.fullmatch(rf"{served.url}/card/5", page.url)


async def test_the_keyboard_alone_is_enough(with_scripts: BrowserContext, served: Site) -> None:
    page = await with_scripts.new_page()
    await page.goto(served.url)
    await stand_at(page, served, "choice")
    seen = []
    for _ in range(20):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate("document.activeElement.textContent.trim()"))
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", seen[-1]
        if seen[-1] == WORDS["zh"]["sex.boy"]:
            break
    assert seen == ["直接看问题", "English", WORDS["zh"]["sex.girl"], WORDS["zh"]["sex.boy"]]
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{served.url}/card/2")
    await page.get_by_label(WORDS["zh"]["heart.oxygen"]).focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="选好了，继续").press("Enter")
    await page.wait_for_url(f"{served.url}/card/3")
    assert [one.button or one.choices for one in served.conversation.said] == [
        "choose:boy",
        ("tick:oxygen", "tick:clot"),
    ]


async def test_enter_in_a_field_sends_what_was_typed_and_presses_nothing(phone: BrowserContext, served: Site) -> None:
    page = await phone.new_page()
    await page.goto(served.url)
    await stand_at(page, served, "date")
    await page.fill("#text", "2026-03")
    await page.press("#text", "Enter")
    await page.wait_for_url(f"{served.url}/card/4")
    (said,) = served.conversation.said
    assert (said.text, said.button, said.command) == ("2026-03", None, None)


async def test_a_double_tap_is_one_answer(with_scripts: BrowserContext, served: Site) -> None:
    page = await with_scripts.new_page()
    await page.goto(served.url)
    await stand_at(page, served, "choice")
    await page.locator("button.choice").first.dblclick()
    await page.wait_for_url(f"{served.url}/card/2")
    assert len(served.conversation.said) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_urgent_card_is_an_alert_whose_numbers_dial(chromium: Browser, served: Site, language: str) -> None:
    context = await chromium.new_context(viewport=SMALL_PHONE, java_script_enabled=False, locale=language)
    page = await context.new_page()
    await page.goto(served.url)
    await stand_at(page, served, "urgent")
    alert = page.get_by_role("alert")
    words = WORDS[language[:2]]["urgent.text"]
    assert re.sub(r"\s+", "", words) in re.sub(r"\s+", "", await alert.inner_text())
    assert await alert.locator(".lines").count() >= 4, "a sentence a line"
    numbers = [await link.get_attribute("href") for link in await alert.locator(".lines a").all()]
    assert {"tel:120", "tel:12356"} == set(numbers)
    buttons = [await link.get_attribute("href") for link in await alert.locator("a.button").all()]
    assert buttons == ["tel:120", "tel:12356"]
    await context.close()


async def test_too_much_text_from_a_real_browser_gets_a_kind_page(phone: BrowserContext, served: Site) -> None:
    page = await phone.new_page()
    await page.goto(served.url)
    await stand_at(page, served, "remark")
    await page.fill("#text", "x" * 1_200_000)
    await press(page.get_by_role("button", name="填好了，继续"))
    assert await page.inner_text("h1") == "这段文字太长了"
    await press(page.get_by_role("link", name="回到问题"))
    assert WORDS["zh"]["remark.ask"] in await page.inner_text("h1")


async def test_nothing_is_loaded_from_anywhere_else_and_no_policy_is_broken(
    with_scripts: BrowserContext, served: Site
) -> None:
    page = await with_scripts.new_page()
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    await page.goto(served.url)
    for card in CARDS:
        await stand_at(page, served, card)
    assert all(url.startswith(served.url) for url in asked)
    assert told == []
