"""The connection to Telegram: follows no redirect, for the address it is sent on with holds the bot's token."""

from __future__ import annotations

from types import SimpleNamespace

from aiogram.client.session.aiohttp import AiohttpSession
from aiohttp import ClientError, ClientSession, TraceConfig, TraceRequestRedirectParams


async def _refuse(_: ClientSession, __: SimpleNamespace, ___: TraceRequestRedirectParams) -> None:
    raise ClientError("the server of TELEGRAM_API_BASE sends us elsewhere; that is not followed")


_STAYS = TraceConfig()
_STAYS.on_request_redirect.append(_refuse)
_STAYS.freeze()


class StayingSession(AiohttpSession):
    """aiogram's own session, but a redirect is an error of the network."""

    async def create_session(self) -> ClientSession:
        session = await super().create_session()
        if _STAYS not in session.trace_configs:
            session.trace_configs.append(_STAYS)
        return session
