"""What Telegram has been told to have arrived is in the database, whatever else happens."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot import intake
from bot.intake import Polling
from bot.raw_update import as_raw, chat_of, read_batch
from bot.store.errors import StoreUnavailable
from bot.store.records import RawUpdate
from bot.store.store import Store
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.faults import ConnectionCut

from .conftest import Background


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries are real, but short."""
    for name in (
        "LONGEST_WAIT",
        "LONGEST_STORE_WAIT",
        "REFUSED_WAIT",
        "CONFLICT_WAIT",
        "SHORTEST_EMPTY_POLL",
    ):
        monkeypatch.setattr(intake, name, 0.01)


class Rig:
    """A polling intake between the fake Telegram and a real store."""

    def __init__(self, telegram: FakeTelegram, store: Store, background: Background) -> None:
        self.telegram, self.store, self.background = telegram, store, background
        self.woken = asyncio.Event()
        self.polling = self.make()

    def make(self, long_poll: int = 50, token: str | None = None) -> Polling:
        return Polling(
            self.store,
            self.telegram.url,
            token or self.telegram.token,
            stored=self.woken.set,
            long_poll=long_poll,
        )

    def start(self) -> asyncio.Task[Any]:
        return self.background.start(self.polling.run())

    async def texts(self) -> list[str]:
        return [json.loads(item.raw)["message"]["text"] for item in await self.store.pending(1000)]

    async def confirmed(self) -> None:
        """Wait until Telegram holds nothing any more."""
        await self.telegram.until(lambda: len(self.telegram.world.queue) == 0)


@pytest.fixture
def rig(telegram: FakeTelegram, store: Store, background: Background) -> Rig:
    return Rig(telegram, store, background)


async def test_updates_are_stored_in_order_and_then_confirmed(rig: Rig) -> None:
    parent = rig.telegram.person()
    for number in range(250):
        parent.says(str(number))
    rig.start()
    await rig.confirmed()
    assert await rig.texts() == [str(number) for number in range(250)]
    assert rig.woken.is_set()
    parent.says("later")
    await rig.confirmed()
    assert (await rig.texts())[-1] == "later"


async def test_nothing_is_confirmed_that_could_not_be_stored(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep, tries = rig.store.keep_updates, asyncio.Event()

    async def full(updates: Sequence[RawUpdate]) -> int:
        tries.set()
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(rig.store, "keep_updates", full)
    rig.telegram.person().says("hello")
    rig.start()
    await tries.wait()
    await rig.telegram.until(lambda: len(rig.telegram.made("getUpdates")) >= 3)
    assert len(rig.telegram.world.queue) == 1
    assert not any(call.given.has("offset") for call in rig.telegram.made("getUpdates"))
    assert rig.polling.trouble == "Updates stay with Telegram for now. The disk is full."
    assert caplog.text.count("The disk is full.") == 1, "said once, not once a try"
    monkeypatch.setattr(rig.store, "keep_updates", keep)
    await rig.confirmed()
    assert await rig.texts() == ["hello"]


async def test_an_update_served_twice_is_stored_once(rig: Rig) -> None:
    rig.telegram.person().says("hello")
    task = rig.start()
    rig.telegram.faults.lose_answer("getUpdates", times=2)
    await rig.confirmed()
    await rig.background.end(task)
    [item] = await rig.store.pending(10)
    rig.telegram.world.queue.number_from(item.update_id)
    rig.telegram.world.push_raw(json.loads(item.raw) | {"update_id": None})
    rig.polling = rig.make()
    rig.start()
    await rig.confirmed()
    assert await rig.texts() == ["hello"]


async def test_after_a_quiet_week_new_numbers_are_taken_once_and_confirmed(rig: Rig) -> None:
    parent = rig.telegram.person()
    rig.telegram.world.queue.number_from(2_000_000_000)
    parent.says("before")
    rig.start()
    await rig.confirmed()
    rig.telegram.world.queue.number_from(5_000_000)
    parent.says("after")
    await rig.confirmed()
    polls = len(rig.telegram.made("getUpdates"))
    parent.says("and on")
    await rig.confirmed()
    assert await rig.texts() == ["before", "after", "and on"]
    assert len(rig.telegram.made("getUpdates")) <= polls + 3, "no loop on the same batch"


async def test_after_a_week_without_telegram_an_old_offset_confirms_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new numbers may begin just below the old offset: with it, what nobody has seen would be confirmed."""

    async def cut(*_: object) -> list[object]:
        raise ConnectionCut

    queue, parent = rig.telegram.world.queue, rig.telegram.person()
    queue.number_from(1000)
    monkeypatch.setattr(rig.telegram, "_wait_for_updates", cut)
    parent.says("before")
    rig.start()
    await rig.confirmed()
    await rig.telegram.until(lambda: rig.polling.trouble)
    queue.number_from(999)
    parent.says("after")
    parent.says("and on")
    await rig.confirmed()
    assert await rig.texts() == ["before", "after", "and on"]


async def test_a_number_that_comes_again_after_a_quiet_week_is_another_message(rig: Rig) -> None:
    """Though the message that had it was fetched late, and is less than a week in our memory."""
    parent = rig.telegram.person()
    rig.telegram.world.queue.number_from(1000)
    parent.says("before")
    rig.start()
    await rig.confirmed()
    await rig.telegram.end_poll()
    rig.telegram.world.queue.number_from(1000)
    parent.says("after")
    await rig.confirmed()
    assert await rig.texts() == ["before", "after"]


async def test_a_new_process_begins_without_an_offset(rig: Rig) -> None:
    rig.telegram.person().says("hello")
    rig.start()
    await rig.confirmed()
    assert not rig.telegram.made("getUpdates")[0].given.has("offset")


async def test_what_is_no_update_is_set_aside_and_the_rest_goes_on(rig: Rig) -> None:
    world, parent = rig.telegram.world, rig.telegram.person()
    world.push_raw({"no": "number"})
    world.push_raw(["not", "an", "object"])
    world.push_raw({"update_id": True})
    world.push_raw({"update_id": 2**63})
    world.push_raw({"update_id": None, "message": {"chat": "odd", "text": "kept raw"}})
    world.push_raw({"update_id": None, "message": {"text": "half a pair \ud83d and \0"}})
    parent.says("hello")
    rig.start()
    await rig.confirmed()
    assert await rig.texts() == ["kept raw", "half a pair \ud83d and \0", "hello"]
    assert len(await rig.store.quarantined()) == 4


async def test_an_answer_beyond_any_reader_is_isolated_and_set_aside(store: Store, background: Background) -> None:
    """One update nested too deeply to read: it alone is set aside, under its number."""
    deep = b'{"update_id":7,"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    updates = [b'{"update_id":6,"a":1}', deep, b'{"update_id":8,"a":1}']
    waiting = asyncio.Event()

    async def serve(request: web.Request) -> web.Response:
        asked = await request.json()
        left = [one for number, one in enumerate(updates, 6) if number >= asked.get("offset", 0)]
        if not left:
            waiting.set()
            await asyncio.Event().wait()
        result = b"[" + b",".join(left[: asked["limit"]]) + b"]"
        return web.Response(body=b'{"ok":true,"result":' + result + b"}", content_type="application/json")

    app = web.Application()
    app.router.add_post("/bot1:x/getUpdates", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    task = background.start(Polling(store, url, "1:x", stored=lambda: None).run())
    await asyncio.wait_for(waiting.wait(), 10)
    assert [item.update_id for item in await store.pending(10)] == [6, 8]
    assert len(await store.quarantined()) == 1
    await background.end(task)
    await runner.cleanup()


async def test_trouble_on_the_way_is_waited_out(rig: Rig) -> None:
    faults = rig.telegram.faults
    faults.server_error(times=2)
    faults.cut_connection(times=2)
    faults.too_many_requests(retry_after=0)
    rig.telegram.person().says("hello")
    rig.start()
    await rig.confirmed()
    assert await rig.texts() == ["hello"]
    await rig.telegram.until(lambda: rig.polling.trouble is None)


async def test_a_wrong_token_is_explained_and_never_printed(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rig.polling = rig.make(token="99:wrong-secret-token")
    rig.start()
    await rig.telegram.until(lambda: rig.telegram.made("getUpdates", 401))
    await rig.telegram.until(lambda: rig.polling.trouble)
    assert "BOT_TOKEN" in (rig.polling.trouble or "")
    rig.telegram.faults.outage = True
    await rig.telegram.until(lambda: "cannot be reached" in (rig.polling.trouble or ""))
    assert "wrong-secret-token" not in caplog.text


async def test_an_address_that_is_none_is_explained(
    store: Store, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    explained = asyncio.Event()

    def error(words: str, *, cause: object) -> None:
        said.append(f"{words} {cause}")
        explained.set()

    monkeypatch.setattr(intake._log, "error", error)
    polling = Polling(store, "not an address", "1:secret-token", stored=lambda: None)
    background.start(polling.run())
    await asyncio.wait_for(explained.wait(), 5)
    assert said == ["Polling has trouble. TELEGRAM_API_BASE is not a web address: check it."]


async def test_a_webhook_left_behind_is_removed(rig: Rig) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"{rig.telegram.url}/bot{rig.telegram.token}/setWebhook"
        await session.post(url, json={"url": "http://127.0.0.1:9/hook"})
    rig.telegram.person().says("hello")
    rig.start()
    await rig.confirmed()
    assert await rig.texts() == ["hello"]
    assert rig.telegram.webhook.url == ""


async def test_two_pollers_are_told_of_each_other(rig: Rig) -> None:
    rig.start()
    other = rig.make()
    rig.background.start(other.run())
    await rig.telegram.until(lambda: rig.polling.trouble or other.trouble)
    assert "Another program" in (rig.polling.trouble or other.trouble or "")


async def test_an_idle_bot_polls_twice_a_second_at_most(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when a proxy ends every long poll at once."""
    monkeypatch.setattr(intake, "SHORTEST_EMPTY_POLL", 0.5)
    monkeypatch.setattr(rig.telegram, "_wait_for_updates", lambda *_: asyncio.sleep(0, []))
    rig.start()
    await rig.telegram.until(lambda: len(rig.telegram.made("getUpdates")) == 2)
    first, second = (call.at for call in rig.telegram.made("getUpdates"))
    assert second - first >= 0.5


async def test_a_batch_that_comes_again_and_again_is_no_busy_loop(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SHORTEST_EMPTY_POLL", 0.2)
    rig.telegram.world.push_raw({"update_id": 5})  # a number that confirms nothing
    rig.start()
    await rig.telegram.until(lambda: len(rig.telegram.made("getUpdates")) == 4)
    times = [call.at for call in rig.telegram.made("getUpdates")]
    assert times[3] - times[1] >= 0.4


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"update_id": 1, "message": {"chat": {"id": 5}, "from": {"id": 6}}}, "5"),
        ({"update_id": 1, "callback_query": {"from": {"id": 6}, "message": {"chat": {"id": 5}}}}, "5"),
        ({"update_id": 1, "callback_query": {"from": {"id": 6}, "inline_message_id": "x"}}, "6"),
        ({"update_id": 1, "poll_answer": {"user": {"id": 7}}}, "7"),
        ({"update_id": 1, "poll": {"id": "9"}}, None),
        ({"update_id": 1, "message": {"chat": {"id": True}}}, None),
        ({"update_id": 1, "message": "odd"}, None),
    ],
)
def test_every_update_finds_its_chat(update: dict[str, Any], chat: str | None) -> None:
    assert chat_of(update) == chat


@pytest.mark.parametrize("update", [None, 1, "x", [], {}, {"update_id": "1"}, {"update_id": -1}, {"update_id": 1.0}])
def test_what_has_no_number_is_no_update(update: Any) -> None:
    assert as_raw(update) is None


def test_an_update_larger_than_telegram_sends_is_set_aside_and_confirmed() -> None:
    def update(number: int, words: str) -> dict[str, Any]:
        return {"update_id": number, "message": {"message_id": number, "chat": {"id": 7}, "text": words}}

    batch = read_batch([update(1, "\U0001f476" * 4096), update(2, "x" * 10_000_000)])
    assert [raw.update_id for _, raw in batch.updates] == [1]
    assert [why for _, why in batch.unreadable] == ["larger than any update"]
    assert batch.last_id == 2
