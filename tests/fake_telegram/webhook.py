"""Delivers updates to the bot's webhook: in order within a chat, again and again until it answers 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from .errors import Refusal, bad_request
from .parameters import Parameters
from .update_queue import Waiting, as_json
from .world import World

LONGEST_DELAY = 60.0
DEFAULT_CONNECTIONS = 40

Call = Callable[[str, Parameters], Awaitable[Any]]


class Webhook:
    """`patience` scales the waits before a repeat (1.0 as Telegram: at once, then 2, 4, 8 .. 60 s)."""

    def __init__(self, world: World, call: Call, patience: float) -> None:
        self.url = ""
        self.deliveries = 0
        self._world = world
        self._call = call
        self._patience = patience
        self._secret = ""
        self._connections = DEFAULT_CONNECTIONS
        self._last_error: tuple[int, str] | None = None
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}
        self._delay: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def set(self, given: Parameters) -> bool:
        url, secret = given.text("url"), given.text("secret_token")
        if not url:
            return await self.delete(given)
        if not re.match(r"https?://[^/\s]+", url):
            raise bad_request("invalid webhook URL specified")
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        await self._stop()
        self._take_settings(given)
        self.url, self._secret = url, secret
        self._connections = min(100, max(1, given.integer("max_connections", DEFAULT_CONNECTIONS)))
        self._last_error = None
        self._task = asyncio.create_task(self._deliver_all())
        self._world.changed()
        return True

    async def delete(self, given: Parameters) -> bool:
        await self._stop()
        self._take_settings(given)
        self.url = self._secret = ""
        return True

    def info(self) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._world.queue),
        }
        if self._last_error:
            info["last_error_date"], info["last_error_message"] = self._last_error
        if self.url:
            info.update(max_connections=self._connections, ip_address="127.0.0.1")
        if self._world.allowed is not None:
            info["allowed_updates"] = sorted(self._world.allowed)
        return info

    async def close(self) -> None:
        await self._stop()

    def _take_settings(self, given: Parameters) -> None:
        if given.flag("drop_pending_updates"):
            self._world.queue.clear()
        take_allowed_updates(self._world, given)

    async def _stop(self) -> None:
        tasks = [*self._in_flight.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        self._in_flight.clear()
        self._not_before.clear()
        self._delay.clear()

    async def _deliver_all(self) -> None:
        clock = asyncio.get_running_loop().time
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                soonest: float | None = None
                for lane, update in self._world.queue.heads().items():
                    ready = self._not_before.get(lane, 0.0)
                    if lane in self._in_flight:
                        continue
                    if ready > clock():
                        soonest = min(ready, soonest or ready)
                    elif len(self._in_flight) < self._connections:
                        self._in_flight[lane] = asyncio.create_task(self._deliver(session, update))
                try:
                    async with asyncio.timeout_at(soonest):
                        await self._world.next_change()
                except TimeoutError:
                    pass

    async def _deliver(self, session: aiohttp.ClientSession, update: Waiting) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        retry_after = 0
        try:
            self.deliveries += 1
            async with session.post(self.url, json=as_json(update), headers=headers) as answer:
                body = await answer.read()
                if 200 <= answer.status <= 299:
                    self._delivered(update)
                    await self._obey(answer, body)
                    return
                error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                if (seconds := answer.headers.get("Retry-After", "")).isdigit():
                    retry_after = min(3600, int(seconds))
        except (aiohttp.ClientError, OSError, TimeoutError):
            error = "Connection refused"
        finally:
            self._in_flight.pop(update.lane, None)
            self._world.changed()
        self._postpone(update.lane, error, retry_after)

    def _delivered(self, update: Waiting) -> None:
        self._world.queue.forget(update.id)
        self._delay.pop(update.lane, None)
        self._not_before.pop(update.lane, None)

    def _postpone(self, lane: str, error: str, retry_after: int) -> None:
        self._last_error = (int(self._world.clock()), error)
        failed_before = lane in self._delay
        delay = min(LONGEST_DELAY, self._delay.get(lane, 1.0) * 2) if failed_before else 1.0
        self._delay[lane] = delay
        wait = retry_after or (delay if failed_before else 0)
        self._not_before[lane] = asyncio.get_running_loop().time() + wait * self._patience
        self._world.changed()

    async def _obey(self, answer: aiohttp.ClientResponse, body: bytes) -> None:
        """A method in the answer's body is carried out; nobody learns how it went."""
        if not body or answer.content_type != "application/json":
            return
        reply = await answer.json()
        if isinstance(reply, dict) and reply.get("method"):
            with contextlib.suppress(Refusal):
                await self._call(str(reply["method"]), Parameters(reply))


def take_allowed_updates(world: World, given: Parameters) -> None:
    kinds = given.tree("allowed_updates", "allowed updates")
    if isinstance(kinds, list):
        world.allowed = {str(kind) for kind in kinds} or None
