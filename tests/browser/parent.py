"""A parent with a phone without JavaScript, in a real Chromium: reads the card and presses, ticks or types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.async_api import Page

Answer = str | tuple[str, ...]


@dataclass
class Parent:
    """`answered` is what was given at each card; `addresses` and `titles` are all that the browser history holds."""

    page: Page
    answered: list[tuple[str, Answer]] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)

    async def card(self) -> str:
        """The id of the card on the screen; empty on a page without one."""
        self.addresses.add(self.page.url)
        self.titles.add(await self.page.title())
        found = self.page.locator("#said input[name=card]")
        (id,) = await found.evaluate_all("fields => fields.map(field => field.value)") or [""]
        return str(id)

    async def heading(self) -> str:
        return await self.page.inner_text("h1")

    async def words(self) -> str:
        return await self.page.inner_text("main")

    async def notes(self) -> str:
        return "\n".join(await self.page.locator("[role=status]").all_inner_texts())

    async def press(self, id: str) -> str:
        async with self.page.expect_navigation():
            await self.page.locator(f"button[value='{id}']").first.click()
        return await self.card()

    async def tick(self, *ids: str) -> None:
        for id in ids:
            await self.page.locator(f"input[value='{id}']").check()

    async def write(self, text: str) -> None:
        folded = self.page.locator("details.typing:not([open]) summary")
        if await folded.count():
            await folded.click()
        await self.page.fill("#text", text)

    async def type(self, text: str) -> str:
        """Write and send, in a short field by the Enter key."""
        await self.write(text)
        async with self.page.expect_navigation():
            if await self.page.locator("textarea#text").count():
                await self.page.locator(".entry button").click()
            else:
                await self.page.press("#text", "Enter")
        return await self.card()

    async def ids(self) -> list[str]:
        """What can be pressed on the card itself."""
        buttons = self.page.locator("main button[name]")
        ids: list[str] = await buttons.evaluate_all("buttons => buttons.map(button => button.value)")
        return ids

    async def give(self, answer: Answer) -> str:
        """`"id"` presses, `("=words",)` types, `("box", ..., "id")` ticks and presses."""
        self.answered.append((await self.card(), answer))
        if isinstance(answer, str):
            return await self.press(answer)
        if answer[0].startswith("="):
            return await self.type(answer[0][1:])
        await self.tick(*answer[:-1])
        return await self.press(answer[-1])

    async def go_on(self, until: str, plan: Mapping[str, Answer]) -> None:
        """Answer by the plan, otherwise "none of these", "no" or "not sure", until that card."""
        for _ in range(80):
            card = await self.card()
            if card == until:
                return
            at_hand = await self.ids()
            usual = [id for id in ("choose:none", "choose:no", "choose:no_report", "unsure") if id in at_hand]
            answer = plan.get(card) or plan.get(card.rpartition(".")[2]) or usual[0]
            await self.give(answer)
        raise AssertionError(f"never came to {until}: stood at {card}")
