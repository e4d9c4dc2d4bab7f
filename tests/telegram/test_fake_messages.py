"""The fake Bot API shows, edits and refuses messages as the real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fake_telegram import FakeTelegram, FloodRule, Person, Refusal, parse_html

KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "1:yes"}, {"text": "No", "callback_data": "1:no"}]]}


class Bot:
    """Calls the fake with plain JSON, as any program could."""

    def __init__(self, telegram: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.telegram, self.session = telegram, session

    async def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        url = f"{self.telegram.url}/bot{self.telegram.token}/{method}"
        async with self.session.post(url, json=parameters) as answer:
            body: dict[str, Any] = await answer.json()
            return body

    async def error(self, method: str, **parameters: Any) -> str:
        body = await self(method, **parameters)
        assert not body["ok"], body
        return str(body["description"])


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as session:
        yield Bot(telegram, session)


@pytest.fixture
def parent(telegram: FakeTelegram) -> Person:
    person = telegram.person()
    person.starts()
    return person


async def test_a_message_is_sent_edited_and_deleted(bot: Bot, parent: Person) -> None:
    chat = parent.chat.id
    sent = await bot("sendMessage", chat_id=chat, text="<b>Age</b> &lt;5?", parse_mode="HTML", reply_markup=KEYBOARD)
    id = sent["result"]["message_id"]
    card = parent.card
    assert card is not None
    assert (card.text, card.buttons) == ("Age <5?", ["Yes", "No"])
    assert card.entities == [{"type": "bold", "offset": 0, "length": 3}]
    await bot("editMessageText", chat_id=chat, message_id=id, text="Age: yes")
    assert (card.text, card.keyboard, card.versions) == ("Age: yes", None, 2)
    assert (await bot("deleteMessage", chat_id=chat, message_id=id))["result"] is True
    assert parent.heard == []


async def test_refusals_read_as_telegrams(bot: Bot, parent: Person) -> None:
    chat = parent.chat.id
    id = (await bot("sendMessage", chat_id=chat, text="Hello", reply_markup=KEYBOARD))["result"]["message_id"]
    same = {"chat_id": chat, "message_id": id, "text": "Hello", "reply_markup": KEYBOARD}
    assert (await bot.error("editMessageText", **same)).startswith("Bad Request: message is not modified: ")
    missing = {"chat_id": chat, "message_id": 999, "text": "x"}
    assert await bot.error("editMessageText", **missing) == "Bad Request: message to edit not found"
    theirs = {"chat_id": chat, "message_id": parent.chat.messages[0].id, "text": "x"}
    assert await bot.error("editMessageText", **theirs) == "Bad Request: message can't be edited"
    assert await bot.error("deleteMessage", chat_id=chat, message_id=999) == "Bad Request: message to delete not found"
    assert await bot.error("sendMessage", chat_id=1, text="x") == "Bad Request: chat not found"
    assert await bot.error("sendMessage", text="x") == "Bad Request: chat_id is empty"
    assert await bot.error("sendMessage", chat_id=chat, text=" \n ") == "Bad Request: message text is empty"
    assert await bot.error("sendNothing") == "Not Found: method not found"
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await bot.error("answerCallbackQuery", callback_query_id="7") == too_old


async def test_limits_count_utf16_units(bot: Bot, parent: Person) -> None:
    chat = parent.chat.id
    assert (await bot("sendMessage", chat_id=chat, text="\N{GRINNING FACE}" * 2048))["ok"]
    too_long = "\N{GRINNING FACE}" * 2048 + "x"
    assert await bot.error("sendMessage", chat_id=chat, text=too_long) == "Bad Request: message is too long"
    assert (await bot("sendMessage", chat_id=chat, text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML"))["ok"]


@pytest.mark.parametrize(("length", "accepted"), [(64, True), (65, False)])
async def test_callback_data_holds_64_bytes(bot: Bot, parent: Person, length: int, accepted: bool) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x" * length}]]}
    answer = await bot("sendMessage", chat_id=parent.chat.id, text="x", reply_markup=markup)
    assert answer["ok"] is accepted
    assert accepted or answer["description"] == "Bad Request: BUTTON_DATA_INVALID"


async def test_a_tap_is_answered_once(bot: Bot, telegram: FakeTelegram, parent: Person) -> None:
    await bot("sendMessage", chat_id=parent.chat.id, text="?", reply_markup=KEYBOARD)
    tap = parent.taps("Yes")
    assert await bot.error("answerCallbackQuery", callback_query_id=tap.id, text="x" * 201) == (
        "Bad Request: MESSAGE_TOO_LONG"
    )
    assert (await bot("answerCallbackQuery", callback_query_id=tap.id, text="Saved"))["ok"]
    assert await parent.answered(tap) == "Saved"
    assert "query is too old" in await bot.error("answerCallbackQuery", callback_query_id=tap.id)
    with pytest.raises(AssertionError, match="no button 'Perhaps'"):
        parent.taps("Perhaps")


async def test_who_cannot_be_written_to(bot: Bot, telegram: FakeTelegram) -> None:
    stranger, leaver, gone = telegram.person(), telegram.person(), telegram.person()
    leaver.starts()
    leaver.blocks_bot()
    gone.starts()
    gone.deletes_account()

    async def why(person: Person) -> str:
        return await bot.error("sendMessage", chat_id=person.chat.id, text="x")

    assert await why(stranger) == "Forbidden: bot can't initiate conversation with a user"
    assert await why(leaver) == "Forbidden: bot was blocked by the user"
    assert await why(gone) == "Forbidden: user is deactivated"
    leaver.unblocks_bot()
    assert (await bot("sendMessage", chat_id=leaver.chat.id, text="welcome back"))["ok"]


async def test_a_group_shows_the_bot_only_what_concerns_it_and_can_move(bot: Bot, telegram: FakeTelegram) -> None:
    parent = telegram.person()
    group = telegram.group("Ward", [parent])
    assert "not a member" in await bot.error("sendMessage", chat_id=group.chat.id, text="x")
    group.adds_bot(parent)
    parent.says("chatter", in_chat=group.chat)
    parent.says("/help", in_chat=group.chat)
    updates = (await bot("getUpdates"))["result"]
    assert [sorted(set(update) - {"update_id"}) for update in updates] == [["my_chat_member"], ["message"]]
    old = group.chat.id
    new = group.becomes_supergroup()
    refused = await bot("sendMessage", chat_id=old, text="x")
    assert refused["parameters"] == {"migrate_to_chat_id": new.id}
    assert (await bot("sendMessage", chat_id=new.id, text="x"))["ok"]
    group.kicks_bot(parent)
    assert await bot.error("sendMessage", chat_id=new.id, text="x") == (
        "Forbidden: bot was kicked from the supergroup chat"
    )


@pytest.mark.parametrize(
    ("source", "plain", "kinds"),
    [
        ("plain & simple", "plain & simple", []),
        ("<b>a<i>b</i></b>c", "abc", ["bold", "italic"]),
        ("&lt;b&gt; &amp;amp; &#39;&#x27;&quot;", "<b> &amp; ''\"", []),
        ('<a href="https://example.org/?a=1&amp;b=2">x</a>', "x", ["text_link"]),
        ("<blockquote expandable>why</blockquote>", "why", ["expandable_blockquote"]),
        ("<tg-spoiler>x</tg-spoiler><b></b>", "x", ["spoiler"]),
        ("&nbsp; &unknown;", "&nbsp; &unknown;", []),
    ],
)
def test_html_is_read_by_the_allow_list(source: str, plain: str, kinds: list[str]) -> None:
    text, entities = parse_html(source)
    assert (text, [entity["type"] for entity in entities]) == (plain, kinds)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("汉<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_in_telegrams_words(source: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


async def test_bodies_may_come_as_json_form_or_multipart(telegram: FakeTelegram, bot: Bot, parent: Person) -> None:
    url = f"{telegram.url}/bot{telegram.token}/sendMessage"
    markup = '{"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}'
    fields = {"chat_id": str(parent.chat.id), "text": "形", "reply_markup": markup}
    multipart = aiohttp.FormData(fields)
    multipart.add_field("unused", b"bytes", filename="file.bin")
    for body in (fields, multipart):
        async with bot.session.post(url, data=body) as answer:
            assert (await answer.json())["ok"]
    async with bot.session.get(url, params={"chat_id": str(parent.chat.id), "text": "形"}) as answer:
        assert (await answer.json())["ok"]
    assert [message.text for message in parent.heard] == ["形"] * 3
    assert [message.buttons for message in parent.heard] == [["x"], ["x"], []]


async def test_a_wrong_token_is_refused(telegram: FakeTelegram, bot: Bot) -> None:
    async with bot.session.post(f"{telegram.url}/bot1:wrong/getMe") as answer:
        assert answer.status == 401
        assert (await answer.json())["description"] == "Unauthorized"


async def test_faults_happen_as_ordered(telegram: FakeTelegram, bot: Bot, parent: Person) -> None:
    message = {"chat_id": parent.chat.id, "text": "x"}
    telegram.faults.too_many_requests("sendMessage", retry_after=3)
    flooded = await bot("sendMessage", **message)
    assert (flooded["error_code"], flooded["parameters"]) == (429, {"retry_after": 3})
    telegram.faults.server_error("sendMessage")
    assert (await bot("sendMessage", **message))["error_code"] == 502
    telegram.faults.cut_connection("sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await bot("sendMessage", **message)
    assert parent.heard == []
    telegram.faults.lose_answer("sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await bot("sendMessage", **message)
    assert len(parent.heard) == 1, "delivered, though nobody was told"
    telegram.faults.outage = True
    with pytest.raises(aiohttp.ClientError):
        await bot("getMe")
    telegram.faults.clear()
    assert (await bot("sendMessage", **message))["ok"]


async def test_floods_are_refused_by_telegrams_rule(telegram: FakeTelegram, bot: Bot, parent: Person) -> None:
    telegram.faults.flood = FloodRule(chat_burst=3)
    answers = [await bot("sendMessage", chat_id=parent.chat.id, text="x") for _ in range(4)]
    assert [answer["ok"] for answer in answers] == [True, True, True, False]
    assert answers[3]["parameters"]["retry_after"] >= 1


async def test_the_profile_is_kept_for_each_language(bot: Bot) -> None:
    commands = [{"command": "help", "description": "帮助"}]
    assert (await bot("setMyCommands", commands=commands, language_code="zh"))["ok"]
    assert (await bot("getMyCommands", language_code="zh"))["result"] == commands
    assert (await bot("getMyCommands"))["result"] == []
    assert await bot.error("setMyName", name="x" * 65) == "Bad Request: BOT_TITLE_INVALID"
    await bot("setMyDescription", description="About us")
    assert (await bot("getMyDescription", language_code="zh"))["result"] == {"description": "About us"}
    bad = [{"command": "Bad-Name", "description": "x"}]
    assert await bot.error("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"


async def test_waiting_in_vain_says_what_stands_on_the_screen(parent: Person) -> None:
    with pytest.raises(AssertionError, match=r"waited 0.05 s in vain: Parent: /start"):
        await parent.hears("never", seconds=0.05)
