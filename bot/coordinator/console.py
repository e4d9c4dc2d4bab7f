"""The coordinators' console: its pages, mounted under /coordinator in the one web application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.browser_memory import Briefly
from bot.channels.web import ErrorPage
from bot.coordinator import (
    account,
    accounts,
    enrolment,
    export_page,
    figures_page,
    lead_acts,
    lead_page,
    notices_page,
    passkey_pages,
    protocol_page,
    queue,
    records_page,
    recruiting_page,
    sign_in,
    start,
    trail,
)
from bot.coordinator.access import Page
from bot.coordinator.cookies import StaffCookies
from bot.coordinator.gate import Gate
from bot.coordinator.layout import STATIC, STATIC_PATH, Layout, MenuItem
from bot.coordinator.passkeys import Passkeys
from bot.coordinator.passwords import Passwords
from bot.coordinator.visit import HOME, Visit
from bot.flood import Gate as FloodGate
from bot.flows.turn import SITE_ZONE
from bot.lead_keeper import LeadKeeper
from bot.lead_version import as_protocols
from bot.message import Text
from bot.settings import Settings
from bot.store.store import Store
from bot.wording import ENGLISH, Wording
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.versions import Protocols, Version

# The rooms of the console, each a module with PAGES.
ROOMS: tuple[tuple[Page, ...], ...] = (
    queue.PAGES,
    lead_page.PAGES,
    lead_acts.PAGES,
    protocol_page.PAGES,
    recruiting_page.PAGES,
    figures_page.PAGES,
    export_page.PAGES,
    records_page.PAGES,
    notices_page.PAGES,
    start.PAGES,
    sign_in.PAGES,
    enrolment.PAGES,
    account.PAGES,
    passkey_pages.PAGES,
    accounts.PAGES,
    trail.PAGES,
)
MENU: tuple[MenuItem, ...] = (
    MenuItem("queue.read", HOME, "queue"),
    MenuItem("recruiting.read", f"{HOME}/recruiting", "recruiting"),
    MenuItem("protocol.read", f"{HOME}/protocol", "protocol"),
    MenuItem("figures.read", f"{HOME}/figures", "figures"),
    MenuItem("export.coded", f"{HOME}/exports", "exports"),
    MenuItem("notices.read", f"{HOME}/notices", "notices"),
    MenuItem("accounts.manage", f"{HOME}/accounts", "accounts"),
    MenuItem("trail.read", f"{HOME}/trail", "trail"),
)
KIND_OF_STATUS = {404: "not_found", 405: "not_found", 413: "too_large", 400: "forged"}


class Console:
    """Everything that its pages share. Chinese comes first: whoever has not chosen reads Chinese."""

    def __init__(
        self,
        store: Store,
        wording: Wording,
        protocol: Protocol | Protocols,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        floods: Mapping[str, FloodGate] | None = None,
        rooms: Iterable[tuple[Page, ...]] = ROOMS,
    ) -> None:
        address = urlsplit(settings.public_url)
        self.store = store
        self.wording = wording
        self.protocols = as_protocols(protocol)
        self.settings = settings
        self.clock = clock
        self.floods = dict(floods or {})  # the flood limits of each channel of families
        self.public_host = address.netloc or None
        self.cookies = StaffCookies(https=address.scheme == "https")
        self.idle = timedelta(minutes=settings.console_idle_minutes)
        self.session_length = timedelta(hours=settings.console_session_hours)
        self.invitation_length = timedelta(hours=settings.console_invitation_hours)
        self.passwords = Passwords()
        self.passkeys = Passkeys(settings.public_url, clock)
        self.keeper = LeadKeeper(store, self.protocols, clock=clock)
        self.layout = Layout(wording, MENU, banners=["demo"] if settings.demo else [])
        self.rooms = tuple(rooms)
        self._notes: Briefly[Text] = Briefly(seconds=120)
        self._looking: asyncio.Future[int] | None = None  # held, or it might be cleared away half done

    def routes(self) -> list[BaseRoute]:
        """Every page, each behind the gate; one that says not who may open it does not start."""
        gate = Gate(self)
        pages = [page for room in self.rooms for page in room]
        for page in pages:
            page.admission  # noqa: B018
        routes: list[BaseRoute] = [
            Route(
                HOME + page.path, partial(gate.answer, page), methods=["POST"] if page.post else ["GET"], name=page.path
            )
            for page in pages
        ]
        return [Mount(STATIC_PATH, StaticFiles(directory=STATIC)), *routes]

    @property
    def in_force(self) -> Version:
        """The version of the protocol that counts today."""
        return self.protocols.on(self.today)

    @property
    def today(self) -> date:
        """The calendar date in Hangzhou."""
        return self.clock().astimezone(SITE_ZONE).date()

    @property
    def protocol(self) -> Protocol:
        return self.in_force.protocol

    def link_to(self, token: str, request: Request) -> str:
        """An invitation's address, as the person invited can open it."""
        base = self.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
        return f"{base}{HOME}/invitation/{token}"

    def languages(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.wording.languages_of_the_team())

    def language(self, wanted: str | None) -> str:
        """One that is offered: the wanted one, else the first, which is Chinese."""
        offered = self.languages()
        return wanted if wanted in offered else next(iter(offered), ENGLISH)

    def look_again(self) -> None:
        """Judge every lead again in the background: the site has decided something."""
        self._looking = asyncio.ensure_future(self.keeper.look())

    def put_note(self, visit: Visit, text: Text) -> None:
        self._notes.put(visit.secret, text)

    def take_note(self, visit: Visit) -> Text | None:
        return self._notes.take(visit.secret)

    def or_else(self, families: ErrorPage) -> ErrorPage:
        """The page in place of one that failed: ours below /coordinator, the families' elsewhere."""

        def error_page(request: Request, status: int) -> Response:
            path = request.url.path
            if path != HOME and not path.startswith(f"{HOME}/"):
                return families(request, status)
            language = self.language(self.cookies.get(request, "staff-language"))
            visit = Visit(request, self, language, "")
            return visit.refuse(status, KIND_OF_STATUS.get(status, "trouble"))

        return error_page
