"""What is asked of the program in words is done; what answers a question is never taken for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from brasle_prescreen.reading import wish
from brasle_prescreen.reading.wish import read_wish
from tests.bot.family import BOY, Clock, Family, conversation

REPLIES = Path(__file__).parents[1] / "replies"
CHOICES = Path(__file__).parents[1] / "reading" / "choices.toml"
WISHES = {
    "contact": [
        "找人工",
        "我想找人说话",
        "打电话给我",
        "联系我",
        "talk to a person",
        "Can I speak to someone?",
        "call me",
        "help me",
        "Please help my daughter!",
        "救救孩子",
        "帮帮我们吧",
    ],
    "back": ["上一题", "填错了", "go back", "the previous question"],
    "stop": ["不想填了", "停止", "stop"],
    "delete": ["删除我的资料", "把我的回答都删掉", "please delete my data"],
    "later": ["明天再填", "以后再填", "continue later"],
    "help": ["帮助", "怎么填", "help"],
    "language": ["换成英文", "英文", "switch to Chinese"],
    "status": ["看进度", "what happens next"],
}
ANSWERS = [
    "停了", "停", "不做了", "不用了", "退出了", "结束了", "有进展", "好转了", "跟医生说", "talk to the doctor", "quit", "stopped",
    "remove it", "enough", "not enough", "finished", "明天", "以后", "later this year", "we'll finish tomorrow", "没有", "不清楚", "人工关节", "call 120",
]  # fmt: skip


@pytest.mark.parametrize(("text", "wish"), [(text, wish) for wish, texts in WISHES.items() for text in texts])
def test_a_wish_is_heard(text: str, wish: str) -> None:
    assert read_wish(text) == wish


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_wish(text: str) -> None:
    assert read_wish(text) is None


def test_no_worked_reply_is_a_wish() -> None:
    replies = [text for file in REPLIES.glob("*.toml") for text in _texts(tomllib.loads(file.read_text("utf-8")))]
    replies += _texts(tomllib.loads(CHOICES.read_text("utf-8")))
    assert len(replies) > 500
    assert [text for text in replies if read_wish(text)] == ["call me"], "asked for a number, which stays a number"


def _texts(data: object) -> list[str]:
    if isinstance(data, dict):
        return [text for key, value in data.items() for text in (key, *_texts(value))]
    if isinstance(data, list):
        return [text for value in data for text in _texts(value)]
    return [data] if isinstance(data, str) else []


async def test_a_person_is_a_word_away_and_a_name_stays_a_name(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin("zh_Hans")
    before = family.card
    await family.says("转人工")
    assert family.card == "person"
    await family.tap("resume")
    assert family.card == before
    await family.says("转人工")
    await family.tap("call_me")
    await family.tap("agree")
    await family.says("人工")
    assert (await family.stored()).contact.name == "人工"


async def test_a_cry_that_sounds_like_a_wish_is_heard_as_a_cry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wish, "read_wish", lambda text: "stop")
    family = Family(conversation(tmp_path, Clock()))
    await family.begin()
    await family.says("I don't want to go on anymore.")
    assert (family.card, family.key) == ("urgent", "alarm.self_harm")
    stored = await family.stored()
    assert stored.interview.safety
    assert not stored.silent
    assert [remark.said for remark in stored.interview.remarks] == ["I don't want to go on anymore."]


async def test_a_word_that_is_an_answer_of_the_card_is_taken_as_one(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin("zh_Hans")
    listed = "pick:rituximab+pick:mycophenolate_mofetil+done"
    await family.answer({**BOY, "medicines": listed, "medicine.1.having": "'停止", "medicine.2.use": "'停止了"})
    given = (await family.stored()).interview.given
    assert given["medicine.1.having"].choices == ("finished",)
    assert given["medicine.2.use"].choices == ("stopped",)


async def test_words_under_a_picture_or_of_an_edited_message_press_nothing_and_ask_for_nothing(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock(), telegram_minimal=True), "telegram")
    await family.command("start")
    await family.tap("language:en")
    assert family.card == "door"
    await family.send(text="please delete my data", other="photo")
    assert family.card == "door"
    await family.command("delete")
    await family.send(text="Yes, delete", other="edited")
    assert family.card != "erased"
    assert (await family.stored()).language == "en"


async def test_help_beside_the_numbers_to_call_leads_nowhere_else(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin()
    await family.says("SOS!")
    assert (family.card, family.key) == ("urgent", "alarm.emergency")
    await family.says("help")
    assert family.card == "urgent"
    await family.says("help me")
    assert family.card == "person"


async def test_a_deletion_is_asked_for_in_words_on_a_page_too(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin()
    await family.command("mydata")
    await family.says("delete my data")
    assert family.card == "delete"
    await family.tap("delete_no")
    await family.command("questions")
    await family.says("call me")
    assert family.card != "person", "a question of the family's own is taken as it stands"
