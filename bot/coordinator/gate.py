"""What stands before every page of the console: session, role, token, origin. Only then the page's handler
runs.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.browser_session import form_token, new_session
from bot.coordinator.access import Page
from bot.coordinator.visit import HOME, NOBODY, START, SignedIn, Visit
from bot.log import logger
from bot.store.account_records import Session, Stage
from bot.store.audit_entry import Did
from bot.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from bot.coordinator.console import Console

log = logger(__name__)
SIGN_IN = f"{HOME}/sign-in"
# Browsers send Origin with our posts only if it is not withheld together with the address of the page before.
PAGE_HEADERS = {"referrer-policy": "same-origin", "vary": "cookie"}


class Gate:
    """Lets requests through to the pages, or says why not."""

    def __init__(self, console: Console) -> None:
        self.console = console

    async def answer(self, page: Page, request: Request) -> Response:
        """The page, or what stands in its place."""
        form = await request.form(max_files=0) if page.post else FormData()
        visit = self._stranger(request, form)
        try:
            visit = await self._arrive(page, visit)
            response = await self._admit(page, visit)
        except StoreUnavailable as error:
            log.error("A page of the console failed.", cause=error)
            response = visit.page("refused.html", status=503, kind="unavailable", lost=_words_of(visit.form))
        if visit.who is NOBODY and self.console.cookies.secret(request, "staff-form") != visit.secret:
            self.console.cookies.set(response, "staff-form", visit.secret)
        for name, value in PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    async def _arrive(self, page: Page, stranger: Visit) -> Visit:
        """The visit of whoever the session's cookie stands for; the stranger's if it stands for nobody."""
        request = stranger.request
        token = self.console.cookies.secret(request, "staff")
        stage: Stage = "enrolling" if page.admission.who == "enrolling" else "signed_in"
        session = None
        if token is not None:
            session = await self.console.store.staff.session(token, stage, self.console.idle)
        if session is None or token is None:
            return stranger
        return Visit(
            request=request,
            console=self.console,
            language=session.language,
            secret=token,
            who=_signed_in(session),
            form=stranger.form,
            kept=session.kept,
        )

    def _stranger(self, request: Request, form: FormData) -> Visit:
        """Nobody who is signed in. Forms have a token all the same, made of a cookie of their own."""
        language = self.console.language(self.console.cookies.get(request, "staff-language"))
        secret = self.console.cookies.secret(request, "staff-form") or new_session()
        return Visit(request, self.console, language, secret, NOBODY, form)

    async def _admit(self, page: Page, visit: Visit) -> Response:
        admission = page.admission
        if admission.who != "everybody" and visit.who is NOBODY:
            return self._not_signed_in(page, visit)
        if admission.who == "signed_in" and not visit.may(admission.right):
            if visit.request.url.path == HOME and not page.post:
                return visit.go(START)  # the queue is not everybody's, its short address is
            await visit.record(Did("access.refused", reason=admission.right))
            return visit.refuse(403, "no_right")
        if page.post and not self._is_ours(visit):
            return visit.page("refused.html", status=403, kind="forged", lost=_words_of(visit.form))
        return await page.handler(visit)

    def _not_signed_in(self, page: Page, visit: Visit) -> Response:
        if page.post:
            # What was typed is shown, so that it can be copied: it went nowhere.
            return visit.page("refused.html", status=403, kind="signed_out", lost=_words_of(visit.form))
        if visit.request.headers.get("sec-fetch-site") == "cross-site":
            # Somebody followed a link in their mail: the browser withheld the cookie. Asked for again from
            # our own page, it comes along.
            return visit.page("arriving.html", to=visit.here)
        if page.admission.who == "enrolling":
            return visit.refuse(403, "enrolment_over")
        return RedirectResponse(f"{SIGN_IN}?next={quote(visit.here, safe='')}", status_code=303)

    def _is_ours(self, visit: Visit) -> bool:
        """Whether a post came from a form of ours: by its token, and by what the browser says of its
        origin.
        """
        token = visit.typed("token").encode("utf-8", "replace")
        expected = form_token(visit.secret).encode("ascii")
        return hmac.compare_digest(token, expected) and self._from_our_pages(visit.request)

    def _from_our_pages(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site not in (None, "same-origin"):
            return False
        origin = request.headers.get("origin")
        if origin is None or origin == "null":
            return site == "same-origin"
        return origin.partition("://")[2] in (request.headers.get("host"), self.console.public_host)


def _signed_in(session: Session) -> SignedIn:
    # While the account is being set up, no role counts yet.
    role = session.role if session.stage == "signed_in" else ""
    return SignedIn(session.account, session.name, role, session.language, session.mark)


def _words_of(form: FormData) -> list[str]:
    """What a person typed, as far as it is worth copying."""
    secret = ("token", "password", "code", "again", "next", "passkey")
    return [
        value
        for name, value in form.multi_items()
        if isinstance(value, str) and len(value) > 3 and not any(part in name for part in secret)
    ]
