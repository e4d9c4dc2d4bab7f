"""A family on Telegram, over real HTTP: polling and webhook, aiogram in between, one live card."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.store import Store
from tests.fake_telegram import FakeTelegram, Person, bad_request

from .serving import SECRET, Served, serving

OTHER_BOX = str.maketrans("\u2610\u2611", "\u2611\u2610")


@pytest.fixture(params=["polling", "webhook"])
async def served(telegram: FakeTelegram, store: Store, request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    async with serving(telegram, store, webhook=request.param == "webhook") as served:
        yield served


@pytest.fixture
async def polled(telegram: FakeTelegram, store: Store) -> AsyncIterator[Served]:
    async with serving(telegram, store, webhook=False) as served:
        yield served


async def greeted(telegram: FakeTelegram) -> Person:
    """A parent with the first card on the screen."""
    parent = telegram.person("Li", "zh-hans")
    parent.starts("ref42")
    await parent.hears("Question 0")
    return parent


async def test_an_answer_by_a_tap_settles_its_card_and_brings_the_next(served: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    tap = parent.taps("Yes")
    assert await parent.answered(tap) == ""
    await parent.hears("Question 1")
    first, second = parent.heard
    assert (first.text, first.keyboard, first.protected) == ("Question 0\n\u2713 yes", None, True)
    assert second.buttons == ["Yes", "No", "\u2610 Box a", "\u2610 Box b", "Page"]
    start, press = served.talk.seen
    assert (start.command, start.argument, start.source, start.language_hint) == (
        "start",
        "ref42",
        "ref42",
        "zh-hans",
    )
    assert (press.button, press.revision, press.address) == ("yes", 1, str(parent.chat.id))


async def test_an_answer_that_is_typed_does_the_same(served: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    parent.says("about <5> & more")
    await parent.hears("Question 1")
    assert [message.text for message in parent.heard] == [
        "Question 0\n\u2713 about <5> & more",
        parent.heard[1].text,
    ]
    assert [bool(message.keyboard) for message in parent.heard] == [False, True]


async def test_a_new_bot_that_numbers_its_messages_anew_hears_everything(
    polled: Served, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site had to make another bot: the same families, and the numbers of their messages begin again."""
    parent = await greeted(telegram)
    telegram.world._next_message = 500
    parent.says("by the old bot")
    await parent.hears("Question 1")
    telegram.world._next_message = 500
    monkeypatch.setattr(telegram.world, "clock", lambda before=telegram.world.clock: before() + 86_400)
    parent.says("by the new bot")
    await parent.hears("Question 2")


async def test_ticks_change_the_card_in_place(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    for label in ("\u2610 Box a", "\u2610 Box b", "\u2611 Box a"):
        await parent.answered(parent.taps(label))
        await parent.sees_button(label.translate(OTHER_BOX))
    [card] = parent.heard
    assert card.buttons == ["Yes", "No", "\u2610 Box a", "\u2611 Box b", "Page"]


async def test_a_page_without_answers_may_be_forwarded_and_the_question_comes_again(
    polled: Served, telegram: FakeTelegram
) -> None:
    parent = await greeted(telegram)
    parent.taps("Page")
    await parent.sees_button("Back")
    parent.taps("Back")
    await parent.until(lambda _: len(parent.heard) == 3 and parent.card and "Yes" in parent.card.buttons)
    assert [message.protected for message in parent.heard] == [True, False, True]
    assert [bool(message.keyboard) for message in parent.heard] == [False, False, True]


async def test_quick_taps_on_boxes_all_count(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    card = parent.card
    assert card is not None
    for _ in range(25):
        parent.presses(card, "1:tick:a")
        parent.presses(card, "1:tick:b")
    await parent.until(lambda _: len(polled.talk.seen) == 51)
    await parent.until(lambda _: all(tap.toast is not None for tap in telegram.world.taps.values()))
    await parent.sees_button("\u2611 Box a")
    assert len(parent.heard) == 1


async def test_a_double_tap_counts_once_and_says_so(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    card = parent.card
    assert card is not None
    parent.taps("Yes")
    second = parent.presses(card, "1:yes")
    assert await parent.answered(second) == "That question is done."
    await parent.hears("Question 1")
    assert [message.text for message in parent.heard].count("Question 0\n\u2713 yes") == 1
    assert len(parent.heard) == 2


async def test_a_reply_to_something_typed_comes_below_it(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    parent.sends_photo("see this")
    await parent.hears("Pictures cannot be read.")
    assert [bool(message.keyboard) for message in parent.heard] == [False, True]
    assert parent.chat.messages[-1] is parent.heard[-1]
    assert (polled.talk.seen[-1].other, polled.talk.seen[-1].text) == ("photo", "see this")


async def test_everything_that_can_be_sent_gets_a_name(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    said = parent.says("first")
    parent.sends_sticker()
    parent.sends_voice()
    parent.sends_video()
    parent.sends_document("my report")
    parent.sends_location()
    parent.sends_contact("+86 138 0000 0000")
    parent.edits(said, "I want to die")
    parent.says("/why@brasle_test_bot now")
    parent.says("1/2")
    await parent.until(lambda _: len(polled.talk.seen) == 11)
    seen = polled.talk.seen[2:]
    assert [one.other for one in seen] == [
        "sticker",
        "voice",
        "video",
        "document",
        "location",
        None,
        "edited",
        None,
        None,
    ]
    assert seen[3].text == "my report", "words under a document are read for alarms"
    assert seen[5].phone == "+86 138 0000 0000"
    assert seen[6].text == "I want to die"
    assert (seen[7].command, seen[7].argument, seen[7].text) == ("why", "now", None)
    assert (seen[8].command, seen[8].text) == (None, "1/2")


async def test_forged_and_foreign_buttons_are_stale_presses(polled: Served, telegram: FakeTelegram) -> None:
    parent, other = await greeted(telegram), await greeted(telegram)
    card = parent.card
    assert card is not None
    for data in ("rubbish", "-1:yes", "99:yes", "1", "\ud83d"):
        await parent.answered(parent.presses(card, data))
    # Somebody else's press on this card (a modified client): nothing of this family's is touched.
    other.presses(card, "1:yes", in_chat=parent.chat)
    parent.says("end")
    await parent.hears("Question 1")
    mine = [one for one in polled.talk.seen if one.address == str(parent.chat.id)]
    assert [one.button for one in mine] == [None, "unknown", "unknown", "yes", "unknown", "unknown", None]
    assert [one.revision for one in mine[1:4]] == [-1, -1, 99]
    assert "\u2713 end" in (parent.heard[-2].text or "")


async def test_a_press_whose_name_nobody_can_send_back_holds_nothing_up(
    polled: Served, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    parent = await greeted(telegram)
    card = parent.card
    assert card is not None
    press = {
        "id": "\ud83d",
        "from": parent.account.as_user(),
        "message": telegram.world.as_message(parent.chat, card),
        "chat_instance": "1",
        "data": "99:yes",
    }
    telegram.world.push_raw({"update_id": None, "callback_query": press})
    parent.says("fine")
    await parent.hears("\u2713 fine")
    assert "could not be sent" not in caplog.text


async def test_odd_text_arrives_whole_and_harmless(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    odd = ["half \ud83d", "nul \0 here", "\u202eright to left", "\uff11\uff12", "x" * 4096, "<b>", "&lt;"]
    for number, words in enumerate(odd, 1):
        parent.says(words)
        await parent.hears(f"Question {number}")
    said = [one.text for one in polled.talk.seen[1:]]
    assert said[0] == "half \ufffd"
    assert said[1:] == odd[1:]


async def test_an_update_that_aiogram_cannot_read_still_is_an_answer(polled: Served, telegram: FakeTelegram) -> None:
    """A forwarded message without its author's name once stopped every bot built on aiogram."""
    parent = await greeted(telegram)
    message = telegram.world.as_message(parent.chat, parent.says("warm up"))
    await parent.hears("Question 1")
    message |= {
        "message_id": 900,
        "text": "forwarded",
        "forward_origin": {"type": "hidden_user", "date": 1},
    }
    telegram.world.push_raw({"update_id": None, "message": message})
    await parent.hears("\u2713 forwarded")


async def test_a_poisoned_update_is_set_aside_and_the_family_goes_on(
    polled: Served, telegram: FakeTelegram, store: Store
) -> None:
    parent = await greeted(telegram)
    parent.says("boom")
    telegram.world.push_raw({"update_id": None, "message": {"chat": {"id": parent.chat.id}}})
    parent.says("fine")
    await parent.hears("\u2713 fine")
    assert len(await store.quarantined()) == 2


async def test_unknown_kinds_of_update_pass_quietly(polled: Served, telegram: FakeTelegram, store: Store) -> None:
    parent = await greeted(telegram)
    telegram.world.push_raw({"update_id": None, "poll_answer": {"poll_id": "1", "option_ids": [1]}})
    telegram.world.push_raw({"update_id": None, "something_new": {"chat": {"id": parent.chat.id}}})
    pinned = telegram.world.as_message(parent.chat, parent.chat.messages[0]) | {"message_id": 901}
    del pinned["text"]
    pinned["pinned_message"] = telegram.world.as_message(parent.chat, parent.heard[0])
    telegram.world.push_raw({"update_id": None, "message": pinned})
    parent.says("fine")
    await parent.hears("\u2713 fine")
    assert [one.text for one in polled.talk.seen] == [None, "fine"]
    assert await store.quarantined() == []
    assert await store.pending(10) == []


async def test_in_a_group_it_says_once_where_to_write(polled: Served, telegram: FakeTelegram) -> None:
    parent = await greeted(telegram)
    group = telegram.group("Ward", [parent])
    group.adds_bot(parent)
    await group.hears("Write in private, please.")
    for _ in range(5):
        parent.says("/start", in_chat=group.chat)
        parent.says("my child takes prednisone @brasle_test_bot", in_chat=group.chat)
    parent.says("fine")
    await parent.hears("\u2713 fine")
    await telegram.until(lambda: len(telegram.world.queue) == 0)
    assert len(group.heard) == 1
    assert group.heard[0].buttons == ["Write"]
    assert {one.address for one in polled.talk.seen} == {str(parent.chat.id)}


async def test_whoever_blocks_the_bot_is_marked_and_is_welcome_back(
    polled: Served, telegram: FakeTelegram, store: Store
) -> None:
    parent = await greeted(telegram)
    address = str(parent.chat.id)
    parent.blocks_bot()
    person = await store.load("telegram", address)
    assert person is not None

    async def unreachable() -> bool:
        return (await store.export(person.id))["unreachable_since"] is not None

    other = await greeted(telegram)  # handled after it
    other.says("x")
    await other.hears("Question 1")
    assert await unreachable()
    parent.unblocks_bot()
    parent.says("back again")
    await parent.hears("\u2713 back again")
    assert not await unreachable()


async def test_the_profile_is_set_for_each_language_once(polled: Served, telegram: FakeTelegram) -> None:
    await telegram.until(lambda: telegram.made("setMyCommands"))
    assert {call.given.text("name") for call in telegram.made("setMyName")} == {"Questions"}
    languages = {call.given.text("language_code") for call in telegram.made("setMyCommands")}
    assert languages <= {"", "en"}
    scopes = {call.given.tree("scope", "scope")["type"] for call in telegram.made("setMyCommands")}
    assert scopes == {"all_private_chats"}


async def test_a_profile_that_is_right_is_left_alone(telegram: FakeTelegram, store: Store) -> None:
    for _ in range(2):
        async with serving(telegram, store, webhook=False):
            await telegram.until(
                lambda: len(telegram.made("getMyCommands")) % 2 == 0 and telegram.made("getMyCommands")
            )
    assert len(telegram.made("setMyName")) <= 2


async def test_the_webhook_is_set_with_its_secret(telegram: FakeTelegram, store: Store) -> None:
    async with serving(telegram, store, webhook=True) as served:
        await telegram.until(lambda: telegram.made("setWebhook"))
        [call] = telegram.made("setWebhook")
        assert call.given.text("url") == served.url + "/telegram/webhook"
        assert call.given.text("secret_token") == SECRET
        assert "callback_query" in call.given.tree("allowed_updates", "x")


async def test_what_cannot_be_set_at_the_start_is_set_later(
    telegram: FakeTelegram, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.channels.telegram_bot.LONGEST_WAIT", 0.01)
    telegram.faults.refuse(bad_request("bad webhook: an HTTPS URL must be provided"), "setWebhook")
    telegram.faults.cut_connection("setWebhook", times=2)
    telegram.faults.server_error("getMyName", times=2)
    async with serving(telegram, store, webhook=True):
        await telegram.until(lambda: telegram.made("setWebhook", 200))
        await telegram.until(lambda: telegram.made("setMyCommands", 200))
    assert caplog.text.count("The webhook could not be set") == 1
    assert telegram.token not in caplog.text
