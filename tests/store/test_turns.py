"""A turn is committed wholly, once, and only on top of what it was taken from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.store.errors import StoreUnavailable
from bot.store.records import Commit, Event, Outgoing, PermissionRecord, RevisionConflict
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record


def first(address: str = "1", message: str = "m1", dialogue: str = "{}") -> Commit:
    return Commit(None, "telegram", address, 0, dialogue, ("telegram", message))


async def test_a_stranger_is_nobody(store: Store) -> None:
    assert await store.load("telegram", "1") is None


async def test_what_was_committed_is_loaded(family: Family, store: Store) -> None:
    committed = await family.says('{"state":"welcome"}')
    person = await store.load("telegram", "1001")
    assert person is not None
    assert (person.id, person.dialogue, person.revision) == (committed.person, '{"state":"welcome"}', 1)
    assert await store.load("browser", "1001") is None


async def test_it_is_still_there_after_a_restart(family: Family, open_store: Callable[..., Store]) -> None:
    committed = await family.says("{}")
    await family.store.close()
    person = await open_store().load("telegram", "1001")
    assert person is not None
    assert person.id == committed.person


async def test_the_same_message_again_changes_nothing(store: Store) -> None:
    record = lead_record(store)
    turn = replace(first(), lead=record, outgoing=(Outgoing("telegram", "1", "card", {}),))
    before = await store.commit(turn)
    again = await store.commit(turn)
    assert (again.repeated, again.person, again.revision) == (True, before.person, 1)
    assert again.lead_code == before.lead_code == record.code
    assert len(await store.leads()) == 1
    assert (await store.export(before.person))["waiting_to_be_sent"] == [
        {"channel": "telegram", "op": "card", "address": "1", "payload": {}}
    ]


async def test_an_old_message_is_remembered_through_a_whole_interview(family: Family) -> None:
    for _ in range(200):
        await family.says()
    for message in range(1, 201):
        assert (await family.says(incoming=("telegram", f"1001:{message}"))).repeated


async def test_a_repeated_message_is_known_before_a_conflict_is_seen(family: Family) -> None:
    await family.says()
    await family.says()
    stale = await family.says(incoming=("telegram", "1001:1"), revision=0)
    assert (stale.repeated, stale.revision) == (True, 2)


async def test_a_stale_revision_is_a_conflict_and_changes_nothing(family: Family, store: Store) -> None:
    await family.says('{"a":1}')
    with pytest.raises(RevisionConflict):
        await family.says('{"a":2}', revision=0)
    person = await store.load("telegram", "1001")
    assert person is not None
    assert person.dialogue == '{"a":1}'


async def test_of_two_first_turns_at_once_one_is_a_conflict(store: Store) -> None:
    both = await asyncio.gather(
        store.commit(first(message="m1")), store.commit(first(message="m2")), return_exceptions=True
    )
    assert [type(one).__name__ for one in both] == ["Committed", "RevisionConflict"]


async def test_a_commit_for_somebody_who_is_gone_is_a_conflict(store: Store) -> None:
    for person in ("0123456789abcdef", "nobody", ""):
        with pytest.raises(RevisionConflict):
            await store.commit(replace(first(), person=person, revision=3))


async def test_one_failing_turn_harms_no_other_of_its_batch(store: Store) -> None:
    good = [store.commit(first(str(number), f"m{number}")) for number in range(50)]
    bad = [
        store.commit(replace(first("x", "bad"), outgoing=(Outgoing("telegram", "x", "card", {"a": object()}),))),
        store.commit(replace(first("y", "bad"), events=(Event("started", None, Clock().now),))),  # type: ignore[arg-type]
        store.commit(replace(first("z", "bad"), person="00", revision=1)),
    ]
    outcomes = await asyncio.gather(*good[:25], *bad, *good[25:], return_exceptions=True)
    failed = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one).__name__ for one in failed] == ["TypeError", "IntegrityError", "RevisionConflict"]
    for number in range(50):
        assert await store.load("telegram", str(number)) is not None
    for address in "xyz":
        assert await store.load("telegram", address) is None


async def test_a_turn_that_failed_can_be_taken_again(store: Store) -> None:
    with pytest.raises(TypeError):
        await store.commit(replace(first(), outgoing=(Outgoing("telegram", "1", "card", {"a": object()}),)))
    assert not (await store.commit(first())).repeated


async def test_odd_text_comes_back_as_it_was(store: Store) -> None:
    odd = "half a pair \ud83d, NUL \x00, right to left \u202e, full width \uff11, \U0001f600 " + "x" * 100_000
    await store.commit(first("\ud83d\x00", "\ud83d", dialogue=odd))
    person = await store.load("telegram", "\ud83d\x00")
    assert person is not None
    assert person.dialogue == odd


async def test_permissions_events_and_the_first_source_are_kept(family: Family, clock: Clock) -> None:
    given = PermissionRecord("health", "given", "abc", "zh", clock.now)
    withdrawn = PermissionRecord("health", "withdrawn", "abc", "zh", clock.pass_by(minutes=1))
    began = (Event("started", "", clock.now), Event("permitted", "", clock.now))
    answered = Event("answered", "age", clock.pass_by(minutes=1))
    committed = await family.says(permissions=(given,), events=began, source="poster7")
    await family.says(permissions=(withdrawn,), events=(answered,), source="poster8")
    kept = await family.store.export(committed.person)
    assert [one["state"] for one in kept["permissions"]] == ["given", "withdrawn"]
    assert [one["kind"] for one in kept["events"]] == ["started", "permitted", "answered"]
    assert kept["source"] == "poster7"


async def test_events_are_counted_by_people(store: Store, clock: Clock) -> None:
    for address in ("1", "2"):
        family = Family(store, address)
        await family.says(events=(Event("started", "", clock.now),))
        await family.says(events=(Event("answered", "age", clock.now),))
        await family.says(events=(Event("answered", "age", clock.pass_by(seconds=1)),))
    assert await store.event_counts() == {("started", ""): 2, ("answered", "age"): 2}


async def test_after_closing_everything_says_so(store: Store) -> None:
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.load("telegram", "1")
    with pytest.raises(StoreUnavailable):
        await store.commit(first())


async def test_turns_handed_in_before_closing_are_finished(store: Store, open_store: Callable[..., Store]) -> None:
    turns = [asyncio.create_task(store.commit(first(str(number), "m"))) for number in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert all(not one.repeated for one in await asyncio.gather(*turns))
    reopened = open_store()
    assert [number for number in range(100) if await reopened.load("telegram", str(number)) is None] == []
