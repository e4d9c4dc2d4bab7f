"""The conversation in a browser: one page, its form, and the cookie that stands for a family.

Every post is answered by a redirect, so that reloading and going back repeat nothing.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.browser_form import field, is_aside, nothing_said, read_form, ticked
from bot.channels.browser_limits import RETRY_AFTER_SECONDS, BrowserLimits, TooMuch
from bot.channels.browser_memory import Briefly, Draft, NextPage
from bot.channels.browser_pages import Look, Notice, Pages, Shown, Words
from bot.channels.browser_session import Cookies, form_token, new_session, same_site, source_code
from bot.flood import Gate
from bot.log import logger, why
from bot.message import Incoming, Reply

log = logger(__name__)

# What was typed or ticked before these is not what is answered after them: all is deleted, or asked from the beginning.
BEGIN_ANEW = ("restart:yes", "another_child")
ALL_FORGOTTEN = ("erased", "fetch_adult")

# (token of the link, channel, new address) -> the person's id; None if the link is used, too old or revoked.
Redeem = Callable[[str, str, str], Awaitable[str | None]]
# (channel, address) -> everything that is kept about its family, as JSON can carry it.
Export = Callable[[str, str], Awaitable[Mapping[str, Any]]]
EXPORT_NAME = "my-data.json"
NOTICE_OF_STATUS: dict[int, Notice] = {404: "not_found", 405: "not_found", 413: "too_large"}
LONGEST_ACCEPT_LANGUAGE = 200


class Talk(Protocol):
    """The part of `bot.conversation.Conversation` that a browser needs."""

    async def handle(self, incoming: Incoming, /) -> Shown: ...
    async def show(self, channel: str, address: str, language_hint: str | None, /) -> Shown: ...


class BrowserChannel:
    """The routes of the browser chat, and the page that stands in place of one that failed.

    `public_url` is how families reach us; cookies are Secure if it begins with https. None for a try at home.
    `draft` and `demo` are the lines at the top of pages without a card. A browser remembers its family for
    `keep_days` after the last answer.
    """

    def __init__(
        self,
        conversation: Talk,
        wording: Words,
        redeem: Redeem,
        *,
        public_url: str | None = None,
        draft: bool = True,
        demo: bool = False,
        keep_days: int = 90,
        export: Export | None = None,
        gate: Gate | None = None,
        trust_proxy: str = "",
    ) -> None:
        address = urlsplit(public_url or "")
        self.conversation = conversation
        self.wording = wording
        self.redeem = redeem
        self.export = export
        self.limits = BrowserLimits(gate, trust_proxy)
        self.public_host = address.netloc or None
        self.https = address.scheme == "https"
        self.cookies = Cookies(https=self.https, keep_days=keep_days)
        self.pages = Pages(wording, draft=draft, demo=demo)
        self.next_page: Briefly[NextPage] = Briefly(seconds=120)
        self.drafts: Briefly[Draft] = Briefly(seconds=600)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page),
            Route("/card/{revision:int}", self.page),
            Route("/answer", self.answer, methods=["POST"]),
            Route("/answer", self.to_the_card),
            Route(f"/{EXPORT_NAME}", self.my_data),
            Route("/r", self.resume, methods=["POST"]),
            Route("/r/{token}", self.offer_resume),
        ]

    async def page(self, request: Request) -> Response:
        """The card that is due. An old card's address, reached by the browser's Back, says so."""
        source = source_code(request)
        if source:
            response = to("/")
            self.cookies.set(response, "from", source)
            return response
        session = self.cookies.session(request)
        if not await self.limits.may_look(request, session):
            return self.turn_away(request, "busy")
        asked = request.path_params.get("revision")
        if session is None and asked is not None:
            return to("/")
        token = session or new_session()
        waiting = self.next_page.take(token)
        shown = waiting.shown if waiting else None
        if shown is None:
            shown = await self.conversation.show("browser", token, self.hint(request))
        draft = self.drafts.get(token)
        if draft is None or draft.card != shown.reply.card:
            draft = None
        look = Look(
            moved_on=waiting is None and asked is not None and asked < shown.revision,
            typed=draft.typed if draft else "",
            ticked=draft.ticked if draft else (),
            problem=waiting.problem if waiting else None,
        )
        response = HTMLResponse(self.pages.card(shown, token, look))
        if session is None:
            self.cookies.set(response, "talk", token)
        if self.cookies.get(request, "language") != shown.language:
            self.cookies.set(response, "language", shown.language)
        return response

    async def answer(self, request: Request) -> Response:
        """Whatever a family pressed, ticked or typed."""
        form = await request.form(max_files=0)
        session = self.cookies.session(request)
        if session is None:
            return self.notice(request, "no_cookies", 400)
        if not self.is_ours(request, form, session):
            return self.notice(request, "expired", 403)
        if (kind := await self.limits.turn_away(request, session, field(form, "text"))) is not None:
            return self.turn_away(request, kind, form)
        said = read_form(form, session, self.hint(request), self.cookies.get(request, "from"))
        problem = nothing_said(said)
        if problem is not None:
            self.next_page.put(session, NextPage(None, problem))
            return to(f"/card/{said.revision or 0}")
        try:
            shown = await self.conversation.handle(said)
        except Exception as failure:
            log.error("A turn failed.", **why(failure))
            return self.try_again(request, form)
        self.next_page.put(session, NextPage(shown))
        if said.button in BEGIN_ANEW or shown.reply.card in ALL_FORGOTTEN:
            self.drafts.take(session)
        else:
            self.keep_draft(session, form, shown)
        response = to(f"/card/{shown.revision}{opened_row(said, shown.reply)}")
        self.cookies.set(response, "talk", session)
        if said.source:
            self.cookies.forget(response, "from")
        return response

    def try_again(self, request: Request, form: FormData) -> Response:
        """Offers the same form again, with what was typed. If it was stored after all, it counts once."""
        response = self.notice(request, "trouble", 503, again=fields(form))
        response.headers["retry-after"] = "10"
        return response

    def turn_away(self, request: Request, kind: TooMuch, form: FormData | None = None) -> Response:
        """Too much at once: nothing was taken in, and the same form can be sent again."""
        response = self.notice(request, kind, 429, again=fields(form) if form is not None else None)
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
        return response

    def keep_draft(self, session: str, form: FormData, shown: Shown) -> None:
        """Remember what was typed where it did not become the answer: after Why, Back, or a misread reply."""
        card = field(form, "card") or ""
        same = shown.answered is None and shown.reply.card == card
        # A question of the family's, answered or noted, is no draft of an answer; the boxes beside it are.
        asked = same and any(note.key.startswith("question") for note in shown.reply.notes) and not is_aside(form)
        misread = same and "many" not in form
        # A person asked for in words, or a sign of danger: the boxes wait, the words have been heard.
        words, boxes = field(form, "text") or "", ticked(form) or ()
        away = bool(words.strip()) and shown.answered is None and not same and not is_aside(form)
        typed = "" if asked or away else words
        if card and (typed or boxes) and (is_aside(form) or misread or asked or away):
            self.drafts.put(session, Draft(card, typed, boxes))
        elif (draft := self.drafts.get(session)) and draft.card == card:
            self.drafts.take(session)

    async def offer_resume(self, request: Request) -> Response:
        """A resume link opened: one press exchanges it; a mere look, such as a link preview, does not."""
        session = self.cookies.session(request) or new_session()
        response = self.notice(request, "resume", 200, session=session, link=request.path_params["token"])
        self.cookies.set(response, "talk", session)
        response.headers["x-robots-tag"] = "noindex"
        return response

    async def resume(self, request: Request) -> Response:
        """Exchanges a resume link for a new session: whoever knew the old one does not come along."""
        form = await request.form(max_files=0)
        session = self.cookies.session(request)
        if session is None:
            return self.notice(request, "no_cookies", 400)
        if not self.is_ours(request, form, session):
            return self.notice(request, "expired", 403)
        token = new_session()
        if await self.redeem(field(form, "link") or "", "browser", token) is None:
            return self.notice(request, "link_used", 410)
        response = to("/")
        self.cookies.set(response, "talk", token)
        return response

    async def my_data(self, request: Request) -> Response:
        """Everything that is kept of this browser's family, as a file."""
        session = self.cookies.session(request)
        kept = await self.export("browser", session) if session and self.export else {}
        if not kept:
            return self.notice(request, "not_found", 404)
        response = Response(json.dumps(kept, ensure_ascii=True, indent=2), media_type="application/json")
        response.headers["content-disposition"] = f'attachment; filename="{EXPORT_NAME}"'
        return response

    async def to_the_card(self, request: Request) -> Response:
        """Some browsers reopen the address of a post by asking for it: show the card."""
        return to("/")

    def is_ours(self, request: Request, form: FormData, session: str) -> bool:
        token = (field(form, "token") or "").encode("utf-8", "replace")
        return same_site(request, self.public_host) and hmac.compare_digest(token, form_token(session).encode("ascii"))

    def hint(self, request: Request) -> str | None:
        """The language last shown to this browser, else those that it asks for."""
        asked = request.headers.get("accept-language", "")[:LONGEST_ACCEPT_LANGUAGE]
        return self.cookies.get(request, "language") or asked or None

    def error_page(self, request: Request, status: int) -> Response:
        """For `web_app`: what stands in place of a page that failed."""
        return self.notice(request, NOTICE_OF_STATUS.get(status, "trouble"), status)

    def notice(
        self,
        request: Request,
        kind: Notice,
        status: int,
        *,
        session: str | None = None,
        again: list[tuple[str, str]] | None = None,
        link: str = "",
    ) -> Response:
        language = self.wording.guess(self.hint(request))
        session = session or self.cookies.session(request)
        page = self.pages.notice(kind, language, session, again=again or [], link=link)
        return HTMLResponse(page, status_code=status)


def fields(form: FormData) -> list[tuple[str, str]]:
    """What a form held, to be offered again; the page adds its own token."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "token"]


def opened_row(said: Incoming, reply: Reply) -> str:
    """Whoever opens one answer of the long list comes back to its line; the address only counts the lines."""
    word, _, card = (said.button or "").partition(":")
    ids = [row.change.id if row.change else "" for row in reply.rows] if word == "reveal" else []
    return f"#row-{ids.index(f'change:{card}') + 1}" if f"change:{card}" in ids else ""


def to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
