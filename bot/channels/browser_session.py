"""Who is at the browser: a random cookie stands for the family, nothing about them is in it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

import langcodes
from starlette.requests import Request
from starlette.responses import Response

SESSION_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}")
SOURCE_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")
# WeChat adds its own ?from=... to every link that is shared; those say nothing about our posters.
WECHAT_SHARE_MARKS = frozenset({"singlemessage", "groupmessage", "timeline", "wechat", "qq", "qzone"})
DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and flags of our cookies. With https they are Secure and bound to this very host."""

    https: bool
    keep_days: int = 90

    def name(self, name: str) -> str:
        return f"__Host-{name}" if self.https else name

    def get(self, request: Request, name: str) -> str | None:
        return request.cookies.get(self.name(name))

    def set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            self.name(name),
            value,
            max_age=self.keep_days * DAY,
            path="/",
            secure=self.https,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response, name: str) -> None:
        response.delete_cookie(self.name(name), path="/", secure=self.https, httponly=True, samesite="lax")

    def session(self, request: Request) -> str | None:
        """The session token that the browser holds, if it looks like one of ours."""
        token = self.get(request, "talk")
        return token if token and SESSION_PATTERN.fullmatch(token) else None


def new_session() -> str:
    """256 random bits: the proof of who it is, and the address, of which the store keeps a keyed hash."""
    return secrets.token_urlsafe(32)


def form_token(session: str) -> str:
    """The anti-forgery token of a session's forms: another site sends our cookie, but cannot know this."""
    return keyed(session, "form")


def keyed(session: str, *parts: str) -> str:
    """A short digest of `parts` that only who knows the session can compute."""
    message = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(session.encode("ascii"), message, hashlib.sha256).hexdigest()[:32]


def same_site(request: Request, public_host: str | None) -> bool:
    """Whether the browser itself says that a post came from our pages.

    Old browsers say nothing, and `Referrer-Policy: no-referrer` makes them all send `Origin: null`: then the
    form token alone decides.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin", "null")
    if origin == "null":
        return True
    return origin.partition("://")[2] in (request.headers.get("host"), public_host)


def html_language(code: str) -> str:
    """A language code as HTML wants it, with the script where a reader or a font needs it: zh -> zh-Hans."""
    full = langcodes.Language.get(code).maximize()
    return full.language or code if full.script == "Latn" else f"{full.language}-{full.script}"


def source_code(request: Request) -> str | None:
    """The poster or clinic that a person came from: the first `from` that is ours."""
    for value in request.query_params.getlist("from"):
        if SOURCE_PATTERN.fullmatch(value) and value not in WECHAT_SHARE_MARKS:
            return value
    return None
