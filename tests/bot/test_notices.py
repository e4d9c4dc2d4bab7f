"""The site hears of a lead over real HTTP: a code and a link, and nothing that a family said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.notices import NoticeSender
from bot.outbox import Outbox, Refused, SendLater
from bot.store.records import OutboxItem
from bot.wording import Wording
from tests.bot.family import BOY, Clock, Family, conversation

CANARIES = ("Canary Mother", "13800138000", "lupus", "Hangzhou")


class Listener:
    """A service that takes notices, or does not while `closed`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed = False
        self.port = 0

    async def take(self, request: web.Request) -> web.Response:
        if self.closed:
            return web.Response(status=503)
        self.heard.append(await request.text())
        return web.Response()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    service = Listener()
    app = web.Application()
    app.router.add_post("/", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.port = runner.addresses[0][1]
    yield service
    await runner.cleanup()


def sender(listener: Listener) -> NoticeSender:
    return NoticeSender([SecretStr(f"json://127.0.0.1:{listener.port}/")], Wording.load(), "zh_Hans")


def item(address: str = "0", op: str = "lead") -> OutboxItem:
    return OutboxItem(1, None, "notice", address, op, {"code": "BR-7K3F9", "url": "https://example.org/x"}, 0)


async def test_a_notice_carries_code_and_link(listener: Listener) -> None:
    await sender(listener).send(item())
    assert "BR-7K3F9" in listener.heard[0]
    assert "https://example.org/x" in listener.heard[0]


async def test_a_service_that_is_down_is_tried_again(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    listener.closed = True
    with pytest.raises(SendLater):
        await sender(listener).send(item())
    [said] = caplog.records
    assert "not taken" in said.getMessage()
    assert str(listener.port) not in said.getMessage()
    with pytest.raises(SendLater):
        await sender(listener).send(replace(item(), attempts=1))
    assert len(caplog.records) == 1


async def test_a_target_that_was_taken_out_of_the_settings_is_given_up(listener: Listener) -> None:
    with pytest.raises(Refused):
        await sender(listener).send(item(address="7"))


async def test_a_hand_over_is_announced_once_and_says_nothing_private(tmp_path: Path, listener: Listener) -> None:
    talk = conversation(tmp_path, Clock(), notice_targets=["0"])
    family = Family(talk)
    await family.begin()
    await family.answer(BOY)
    for step in ("confirm", "want_contact", "agree"):
        await family.tap(step)
    await family.says("Canary Mother")
    await family.tap("way:phone")
    await family.says("13800138000")
    await family.tap("time:any")
    await family.says("Hangzhou")
    await family.tap("travel:yes")
    await family.tap("child:not_asked")
    await family.tap("done")
    await family.tap("send")
    store = talk._store
    outbox = Outbox(store, "notice", sender(listener), clock=Clock())
    await outbox._look()
    while outbox._sending:
        await next(iter(outbox._sending.values()))
    (heard,) = listener.heard
    (lead,) = await store.leads()
    assert lead.code in heard
    assert not any(canary in heard for canary in CANARIES)
