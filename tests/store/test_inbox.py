"""Updates: stored before they are confirmed, each once, in order, and only as long as they are needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.store.records import RawUpdate
from bot.store.store import Store
from tests.store.conftest import Clock, Family


def update(number: int, chat: str | None = "1001", raw: str | None = None) -> RawUpdate:
    return RawUpdate(number, chat, raw or f'{{"update_id":{number}}}')


async def test_updates_wait_in_the_order_in_which_they_came(store: Store) -> None:
    assert await store.keep_updates([update(7), update(5), update(2**62, chat=None)]) == 3
    assert await store.keep_updates([update(6)]) == 1
    items = await store.pending(10)
    assert [item.update_id for item in items] == [7, 5, 2**62, 6]
    assert [item.chat for item in items] == ["1001", "1001", None, "1001"]
    assert items[0].raw == '{"update_id":7}'
    assert await store.pending(10, after=items[1].id) == items[2:]
    assert await store.pending(2) == items[:2]


async def test_they_wait_through_a_restart(store: Store, open_store: Callable[..., Store]) -> None:
    await store.keep_updates([update(1), update(2)])
    await store.close()
    assert [item.update_id for item in await open_store().pending(10)] == [1, 2]


async def test_one_that_was_seen_is_left_out_waiting_or_done(store: Store) -> None:
    await store.keep_updates([update(1)])
    assert await store.keep_updates([update(1), update(1), update(2)]) == 1
    for item in await store.pending(10):
        await store.drop_update(item.id)
    assert await store.keep_updates([update(1), update(2)]) == 0
    assert await store.pending(10) == []


async def test_the_same_number_in_another_chat_is_another_update(store: Store) -> None:
    assert await store.keep_updates([update(1, "a"), update(1, "b"), update(1, None)]) == 3


async def test_after_a_quiet_week_a_number_may_come_again(store: Store, clock: Clock) -> None:
    await store.keep_updates([update(1)])
    await store.drop_update((await store.pending(1))[0].id)
    clock.pass_by(days=6, hours=23)
    await store.purge()
    assert await store.keep_updates([update(1)]) == 0
    clock.pass_by(hours=2)
    assert await store.keep_updates([update(1)]) == 1  # without waiting for the purge
    assert len(await store.pending(10)) == 1
    clock.pass_by(days=8)
    await store.purge()
    assert len(await store.pending(10)) == 1  # what waits is never purged
    assert await store.keep_updates([update(1)]) == 1


async def test_a_commit_marks_its_update_done(store: Store, family: Family) -> None:
    await store.keep_updates([update(1), update(2)])
    first, second = await store.pending(10)
    await family.says(inbox_id=first.id)
    assert await store.pending(10) == [second]
    repeated = await family.says(inbox_id=second.id, incoming=("telegram", "1001:1"))
    assert repeated.repeated
    assert await store.pending(10) == []


async def test_quarantine_sets_aside_and_replay_brings_back(store: Store, clock: Clock) -> None:
    await store.keep_updates([update(1), update(2)])
    bad, good = await store.pending(10)
    await store.quarantine(bad.id, "TypeError at turn.py:3")
    assert await store.pending(10) == [good]
    [aside] = await store.quarantined()
    assert (aside.item, aside.why, aside.at) == (bad, "TypeError at turn.py:3", clock.now)
    assert await store.keep_updates([update(1)]) == 0
    number = await store.replay(bad.id)
    assert number is not None
    assert [(item.id, item.update_id) for item in await store.pending(10)] == [(good.id, 2), (number, 1)]
    assert number > good.id  # whoever goes on from the last number it fetched meets it
    assert await store.quarantined() == []
    assert await store.replay(bad.id) is None
    assert await store.replay(good.id) is None


async def test_what_is_no_update_is_set_aside_at_once(store: Store) -> None:
    assert await store.keep_unreadable("<html>\ud83d\x00", "not JSON") == 1
    assert await store.keep_unreadable("<html>\ud83d\x00", "not JSON") == 0
    assert await store.pending(10) == []
    [aside] = await store.quarantined()
    assert (aside.item.update_id, aside.item.chat, aside.item.raw) == (-1, None, "<html>\ud83d\x00")


async def test_quarantine_ends_after_thirty_days(store: Store, clock: Clock) -> None:
    await store.keep_unreadable("x", "why")
    clock.pass_by(days=29)
    await store.purge()
    assert len(await store.quarantined()) == 1
    clock.pass_by(days=2)
    await store.purge()
    assert await store.quarantined() == []


async def test_numbers_of_rows_are_never_used_again(store: Store) -> None:
    await store.keep_updates([update(1)])
    [first] = await store.pending(1)
    await store.drop_update(first.id)
    await store.keep_updates([update(2)])
    [second] = await store.pending(1)
    assert second.id > first.id


async def test_many_at_once_keep_their_order(store: Store) -> None:
    batches = [[update(base + offset, str(base)) for offset in range(20)] for base in range(0, 1000, 20)]
    assert await asyncio.gather(*[store.keep_updates(batch) for batch in batches]) == [20] * 50
    numbers = [item.update_id for item in await store.pending(2000)]
    assert len(numbers) == 1000
    for batch in batches:
        ids = [one.update_id for one in batch]
        assert [number for number in numbers if number in ids] == ids
