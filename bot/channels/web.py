"""The web application that the browser chat and the coordinators' pages share: headers, limits, failures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.log import logger, trouble, why

log = logger(__name__)

STATIC = Path(__file__).parent / "static"
FIXED = ("/static/", "/coordinator/static/")
MAX_BODY = 1024 * 1024
# A browser shows our kind page only if it could finish sending: we read on and throw away, up to here.
MAX_DISCARDED = 32 * 1024 * 1024

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class ErrorPage(Protocol):
    """Makes the page a person sees instead of what they asked for; `status` is 404, 405, 413 or 500."""

    def __call__(self, request: Request, status: int) -> Response: ...


def web_app(
    routes: Sequence[BaseRoute],
    error_page: ErrorPage,
    *,
    https: bool = False,
    healthy: Callable[[], Awaitable[bool]] | None = None,
    reads_itself: Sequence[str] = (),
) -> Starlette:
    """Build the application; `healthy` answers /readyz, `https` says that families reach us by https. The paths
    `reads_itself` limit the bodies that are sent to them, and need not read a stranger's at all.
    """

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok")

    was_well = True

    async def ready(request: Request) -> Response:
        nonlocal was_well
        try:
            well = healthy is None or await healthy()
        except Exception as problem:
            well = False
            if was_well:  # it is asked every second
                log.error("The page /readyz finds the store unwell.", **why(problem))
        if well and not was_well:
            log.warning("The page /readyz finds the store well again.")
        was_well = well
        return PlainTextResponse("ok" if well else "not well", status_code=200 if well else 503)

    async def refused(request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        return error_page(request, status)

    return Starlette(
        routes=[
            Route("/healthz", alive),
            Route("/readyz", ready),
            Mount("/static", StaticFiles(directory=STATIC)),
            *routes,
        ],
        middleware=[
            Middleware(SecurityHeaders, https=https),
            Middleware(Guard, error_page=error_page),
            Middleware(BodyLimit, error_page=error_page, besides=frozenset(reads_itself)),
        ],
        exception_handlers={HTTPException: refused},
    )


def web_server(app: ASGIApp, host: str, port: int, **options: Any) -> uvicorn.Server:
    """A server that writes no access log (paths may carry tokens) and trusts no forwarded header."""
    settings: dict[str, Any] = {
        "access_log": False,
        "log_level": "warning",
        "log_config": None,  # its words go the way of all others
        "server_header": False,
        "proxy_headers": False,
        "lifespan": "off",
        "timeout_keep_alive": 20,
    }
    return uvicorn.Server(uvicorn.Config(app, host=host, port=port, **(settings | options)))


class SecurityHeaders:
    """Adds the headers that every response carries; pages are never stored by a browser or a proxy."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self.headers = dict(SECURITY_HEADERS)
        if https:
            self.headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Static files carry their hash as ?v=, so an asked-for version never changes.
        fixed = scope["path"].startswith(FIXED) and scope["query_string"].startswith(b"v=")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                found = message["status"] in (200, 304)
                headers["cache-control"] = "public, max-age=31536000" if fixed and found else "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Guard:
    """The last resort: whatever a page raises becomes a kind page, and one log line without anybody's words.

    An exception's message may hold an answer, so only its type and place are logged.
    """

    def __init__(self, app: ASGIApp, error_page: ErrorPage) -> None:
        self.app = app
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as problem:
            log.error("A page failed.", **trouble(problem))
            if scope["type"] == "http" and not started:
                await self.error_page(Request(scope), 500)(scope, receive, send)


class BodyLimit:
    """Refuses a request body over MAX_BODY bytes with a page, after letting the sender finish."""

    def __init__(self, app: ASGIApp, error_page: ErrorPage, besides: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.error_page = error_page
        self.besides = besides

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or scope["path"] in self.besides:
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        too_large = declared.isdigit() and int(declared) > MAX_BODY
        body = bytearray()
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            part = message.get("body", b"")
            size += len(part)
            too_large = too_large or size > MAX_BODY
            if too_large:
                body.clear()
            else:
                body += part
            if not message.get("more_body", False):
                break
            if size > MAX_DISCARDED:
                break
        if too_large:
            response = self.error_page(Request(scope), 413)
            response.headers["connection"] = "close"
            await response(scope, receive, send)
            return
        await self.app(scope, whole(bytes(body), receive), send)


def whole(body: bytes, receive: Receive) -> Receive:
    """Replay a body that has been read already."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
