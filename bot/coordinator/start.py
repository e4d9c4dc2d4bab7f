"""The first page after signing in: where each role's work is."""

from __future__ import annotations

from starlette.responses import Response

from bot.coordinator.access import Page, needs
from bot.coordinator.visit import ACCOUNT, Visit


@needs("account.own")
async def start(visit: Visit) -> Response:
    """On to the first page of the menu."""
    allowed = [item.path for item in visit.console.layout.menu if visit.may(item.right)]
    return visit.go(allowed[0] if allowed else ACCOUNT)


PAGES = (Page("/start", start),)
