"""Every page of the console in a real Chromium, in both languages, by day and by night, also where a form is refused:
axe-core finds nothing, nothing a family typed runs, and nothing sticks out of a telephone's window.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from bot.channels.browser_session import form_token
from bot.coordinator.passkeys import Party
from bot.store.store import Store
from tests.browser.serving import serve
from tests.coordinator.access.test_chromium import PICTURES, WIDER
from tests.coordinator.site import WORDING, open_site
from tests.coordinator.targets.conftest import enter
from tests.coordinator.targets.test_forms import fills_in
from tests.coordinator.targets.ward import ADDRESSES, FORMS, PHONE, POSTED, PRESSES, READ, SETTINGS, Ward, fill, who
from tests.domain.amending import SIX_MONTHS, WINDOWS, write_amendment

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK = ViewportSize(width=1366, height=768)
TELEPHONE = ViewportSize(width=320, height=640)
# By night only colours differ, and no colour depends on the language; what axe could say of anything else, it has said by day.
BY_DAY = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}
BY_NIGHT = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
# The walk of every day leaves out what only repeats: other leads, other forms of the same page. BRASLE_WHOLE=1 walks all.
WHOLE = os.environ.get("BRASLE_WHOLE") == "1"
REPEATS = frozenset(
    {
        *("/leads/{new}", "/leads/{safety}", "/leads/{closed}", "/protocol/E21", "/page/1"),
        *(f"/view/{view}" for view in ("unclaimed", "overdue", "waiting", "resting")),
        *("/leads/{code}/" + form for form in ("move", "snooze", "close", "note", "merge")),
        *("/exports/queue-named", "/exports/screening-log"),
    }
)
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
POST = """([action, fields]) => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action})
  for (const [name, value] of Object.entries(fields)) {
    const field = Object.assign(document.createElement('textarea'), {name, value})
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def served_ward(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ward]:
    stores: list[Store] = []
    folder = tmp_path_factory.mktemp("axe")
    # An amendment counts, and another one will: both stand on the protocol page, the first on each lead's.
    first = write_amendment(folder / "amendments", "2026-11-23", edits=(*SIX_MONTHS, WINDOWS))
    later = ("exclusion.toml", "Are CAR-T cells excluded for good?", "Are CAR-T cells excluded?")
    write_amendment(folder / "amendments", "2027-06-01", "2", [later], upon=first)
    site = open_site(folder / "data", stores.append, amendments=folder / "amendments", **SETTINGS)
    ward = await fill(site, site.account("pi", "Zhou Yi"))
    server, task, site.base = await serve(site.app)
    site.console.passkeys.party = Party("localhost", site.base)
    yield ward
    server.should_exit = True
    await task
    stores[0].close_now()


class Walk:
    """One browser that looks at pages as somebody of any role; `found` is what is wrong, by page."""

    def __init__(self, ward: Ward, context: BrowserContext, page: Page, language: str) -> None:
        self.ward, self.context, self.page, self.language = ward, context, page, language
        self.found: dict[str, list[str]] = {}
        self.secret = ""
        self._ran: list[str] = []
        page.on("console", lambda said: self._ran.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: self._ran.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: self._ran.append(str(error)))

    async def as_(self, secret: str) -> None:
        """From now on with this session; "" is nobody's."""
        await self.context.clear_cookies()
        cookies = [("staff-language", self.language)] + ([("staff", secret)] if secret else [])
        await self.context.add_cookies(
            [{"name": name, "value": value, "url": self.ward.site.base} for name, value in cookies]
        )
        self.secret = secret

    async def look(self, name: str) -> None:
        """At the page that is open now."""
        page, wrong = self.page, self._ran
        self._ran = []
        wrong = [one for one in wrong if "the server responded with a status of 4" not in one]
        await page.evaluate(OPEN_ALL)
        await page.evaluate(AXE_SCRIPT)
        nights = [("dark", BY_NIGHT)] if WHOLE or self.language == "zh_Hans" else []
        for scheme, options in (("light", BY_DAY), *nights):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            result = await page.evaluate(f"axe.run({json.dumps(options)})")
            wrong += [
                f"{scheme} {rule['id']}: {node['html'][:120]}"
                for rule in result["violations"]
                for node in rule["nodes"]
            ]
            if PICTURES:
                file = f"{self.language}-{name.strip('/').replace('/', '_') or 'queue'}-{scheme}.png"
                await page.screenshot(path=Path(PICTURES) / file.replace("?", "_"), full_page=True)
        if await page.locator("main img, main svg[onload], main script").count():
            wrong.append("an element that a family typed")
        await page.set_viewport_size(TELEPHONE)
        wider = await page.evaluate(WIDER)
        if wider:
            wrong.append(f"wider than a telephone: {wider}")
        await page.set_viewport_size(DESK)
        assert await page.locator("h1").count() == 1, name
        if wrong:
            self.found[name] = wrong

    async def send(self, action: str, typed: dict[str, str]) -> None:
        """Send a form from the page that is open; the page that answers is open then."""
        fields = {"token": form_token(self.secret or await self._form_secret()), **typed}
        async with self.page.expect_navigation():
            await self.page.evaluate(POST, [self.ward.site.base + action, fields])

    async def _form_secret(self) -> str:
        return next((one["value"] for one in await self.context.cookies() if one["name"] == "staff-form"), "")


@pytest.mark.parametrize("language", [code for code, _ in WORDING.languages()])
async def test_axe_finds_nothing_on_any_page(served_ward: Ward, chromium: Browser, language: str) -> None:
    ward = served_ward
    context = await chromium.new_context(viewport=DESK, base_url=ward.site.base)
    walk = Walk(ward, context, await context.new_page(), language)
    sessions = {role: enter(ward, role, language).cookie("staff") for role in ("pi", "administrator", "auditor", "")}
    for page in READ:
        role = who(page)
        await walk.as_(sessions[role] if role in sessions else enter(ward, role, language).cookie("staff"))
        for address in ADDRESSES[page.path]:
            if address in REPEATS and not WHOLE:
                continue
            await walk.page.goto("/coordinator" + address.format(**ward.codes, **ward.parts))
            await walk.look(address)
    await walk.as_(sessions["auditor"])
    await walk.page.goto(f"/coordinator/leads/{ward.codes['held']}")
    await walk.look("a lead as the auditor sees it")
    # What follows differs from the pages above in a sentence or two; in the walk of every day, in Chinese alone.
    for page in POSTED if WHOLE or language == "zh_Hans" else ():
        if page.path in PRESSES or (page.path in REPEATS and not WHOLE):
            continue
        role = who(page)
        await walk.as_(sessions[role] if role in sessions else fills_in(ward, page, language).cookie("staff"))
        await walk.page.goto("/coordinator/" + {"": "sign-in", "enrolling": "enrolment"}.get(role, "account"))
        await walk.send(ward.path(page), dict(FORMS[page.path][0].typed))
        await walk.look(f"refused {page.path}")
    if WHOLE or language == "zh_Hans":
        await states(walk, sessions)
    await context.close()
    assert walk.found == {}


async def states(walk: Walk, sessions: dict[str, str]) -> None:
    """What pages look like after a press, and what stands in place of a page that is not to be had."""
    ward = walk.ward
    await walk.as_(sessions["pi"])
    await walk.page.goto("/coordinator/nothing")
    await walk.look("not found")
    for name, path, typed in (
        ("found", "/coordinator/search", {"search": PHONE}),
        ("a private item open", ward.path("/leads/{code}/private/{criterion}"), {}),
        ("noted", ward.path("/leads/{code}/note"), {"note": "a note"}),
        ("not possible", ward.path("/leads/{code}/wake"), {}),
        ("forged", ward.path("/leads/{code}/note"), {"note": "a note to copy", "token": "forged"}),
        ("no right", "/coordinator/accounts/link", {}),
    ):
        await walk.page.goto("/coordinator/account")
        await walk.send(path, typed)
        await walk.look(name)
    await walk.as_(sessions["administrator"])
    for name, path, typed in (
        ("a link", "/coordinator/accounts/invite", {"name": f"Sun {walk.language}", "role": "pi", "language": "en"}),
        ("trail checked", "/coordinator/trail/check", {}),
    ):
        await walk.page.goto("/coordinator/account")
        await walk.send(path, typed)
        await walk.look(name)
