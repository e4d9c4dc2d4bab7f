"""Every page that a real conversation shows, from the first hello to the deleted end, under axe-core in both languages."""

from __future__ import annotations

import pytest

from tests.browser.parent import Parent
from tests.browser.test_chromium import faults
from tests.browser.test_interview import Clinic, clinic

__all__ = ["clinic"]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What is pressed (or typed, after a ') on the way through the questions; at any other card "not sure".
GIVEN = {
    "respondent": "choose:parent",
    "birth_date": "'2016-03-05",
    "sex": "choose:female",
    "diagnosis": "choose:sle",
    "medicines": "'prednisone",
    "hepatitis_b": "choose:negative",
    "mood": "choose:none",
}
PAGES = ("later", "about", "privacy", "mydata")


async def command(parent: Parent, name: str) -> None:
    async with parent.page.expect_navigation():
        await parent.page.locator(f"button[name=command][value='{name}']").first.click()


async def answer(parent: Parent, card: str) -> None:
    given = GIVEN.get(card, "unsure")
    if given.startswith("'"):
        await parent.type(given[1:])
        return
    if not await parent.page.locator(f"button[value='{given}']").count():
        given = await parent.page.locator("button.choice, button.primary").first.get_attribute("value") or "done"
    await parent.press(given)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_axe_finds_nothing_from_hello_to_the_end(clinic: Clinic, language: str) -> None:
    context = await clinic.browser.new_context(viewport={"width": 320, "height": 640}, locale=language)
    parent = Parent(await context.new_page())
    page, found, seen = parent.page, {}, set()

    async def look() -> None:
        heading = await parent.heading()
        if heading not in seen:
            seen.add(heading)
            found[heading] = await faults(page)

    await page.goto(clinic.url)
    await look()
    await parent.press("language:zh_Hans" if language == "zh-CN" else "language:en")
    await look()
    await parent.press("agree")
    for name in PAGES:
        await command(parent, name)
        await look()
        await parent.press("close")
    await parent.press("person")
    await look()
    await parent.press("resume")
    kinds: set[str] = set()
    while (card := await parent.card()) != "review":
        kind = card.split(".")[-1]
        if kind not in kinds:
            kinds.add(kind)
            await look()
        listed = card == "medicines" and await page.locator("button[value^='remove:']").count()
        await (parent.press("done") if listed else answer(parent, card))
        assert len(kinds) < 80
    await look()
    await parent.press("confirm")
    await look()
    await parent.press("want_contact")
    await look()
    await parent.press("agree")
    for step in ("'Mother", "way:phone", "'13800138000", "time:any", "travel:yes", "child:yes", "done", "send"):
        await look()
        await (parent.type(step[1:]) if step.startswith("'") else parent.press(step))
    await look()
    await parent.press("stop")
    await look()
    await parent.press("delete")
    await look()
    await parent.press("delete_yes")
    await look()
    assert {heading: faults_ for heading, faults_ in found.items() if faults_} == {}
    assert len(found) >= 40
