"""Who may open a page. A handler without one of these marks cannot be served, so nothing is open by
mistake.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from bot.coordinator.rights import RIGHTS
from bot.coordinator.visit import SignedIn, Visit

__all__ = ["Handler", "Page", "SignedIn", "Visit", "for_enrolling", "for_everybody", "needs"]

Handler = Callable[[Visit], Awaitable[Response]]
Who = Literal["everybody", "enrolling", "signed_in"]


@dataclass(frozen=True, slots=True)
class Admission:
    """Who is let in: `right` is what a signed-in person needs."""

    who: Who
    right: str = ""


_ADMISSIONS: dict[Handler, Admission] = {}


def needs(right: str) -> Callable[[Handler], Handler]:
    """Only for those who are signed in with a role that has this right."""
    if right not in RIGHTS:
        raise ValueError(f"rights.toml knows no right '{right}': add a line that says which roles have it")
    return _mark(Admission("signed_in", right))


def for_everybody() -> Callable[[Handler], Handler]:
    """For those who are not signed in, too: signing in, and what leads there."""
    return _mark(Admission("everybody"))


def for_enrolling() -> Callable[[Handler], Handler]:
    """Only for somebody who has opened an invitation and is setting up password and codes."""
    return _mark(Admission("enrolling"))


def admission_of(handler: Handler) -> Admission:
    """ValueError if nobody has said who is let in."""
    try:
        return _ADMISSIONS[handler]
    except KeyError:
        raise ValueError(
            f"{handler.__module__}.{handler.__qualname__}: say who may open it, with @needs(...)"
        ) from None


def _mark(admission: Admission) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        _ADMISSIONS[handler] = admission
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Page:
    """A handler at a path below /coordinator. `post`: it changes something, so a form's token is asked for."""

    path: str
    handler: Handler
    post: bool = False

    @property
    def admission(self) -> Admission:
        return admission_of(self.handler)
