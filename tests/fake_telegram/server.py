"""The fake Bot API server: one bot, real HTTP on a loopback port, a world of chats behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from aiohttp import web

from . import methods, profile
from .errors import OTHER_POLLER, WEBHOOK_ACTIVE, Refusal, conflict
from .faults import ConnectionCut, Faults
from .parameters import Parameters, read_parameters
from .people import WAIT, Group, Person
from .update_queue import as_json
from .webhook import Webhook, take_allowed_updates
from .world import Account, Chat, World

TOKEN = "4321:fake-token-for-tests"
LONGEST_POLL = 50
LARGEST_BODY = 60 << 20

METHODS: dict[str, Callable[[World, Parameters], Any]] = {
    "getme": methods.get_me,
    "sendmessage": methods.send_message,
    "editmessagetext": methods.edit_message_text,
    "editmessagereplymarkup": methods.edit_message_reply_markup,
    "deletemessage": methods.delete_message,
    "answercallbackquery": methods.answer_callback_query,
    "sendchataction": methods.send_chat_action,
    "getchat": methods.get_chat,
    "getchatmember": methods.get_chat_member,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": partial(profile.set_words, kind="name"),
    "getmyname": partial(profile.get_words, kind="name"),
    "setmydescription": partial(profile.set_words, kind="description"),
    "getmydescription": partial(profile.get_words, kind="description"),
    "setmyshortdescription": partial(profile.set_words, kind="short_description"),
    "getmyshortdescription": partial(profile.get_words, kind="short_description"),
}


@dataclass(frozen=True, slots=True)
class CallMade:
    """One call as it arrived; `outcome` is the HTTP status, or 0 if the caller got no answer. `done`: carried out."""

    method: str
    given: Parameters
    at: float
    outcome: int
    done: bool = False


class FakeTelegram:
    """`async with FakeTelegram() as telegram`: give its `url` and `token` to the bot, then act as users."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
        patience: float = 1.0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.token = token
        self.world = World(Account(4321, "Test bot", username="brasle_test_bot", is_bot=True), clock, seed)
        self.faults = Faults(seed)
        self.webhook = Webhook(self.world, self._carry_out, patience)
        self.calls: list[CallMade] = []
        self.url = ""
        self._host, self._port = host, port
        self._poll = 0
        self._last_poll = (-1, 0.0)
        self._run_out = False
        self._closing = False
        self._next_person = 70_001
        self._next_group = -5_001
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/bot{token:[^/]*}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self.world.changed()
        await self.webhook.close()
        if self._runner:
            await self._runner.cleanup()

    # the people
    def person(self, name: str = "Parent", language: str | None = "en") -> Person:
        id, self._next_person = self._next_person, self._next_person + 1
        return self.person_with_id(id, name, language)

    def person_with_id(self, id: int, name: str = "Parent", language: str | None = "en") -> Person:
        account = Account(id, name, language)
        chat = Chat(id, person=account)
        self.world.accounts[id], self.world.chats[id] = account, chat
        return Person(self.world, account, chat)

    def group(self, title: str, members: list[Person]) -> Group:
        id, self._next_group = self._next_group, self._next_group - 1
        chat = Chat(id, "group", title, members=[member.account for member in members], bot_status="left")
        self.world.chats[id] = chat
        return Group(self.world, chat)

    async def until(self, condition: Callable[[], Any], seconds: float = WAIT) -> Any:
        return await self.world.until(
            condition, seconds, lambda: f"calls so far: {[one.method for one in self.calls][-40:]}"
        )

    def made(self, method: str, outcome: int | None = None) -> list[CallMade]:
        """The calls of one method so far, in order."""
        wanted = method.lower()
        return [call for call in self.calls if call.method == wanted and outcome in (None, call.outcome)]

    async def end_poll(self) -> None:
        """Let the long poll that waits now run out, as after its time, and wait for the next one."""
        polls = self._poll
        self._run_out = True
        self.world.changed()
        await self.until(lambda: self._poll > polls)

    async def alone(self) -> None:
        """Wait until nobody is connected any more: what a killed bot had sent off was taken by then, or never will be."""
        assert self._runner is not None
        assert self._runner.server is not None
        server = self._runner.server
        while any(one.transport is not None for one in server.connections):  # noqa: ASYNC110  nobody tells of an end
            await asyncio.sleep(0.001)
        for _ in range(20):  # a request that was being read is carried out
            await asyncio.sleep(0)

    # the server
    async def _serve(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        try:
            status, body = await self.call(token, method, lambda: read_parameters(request))
            return web.json_response(body, status=status)
        except ConnectionCut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)

    async def call(self, token: str, method: str, read: Callable[[], Awaitable[Parameters]]) -> tuple[int, Any]:
        """One call: HTTP status and body. ConnectionCut: the caller gets no answer."""
        method = method.lower()
        given, outcome, done = Parameters({}), 0, False
        try:
            if self.faults.outage:
                raise ConnectionCut
            if token != self.token:
                raise Refusal(401, "Unauthorized")
            given = await read()
            fault = self.faults.before(method, given.integer("chat_id") or None)
            result = await self._carry_out(method, given)
            done = True
            if fault is not None:
                self.faults.answers_lost += 1
                raise ConnectionCut
            outcome = 200
            return 200, {"ok": True, "result": result}
        except Refusal as refusal:
            outcome = refusal.code
            return refusal.code, refusal.body()
        finally:
            self.calls.append(CallMade(method, given, asyncio.get_running_loop().time(), outcome, done))
            self.world.changed()

    async def _carry_out(self, method: str, given: Parameters) -> Any:
        match method.lower():
            case "getupdates":
                return await self._get_updates(given)
            case "setwebhook":
                self._poll += 1
                return await self.webhook.set(given)
            case "deletewebhook":
                return await self.webhook.delete(given)
            case "getwebhookinfo":
                return self.webhook.info()
        handle = METHODS.get(method.lower())
        if handle is None:
            raise Refusal(404, "Not Found: method not found")
        return handle(self.world, given)

    async def _get_updates(self, given: Parameters) -> list[Any]:
        if self.webhook.url:
            raise conflict(WEBHOOK_ACTIVE)
        offset = given.integer("offset")
        limit = given.integer("limit", 100)
        limit = limit if 1 <= limit <= 100 else 100
        timeout = float(min(LONGEST_POLL, max(0, given.integer("timeout"))))
        take_allowed_updates(self.world, given)
        now, (last_offset, last_time) = time.monotonic(), self._last_poll
        if offset == last_offset and timeout < 3 and now < last_time + 3:
            timeout = 3
        if offset == last_offset and now < last_time + 0.5:
            limit = 1
        self._last_poll = (offset, now)
        found = self.world.queue.get(offset, limit)
        if not found and timeout:
            found = await self._wait_for_updates(offset, limit, timeout)
        return [as_json(update) for update in found]

    async def _wait_for_updates(self, offset: int, limit: int, seconds: float) -> list[Any]:
        self._run_out = False
        self._poll += 1
        mine = self._poll
        self.world.changed()
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.world.next_change()
                    if self._closing or self._run_out:
                        return []
                    if self._poll != mine:
                        raise conflict(OTHER_POLLER if not self.webhook.url else "terminated by setWebhook request")
                    if found := self.world.queue.get(offset, limit):
                        return found
        except TimeoutError:
            return []
