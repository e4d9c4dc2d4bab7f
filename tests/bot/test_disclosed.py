"""A pregnancy or an abuse disclosed at any card (criteria 5.3): the given text, or a person in private; no message names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.message import Channel, Text
from tests.bot.family import Clock, Family, conversation, wording
from tests.bot.test_permissions_everywhere import handed_over, waiting

NAMES_IT = ("pregnan", "abus", "怀孕", "孕", "虐待", "侵", "家暴")


async def at_the_third_question(
    folder: Path, born: str | None, language: str = "en", channel: Channel = "browser"
) -> Family:
    family = Family(conversation(folder, Clock()), channel)
    await family.begin(language)
    await family.tap("choose:parent")
    if born is not None:
        await family.says(born)
    return family


def said(family: Family) -> str:
    """Everything on the screen, in the family's language, but what the family itself typed."""
    reply = family.shown.reply
    texts: list[Text] = [reply.text, *reply.notes, *reply.details, *(one.label for one in reply.choices)]
    return "\n".join(wording().say(text, family.shown.language) for text in texts).casefold()


@pytest.mark.parametrize(("language", "text"), [("zh_Hans", "孩子怀孕了"), ("en", "my daughter is pregnant")])
@pytest.mark.parametrize("channel", ["browser", "telegram"])
async def test_at_fourteen_the_given_text_stands_above_whatever_card(
    tmp_path: Path, language: str, text: str, channel: Channel
) -> None:
    family = await at_the_third_question(tmp_path, "2011-03", language, channel)
    await family.says(text)
    assert family.card != "urgent"
    assert "alarm.pregnancy" in family.notes
    given = {
        "zh_Hans": "请今天就联系主治医生，在医生说之前不要自己停药。",
        "en": "Please contact the treating doctor today, and do not stop any medicine on your own before the doctor tells you.",
    }
    assert given[language].casefold() in said(family)


@pytest.mark.parametrize("born", ["2013-03", "2012-11", None])
@pytest.mark.parametrize(("language", "text"), [("zh_Hans", "孩子怀孕了"), ("en", "my daughter is pregnant")])
async def test_under_fourteen_or_not_surely_older_a_person_speaks_of_it_and_no_message_names_it(
    tmp_path: Path, born: str | None, language: str, text: str
) -> None:
    family = await at_the_third_question(tmp_path, born, language)
    await family.says(text)
    assert (family.card, family.key) == ("urgent", "alarm.private")
    assert "110" in said(family)
    assert not [one for one in NAMES_IT if one in said(family)]
    stored = await family.stored()
    assert stored.interview.safety
    assert [one.said for one in stored.interview.remarks] == [text]
    await family.tap("person")
    assert not [one for one in NAMES_IT if one in said(family)]


@pytest.mark.parametrize("born", ["2011-03", "2013-03"])
@pytest.mark.parametrize(("language", "text"), [("zh_Hans", "她爸爸经常打她"), ("en", "her father beats her")])
async def test_an_abuse_is_for_a_person_at_every_age(tmp_path: Path, born: str, language: str, text: str) -> None:
    family = await at_the_third_question(tmp_path, born, language)
    await family.says(text)
    assert family.key == "alarm.private"
    assert not [one for one in NAMES_IT if one in said(family)]


@pytest.mark.parametrize(("born", "key"), [("2011-03", "card"), ("2013-03", "alarm.private")])
async def test_the_answer_at_the_question_itself_is_taken_and_the_same_holds(
    tmp_path: Path, born: str, key: str
) -> None:
    family = await at_the_third_question(tmp_path, born)
    usual = {"sex": "choose:female", "first_period": "choose:yes"}
    for _ in range(80):
        if family.card == "pregnant":
            break
        await family._reply(usual.get(family.card))
    assert family.card == "pregnant"
    await family.tap("choose:yes")
    await family.tap("confirm:yes")
    assert "pregnant" in (await family.stored()).interview.given
    if key == "alarm.private":
        assert family.key == key
        await family.tap("resume")
    else:
        assert family.notes[0] == "alarm.pregnancy"
    assert family.card not in ("urgent", "pregnant")


async def test_of_a_lead_that_stands_the_team_is_told_to_call_soon_and_not_of_what(tmp_path: Path) -> None:
    family = await handed_over(tmp_path)
    clock = family.talk._clock()
    await family.says("孩子怀孕了")
    assert family.key == "alarm.private"
    assert "safety" in await waiting(family, clock) or (await family.talk._store.leads())[0].safety
    for item in await family.talk._store.due("notice", 20, clock):
        assert not [one for one in NAMES_IT if one in str(item.payload)]
