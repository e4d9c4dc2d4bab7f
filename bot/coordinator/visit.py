"""One request to the console: who makes it, what was typed, and the ways in which it can be answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.coordinator.rights import may
from bot.message import Text
from bot.store.audit_entry import Did
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.coordinator.console import Console

HOME = "/coordinator"
START = f"{HOME}/start"
ACCOUNT = f"{HOME}/account"
_OURS = re.compile(r"/coordinator(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*/?(?:\?[A-Za-z0-9_.=&-]*)?")
_LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the browser. `by` is what the store's functions want to know them by."""

    account_id: str
    name: str
    role: str
    language: str
    session: str

    @property
    def by(self) -> str:
        return f"account:{self.account_id}"


NOBODY = SignedIn("", "", "", "", "")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a handler gets. `who` is NOBODY on the pages for everybody until somebody has signed in.

    `secret` is the session's, or the form's before there is one: the forms' tokens are made of it. `kept` is
    what this session alone is shown.
    """

    request: Request
    console: Console
    language: str
    secret: str
    who: SignedIn = NOBODY
    form: FormData = field(default_factory=FormData)
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.console.store

    def may(self, right: str) -> bool:
        return may(self.who.role, right)

    # What was asked

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """A filter in the address: codes, statuses and tiers only, for addresses end up in histories."""
        return self.request.query_params.get(name, default)

    def typed(self, name: str) -> str:
        """A field of the posted form without the spaces around it; "" if there is none."""
        return self.typed_as_is(name).strip()

    def typed_as_is(self, name: str) -> str:
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    @property
    def is_part(self) -> bool:
        """Whether only a part of the page is wanted, to be put in place by the script."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def here(self) -> str:
        """This page's own address, for coming back to it; START where coming back makes no sense."""
        url = self.request.url
        address = url.path + (f"?{url.query}" if url.query else "")
        return ours(address) if self.request.method in ("GET", "HEAD") else START

    # What is answered

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A whole page. A refused form: status 422, `problems` by field, `typed=visit.form` to keep what
        was typed.
        """
        said = self.console.take_note(self)
        return HTMLResponse(self.console.layout.render(template, self, said=said, **values), status_code=status)

    def part(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A fragment of a page."""
        return HTMLResponse(self.console.layout.render(template, self, said=None, **values), status_code=status)

    def go(self, path: str, *, say: Text | None = None) -> Response:
        """On to another page, which shows the note once."""
        if say is not None:
            self.console.put_note(self, say)
        return RedirectResponse(path, status_code=303)

    def not_found(self) -> Response:
        return self.refuse(404, "not_found")

    def refuse(self, status: int, kind: str) -> Response:
        """A page that says why not: `kind` names its two texts, console.refused.<kind>_title and _text."""
        return self.page("refused.html", status=status, kind=kind)

    # Words

    def say(self, text: Text) -> str:
        return self.console.wording.say(text, self.language)

    def word(self, key: str, **values: str | int) -> str:
        """The text console.<key>."""
        return self.say(Text(key=f"console.{key}", values=dict(values)))

    # The trail

    async def record(self, *did: Did) -> None:
        """Entries for what was read, to be written before it is shown."""
        await self.store.trail.record(self.who.by, *did)


def ours(address: str) -> str:
    """The address if it leads to a page of the console; START for anything else, such as another site's."""
    return address if len(address) <= _LONGEST_ADDRESS and _OURS.fullmatch(address) else START


def without(kept: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What a session goes on being shown once these have been seen."""
    return {name: value for name, value in kept.items() if name not in names}
