"""The webhook: Telegram's POST is answered 200 only after its update is in our database."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterable, Callable
from typing import TYPE_CHECKING

from bot.log import logger
from bot.raw_update import as_raw, as_text
from bot.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bot.intake import Admits, Waits
    from bot.store.store import Store

SECRET_HEADER = b"x-telegram-bot-api-secret-token"
LARGEST_BODY = 1 << 20
# Telegram waits as long as we ask before it sends the update again.
RETRY_AFTER_SECONDS = 3

_log = logger(__name__)


class WebhookReceiver:
    """Takes updates that Telegram posts. `stored` is called after a commit: it wakes the worker. `admits` is the
    flood limits; `waits` is told of what cannot be stored now.
    """

    def __init__(
        self,
        store: Store,
        secret: str,
        *,
        stored: Callable[[], None],
        admits: Admits | None = None,
        waits: Waits | None = None,
    ) -> None:
        if not secret:
            raise ValueError("a webhook without a secret would accept anybody's updates: set WEBHOOK_SECRET")
        self._store = store
        self._secret = secret.encode()
        self._stored = stored
        self._admits = admits
        self._waits = waits

    async def endpoint(self, request: Request) -> Response:
        """For a Starlette `Route(..., methods=["POST"])`."""
        from starlette.requests import ClientDisconnect
        from starlette.responses import Response

        secrets = [value for name, value in request.scope["headers"] if name.lower() == SECRET_HEADER]
        try:
            status = await self.receive(secrets, request.stream())
        except ClientDisconnect:
            status = 400  # nobody is there to read it
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else None
        return Response(status_code=status, headers=headers)

    async def receive(self, secrets: list[bytes], body: AsyncIterable[bytes]) -> int:
        """The HTTP status for one POST with these secret headers (raw bytes). 200 means stored for good.

        Never 5xx for what somebody sends: 503 only while our own database cannot be written.
        """
        if len(secrets) != 1 or not hmac.compare_digest(secrets[0], self._secret):
            return 401
        whole = bytearray()
        async for piece in body:
            whole += piece
            if len(whole) > LARGEST_BODY:
                return 413
        try:
            update = json.loads(whole)
        except (json.JSONDecodeError, UnicodeDecodeError):
            return 400
        except (ValueError, RecursionError):  # JSON, but beyond any reader: kept for a person to look at
            return await self._keep_unreadable(whole.decode("utf-8", "backslashreplace"), "not readable as JSON")
        raw = as_raw(update)
        if raw is None:
            return await self._keep_unreadable(as_text(update), "an update without a number")
        try:
            if self._admits is not None and not await self._admits(update):
                return 200  # turned away, and told so: once more would not help
        except StoreUnavailable as error:
            return self._unavailable(error)
        try:
            await self._store.keep_updates([raw])
        except StoreUnavailable as error:
            if self._waits is not None:
                self._waits([update])
            return self._unavailable(error)
        self._stored()
        return 200

    async def _keep_unreadable(self, raw: str, why: str) -> int:
        try:
            await self._store.keep_unreadable(raw, why)
        except StoreUnavailable as error:
            return self._unavailable(error)
        return 200

    def _unavailable(self, error: StoreUnavailable) -> int:
        _log.error("Updates stay with Telegram for now.", cause=error)
        return 503
