"""Durable intake: an update is in our database before Telegram is told that it has arrived.

Plain HTTP, not aiogram: the intake answers within a fraction of a second, aiogram takes seconds to import,
and its own polling confirms updates before they are handled.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.backoff import wait_seconds
from bot.log import logger
from bot.plain_words import PlainWords
from bot.raw_update import Batch, read_batch
from bot.store.errors import StoreUnavailable

if TYPE_CHECKING:
    import aiohttp

    from bot.store.records import RawUpdate
    from bot.store.store import Store

# Whether an update as it was sent may be stored: a flood is turned away first.
Admits = Callable[[dict[str, Any]], Awaitable[bool]]
# Told of updates that were let in but cannot be stored now, and so stay with Telegram.
Waits = Callable[[Sequence[dict[str, Any]]], None]

# What a family can do. Everything else Telegram need not send us.
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
LONG_POLL_SECONDS = 50
# An honest long poll waits; one that comes back empty at once (a broken proxy) must not become a busy loop.
SHORTEST_EMPTY_POLL = 0.5
LONGEST_WAIT = 30.0
# After the disk was full or the database locked: soon, because Telegram keeps a tap for minutes only, and so that
# everything goes on within five seconds.
LONGEST_STORE_WAIT = 3.0
REFUSED_WAIT = 60.0
CONFLICT_WAIT = 5.0
# So many unreadable answers in a row, and updates are fetched one by one to find the one that is at fault.
UNREADABLE_BEFORE_SINGLE = 2

_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})\b')
_log = logger(__name__)


class PollTrouble(PlainWords):
    """A poll that brought nothing: why, in words (no address: it holds the token), and how long to wait."""

    def __init__(self, words: str, wait: float | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.wait = wait


class Polling:
    """Fetches updates and stores them; confirms only what is stored.

    The offset is the last id of the batch just committed plus one, never a stored maximum: after a quiet week
    Telegram numbers anew from anywhere, and with an old offset the same updates would be served for ever. An
    empty answer proves that nothing waits, so the next poll carries no offset at all; nor does one after trouble,
    which may have lasted a week.
    """

    def __init__(
        self,
        store: Store,
        api_base: str,
        token: str,
        *,
        stored: Callable[[], None],
        admits: Admits | None = None,
        waits: Waits | None = None,
        long_poll: int = LONG_POLL_SECONDS,
        proxy: str | None = None,
    ) -> None:
        """`stored` is called after updates were committed: it wakes the worker. `admits` is the flood limits."""
        self._store = store
        self._address = f"{api_base.rstrip('/')}/bot{token}/"
        self._stored = stored
        self._admits = admits
        self._waits = waits
        self._long_poll = long_poll
        self._proxy = proxy
        self._offset: int | None = None
        self._failures = 0
        self._unreadable = 0
        # For the health page: None while all is well, else a sentence; and when a poll last succeeded.
        self.trouble: str | None = None
        self.last_success: float | None = None

    async def run(self) -> None:
        """Poll until cancelled. No trouble ends it: each is said once, waited out, and tried again."""
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=self._long_poll + 15, sock_connect=10)
        async with aiohttp.ClientSession(timeout=timeout, proxy=self._proxy) as session:
            while True:
                try:
                    await self._poll(session)
                    self._well()
                except PollTrouble as trouble:
                    await self._wait_out(trouble)

    async def _poll(self, session: aiohttp.ClientSession) -> None:
        started = time.monotonic()
        single = self._unreadable >= UNREADABLE_BEFORE_SINGLE
        asked: dict[str, Any] = {"timeout": self._long_poll, "allowed_updates": ALLOWED_UPDATES}
        asked["limit"] = 1 if single else 100
        # It counts once: should this poll fail, what comes again is known.
        offset, self._offset = self._offset, None
        if offset is not None:
            asked["offset"] = offset
        status, body = await self._call(session, "getUpdates", asked)
        try:
            answer = json.loads(body)
            if not isinstance(answer, dict):
                raise ValueError
        except (ValueError, RecursionError):
            self._offset = offset if status == 200 else None
            return await self._meet_unreadable(status, body, single)
        if not answer.get("ok"):
            return await self._meet_refusal(session, answer, status)
        self._unreadable = 0
        batch = read_batch(answer.get("result"))
        if batch.empty:
            if time.monotonic() - started < SHORTEST_EMPTY_POLL:
                await asyncio.sleep(SHORTEST_EMPTY_POLL)
            return None
        return await self._keep(batch)

    async def _keep(self, batch: Batch) -> None:
        let_in: list[tuple[dict[str, Any], RawUpdate]] = []
        try:
            let_in += [one for one in batch.updates if self._admits is None or await self._admits(one[0])]
            new = await self._store.keep_updates([raw for _, raw in let_in])
            new += len(batch.updates) - len(let_in)
            for raw, why in batch.unreadable:
                new += await self._store.keep_unreadable(raw, why)
        except StoreUnavailable as error:
            if self._waits is not None:
                self._waits([update for update, _ in let_in])
            wait = wait_seconds(self._failures + 1, most=LONGEST_STORE_WAIT)
            raise PollTrouble(f"Updates stay with Telegram for now. {error}", wait) from None
        self._stored()
        if batch.last_id is None:
            raise PollTrouble("Telegram sent updates without a number; they are kept aside.", CONFLICT_WAIT)
        self._offset = batch.last_id + 1
        if not new:  # served again although confirmed: no reason to hurry
            await asyncio.sleep(SHORTEST_EMPTY_POLL)

    async def _call(self, session: aiohttp.ClientSession, method: str, given: dict[str, Any]) -> tuple[int, bytes]:
        import aiohttp

        try:
            async with session.post(self._address + method, json=given, allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
            kind = type(error).__name__
            raise PollTrouble(f"The proxy of TELEGRAM_PROXY does not let us through ({kind}); trying again.") from None
        except aiohttp.InvalidURL:
            raise PollTrouble("TELEGRAM_API_BASE is not a web address: check it.", REFUSED_WAIT) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # Only the kind of error: its text could hold the address, and the address holds the token.
            kind = type(error).__name__
            raise PollTrouble(f"Telegram cannot be reached ({kind}); trying again until it answers.") from None

    async def _meet_unreadable(self, status: int, body: bytes, single: bool) -> None:
        """An answer that is no JSON: a proxy's error page, or one update that no reader can take."""
        if status != 200:
            raise PollTrouble(f"Telegram answers {status} without a reason; trying again.")
        found = _UPDATE_ID.search(body)
        if single and found:
            try:
                await self._store.keep_unreadable(body.decode("utf-8", "backslashreplace"), "not readable as JSON")
            except StoreUnavailable as error:
                raise PollTrouble(str(error)) from None
            self._offset = int(found[1]) + 1
            self._unreadable = 0
            return
        self._unreadable += 1
        raise PollTrouble("Telegram's answer cannot be read; trying again, one update at a time.")

    async def _meet_refusal(self, session: aiohttp.ClientSession, answer: dict[str, Any], status: int) -> None:
        code = answer.get("error_code", status)
        description = str(answer.get("description", ""))
        parameters = answer.get("parameters")
        if code in (401, 404):
            raise PollTrouble(
                "Telegram does not know this bot token. Ask @BotFather for it, set BOT_TOKEN, start again.",
                REFUSED_WAIT,
            )
        if code == 409 and "webhook" in description:
            _log.warning("A webhook was set for this bot; polling is configured, so the webhook is removed.")
            await self._call(session, "deleteWebhook", {"drop_pending_updates": False})
            raise PollTrouble("A webhook was set for this bot.", SHORTEST_EMPTY_POLL)
        if code == 409:
            raise PollTrouble(
                "Another program fetches updates with the same bot token. Stop it, or ask @BotFather for a new token.",
                CONFLICT_WAIT,
            )
        if code == 429 and isinstance(parameters, dict) and isinstance(parameters.get("retry_after"), int):
            raise PollTrouble("Telegram asks to poll less often.", float(parameters["retry_after"]))
        raise PollTrouble(f"Telegram refuses getUpdates with {code}; trying again.")

    async def _wait_out(self, trouble: PollTrouble) -> None:
        self._failures += 1
        if trouble.words != self.trouble:  # each trouble is said once, not once a try
            _log.error("Polling has trouble.", cause=trouble)
        self.trouble = trouble.words
        wait = trouble.wait if trouble.wait is not None else wait_seconds(self._failures, most=LONGEST_WAIT)
        await asyncio.sleep(wait)

    def _well(self) -> None:
        if self.trouble is not None:
            _log.warning("Telegram answers again.")
        self.trouble = None
        self._failures = 0
        self.last_success = time.monotonic()
