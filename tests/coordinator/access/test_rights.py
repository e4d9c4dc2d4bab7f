"""The table of rights, every cell of it, over real HTTP: who may open what, and who may not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from starlette.responses import PlainTextResponse, Response

from bot.channels.browser_session import form_token
from bot.coordinator.access import Page, Visit, admission_of, needs
from bot.coordinator.console import MENU, ROOMS
from bot.coordinator.rights import RIGHTS, ROLES, RightsError, load_rights, may
from bot.store.audit import Wanted
from bot.store.store import Store
from tests.browser.serving import serve
from tests.coordinator.site import ConsoleSite, open_site

FORM = {"content-type": "application/x-www-form-urlencoded"}


def probe(right: str) -> tuple[Page, Page]:
    """A page of this right for reading and one for changing."""

    @needs(right)
    async def handler(visit: Visit) -> Response:
        return PlainTextResponse(f"{right} for {visit.who.role}")

    path = f"/probe/{right.replace('.', '-')}"
    return Page(path, handler), Page(path, handler, post=True)


PROBES = tuple(page for right in RIGHTS for page in probe(right))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def walked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[ConsoleSite, dict[str, str]]]:
    """A served console with a probe for each right, and a session's secret for each role; "" is nobody's."""
    stores: list[Store] = []
    site = open_site(tmp_path_factory.mktemp("rights") / "data", stores.append)
    site = ConsoleSite(site.store, site.clock, site.settings, rooms=(*ROOMS, PROBES))
    server, task, site.base = await serve(site.app)
    secrets = {role: site.sign_in(role).cookie("staff") for role in ROLES}
    yield site, secrets | {"": ""}
    server.should_exit = True
    await task
    stores[0].close_now()


async def ask(site: ConsoleSite, secret: str, page: Page) -> httpx2.Response:
    """Open the page, or post its form with the right token, as somebody with this session."""
    path = "/coordinator" + re.sub(r"\{[a-z]+\}", "none", page.path)
    cookies = {"staff": secret} if secret else {}
    headers = {"sec-fetch-site": "same-origin", "origin": site.base}
    async with httpx2.AsyncClient(base_url=site.base, cookies=cookies, headers=headers) as client:
        if not page.post:
            return await client.get(path)
        return await client.post(path, content=f"token={form_token(secret)}", headers=FORM)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("page", PROBES, ids=lambda page: f"{'post' if page.post else 'get'} {page.path[7:]}")
async def test_every_cell_of_the_table(walked: tuple[ConsoleSite, dict[str, str]], page: Page) -> None:
    site, secrets = walked
    right = page.admission.right
    for role, secret in secrets.items():
        answer = await ask(site, secret, page)
        if may(role, right):
            assert (answer.status_code, answer.text) == (200, f"{right} for {role}")
        elif not role and not page.post:
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/coordinator/sign-in?next=")
        else:
            assert answer.status_code == 403, role
            assert right not in answer.text


@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_of_the_console_in_every_role(walked: tuple[ConsoleSite, dict[str, str]]) -> None:
    site, secrets = walked
    pages = [page for room in ROOMS for page in room]
    for page in pages:
        admission = page.admission
        for role, secret in secrets.items():
            if page.path in ("/sign-out", "/account/sessions/end-others"):
                secret = site.sign_in(role).cookie("staff") if role else ""  # noqa: PLW2901 - it ends the session
            head = await site.store.trail.head()
            answer = await ask(site, secret, page)
            assert answer.status_code < 500, (page.path, role)
            allowed = admission.who == "everybody" or (admission.who == "signed_in" and may(role, admission.right))
            if allowed and role:
                assert answer.status_code != 403, (page.path, role)
            elif not allowed:
                refused = answer.status_code == 403 or (answer.status_code == 303 and not page.post)
                assert refused, (page.path, role, answer.status_code)
                last = await site.store.trail.entries(Wanted(limit=1))
                assert last[0].hash == head.hash or last[0].action == "access.refused"  # type: ignore[union-attr]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refusal_is_in_the_trail(walked: tuple[ConsoleSite, dict[str, str]]) -> None:
    site, secrets = walked
    page = next(page for page in PROBES if page.admission.right == "accounts.manage")
    assert (await ask(site, secrets["auditor"], page)).status_code == 403
    [entry] = await site.store.trail.entries(Wanted(limit=1))
    assert (entry.action, entry.role, entry.reason) == ("access.refused", "auditor", "accounts.manage")


def test_the_auditor_reads_and_changes_nothing() -> None:
    reading = ("read", "coded", "own")
    assert {right for right in RIGHTS if may("auditor", right) and not right.endswith(reading)} == set()
    assert not any(may("auditor", right) for right in ("lead.contact.read", "lead.private.read", "export.named"))
    assert not any(may("administrator", right) for right in RIGHTS if right.startswith("lead."))


def test_every_page_and_every_menu_item_names_a_right_of_the_table() -> None:
    for room in ROOMS:
        for page in room:
            admission = page.admission
            assert admission.who != "signed_in" or admission.right in RIGHTS
            assert page.post or not page.handler.__name__.startswith(("set_", "end_", "change_"))
    assert all(item.right in RIGHTS for item in MENU)


def test_only_what_leads_to_signing_in_is_open_to_everybody() -> None:
    open_paths = {page.path for room in ROOMS for page in room if page.admission.who == "everybody"}
    assert open_paths == {"/sign-in", "/passkey", "/language", "/invitation", "/invitation/{token}", "/demo"}


def test_a_page_without_a_mark_does_not_start(site: ConsoleSite) -> None:
    async def forgotten(visit: Visit) -> Response:
        return PlainTextResponse("open by mistake")

    with pytest.raises(ValueError, match="say who may open it"):
        admission_of(forgotten)
    with pytest.raises(ValueError, match="say who may open it"):
        ConsoleSite(site.store, site.clock, site.settings, rooms=((Page("/x", forgotten),),))


def test_a_right_that_the_table_does_not_know_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match=r"rights\.toml knows no right 'lead\.raed'"):
        needs("lead.raed")
    assert not may("coordinator", "lead.raed")
    assert not may("director", "lead.read")


def test_a_mistake_in_the_table_is_told_in_words(tmp_path: Path) -> None:
    table = tmp_path / "rights.toml"
    table.write_text('roles = ["coordinator"]\n[rights]\n"lead.read" = ["coordinater"]\n')
    with pytest.raises(RightsError, match=r"lead\.read: unknown role 'coordinater'\. There are: coordinator"):
        load_rights(table)
    table.write_text('roles = ["coordinator"\n')
    with pytest.raises(RightsError, match=r"rights\.toml: "):
        load_rights(table)


def test_everybody_s_pages_need_the_token_too(site: ConsoleSite) -> None:
    stranger = site.stranger()
    stranger.get("/coordinator/sign-in")
    assert stranger.post("/coordinator/language", token="x", language="en").status_code == 403
    assert stranger.post("/coordinator/language", language="en").status_code == 303
