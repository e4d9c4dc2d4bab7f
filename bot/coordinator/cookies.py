"""The console's cookies. All are random or a language: nothing about a person is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.browser_session import SESSION_PATTERN

Name = Literal["staff", "staff-form", "staff-browser", "staff-language"]
_DAY = 24 * 60 * 60
# Until the browser is closed, but for what makes a browser known and which language it reads.
_KEPT_DAYS: dict[Name, int] = {"staff-browser": 180, "staff-language": 365}


@dataclass(frozen=True, slots=True)
class StaffCookies:
    """Never sent from another site (SameSite=Strict), never read by a script; with https bound to this very
    host.
    """

    https: bool

    def name(self, name: Name) -> str:
        return f"__Host-{name}" if self.https else name

    def get(self, request: Request, name: Name) -> str | None:
        return request.cookies.get(self.name(name))

    def secret(self, request: Request, name: Name) -> str | None:
        """A random value of ours; None if it does not even look like one."""
        value = self.get(request, name)
        return value if value and SESSION_PATTERN.fullmatch(value) else None

    def set(self, response: Response, name: Name, value: str) -> None:
        days = _KEPT_DAYS.get(name)
        response.set_cookie(
            self.name(name),
            value,
            max_age=None if days is None else days * _DAY,
            path="/",
            secure=self.https,
            httponly=True,
            samesite="strict",
        )

    def forget(self, response: Response, name: Name) -> None:
        response.delete_cookie(self.name(name), path="/", secure=self.https, httponly=True, samesite="strict")
