"""From the sign-in to a closed lead in a real Chromium by keyboard alone: whatever has the focus is seen to have it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from bot.message import Text
from tests.coordinator.site import PASSWORD, WORDING, ConsoleSite
from tests.coordinator.work.families import hands_over

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What the focus looks like: drawn around, inside of the window, and with nothing else on top of it.
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none"
  const x = box.x + Math.min(box.width, innerWidth - box.x) / 2, y = box.y + Math.min(box.height, innerHeight - box.y) / 2
  const top = document.elementFromPoint(x, y)
  return {
    name: one.textContent.trim().replace(/\\s+/g, " "),
    field: one.name || "",
    fault: one === document.body ? "" : !drawn ? "not drawn" : !box.width || box.bottom < 0 || box.top > innerHeight ? "out of sight"
      : top && !one.contains(top) && !top.contains(one) ? "covered by " + top.outerHTML.slice(0, 60) : "",
  }
}"""


class Keyboard:
    """A person without a mouse. `hidden` is what had the focus without being seen to."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.hidden: list[str] = []

    async def press(self, key: str) -> None:
        await self.page.keyboard.press(key)

    async def reach(self, what: str) -> None:
        """Tab until the thing with this name, or the field, has the focus."""
        for _ in range(150):
            await self.press("Tab")
            focus = await self.page.evaluate(FOCUS)
            if focus["fault"]:
                self.hidden.append(f"{focus['name'][:40]}: {focus['fault']}")
            if what in (focus["name"], focus["field"]):
                return
        raise AssertionError(f"no way by Tab to {what!r}")

    async def on(self, what: str, said: str) -> None:
        """Reach it, press it, and wait for what the page says then."""
        await self.reach(what)
        await self.press("Enter")
        await self.page.get_by_text(said).first.wait_for()


@pytest.mark.parametrize("language", [code for code, _ in WORDING.languages()])
async def test_from_the_sign_in_to_a_closed_lead(served: ConsoleSite, chromium: Browser, language: str) -> None:
    def word(key: str, **values: str | int) -> str:
        return WORDING.say(Text(key=f"console.{key}", values=dict(values)), language)

    li = served.account("coordinator", "Li Min", language)
    code = await hands_over(served.store)
    context = await chromium.new_context(viewport={"width": 1366, "height": 768})
    await context.add_cookies([{"name": "staff-language", "value": language, "url": served.base}])
    page = await context.new_page()
    hands = Keyboard(page, language)
    await page.goto(f"{served.base}/coordinator")
    await hands.reach("name")
    await page.keyboard.type(li.name)
    await hands.reach("password")
    await page.keyboard.type(PASSWORD)
    await hands.reach("code")
    await page.keyboard.type(li.code(served.clock.now))
    await hands.press("Enter")
    await page.get_by_role("heading", name=word("queue.title")).wait_for()
    await hands.on(code, word("lead.claim_first"))
    await hands.on(word("lead.claim"), word("lead.did.claimed"))
    await hands.reach(word("lead.note_call"))
    await hands.press("Enter")
    await hands.reach("outcome")
    await hands.press("Space")
    await hands.reach("remark")
    await page.keyboard.type("spoke with the mother")
    await hands.on(word("lead.note_call"), word("lead.did.call_noted"))
    await hands.reach(word("lead.close"))
    await hands.press("Enter")
    await hands.reach("reason")
    for _ in range(2):  # the first reason, the time window, has a word of its own
        await hands.press("ArrowDown")
    await hands.on(word("lead.close"), word("lead.did.closed"))
    lead = await served.store.lead(code)
    assert lead is not None
    assert lead.status == "closed"
    file = await served.store.desk.open(code, "test")
    assert file is not None
    assert [one.remark for one in file.attempts] == ["spoke with the mother"]
    await context.close()
    assert hands.hidden == []
