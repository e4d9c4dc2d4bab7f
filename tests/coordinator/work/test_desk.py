"""The coordinators' desk on a real store: who has a lead, what was done, and what the trail and the family
see of it.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.store.audit import Wanted
from bot.store.errors import UnknownLead
from bot.store.work_records import LeadFile, NewDecision, NewOverride
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_work import Outcome, Refusal, Refused
from tests.coordinator.work.conftest import LI, WANG, Hospital
from tests.store.conftest import lead_record

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)


async def refusal(awaited: object) -> tuple[Refusal, str]:
    with pytest.raises(Refused) as refused:
        await awaited  # type: ignore[misc]
    return refused.value.why, refused.value.holder


async def file_of(hospital: Hospital, code: str, by: str = LI) -> LeadFile:
    file = await hospital.desk.open(code, by)
    assert file is not None
    return file


async def test_two_coordinators_who_claim_a_thousand_leads_never_both_get_one(hospital: Hospital) -> None:
    codes = [await hospital.lead() for _ in range(1000)]

    async def claim(code: str, by: str) -> str:
        try:
            return (await hospital.desk.claim(code, by)).holder
        except Refused as refused:
            return f"{refused.why.value}: {refused.holder}"

    said = await asyncio.gather(*(claim(code, by) for code in codes for by in (LI, WANG)))
    for first, second in zip(said[::2], said[1::2], strict=True):
        assert {first, second} in ({LI, f"held: {LI}"}, {WANG, f"held: {WANG}"})
    holders = {row.code: row.work.holder for row in await hospital.desk.queue()}
    assert sorted(holders) == sorted(codes)
    assert set(holders.values()) <= {LI, WANG}


async def test_a_lead_goes_its_way_and_the_familys_status_follows(hospital: Hospital) -> None:
    family, code = await hospital.handed_over()
    person = await family.person()

    async def told() -> str:
        lead = await hospital.store.lead_of(person, 1)
        assert lead is not None
        return lead.status

    assert await told() == "new"
    await hospital.desk.claim(code, LI)
    assert await told() == "claimed"
    await hospital.desk.call(code, Outcome.NO_ANSWER, "", LI)
    assert await told() == "contacting"
    await hospital.desk.call(code, Outcome.REACHED, "the grandmother answered", LI)
    for status in ("records_requested", "pi_review", "visit_booked", "screening"):
        await hospital.desk.move(code, LeadStatus(status), LI)
        assert await told() == status
    await hospital.desk.close(code, "E13", "rituximab again", LI)
    assert await told() == "closed"
    await hospital.desk.reopen(code, WANG)
    file = await file_of(hospital, code)
    assert file.work is not None
    assert (file.work.status, file.work.holder, file.work.attempts) == (LeadStatus.CLAIMED, WANG, 2)
    assert [step.action for step in file.steps] == [
        "status", "claim", "call", "call", "move", "move", "move", "move", "close", "reopen",
    ]  # fmt: skip
    assert [(one.outcome, one.remark) for one in file.attempts] == [
        ("no_answer", ""),
        ("reached", "the grandmother answered"),
    ]
    closed = file.steps[-2]
    assert (closed.who, closed.before, closed.after, closed.reason, closed.detail) == (
        LI,
        "screening",
        "closed",
        "E13",
        "rituximab again",
    )


async def test_what_a_lead_is_closed_for_stands_nowhere_readable(hospital: Hospital, folder: Path) -> None:
    code = await hospital.claimed()
    await hospital.desk.close(code, "E10", "zebra-canary", LI)
    file = await file_of(hospital, code)
    assert file.work is not None
    assert file.work.closed_for == "E10"
    await hospital.store.close()
    for content in [path.read_bytes() for path in folder.iterdir()]:
        assert b"zebra-canary" not in content
        assert b'"E10"' not in content


async def test_undoing_goes_back_step_by_step_but_only_over_ones_own(hospital: Hospital) -> None:
    code = await hospital.claimed()
    await hospital.desk.move(code, LeadStatus.PI_REVIEW, LI)
    await hospital.desk.close(code, "capacity", "", LI)
    assert (await file_of(hospital, code, LI)).may_undo == "close"
    assert (await file_of(hospital, code, WANG)).may_undo is None
    assert await refusal(hospital.desk.undo(code, WANG)) == (Refusal.NOTHING_TO_UNDO, "")
    assert await hospital.desk.undo(code, LI) == "close"
    assert await hospital.desk.undo(code, LI) == "move"
    file = await file_of(hospital, code, LI)
    assert file.work is not None
    assert (file.work.status, file.work.holder, file.work.closed_for) == (LeadStatus.CLAIMED, LI, "")
    assert [(step.action, step.is_undone) for step in file.steps][-4:] == [
        ("move", True),
        ("close", True),
        ("undo", False),
        ("undo", False),
    ]
    assert await hospital.desk.undo(code, LI) == "claim"
    assert await refusal(hospital.desk.undo(code, LI)) == (Refusal.NOTHING_TO_UNDO, "")


async def test_a_call_noted_by_mistake_stays_to_be_seen_as_undone(hospital: Hospital) -> None:
    code = await hospital.claimed()
    await hospital.desk.call(code, Outcome.REACHED, "wrong lead", LI)
    await hospital.desk.undo(code, LI)
    file = await file_of(hospital, code)
    assert file.work is not None
    assert (file.work.attempts, file.work.reached_at) == (0, None)
    assert [(one.outcome, one.is_undone) for one in file.attempts] == [("reached", True)]


async def test_what_the_family_or_a_command_did_in_between_is_not_undone(hospital: Hospital) -> None:
    family, code = await hospital.handed_over()
    await hospital.desk.claim(code, LI)
    await hospital.store.set_lead_status(code, "pi_review", "Zhou")
    assert await refusal(hospital.desk.undo(code, LI)) == (Refusal.NOTHING_TO_UNDO, "")
    await family.says(withdraw_lead=1)
    assert await refusal(hospital.desk.undo(code, LI)) == (Refusal.NOTHING_TO_UNDO, "")
    for act in (
        hospital.desk.claim(code, WANG),
        hospital.desk.call(code, Outcome.BUSY, "", LI),
        hospital.desk.reopen(code, LI),
    ):
        assert (await refusal(act))[0] is Refusal.WITHDRAWN


async def test_a_family_that_comes_back_waits_from_then_on_and_nobody_has_its_lead(hospital: Hospital) -> None:
    family, code = await hospital.handed_over()
    await hospital.desk.claim(code, LI)
    await hospital.desk.call(code, Outcome.REACHED, "", LI)
    await family.says(withdraw_lead=1)
    hospital.clock.pass_by(days=3)
    await family.says(lead=lead_record(hospital.store))
    [row] = await hospital.desk.queue()
    assert (row.work.status, row.work.holder, row.work.attempts) == (LeadStatus.NEW, "", 0)
    assert row.work.waiting_since == hospital.clock.now
    await hospital.desk.claim(code, WANG)


async def test_a_command_sets_a_status_beside_the_desk(hospital: Hospital) -> None:
    code = await hospital.lead()
    await hospital.store.set_lead_status(code, "contacting", "Zhou")
    [row] = await hospital.desk.queue()
    assert (row.work.status, row.work.holder) == (LeadStatus.CONTACTING, "")
    assert (await hospital.desk.claim(code, LI)).status is LeadStatus.CONTACTING
    await hospital.store.set_lead_status(code, "new", "Zhou")
    [row] = await hospital.desk.queue()
    assert row.work.holder == ""  # who releases by command lets it go
    assert (await hospital.desk.claim(code, WANG)).holder == WANG


async def test_snoozed_until_a_day(hospital: Hospital) -> None:
    code = await hospital.claimed()
    assert (await refusal(hospital.desk.snooze(code, TODAY, TODAY, LI)))[0] is Refusal.PAST_DAY
    assert (await hospital.desk.snooze(code, TOMORROW, TODAY, LI)).snoozed_until == TOMORROW
    [row] = await hospital.desk.queue()
    assert row.work.snoozed_until == TOMORROW
    await hospital.desk.wake(code, LI)
    safety = await hospital.claimed(safety=True)
    assert (await refusal(hospital.desk.snooze(safety, TOMORROW, TODAY, LI)))[0] is Refusal.SAFETY


async def test_notes_and_own_verdicts_stand_beside_the_answers_and_change_none(hospital: Hospital) -> None:
    code = await hospital.lead()
    before = await file_of(hospital, code)
    await hospital.desk.note(code, "asks for the evening", LI)
    await hospital.desk.override(code, NewOverride("E13", "pass", "letter of 2026-06-01 seen"), WANG)
    await hospital.desk.override(code, NewOverride("I4", "fail", "only two medicines"), LI)
    await hospital.desk.override(code, NewOverride("I4", "", "a third was found"), LI)
    file = await file_of(hospital, code)
    assert [(note.who, note.text) for note in file.notes] == [(LI, "asks for the evening")]
    assert {name: (one.verdict, one.reason, one.who) for name, one in file.overrides.items()} == {
        "E13": ("pass", "letter of 2026-06-01 seen", WANG)
    }
    assert (file.lead.packet, file.lead.contact) == (before.lead.packet, before.lead.contact)
    assert (await refusal(hospital.desk.override(code, NewOverride("E13", "pass", "again"), LI)))[
        0
    ] is Refusal.UNCHANGED
    assert (await refusal(hospital.desk.override(code, NewOverride("I4", "", "again"), LI)))[0] is Refusal.UNCHANGED


async def test_two_carers_of_one_child_are_one_lead_and_each_sees_its_status(hospital: Hospital) -> None:
    mother, first = await hospital.handed_over(contact={"name": "Mother", "way": "phone", "value": "+8613800000001"})
    father, second = await hospital.handed_over(contact={"name": "Father", "way": "phone", "value": "+8613800000002"})
    await hospital.desk.claim(first, LI)
    await hospital.desk.merge(second, first, LI)
    assert [row.code for row in await hospital.desk.queue()] == [first]
    assert [carer.contact["name"] for carer in (await file_of(hospital, first)).carers] == ["Father"]
    assert (await file_of(hospital, second)).merged_into == first
    await hospital.desk.call(first, Outcome.REACHED, "", LI)
    await hospital.desk.move(first, LeadStatus.VISIT_BOOKED, LI)
    for family in (mother, father):
        lead = await hospital.store.lead_of(await family.person(), 1)
        assert lead is not None
        assert lead.status == "visit_booked"
    for act in (
        hospital.desk.claim(second, WANG),
        hospital.desk.close(second, "declined", "", LI),
        hospital.desk.merge(first, second, LI),
    ):
        assert (await refusal(act))[0] in (Refusal.NOT_ALLOWED, Refusal.HELD)
    await hospital.desk.unmerge(second, LI)
    assert {row.code: row.work.holder for row in await hospital.desk.queue()} == {first: LI, second: ""}


async def test_a_merged_lead_stands_alone_again_when_the_other_is_taken_back_or_erased(hospital: Hospital) -> None:
    mother, first = await hospital.handed_over()
    _, second = await hospital.handed_over()
    third = await hospital.lead()
    await hospital.desk.merge(second, first, LI)
    await hospital.desk.merge(first, third, LI)  # what was merged into it comes along
    assert [row.code for row in await hospital.desk.queue()] == [third]
    await hospital.desk.unmerge(first, LI)
    await mother.says(withdraw_lead=1)
    assert {row.code for row in await hospital.desk.queue()} == {third}
    grandmother, fourth = await hospital.handed_over()
    _, fifth = await hospital.handed_over()
    await hospital.desk.merge(fifth, fourth, LI)
    await grandmother.says(withdraw_lead=1)
    assert {row.code for row in await hospital.desk.queue()} == {third, fifth}
    await hospital.store.erase(await grandmother.person())
    assert {row.code for row in await hospital.desk.queue()} == {third, fifth}
    ended = {row.code: row for row in await hospital.desk.queue(ended=True)}
    assert ended[fourth].is_erased


@pytest.mark.parametrize(
    ("contact", "typed"),
    [
        ({"name": "王小明妈妈", "way": "phone", "value": "+8613812345678"}, " 138 1234-5678"),
        ({"name": "王小明妈妈", "way": "phone", "value": "+8613812345678"}, "+86 138 1234 5678"),
        ({"name": "王小明妈妈", "way": "phone", "value": "+8613812345678"}, "１３８１２３４５６７８"),
        ({"name": "王小明妈妈", "way": "phone", "value": "+8613812345678"}, "5678"),
        ({"name": "王小明妈妈", "way": "phone", "value": "+8613812345678"}, "王小明 妈妈"),
        ({"name": "Anna B.", "way": "email", "value": "Anna@Example.org"}, "anna@example.org"),
        ({"name": "Anna B.", "way": "phone", "value": "+49 30 1234567"}, "anna b."),
        ({"name": "", "way": "wechat", "value": "lupus_mum"}, "LUPUS_MUM"),
    ],
)
async def test_a_family_is_found_by_name_or_number(hospital: Hospital, contact: dict[str, str], typed: str) -> None:
    code = await hospital.lead(contact=contact)
    await hospital.lead(contact={"name": "somebody else", "way": "phone", "value": "+8613911112222"})
    assert await hospital.desk.search(typed, LI) == [code]


async def test_nothing_is_found_by_a_part_or_by_nothing_and_a_changed_number_is_the_new_one(hospital: Hospital) -> None:
    family, code = await hospital.handed_over(contact={"name": "Anna", "way": "phone", "value": "+8613812345678"})
    for typed in ("", "   ", "Ann", "1381234567", "678"):
        assert await hospital.desk.search(typed, LI) == []
    await family.says(
        lead=lead_record(hospital.store, contact={"name": "Anna", "way": "phone", "value": "+8613900001111"})
    )
    assert await hospital.desk.search("13812345678", LI) == []
    assert await hospital.desk.search("13900001111", LI) == [code]
    await hospital.store.erase(await family.person())
    assert await hospital.desk.search("Anna", LI) == []


async def test_an_erased_familys_lead_is_a_code_with_dates_and_nothing_is_done_with_it(hospital: Hospital) -> None:
    family, code = await hospital.handed_over()
    await hospital.desk.claim(code, LI)
    await hospital.desk.note(code, "a note", LI)
    await hospital.desk.override(code, NewOverride("E13", "pass", "seen"), LI)
    await hospital.store.erase(await family.person())
    file = await file_of(hospital, code)
    assert file == LeadFile(file.lead, None)
    for act in (hospital.desk.claim(code, LI), hospital.desk.note(code, "x", LI), hospital.desk.undo(code, LI)):
        with pytest.raises(UnknownLead):
            await act
    assert await hospital.desk.open("BR-999999", LI) is None


async def test_the_sites_decisions_are_kept_one_after_another(hospital: Hospital) -> None:
    first = NewDecision("E11", "treated_latent", "pass", TODAY - timedelta(days=9), "潜伏感染治疗过的可以入组")
    second = NewDecision("E11", "treated_latent", "fail", TODAY, "不行")
    await hospital.desk.decide(first, LI)
    await hospital.desk.decide(second, WANG)
    found = await hospital.desk.decisions()
    assert [(one.verdict, one.answer, one.who, one.decided_on) for one in found] == [
        ("pass", first.answer, LI, first.decided_on),
        ("fail", second.answer, WANG, second.decided_on),
    ]


async def test_every_step_stands_in_the_trail_without_a_word_of_what_was_written(hospital: Hospital) -> None:
    code = await hospital.claimed()
    await hospital.desk.call(code, Outcome.REACHED, "canary one", LI)
    await hospital.desk.note(code, "canary two", LI)
    await hospital.desk.override(code, NewOverride("E10", "fail", "canary three"), LI)
    await hospital.desk.snooze(code, TOMORROW, TODAY, LI)
    await hospital.desk.close(code, "E10", "canary four", LI)
    await hospital.desk.search("canary five", LI)
    await hospital.desk.note_private_read(code, "E10", LI)
    await hospital.desk.decide(NewDecision("E10", "core_only", "pass", TODAY, "canary six"), LI)
    await hospital.desk.open(code, WANG)
    entries = await hospital.store.trail.entries(Wanted(limit=50))
    mine = [entry for entry in reversed(entries) if entry.who in (LI, WANG)]
    assert [entry.action for entry in mine] == [
        "lead.claim", "lead.call", "lead.note", "lead.override", "lead.snooze", "lead.close", "queue.search",
        "lead.private.read", "protocol.decision", "lead.read",
    ]  # fmt: skip
    said = " ".join(str(entry) for entry in entries)
    assert "canary" not in said
    assert "fail" not in said
    assert {entry.subject for entry in mine} == {code, ""}
