"""The connection to Telegram: follows no redirect, for the address it is sent on with holds the bot's token."""

from __future__ import annotations

from types import SimpleNamespace

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import AnswerCallbackQuery, DeleteMessage, EditMessageReplyMarkup, EditMessageText, SendMessage
from aiogram.methods.base import Response
from aiohttp import ClientError, ClientSession, TraceConfig, TraceRequestRedirectParams


async def _refuse(_: ClientSession, __: SimpleNamespace, ___: TraceRequestRedirectParams) -> None:
    raise ClientError("the server of TELEGRAM_API_BASE sends us elsewhere; that is not followed")


# aiogram reads an answer as `Response[...]` of what the method returns. Pydantic forgets such a class as soon as nobody
# holds it, and would make it anew for every few answers: 8 ms each time, in which nobody else is answered.
_KEPT = [
    Response[method.__returning__]  # type: ignore[name-defined]
    for method in (AnswerCallbackQuery, DeleteMessage, EditMessageReplyMarkup, EditMessageText, SendMessage)
]

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
