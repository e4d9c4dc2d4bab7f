"""What Telegram refuses, loses or has forgotten: the family's screen is right again in the end."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot import outbox as room
from bot.channels.telegram_render import tap_id
from bot.channels.telegram_send import TelegramSender
from bot.message import Incoming
from bot.outbox import Outbox
from bot.pace import Pace
from bot.store.records import Commit, Outgoing
from bot.store.store import Store
from tests.fake_telegram import FakeTelegram, FloodRule, Message, bad_request, server

from .conftest import Background
from .small_talk import SmallTalk, small_wording


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LONGEST_WAIT", 0.02)


class Rig:
    """The sending half alone: a small conversation commits, the outbox sends with aiogram's Bot."""

    def __init__(self, telegram: FakeTelegram, store: Store, bot: Bot) -> None:
        self.telegram, self.store = telegram, store
        self.outbox = Outbox(store, "telegram", TelegramSender(bot), pace=Pace(1e6, 1e6))
        self.talk = SmallTalk(store, small_wording(), committed=self.outbox.wake)
        self.parent = telegram.person()
        self.parent.starts()
        self._ids = itertools.count()

    def incoming(self, **what: Any) -> Incoming:
        id = what.pop("id", f"message:{next(self._ids)}")
        return Incoming(channel="telegram", address=str(self.parent.chat.id), id=id, **what)

    async def starts(self) -> Message:
        await self.talk.handle(self.incoming(command="start"))
        return await self.parent.hears("Question 0")

    async def presses(self, message: Message, button: str, revision: int) -> None:
        tap = self.parent.presses(message, f"{revision}:{button}")
        await self.talk.handle(self.incoming(id=tap_id(tap.id, message.id), button=button, revision=revision))

    async def says(self, text: str) -> None:
        await self.talk.handle(self.incoming(text=text))

    def live(self) -> list[Message]:
        return [message for message in self.parent.heard if message.keyboard]


@pytest.fixture
async def rig(telegram: FakeTelegram, store: Store, background: Background) -> AsyncIterator[Rig]:
    bot = Bot(telegram.token, AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))
    rig = Rig(telegram, store, bot)
    background.start(rig.outbox.run())
    yield rig
    await rig.outbox.stop()
    await bot.session.close()


async def test_a_card_whose_answer_was_lost_is_sent_again_and_both_copies_are_settled(rig: Rig) -> None:
    rig.telegram.faults.lose_answer("sendMessage")
    await rig.starts()
    await rig.parent.until(lambda _: len(rig.live()) == 2)
    first_copy = rig.live()[0]
    await rig.presses(first_copy, "yes", revision=1)
    await rig.parent.until(lambda _: [one.text for one in rig.parent.heard].count("Question 0\n\u2713 yes") == 2)
    await rig.parent.hears("Question 1")
    assert len(rig.live()) == 1


@pytest.mark.parametrize("method", ["editMessageText", "answerCallbackQuery", "editMessageReplyMarkup"])
async def test_an_edit_or_answer_that_was_lost_is_repeated_without_harm(rig: Rig, method: str) -> None:
    fault = rig.telegram.faults.lose_answer(method, times=2)
    card = await rig.starts()
    await rig.presses(card, "tick:a", revision=1)
    await rig.parent.sees_button("\u2611 Box a")
    await rig.presses(card, "page", revision=1)
    page = await rig.parent.sees_button("Back")
    await rig.presses(page, "close", revision=2)
    await rig.parent.sees_button("Page")
    assert fault.met == 2
    assert await rig.store.given_up() == []
    assert len(rig.live()) == 1


async def test_a_tap_that_is_too_old_to_answer_still_counts(rig: Rig) -> None:
    card = await rig.starts()
    await rig.talk.handle(rig.incoming(id=tap_id("12345", card.id), button="yes", revision=1))
    await rig.parent.hears("Question 1")
    assert rig.telegram.made("answerCallbackQuery", 400)


async def test_a_card_that_is_gone_comes_anew(rig: Rig) -> None:
    card = await rig.starts()
    rig.parent.chat.messages.remove(card)
    await rig.presses(card, "tick:a", revision=1)
    await rig.parent.sees_button("\u2611 Box a")
    await rig.presses(rig.live()[0], "yes", revision=1)
    rig.parent.chat.messages.clear()
    await rig.parent.hears("Question 1")


async def test_a_list_of_answers_does_not_stay_on_the_screen(rig: Rig) -> None:
    await rig.starts()
    await rig.says("answer")
    card = await rig.parent.hears("Question 1")
    await rig.presses(card, "page", revision=2)
    page = await rig.parent.sees_button("Back")
    assert page.protected
    await rig.says("typed over it")
    await rig.parent.hears("Question 2")
    assert page.text == "Question 1\n\u2713 typed over it", "answered over the page: it says so"
    await rig.presses(rig.live()[0], "page", revision=4)
    page = await rig.parent.sees_button("Back")
    await rig.talk.handle(rig.incoming(other="photo"))
    await rig.parent.hears("Pictures cannot be read.")
    assert page not in rig.parent.heard
    old = rig.live()[0]
    rig.telegram.faults.refuse(bad_request("message can't be deleted for everyone"), "deleteMessage")
    await rig.talk.handle(rig.incoming(other="photo"))
    await rig.parent.until(lambda _: rig.parent.heard[-1] is not old and rig.live() == [rig.parent.heard[-1]])
    assert old.text == "\u2026"


async def test_a_card_that_cannot_be_settled_does_not_stop_the_next(rig: Rig) -> None:
    card = await rig.starts()
    rig.telegram.faults.refuse(bad_request("message can't be edited"), "editMessageText")
    await rig.presses(card, "yes", revision=1)
    await rig.parent.hears("Question 1")


async def test_floods_and_outages_are_waited_out_in_order(rig: Rig) -> None:
    faults = rig.telegram.faults
    faults.too_many_requests("sendMessage", retry_after=1)
    faults.server_error("editMessageText")
    faults.cut_connection("sendMessage")
    await rig.starts()
    for number in range(3):
        await rig.says(f"answer {number}")
        await rig.parent.hears(f"Question {number + 1}")
    assert [one.text for one in rig.parent.heard[:3]] == [f"Question {n}\n\u2713 answer {n}" for n in range(3)]
    assert len(rig.live()) == 1


async def test_telegrams_own_flood_rule_costs_nothing_but_time(rig: Rig) -> None:
    rig.telegram.faults.flood = FloodRule(per_chat=5, chat_burst=2)
    await rig.starts()
    for number in range(6):
        await rig.says(f"answer {number}")
    await rig.parent.hears("Question 6")
    await rig.parent.until(lambda _: len(rig.live()) == 1)


async def test_after_an_outage_the_chat_has_one_current_card(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await rig.starts()
    rig.telegram.faults.outage = True
    for number in range(5):
        await rig.says(f"answer {number}")
    await rig.telegram.until(lambda: rig.outbox.trouble)
    rig.telegram.faults.outage = False
    await rig.parent.hears("Question 5")
    assert [one.text for one in rig.parent.heard] == [
        "Question 0\n\u2713 answer 0",
        rig.parent.heard[-1].text,
    ]
    assert len(rig.live()) == 1
    assert rig.telegram.token.partition(":")[2] not in caplog.text
    assert "answer 3" not in caplog.text


@pytest.mark.parametrize("leaves", ["blocks_bot", "deletes_account"])
async def test_a_family_that_left_is_marked_and_hears_again_when_it_writes(rig: Rig, leaves: str) -> None:
    await rig.starts()
    getattr(rig.parent, leaves)()
    await rig.says("answer")
    await rig.telegram.until(lambda: rig.telegram.made("editMessageText", 403))
    await asyncio.gather(*rig.outbox._sending.values())
    person = await rig.store.load("telegram", str(rig.parent.chat.id))
    assert person is not None
    assert (await rig.store.export(person.id))["unreachable_since"] is not None
    rig.parent.account.blocked_bot = rig.parent.account.deactivated = False
    await rig.says("back")
    await rig.parent.hears("Question 2")


async def test_a_group_that_moved_is_followed(rig: Rig) -> None:
    group = rig.telegram.group("Ward", [rig.parent])
    group.adds_bot(rig.parent)
    old = str(group.chat.id)
    group.becomes_supergroup()
    card = {"texts": ["Moved"], "keyboard": [], "kind": "open", "revision": 1, "before": 0, "pressed": None}
    await rig.store.commit(
        Commit(
            None,
            "telegram",
            old,
            0,
            "{}",
            ("telegram", "g1"),
            outgoing=(Outgoing("telegram", old, "card", card),),
        )
    )
    rig.outbox.wake()
    await group.hears("Moved")


async def test_what_is_refused_for_good_is_given_up_without_telling_what_it_said(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    card = {
        "texts": ["<secret>"],
        "keyboard": [],
        "kind": "open",
        "revision": 1,
        "before": 0,
        "pressed": None,
    }
    address = str(rig.parent.chat.id)
    rows = (Outgoing("telegram", address, "card", card), Outgoing("telegram", address, "mystery", {}))
    await rig.store.commit(Commit(None, "telegram", address, 0, "{}", ("telegram", "x"), outgoing=rows))
    rig.outbox.wake()
    await rig.telegram.until(lambda: rig.telegram.made("sendMessage", 400))
    await asyncio.gather(*rig.outbox._sending.values())
    async with asyncio.timeout(5):
        while len(given_up := await rig.store.given_up()) < 2:
            await asyncio.gather(*rig.outbox._sending.values(), asyncio.sleep(0))
    assert [one.why for one in given_up] == [
        "Bad Request: can't parse entities: Unsupported start tag",
        "Telegram knows no 'mystery'",
    ]
    assert "secret" not in caplog.text


async def test_an_answer_that_aiogram_cannot_read_is_not_sent_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    send = server.METHODS["sendmessage"]
    monkeypatch.setitem(server.METHODS, "sendmessage", lambda *given: send(*given) | {"chat": "of a new form"})
    card = await rig.starts()
    await rig.presses(card, "yes", revision=1)
    await rig.parent.hears("Question 1")
    assert len(rig.parent.heard) == 2
    assert len(rig.live()) == 1


async def test_a_long_card_comes_in_several_messages_with_the_buttons_under_the_last(rig: Rig) -> None:
    card = await rig.starts()
    long = {
        "texts": ["first part", "second part"],
        "keyboard": [[{"text": "Go on", "callback_data": "2:go"}]],
        "kind": "question",
        "revision": 2,
        "before": 1,
        "pressed": None,
    }
    address = str(rig.parent.chat.id)
    person = await rig.store.load("telegram", address)
    assert person is not None
    row = Outgoing("telegram", address, "refresh", long)
    await rig.store.commit(
        Commit(
            person.id,
            "telegram",
            address,
            person.revision,
            person.dialogue,
            ("telegram", "x"),
            outgoing=(row,),
        )
    )
    rig.outbox.wake()
    await rig.parent.hears("second part")
    assert card.keyboard is None, "it cannot become two messages, so it only loses its buttons"
    assert [one.buttons for one in rig.parent.heard] == [[], [], ["Go on"]]
