"""A family at a browser, in its interview with the running server, over real HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp
from starlette.datastructures import FormData

from bot.channels.browser_form import read_form
from tests.browser.reading_pages import Page
from tests.faults.families import CALM, ONWARDS

NAME = "A family at a browser"


def browsing() -> aiohttp.ClientSession:
    """A browser's connections and cookies, also those of an address without a name."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


@dataclass
class BrowserFamily:
    """`confirmed` are the messages, as `Incoming.id` names them, after which the next page was promised; `words` the last
    answer's page."""

    address: str
    http: aiohttp.ClientSession
    page: Page = field(default_factory=Page)
    form: list[tuple[str, str]] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    words: str = ""

    @property
    def session(self) -> str:
        return next(cookie.value for cookie in self.http.cookie_jar if cookie.key == "talk")

    async def opens(self, path: str = "/") -> int:
        async with self.http.get(self.address + path) as answer:
            self.page = Page()
            self.page.feed(await answer.text())
            return answer.status

    async def answers(self) -> int:
        """Press what a calm family presses, or write its name and number; the answer's status."""
        press = next((one for wanted in (*ONWARDS, *CALM) for one in self.page.buttons if one[1] == wanted), None)
        words = "+86 138 0013 8000" if ("aside", "back") in self.page.buttons else NAME
        self.form = [*self.page.hidden, press or ("text", words)]
        return await self.sends()

    async def sends(self) -> int:
        """The form as it stands; its page is opened if it was taken."""
        said = read_form(FormData(dict(self.form)), self.session, None, None)
        async with self.http.post(self.address + "/answer", data=self.form, allow_redirects=False) as answer:
            status, self.words = answer.status, await answer.text()
            place = answer.headers.get("location", "/")
        if status == 303:
            self.confirmed.append(said.id)
            await self.opens(place)
        return status
