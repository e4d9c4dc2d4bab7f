"""The console with a real store, as an application; and colleagues of each role who use it as browsers do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import pyotp
from argon2 import PasswordHasher
from httpx2 import Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.responses import Response as Answer
from starlette.testclient import TestClient

from bot.channels.browser_session import form_token, new_session
from bot.channels.web import web_app
from bot.coordinator.access import Page
from bot.coordinator.console import ROOMS, Console
from bot.coordinator.cookies import Name
from bot.coordinator.one_time_codes import new_recovery_codes
from bot.settings import Settings
from bot.store import sign_in
from bot.store.account_records import Enrolment, NewAccount, NewSession
from bot.store.store import Store
from bot.wording import Wording
from brasle_prescreen import Protocol, Protocols, load_protocol

PASSWORD = "a lake without any wind"
# Made once: each costs some 40 ms.
_HASHED = "typed:" + PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
WORDING = Wording.load()
PROTOCOL = load_protocol()
FORM = {"content-type": "application/x-www-form-urlencoded"}
T = TypeVar("T")


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end from any test, also from one that runs in an event loop itself."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class Clock:
    """Stands still until it is told to go on."""

    now: datetime = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


class Reading(HTMLParser):
    """What a test reads out of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [values for name, values in self.tags if name == tag]


@dataclass
class Account:
    """Somebody with an active account, and what they know."""

    id: str
    name: str
    role: str
    secret: str
    recovery_codes: tuple[str, ...]

    def code(self, now: datetime) -> str:
        return pyotp.TOTP(self.secret).at(now)


@dataclass
class Stranger:
    """A browser without a session, that reads English: posts carry the token of its form cookie and the headers of a real browser."""

    site: ConsoleSite
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(self.site.app, raise_server_exceptions=True, base_url=self.site.base)
        self.client.headers["sec-fetch-site"] = "same-origin"
        self.client.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36"
        self.plant("staff-language", "en")

    def plant(self, name: Name, value: str) -> None:
        """Give the browser a cookie, as if the console had set it."""
        host = urlsplit(self.site.base).hostname or ""
        domain = host if "." in host else f"{host}.local"
        self.client.cookies.set(self.site.console.cookies.name(name), value, domain=domain, path="/")

    def cookie(self, name: Name) -> str:
        return str(self.client.cookies.get(self.site.console.cookies.name(name)) or "")

    @property
    def token(self) -> str:
        return form_token(self.cookie("staff") or self.cookie("staff-form"))

    def get(self, path: str, *, follow: bool = False, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named, follow_redirects=follow)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        follow: bool = False,
        headers: Mapping[str, str] | None = None,
        **more: str,
    ) -> Response:
        """Post a form with its token, unless `token` is given otherwise."""
        if not self.cookie("staff") and not self.cookie("staff-form"):
            self.get("/coordinator/sign-in")
        content = urlencode({"token": self.token, **(fields or {}), **more}, errors="surrogatepass")
        sent = {**FORM, "origin": self.site.base, **(headers or {})}
        return self.client.post(path, content=content, headers=sent, follow_redirects=follow)

    def sign_in(self, account: Account, *, password: str = PASSWORD, code: str | None = None) -> Response:
        typed = account.code(self.site.clock.now) if code is None else code
        page = Reading(self.get("/coordinator/sign-in").text)
        tokens = [one["value"] for one in page.all("input") if one.get("name") == "token"]
        fields = {"name": account.name, "password": password, "code": typed}
        return self.post("/coordinator/sign-in", fields, token=tokens[0] if tokens else self.token)


@dataclass
class Colleague(Stranger):
    """Somebody signed in."""

    account: Account


@dataclass
class ConsoleSite:
    """One console: `app` answers, `store` remembers, `clock` is set by the test."""

    store: Store
    clock: Clock
    settings: Settings
    console: Console = field(init=False)
    app: Starlette = field(init=False)
    base: str = field(init=False)
    rooms: tuple[tuple[Page, ...], ...] = ROOMS
    protocol: Protocol | Protocols = PROTOCOL
    _made: int = 0

    def __post_init__(self) -> None:
        self.base = self.settings.public_url or "http://testserver"
        self.console = Console(self.store, WORDING, self.protocol, self.settings, clock=self.clock, rooms=self.rooms)
        families = _families
        self.app = web_app(self.console.routes(), self.console.or_else(families), https=self.base.startswith("https"))

    def account(self, role: str = "coordinator", name: str | None = None, language: str = "en") -> Account:
        """An active account with PASSWORD and a secret of its own."""
        self._made += 1
        name = name or f"{role} {self._made}"
        return wait_for(self._make(name, role, language))

    def stranger(self) -> Stranger:
        return Stranger(self)

    def sign_in(self, role: str = "coordinator", name: str | None = None, language: str = "en") -> Colleague:
        """Somebody of this role, signed in. Pages are in English unless the test wants otherwise."""
        return self.signed_in(self.account(role, name, language))

    def signed_in(self, account: Account) -> Colleague:
        """The account at one more browser, without the ceremony of the form."""
        token = new_session()
        expires = self.clock.now + self.console.session_length
        new = NewSession(token, "Chrome, Windows", expires)
        wait_for(self.store._write(sign_in.begin_first, account.id, new, "test"))
        colleague = Colleague(self, account)
        colleague.plant("staff", token)
        return colleague

    async def _make(self, name: str, role: str, language: str) -> Account:
        staff, until = self.store.staff, self.clock.now + timedelta(days=3)
        invitation = await staff.invite(NewAccount(name, role, language), until, "command:test")
        token = new_session()
        assert await staff.begin_enrolment(invitation.token, NewSession(token, "", until))
        secret = pyotp.random_base32()
        codes = new_recovery_codes()[:2]
        enrolment = Enrolment(_HASHED, secret, 0, codes, new_session())
        session = NewSession(new_session(), "", until)
        assert await staff.enrol(invitation.account, enrolment, session)
        await staff.end_session(session.token, f"account:{invitation.account}")
        return Account(invitation.account, name, role, secret, codes)


def _families(request: Request, status: int) -> Answer:
    return PlainTextResponse(f"families: {status}", status_code=status)


def open_site(folder: Path, opened: Callable[[Store], None], **settings: Any) -> ConsoleSite:
    clock = Clock()
    store = Store.open(folder, clock=clock)
    opened(store)
    given: dict[str, Any] = {"_env_file": None, "data": folder, "demo": False} | settings
    read = Settings(**given)
    return ConsoleSite(store, clock, read, protocol=PROTOCOL if read.amendments is None else read.protocols())
