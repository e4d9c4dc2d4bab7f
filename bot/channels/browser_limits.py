"""The flood limits of the browser chat: of a session, of a network address, and of all that nobody knows yet."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

from starlette.requests import Request

from bot.flood import Gate

TooMuch = Literal["too_fast", "busy"]
RETRY_AFTER_SECONDS = 20


class BrowserLimits:
    """Without a gate, nobody is turned away."""

    def __init__(self, gate: Gate | None, trust_proxy: str) -> None:
        self._gate = gate
        self._proxy = trust_proxy

    async def may_look(self, request: Request, session: str | None) -> bool:
        """Whether a page may be shown, or the server has too much to do."""
        if self._gate is None:
            return True
        return self._admits_address(self._gate, request) and await self._gate.admit_look(session)

    async def turn_away(self, request: Request, session: str, text: str | None) -> TooMuch | None:
        """Which page is shown instead of taking the turn; None if it may be taken."""
        if self._gate is None:
            return None
        if not self._admits_address(self._gate, request):
            return "too_fast"
        refusal = await self._gate.admit(session, text)
        if refusal is None:
            return None
        return "busy" if refusal.why == "newcomer" else "too_fast"

    def _admits_address(self, gate: Gate, request: Request) -> bool:
        address = network_address(request, self._proxy)
        return address is None or gate.admit_address(address)


def network_address(request: Request, proxy: str) -> str | None:
    """Where a request comes from, as far as that can be believed: the other end of the socket, and only if that is
    the operator's own proxy, the address that it wrote last. None for a proxy that nobody has named.
    """
    peer = request.client.host if request.client else ""
    if proxy and peer == proxy:
        written = ",".join(request.headers.getlist("x-forwarded-for"))
        return _address(written.rpartition(",")[2].strip())
    found = _address(peer)
    # From this machine itself come only a proxy's requests: its families must not share one limit.
    return None if found is None or ip_address(found).is_loopback else found


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
