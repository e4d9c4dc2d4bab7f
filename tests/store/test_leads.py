"""Leads: one a child under one reference number, moved by whoever may move it, in the order of the queue."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from bot.store import codes
from bot.store.errors import UnknownLead, UnknownStatus
from bot.store.records import LEAD_STATUSES, Commit, Outgoing, Recruiting, RevisionConflict
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record

NOTICE = Outgoing("notice", "0", "lead", {"code": "?"})
CARD = Outgoing("telegram", "1001", "card", {})


async def test_a_lead_stands_in_the_queue_with_its_code(family: Family, store: Store, clock: Clock) -> None:
    record = lead_record(store, earliest_date=date(2027, 3, 1), score=71, tier="not_now", safety=True)
    committed = await family.says(lead=record)
    assert committed.lead_code == record.code
    [lead] = await store.leads()
    assert (lead.code, lead.status, lead.tier, lead.score, lead.safety) == (
        record.code,
        "new",
        "not_now",
        71,
        True,
    )
    assert (lead.earliest_date, lead.created, lead.changed) == (date(2027, 3, 1), clock.now, clock.now)
    assert (lead.packet, lead.contact) == ({}, {})  # a list opens nothing
    opened = await store.lead(record.code)
    assert opened is not None
    assert (opened.packet, opened.contact) == (record.packet, record.contact)
    assert await store.lead_of(committed.person, 1) == opened
    assert await store.lead_of(committed.person, 2) is None
    assert await store.lead_of("nobody", 1) is None


async def test_a_child_keeps_its_one_lead(family: Family, store: Store, clock: Clock) -> None:
    first = await family.says(lead=lead_record(store))
    clock.pass_by(hours=1)
    again = await family.says(lead=lead_record(store, score=85, contact={"phone": "+8613900000000"}))
    assert again.lead_code == first.lead_code
    [lead] = await store.leads()
    assert (lead.code, lead.score) == (first.lead_code, 85)
    assert lead.created == clock.now - timedelta(hours=1)
    assert lead.changed == clock.now
    assert (await store.lead_of(first.person, 1)).contact == {"phone": "+8613900000000"}  # type: ignore[union-attr]


async def test_each_child_has_its_own(family: Family, store: Store) -> None:
    one = await family.says(lead=lead_record(store))
    two = await family.says(lead=lead_record(store, child=2))
    assert one.lead_code != two.lead_code
    assert len(await store.leads()) == 2


@pytest.mark.parametrize("status", [status for status in LEAD_STATUSES if status != "withdrawn"])
async def test_a_family_never_sets_the_coordinators_status_back(family: Family, store: Store, status: str) -> None:
    committed = await family.says(lead=lead_record(store))
    assert committed.lead_code is not None
    await store.set_lead_status(committed.lead_code, status, "Li")
    await family.says(lead=lead_record(store))
    assert [lead.status for lead in await store.leads()] == [status]


async def test_a_code_given_to_somebody_else_meanwhile_is_a_conflict(store: Store) -> None:
    record = lead_record(store)
    await Family(store, "1").says(lead=record)
    with pytest.raises(RevisionConflict):
        await Family(store, "2").says(lead=record)
    assert await store.load("telegram", "2") is None


async def test_the_history_tells_who_when_from_to_and_why(family: Family, store: Store, clock: Clock) -> None:
    code = (await family.says(lead=lead_record(store))).lead_code
    assert code is not None
    clock.pass_by(hours=1)
    await store.set_lead_status(code, "claimed", "Li")
    await store.set_lead_status(code, "closed", "Li", reason="E13", detail="dose in October")
    history = await store.lead_history(code)
    assert [(one.who, one.before, one.after) for one in history] == [
        ("family", None, "new"),
        ("Li", "new", "claimed"),
        ("Li", "claimed", "closed"),
    ]
    assert (history[2].reason, history[2].detail, history[2].at) == ("E13", "dose in October", clock.now)


async def test_what_is_not_there_or_not_a_status_is_said_in_words(family: Family, store: Store) -> None:
    code = (await family.says(lead=lead_record(store))).lead_code
    assert code is not None
    with pytest.raises(UnknownStatus, match="It may be: new, claimed"):
        await store.set_lead_status(code, "claimd", "Li")
    with pytest.raises(UnknownLead, match="BR-777777"):
        await store.set_lead_status("777777", "claimed", "Li")
    assert await store.lead("BR-777777") is None
    assert await store.lead_history("BR-777777") == []


async def test_withdrawing_cancels_what_was_not_sent_about_the_lead(family: Family, store: Store, clock: Clock) -> None:
    code = (await family.says(lead=lead_record(store), outgoing=(CARD, NOTICE))).lead_code
    assert code is not None
    await family.says(withdraw_lead=1, outgoing=(Outgoing("notice", "0", "withdrawn", {"code": code}),))
    assert [item.op for item in await store.due("notice", 10, clock.now)] == ["withdrawn"]
    assert [item.op for item in await store.due("telegram", 10, clock.now)] == ["card"]
    [lead] = await store.leads()
    assert lead.status == "withdrawn"
    assert [(one.who, one.after) for one in await store.lead_history(code)][-1] == ("family", "withdrawn")


async def test_withdrawing_leaves_the_other_child_alone(family: Family, store: Store, clock: Clock) -> None:
    await family.says(lead=lead_record(store), outgoing=(NOTICE,))
    await family.says(lead=lead_record(store, child=2), outgoing=(NOTICE,))
    await family.says(withdraw_lead=2)
    assert sorted(lead.status for lead in await store.leads()) == ["new", "withdrawn"]
    assert len(await store.due("notice", 10, clock.now)) == 1
    await family.says(withdraw_lead=3)  # no such lead: nothing to take back


async def test_who_asks_again_after_withdrawing_is_new_again(family: Family, store: Store) -> None:
    first = await family.says(lead=lead_record(store))
    await family.says(withdraw_lead=1)
    again = await family.says(lead=lead_record(store))
    assert again.lead_code == first.lead_code
    [lead] = await store.leads()
    assert lead.status == "new"


async def test_the_queue_is_in_the_order_of_the_protocol(store: Store, clock: Clock) -> None:
    today = clock.now.date()
    wanted: list[dict[str, Any]] = [
        {"safety": True, "tier": "unlikely", "score": 1},
        {"tier": "likely", "score": 90},
        {"tier": "likely", "score": 80},  # the older of the two with 80
        {"tier": "likely", "score": 80},
        {"tier": "needs_review", "score": 99},
        {"tier": None, "score": None, "asked_for_call": True},
        {"tier": "not_now", "score": 10, "earliest_date": today + timedelta(days=30)},
        {"tier": "not_now", "score": 95, "earliest_date": today + timedelta(days=31)},
        {"tier": "not_now", "score": 60},
        {"tier": "unlikely", "score": 99},
    ]
    codes_in_order: dict[int, str] = {}
    for place in (9, 2, 5, 0, 8, 3, 6, 1, 7, 4):
        clock.pass_by(seconds=1)
        committed = await Family(store, str(place)).says(lead=lead_record(store, **wanted[place]))
        assert committed.lead_code is not None
        codes_in_order[place] = committed.lead_code
    assert [lead.code for lead in await store.leads()] == [codes_in_order[place] for place in range(10)]
    await store.set_lead_status(codes_in_order[4], "claimed", "Li")
    assert [lead.code for lead in await store.leads("claimed")] == [codes_in_order[4]]
    assert len(await store.leads("new")) == 9


async def test_codes_are_random_short_and_unmistakable(store: Store) -> None:
    made = {store.new_lead_code() for _ in range(2000)}
    assert len(made) > 1990
    assert all(re.fullmatch(r"BR-[34679CDFGHJKMNPQRTWXY]{6}", code) for code in made)
    assert not set(codes.ALPHABET) & set("01258OILZSBUVAE")


async def test_a_code_is_found_however_it_is_typed(family: Family, store: Store) -> None:
    code = (await family.says(lead=lead_record(store))).lead_code
    assert code is not None
    bare = code.removeprefix("BR-")
    for typed in (code, code.lower(), bare, bare.lower(), f" br {bare[:3]} {bare[3:]} ", f"BR\u2013{bare}"):
        found = await store.lead(typed)
        assert found is not None
        assert found.code == code


async def test_the_waitlist_goes_by_who_came_first(store: Store, clock: Clock) -> None:
    assert await store.waitlist_place() == 1
    given = []
    for number in range(4):
        clock.pass_by(seconds=1)
        given.append((await Family(store, str(number)).says(lead=lead_record(store, score=number))).lead_code or "")
    assert [await store.waitlist_place(code) for code in given] == [1, 2, 3, 4]
    assert await store.waitlist_place() == 5
    await store.set_lead_status(given[1], "visit_booked", "Li")
    assert [await store.waitlist_place(code) for code in given] == [1, None, 2, 3]
    assert await store.waitlist_place("BR-777777") is None


async def test_recruiting_is_what_the_coordinator_said_last(store: Store) -> None:
    assert await store.recruiting() == Recruiting("open", None)
    await store.set_recruiting("waitlist", date(2026, 11, 1), None, "Li")
    await store.set_recruiting("open", date(2026, 11, 20), 3, "Li")
    assert await store.recruiting() == Recruiting("open", date(2026, 11, 20), 3)
    with pytest.raises(UnknownStatus, match="open, waitlist, paused, closed"):
        await store.set_recruiting("opened", date(2026, 11, 20), 3, "Li")


async def test_a_commit_without_a_lead_names_none(family: Family, store: Store) -> None:
    await family.says(lead=lead_record(store))
    assert (await family.says()).lead_code is None
    person = await store.load("telegram", "1001")
    assert person is not None
    turn = Commit(person.id, "telegram", "1001", person.revision, "{}", ("telegram", "w"), withdraw_lead=1)
    first = await store.commit(turn)
    again = await store.commit(turn)
    assert again.repeated
    assert first.lead_code == again.lead_code is not None
