"""Who is turned away at Telegram's door hears so in their language; staff and what is no message always come in."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from bot.channels.telegram_door import TelegramDoor
from bot.flood import PERSON_BURST, Gate, Limits
from tests.browser.stub_conversation import real_wording
from tests.fake_telegram import FakeTelegram, Person

from .conftest import Background

STAFF = -1001
# Time stands still: a slow machine gives nobody room for one message more.
NOW = int(time.time())


@pytest.fixture
async def door(telegram: FakeTelegram, background: Background) -> TelegramDoor:
    async def nobody(address: str) -> bool:
        return False

    gate = Gate("telegram", nobody, Limits(newcomers=1), clock=lambda: float(NOW))
    door = TelegramDoor(gate, real_wording(), telegram.url, telegram.token, staff=STAFF)
    background.start(door.run())
    return door


def message(parent: Person, **more: Any) -> dict[str, Any]:
    who, chat = parent.account.as_user(), parent.chat.as_chat()
    body = {"message_id": 1, "date": NOW, "chat": chat, "from": who, "text": "hello", **more}
    return {"update_id": 1, "message": body}


def press(parent: Person) -> dict[str, Any]:
    tap = parent.presses(parent.says("a card"), "1:agree")
    card = message(parent)["message"]
    return {"update_id": 2, "callback_query": {"id": tap.id, "from": card["from"], "message": card, "data": "1:agree"}}


async def flood(door: TelegramDoor, parent: Person) -> None:
    for _ in range(PERSON_BURST):
        assert await door.admits(message(parent))


async def test_a_message_turned_away_is_answered_once(telegram: FakeTelegram, door: TelegramDoor) -> None:
    parent = telegram.person("Li", "zh-hans")
    parent.starts()
    await flood(door, parent)
    for _ in range(50):
        assert not await door.admits(message(parent))
    await parent.hears("消息太多")
    assert len(parent.heard) == 1
    assert [call.method for call in telegram.calls] == ["sendmessage"]


async def test_a_press_turned_away_is_answered_in_a_window_and_its_card_stays(
    telegram: FakeTelegram, door: TelegramDoor
) -> None:
    parent = telegram.person("Li", "en")
    await flood(door, parent)
    assert not await door.admits(press(parent))
    await telegram.until(lambda: [tap for tap in telegram.world.taps.values() if tap.toast])
    [tap] = telegram.world.taps.values()
    assert tap.alert
    assert "was not taken in" in (tap.toast or "")


async def test_staff_and_what_is_no_message_always_come_in(telegram: FakeTelegram, door: TelegramDoor) -> None:
    parent = telegram.person("Li", "en")
    group = message(parent)
    group["message"]["chat"] = {"id": STAFF, "type": "supergroup", "title": "Coordinators"}
    assert {await door.admits(group) for _ in range(500)} == {True}
    left = {
        "update_id": 3,
        "my_chat_member": {"chat": parent.chat.as_chat(), "from": parent.account.as_user(), "date": 1},
    }
    assert {await door.admits(left) for _ in range(500)} == {True}
    assert await door.admits({"update_id": 4})


@pytest.mark.parametrize("odd", ["date", "text", "from", "chat"])
async def test_no_oddity_makes_the_door_stumble(telegram: FakeTelegram, door: TelegramDoor, odd: str) -> None:
    parent = telegram.person("Li", "en")
    values: tuple[Any, ...] = (None, "x", -1, [], {}, 10**400, "\ud83d")
    for value in values:
        for _ in range(PERSON_BURST + 5):
            await door.admits(message(parent, **{odd: value}))


async def test_what_was_let_in_and_could_not_be_stored_is_not_turned_away_for_coming_again(
    telegram: FakeTelegram, door: TelegramDoor
) -> None:
    update = message(telegram.person("Li", "en"))
    assert await door.admits(update)
    for _ in range(10 * PERSON_BURST):
        door.asks_to_wait([update])
        assert await door.admits(update)
    assert door.gate.turned_away.total() == 0


async def test_who_has_to_wait_because_nothing_can_be_stored_is_told_if_it_goes_on(
    telegram: FakeTelegram, background: Background
) -> None:
    async def nobody(address: str) -> bool:
        return False

    at = SimpleNamespace(now=1000.0)
    gate = Gate("telegram", nobody, Limits(), clock=lambda: at.now)
    door = TelegramDoor(gate, real_wording(), telegram.url, telegram.token, staff=STAFF, clock=lambda: at.now)
    background.start(door.run())
    writes, presses = telegram.person("Li", "zh-hans"), telegram.person("Wang", "en")
    writes.starts()
    updates = [message(writes), press(presses)]
    door.asks_to_wait(updates)
    at.now += 1
    door.asks_to_wait(updates)
    assert not telegram.calls  # a moment only: they are answered before they wonder
    for _ in range(5):
        at.now += 3
        door.asks_to_wait(updates)
    await writes.hears("现在暂时没法保存")
    tap = next(iter(telegram.world.taps.values()))
    assert "Nothing can be saved here just now" in await presses.answered(tap)
    assert len(writes.heard) == 1
    at.now += 3600
    door.asks_to_wait(updates)  # another trouble begins as a moment
    await telegram.until(lambda: len(telegram.calls) == 2)
