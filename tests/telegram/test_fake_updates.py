"""The fake Bot API hands out and confirms updates as the real one does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.fake_telegram import FakeTelegram

WEEK = 7 * 86_400


class Clock:
    def __init__(self) -> None:
        self.now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(clock=clock, patience=0.01) as telegram:
        yield telegram


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(
    telegram: FakeTelegram, session: aiohttp.ClientSession, method: str, **parameters: Any
) -> dict[str, Any]:
    async with session.post(f"{telegram.url}/bot{telegram.token}/{method}", json=parameters) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == body.get("error_code", 200)
        return body


async def ids(telegram: FakeTelegram, session: aiohttp.ClientSession, **parameters: Any) -> list[int]:
    return [update["update_id"] for update in (await call(telegram, session, "getUpdates", **parameters))["result"]]


async def test_an_update_is_served_until_a_higher_offset_confirms_it(
    telegram: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    person = telegram.person()
    for text in ("a", "b", "c"):
        person.says(text)
    first = await ids(telegram, session)
    assert len(first) == 3
    assert await ids(telegram, session, offset=first[0]) == first
    assert await ids(telegram, session, offset=first[1]) == first[1:]
    assert await ids(telegram, session, limit=50) == first[1:]
    assert await ids(telegram, session, offset=first[2] + 1) == []
    assert await ids(telegram, session, offset=-1) == []


async def test_a_negative_offset_forgets_all_but_the_newest(
    telegram: FakeTelegram, session: aiohttp.ClientSession
) -> None:
    person = telegram.person()
    for text in ("a", "b", "c"):
        person.says(text)
    newest = await ids(telegram, session, offset=-1)
    assert len(newest) == 1
    assert await ids(telegram, session, limit=99) == newest


async def test_the_limit_is_kept(telegram: FakeTelegram, session: aiohttp.ClientSession) -> None:
    person = telegram.person()
    for number in range(130):
        person.says(str(number))
    assert len(await ids(telegram, session, limit=7)) == 7
    assert len(await ids(telegram, session, offset=1, limit=500)) == 100


async def test_a_long_poll_ends_with_the_first_update(telegram: FakeTelegram, session: aiohttp.ClientSession) -> None:
    poll = asyncio.create_task(ids(telegram, session, timeout=50))
    await telegram.until(lambda: telegram._poll == 1)
    telegram.person().says("hello")
    assert len(await poll) == 1


async def test_updates_are_kept_a_day_and_taps_for_minutes(
    telegram: FakeTelegram, session: aiohttp.ClientSession, clock: Clock
) -> None:
    person = telegram.person()
    person.says("hello")
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    await call(telegram, session, "sendMessage", chat_id=person.chat.id, text="?", reply_markup=keyboard)
    person.taps("Yes")
    assert len(await ids(telegram, session)) == 2
    clock.now += 151
    assert len(await ids(telegram, session, offset=1)) == 1
    clock.now += 86_400
    assert await ids(telegram, session, offset=2) == []


async def test_after_a_quiet_week_ids_start_anywhere_and_an_offset_of_the_old_kind_is_ignored(
    telegram: FakeTelegram, session: aiohttp.ClientSession, clock: Clock
) -> None:
    person = telegram.person()
    telegram.world.queue.number_from(2_000_000_000)
    person.says("before")
    [old] = await ids(telegram, session)
    assert await ids(telegram, session, offset=old + 1) == []
    clock.now += WEEK
    person.says("after")
    [new] = await ids(telegram, session, offset=old + 1)
    assert new < old - 10
    assert await ids(telegram, session, offset=old + 2) == [new], "not confirmed by an offset from before"
    assert await ids(telegram, session, offset=new + 1) == []


@pytest.mark.parametrize(("past", "served"), [(10, 0), (11, 1)])
async def test_an_offset_more_than_ten_past_the_tail_serves_the_head(
    telegram: FakeTelegram, session: aiohttp.ClientSession, past: int, served: int
) -> None:
    telegram.person().says("hello")
    [id] = await ids(telegram, session)
    assert len(await ids(telegram, session, offset=id + 1 + past)) == served


async def test_a_second_poller_ends_the_first(telegram: FakeTelegram, session: aiohttp.ClientSession) -> None:
    first = asyncio.create_task(call(telegram, session, "getUpdates", timeout=50))
    await telegram.until(lambda: telegram._poll == 1)
    second = asyncio.create_task(call(telegram, session, "getUpdates", timeout=50))
    refused = await first
    assert refused["error_code"] == 409
    assert refused["description"].startswith("Conflict: terminated by other getUpdates request")
    telegram.person().says("hello")
    assert (await second)["ok"]


async def test_only_asked_for_updates_arrive(telegram: FakeTelegram, session: aiohttp.ClientSession) -> None:
    person = telegram.person()
    await call(telegram, session, "getUpdates", allowed_updates=["callback_query"])
    person.says("not for you")
    person.presses(person.says("x"), "data")
    [update] = (await call(telegram, session, "getUpdates"))["result"]
    assert "callback_query" in update
    await call(telegram, session, "getUpdates", offset=update["update_id"] + 1, allowed_updates=[])
    person.says("for you")
    assert len(await ids(telegram, session)) == 1


async def test_raw_updates_go_out_as_given(telegram: FakeTelegram, session: aiohttp.ClientSession) -> None:
    telegram.world.push_raw({"update_id": None, "message": {"bad": True}})
    telegram.world.push_raw({"no id": 1})
    found = (await call(telegram, session, "getUpdates"))["result"]
    assert isinstance(found[0]["update_id"], int)
    assert found[1] == {"no id": 1}


class Receiver:
    """A bot's webhook whose answers a test prescribes."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram = telegram
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, Any], str | None]] = []
        self.reply: dict[str, Any] | None = None

    async def receive(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.got.append((json.loads(await request.read()), secret))
        self.telegram.world.changed()
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.reply or {}, status=status)


@pytest.fixture
async def receiver(telegram: FakeTelegram, session: aiohttp.ClientSession) -> AsyncIterator[Receiver]:
    receiver = Receiver(telegram)
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    assert (await call(telegram, session, "setWebhook", url=url, secret_token="s3cret_"))["ok"]
    yield receiver
    await runner.cleanup()


async def test_a_webhook_gets_each_update_with_the_secret(telegram: FakeTelegram, receiver: Receiver) -> None:
    telegram.person().says("hello")
    await telegram.until(lambda: len(telegram.world.queue) == 0)
    [(update, secret)] = receiver.got
    assert update["message"]["text"] == "hello"
    assert secret == "s3cret_"


async def test_a_webhook_is_tried_again_in_order_until_it_answers_2xx(
    telegram: FakeTelegram, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503, 400, 301, 200]
    person, other = telegram.person(), telegram.person()
    person.says("first")
    person.says("second")
    other.says("elsewhere")
    await telegram.until(lambda: len(telegram.world.queue) == 0)
    texts = [update["message"]["text"] for update, _ in receiver.got]
    assert [text for text in dict.fromkeys(texts) if text != "elsewhere"] == ["first", "second"]
    assert len(texts) == 7
    assert telegram.webhook.info()["last_error_message"].startswith("Wrong response from the webhook")


async def test_a_method_in_the_webhooks_answer_is_carried_out(telegram: FakeTelegram, receiver: Receiver) -> None:
    person = telegram.person()
    receiver.reply = {"method": "sendMessage", "chat_id": person.chat.id, "text": "by the way"}
    person.says("hello")
    await person.hears("by the way")


async def test_a_webhook_and_polling_exclude_each_other(
    telegram: FakeTelegram, session: aiohttp.ClientSession, receiver: Receiver
) -> None:
    refused = await call(telegram, session, "getUpdates")
    assert refused["error_code"] == 409
    assert refused["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    assert (await call(telegram, session, "getWebhookInfo"))["result"]["url"].endswith("/hook")
    await call(telegram, session, "deleteWebhook", drop_pending_updates=True)
    assert (await call(telegram, session, "getWebhookInfo"))["result"]["url"] == ""
    assert (await call(telegram, session, "getUpdates"))["ok"]


@pytest.mark.parametrize(
    ("secret", "why"),
    [("a b", "secret token contains unallowed characters"), ("x" * 257, "secret token is too long")],
)
async def test_a_bad_secret_is_refused(
    telegram: FakeTelegram, session: aiohttp.ClientSession, secret: str, why: str
) -> None:
    refused = await call(telegram, session, "setWebhook", url="https://example.org/", secret_token=secret)
    assert refused["description"] == f"Bad Request: {why}"
