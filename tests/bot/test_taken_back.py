"""A request for a call can be taken back at any time, stays taken back, and can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.records import Commit, Committed
from tests.bot.family import BOY, Clock, Family, conversation


@pytest.fixture
async def family(tmp_path: Path) -> Family:
    """A family whose answers have been passed on."""
    family = Family(conversation(tmp_path, Clock(), notice_targets=("0",)))
    await family.begin()
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await hand_over(family)
    return family


async def hand_over(family: Family) -> None:
    plan = {
        "contact_name": "'Mother of Bao",
        "contact_way": "way:phone",
        "contact_value": "'13800138000",
        "contact_time": "time:evening",
        "contact_city": "travel:yes",
        "contact_child": "child:not_asked",
        "contact_papers": "done",
        "contact_check": "send",
        "handover": "agree",
    }
    while family.card in plan:
        await family._reply(plan[family.card])
    assert family.key == "done.handed_over"


async def status(family: Family) -> str:
    (lead,) = await family.talk._store.leads()
    return str(lead.status)


async def test_the_stop_button_takes_it_back_in_two_taps(family: Family) -> None:
    await family.tap("stop")
    await family.tap("withdraw")
    assert await status(family) == "withdrawn"
    assert "withdraw" not in {one.id for one in family.buttons()}


async def test_what_was_taken_back_is_not_passed_on_by_going_on(family: Family) -> None:
    await family.tap("stop")
    await family.tap("withdraw")
    await family.tap("resume")
    assert family.key == "status.withdrawn"
    await family.tap("change_answers")
    await family.tap("confirm")
    assert await status(family) == "withdrawn"
    await family.says("she says she wants to die")
    assert await status(family) == "withdrawn"


async def test_a_call_can_be_asked_for_again(family: Family) -> None:
    (before,) = await family.talk._store.leads()
    await family.tap("stop")
    await family.tap("withdraw")
    await family.tap("resume")
    await family.tap("want_contact")
    await hand_over(family)
    (lead,) = await family.talk._store.leads()
    assert (lead.code, lead.status) == (before.code, "new")
    await family.tap("status")
    assert family.key == "status.new"


async def test_changing_ones_mind_before_the_end_passes_nothing_on(family: Family) -> None:
    await family.tap("stop")
    await family.tap("withdraw")
    await family.tap("resume")
    await family.tap("want_contact")
    await family.tap("agree")
    await family.tap("drop_contact")
    assert not (await family.stored()).permitted("handover")
    await family.tap("change_answers")
    await family.tap("confirm")
    assert await status(family) == "withdrawn"


async def test_a_lead_follows_changed_answers_until_it_is_taken_back(family: Family) -> None:
    await family.tap("change_answers")
    await family.tap("change:sledai")
    await family.says("12")
    await family.tap("confirm")
    (lead,) = await family.talk._store.leads()
    whole = await family.talk._store.lead(lead.code)
    assert whole is not None
    assert whole.packet["answers"]["sledai"]["score"] == 12


@pytest.fixture
def commits(family: Family, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many notices to the site each commit of this family holds from now on."""
    store = family.talk._store
    commits: list[int] = []
    commit = store.commit

    async def counted(one: Commit) -> Committed:
        commits.append(sum(row.channel == "notice" for row in one.outgoing))
        return await commit(one)

    monkeypatch.setattr(store, "commit", counted)
    return commits


async def test_the_site_hears_of_danger_each_time_it_is_said(family: Family, commits: list[int]) -> None:
    for told in (1, 2):
        await family.says("she says she wants to die")
        assert sum(commits) == told
        await family.tap("resume")


async def test_the_site_hears_at_once_of_danger_in_a_changed_answer(family: Family, commits: list[int]) -> None:
    await family.tap("change_answers")
    await family.tap("reveal:mood")
    await family.tap("change:mood")
    await family.tap("choose:current")
    assert family.card == "urgent"
    assert sum(commits) == 1
    (lead,) = await family.talk._store.leads()
    whole = await family.talk._store.lead(lead.code)
    assert whole is not None
    assert whole.safety


async def test_the_site_hears_of_a_lead_once_and_again_when_something_changed(
    family: Family, commits: list[int]
) -> None:
    for _ in range(3):
        await family.tap("change_answers")
        await family.tap("confirm")
    assert sum(commits) == 0
    await family.tap("change_answers")
    await family.tap("change:sledai")
    await family.says("12")
    await family.tap("confirm")
    assert sum(commits) == 1
    await family.command("stop")
    await family.tap("withdraw")
    assert sum(commits) == 2
    await family.tap("resume")
    await family.tap("want_contact")
    await hand_over(family)
    assert sum(commits) == 3


async def test_starting_over_keeps_the_request_and_the_alarm(family: Family) -> None:
    await family.says("she says she wants to die")
    await family.tap("resume")
    await family.command("restart")
    await family.tap("restart:yes")
    stored = await family.stored()
    assert stored.handed_over
    assert stored.interview.safety
    assert stored.interview.given == {}


async def test_a_person_asked_for_again_tells_where_the_request_stands(family: Family) -> None:
    await family.tap("person")
    assert family.shown.reply.details[0].key == "status.new"
    assert "call_me" not in {one.id for one in family.buttons()}


async def test_kept_is_said_once_and_not_asked_again(family: Family) -> None:
    await family.tap("stop")
    await family.tap("keep")
    assert family.key == "stop.kept"
    assert [one.id for one in family.shown.reply.choices] == ["resume", "withdraw", "delete"]


async def test_each_childs_request_is_taken_back(family: Family) -> None:
    (first,) = await family.talk._store.leads()
    await family.tap("another_child")
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await hand_over(family)
    await family.tap("stop")
    await family.tap("withdraw")
    assert family.notes == ["stop.withdrawn_one"]
    assert {lead.code: lead.status for lead in await family.talk._store.leads()}[first.code] == "new"
    assert (await family.stored()).permitted("handover")
    await family.tap("withdraw")
    assert {lead.status for lead in await family.talk._store.leads()} == {"withdrawn"}
    assert not (await family.stored()).permitted("handover")
    assert "withdraw" not in {one.id for one in family.buttons()}


async def test_while_a_second_child_is_asked_about_the_first_can_be_taken_back(family: Family) -> None:
    await family.tap("another_child")
    await family.tap("choose:parent")
    await family.command("stop")
    await family.tap("withdraw")
    assert await status(family) == "withdrawn"
    await family.tap("resume")
    assert family.card == "birth_date"


async def test_a_no_for_the_second_child_leaves_the_first_where_it_stands(family: Family) -> None:
    await family.tap("another_child")
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await family.tap("refuse")
    assert await status(family) == "new"
    await family.tap("stop")
    assert "withdraw" in {one.id for one in family.buttons()}
