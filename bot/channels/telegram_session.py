"""The connection to Telegram: follows no redirect, for the address it is sent on with holds the bot's token."""

from __future__ import annotations

from types import SimpleNamespace

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
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
    """aiogram's own session, but a redirect is an error of the network.

    `web_proxy` is an http address; aiogram itself would need another library for one.
    """

    def __init__(self, *, api: TelegramAPIServer, web_proxy: str | None = None) -> None:
        super().__init__(api=api)
        self._web_proxy = web_proxy

    async def create_session(self) -> ClientSession:
        if self._session is None or self._session.closed:
            connector = self._connector_type(**self._connector_init)
            self._session = ClientSession(connector=connector, proxy=self._web_proxy, trace_configs=[_STAYS])
        return self._session
