"""The contact details: each line can be changed from the last card, and nobody types the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.family import BOY, Clock, Family, conversation

DETAILS = ("'Mother of Bao", "way:phone", "'13800138000", "time:evening")


@pytest.fixture
async def family(tmp_path: Path) -> Family:
    """A family that has just agreed to be called."""
    family = Family(conversation(tmp_path, Clock()))
    await family.begin()
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await family.tap("agree")
    return family


async def to_the_check(family: Family) -> None:
    for one in (*DETAILS, "travel:yes", "child:not_asked", "done"):
        await family._reply(one)
    assert family.card == "contact_check"


def read(family: Family) -> dict[str, str]:
    say = family.talk._wording.say
    return {say(row.label, "en"): say(row.answer, "en") for row in family.shown.reply.rows}


async def test_each_line_is_changed_alone(family: Family) -> None:
    await to_the_check(family)
    assert read(family) == {
        "Name": "Mother of Bao",
        "Phone": "+8613800138000",
        "Good time": "In the evening",
        "City": "not given",
    }
    await family.tap("step:name")
    await family.says("Father of Bao")
    assert family.card == "contact_check"
    assert family.notes == ["contact.city.missing"], "who tapped before typing is asked once more"
    await family.tap("step:city")
    await family.says("Ningbo")
    assert (family.card, family.notes) == ("contact_check", [])
    await family.tap("step:time")
    await family.tap("back")
    assert family.card == "contact_check"
    assert read(family)["Name"] == "Father of Bao"
    assert read(family)["City"] == "Ningbo"
    assert read(family)["Good time"] == "In the evening"


async def test_another_way_needs_its_own_address(family: Family) -> None:
    await to_the_check(family)
    await family.tap("step:way")
    await family.tap("way:email")
    await family.tap("back")
    assert read(family)["E-mail"] == "not given"
    await family.tap("send")
    assert family.card == "contact_way"
    await family.tap("way:email")
    await family.says("bao@example.com")
    assert family.card == "contact_check"
    await family.tap("send")
    assert family.key == "done.handed_over"


async def test_a_typed_city_is_noted_and_the_other_question_is_named(family: Family) -> None:
    for one in DETAILS:
        await family._reply(one)
    await family.says("Ningbo")
    assert family.card == "contact_city"
    assert family.notes == ["contact.city.kept"]
    await family.tap("travel:no")
    assert family.card == "contact_child"


async def test_a_stop_or_a_thought_of_deleting_leads_back_to_the_same_step(family: Family) -> None:
    for one in DETAILS:
        await family._reply(one)
    assert family.card == "contact_city"
    await family.command("stop")
    await family.tap("resume")
    assert family.card == "contact_city"
    await family.command("delete")
    await family.tap("delete_no")
    assert family.card == "contact_city", "nobody wanted to stop"
    await family.command("stop")
    await family.tap("delete")
    await family.tap("delete_no")
    assert family.card == "stopped"
    await family.tap("delete")
    await family.command("back")
    assert family.card == "contact_city"


async def test_for_a_second_child_nothing_is_typed_again(family: Family) -> None:
    await to_the_check(family)
    await family.tap("send")
    await family.tap("another_child")
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await family.tap("agree")
    assert family.card == "contact_city"
    for one in ("travel:yes", "child:yes", "done"):
        await family._reply(one)
    assert read(family)["Phone"] == "+8613800138000"
    await family.tap("send")
    assert len(await family.talk._store.leads()) == 2


async def test_my_data_shows_what_is_kept_and_folds_what_is_private(family: Family) -> None:
    await to_the_check(family)
    await family.command("mydata")
    shown = read(family)
    assert shown["Diagnosis"] == "Yes, with lupus nephritis"
    assert shown["Phone"] == "+8613800138000"
    assert shown["Hepatitis B test"] == "answered (private)"
    changes = [row.change.id for row in family.shown.reply.rows if row.change]
    assert changes == ["take_back:health", "take_back:handover"], "what is kept is only looked at here"
    await family.tap("close")
    assert family.card == "contact_check"


async def test_what_is_kept_can_be_seen_half_way_through_the_contact_details(family: Family) -> None:
    await family.says("Mother of Bao")
    await family.command("mydata")
    assert family.card == "mydata"
    assert read(family)["Name"] == "Mother of Bao"


async def test_words_beside_a_press_are_kept_for_the_call(family: Family) -> None:
    await to_the_check(family)
    await family.tap("step:time")
    await family.send(text="after seven", button="time:evening", revision=family.shown.revision)
    assert read(family)["Good time"] == "In the evening"
    assert [one.said for one in (await family.stored()).interview.remarks] == ["after seven"]
