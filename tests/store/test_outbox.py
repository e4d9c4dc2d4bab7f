"""The outbox: in order a chat, through restarts, until it is taken or refused; then no body is kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot.store.records import OutboxItem, Outgoing
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record


def message(address: str, text: str, op: str = "message", channel: str = "telegram") -> Outgoing:
    return Outgoing(channel, address, op, {"text": text})


def texts(items: list[OutboxItem]) -> list[str]:
    return [item.payload["text"] for item in items]


async def send_all(store: Store, clock: Clock, channel: str = "telegram") -> list[str]:
    """Take what is due until nothing is left, as a sender would."""
    gone: list[str] = []
    while items := await store.due(channel, 100, clock.now):
        for item in items:
            gone.append(item.payload["text"])
            await store.sent(item.id)
    return gone


async def test_a_chats_rows_come_one_after_the_other(store: Store, clock: Clock) -> None:
    for address in ("1", "2"):
        await Family(store, address).says(outgoing=(message(address, f"{address}a"), message(address, f"{address}b")))
    items = await store.due("telegram", 10, clock.now)
    assert texts(items) == ["1a", "2a"]
    assert (items[0].address, items[0].op, items[0].attempts, items[0].live_message) == (
        "1",
        "message",
        0,
        None,
    )
    assert texts(await store.due("telegram", 1, clock.now)) == ["1a"]
    await store.sent(items[0].id)
    assert texts(await store.due("telegram", 10, clock.now)) == ["1b", "2a"]
    assert await store.due("browser", 10, clock.now) == []


async def test_rows_survive_a_restart(
    store: Store, family: Family, clock: Clock, open_store: Callable[..., Store]
) -> None:
    await family.says(outgoing=(message("1001", "a"), message("1001", "b")))
    await store.close()
    assert await send_all(open_store(), clock) == ["a", "b"]


async def test_while_one_is_being_sent_its_chat_waits(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("1001", "a"), message("1001", "b")))
    [item] = await store.due("telegram", 10, clock.now)
    assert await store.due("telegram", 10, clock.now, besides=(item.id,)) == []


async def test_retry_waits_and_the_chat_with_it(store: Store, clock: Clock) -> None:
    await Family(store, "1").says(outgoing=(message("1", "1a"), message("1", "1b")))
    await Family(store, "2").says(outgoing=(message("2", "2a"),))
    first = (await store.due("telegram", 10, clock.now))[0]
    await store.retry(first.id, clock.now + timedelta(seconds=30), "429")
    assert texts(await store.due("telegram", 10, clock.now)) == ["2a"]
    assert texts(await store.due("telegram", 10, clock.pass_by(seconds=29))) == ["2a"]
    items = await store.due("telegram", 10, clock.pass_by(seconds=1))
    assert texts(items) == ["2a", "1a"]  # who has been due longest comes first
    assert [item.attempts for item in items] == [0, 1]


async def test_what_is_not_before_a_moment_waits_for_it(store: Store, family: Family, clock: Clock) -> None:
    later = Outgoing("telegram", "1001", "message", {"text": "later"}, clock.now + timedelta(hours=1))
    await family.says(outgoing=(later,))
    assert await store.due("telegram", 10, clock.now) == []
    assert texts(await store.due("telegram", 10, clock.pass_by(hours=1))) == ["later"]


async def test_after_an_outage_each_chat_gets_one_current_card(store: Store, clock: Clock) -> None:
    for address in ("1", "2"):
        family = Family(store, address)
        await family.says(outgoing=(message(address, "hello"), message(address, "card 1", "card")))
        for number in (2, 3, 4):
            before = message(address, f"card {number - 1} is answered", "settle")
            await family.says(outgoing=(before, message(address, f"card {number}", "card")))
    assert await send_all(store, clock) == ["hello", "hello", "card 4", "card 4"]


async def test_a_card_that_was_shown_is_answered_before_the_current_one(
    store: Store, family: Family, clock: Clock
) -> None:
    await family.says(outgoing=(message("1001", "card 1", "card"),))
    assert await send_all(store, clock) == ["card 1"]
    for number in (2, 3):
        before = message("1001", f"card {number - 1} is answered", "settle")
        await family.says(outgoing=(before, message("1001", f"card {number}", "card")))
    await family.says(outgoing=(message("1001", "toast"),))
    assert await send_all(store, clock) == ["card 1 is answered", "card 3", "toast"]


async def test_a_chat_told_to_wait_waits_for_its_new_card_too(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("1001", "card 1", "card"),))
    [item] = await store.due("telegram", 10, clock.now)
    await store.retry(item.id, clock.now + timedelta(seconds=30), "429")
    await family.says(outgoing=(message("1001", "1 is answered", "settle"), message("1001", "card 2", "card")))
    assert await store.due("telegram", 10, clock.pass_by(seconds=29)) == []
    assert texts(await store.due("telegram", 10, clock.pass_by(seconds=1))) == ["card 2"]


async def test_a_card_being_sent_is_not_dropped(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("1001", "card 1", "card"),))
    [item] = await store.due("telegram", 10, clock.now)
    await family.says(outgoing=(message("1001", "card 2", "card"),))
    assert await store.due("telegram", 10, clock.now, besides=(item.id,)) == []
    await store.sent(item.id, live_message="55")
    [following] = await store.due("telegram", 10, clock.now)
    assert (following.payload["text"], following.live_message) == ("card 2", "55")


async def test_the_live_message_is_known_to_later_rows(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("1001", "a"), message("1001", "b"), message("1001", "c")))
    seen = []
    for live in ("77", None, ""):
        [item] = await store.due("telegram", 10, clock.now)
        seen.append(item.live_message)
        await store.sent(item.id, live_message=live)
    await family.says(outgoing=(message("1001", "d"),))
    seen.append((await store.due("telegram", 10, clock.now))[0].live_message)
    assert seen == [None, "77", "77", None]


async def test_what_is_given_up_is_wiped_and_seen_and_the_chat_goes_on(
    store: Store, family: Family, clock: Clock
) -> None:
    await family.says(outgoing=(message("1001", "a"), message("1001", "b")))
    [item] = await store.due("telegram", 10, clock.now)
    await store.give_up(item.id, "Bad Request: message is too long")
    [gone] = await store.given_up()
    assert (gone.id, gone.op, gone.why, gone.at) == (
        item.id,
        "message",
        "Bad Request: message is too long",
        clock.now,
    )
    assert await send_all(store, clock) == ["b"]
    assert (await store.export(await family.person()))["waiting_to_be_sent"] == [
        {"channel": "telegram", "op": "message", "refused": "Bad Request: message is too long"}
    ]
    await store.retry(item.id, clock.now, "too late")
    assert await store.due("telegram", 10, clock.now) == []
    clock.pass_by(days=31)
    await store.purge()
    assert await store.given_up() == []


async def test_an_unreachable_family_gets_nothing_more_but_the_site_does(
    store: Store, family: Family, clock: Clock
) -> None:
    notice = message("0", "lead", "lead", "notice")
    code = (await family.says(lead=lead_record(store), outgoing=(message("1001", "a"), notice))).lead_code
    assert code is not None
    person = await family.person()
    other = Family(store, "2")
    await other.says(outgoing=(message("2", "b"),))
    await store.unreachable(person, "Forbidden: bot was blocked by the user")
    assert texts(await store.due("telegram", 10, clock.now)) == ["b"]
    assert texts(await store.due("notice", 10, clock.now)) == ["lead"]
    [lead] = await store.leads()
    assert (lead.status, lead.unreachable_since) == ("new", clock.now)
    assert (await store.lead_history(code))[-1].reason == "chat_unreachable"
    await store.unreachable(person, "again")
    assert len(await store.lead_history(code)) == 2
    await family.says(outgoing=(message("1001", "c"),))
    assert [lead.unreachable_since for lead in await store.leads()] == [None]
    assert texts(await store.due("telegram", 10, clock.now)) == ["b", "c"]


async def test_a_chat_that_moves_takes_everything_with_it(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("1001", "a"), message("1001", "b")))
    person = await family.person()
    await store.move_chat("1001", "-100777")
    assert await store.load("telegram", "1001") is None
    assert (await store.load("telegram", "-100777")).id == person  # type: ignore[union-attr]
    [item] = await store.due("telegram", 10, clock.now)
    assert (item.address, item.payload) == ("-100777", {"text": "a"})
    assert await send_all(store, clock) == ["a", "b"]
    await store.move_chat("1001", "-100777")  # told twice: nothing left to move


async def test_a_notice_needs_no_person_and_follows_its_target(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("-5", "lead", "lead", "group"),))
    await store.move_chat("-5", "-1005", channel="group")
    [item] = await store.due("group", 10, clock.now)
    assert item.address == "-1005"


async def test_a_chat_that_moves_onto_another_keeps_one_line(store: Store, clock: Clock) -> None:
    for address in ("1", "2"):
        rows = (message(address, f"{address}a"), message(address, f"{address}b"))
        await Family(store, address).says(outgoing=rows)
    await store.move_chat("2", "1")
    assert texts(await store.due("telegram", 10, clock.now)) == ["1a"]
    assert await send_all(store, clock) == ["1a", "1b", "2a", "2b"]


async def test_erasing_one_family_does_not_hold_up_the_sites_line(store: Store, clock: Clock) -> None:
    families = [Family(store, str(number)) for number in range(3)]
    for family in families:
        first, more = (message("0", f"{word} of {family.address}", "lead", "notice") for word in ("first", "more"))
        await family.says(outgoing=(first, more))
    await store.erase(await families[0].person())
    assert texts(await store.due("notice", 10, clock.now)) == ["first of 1"]
    await store.erase(await families[2].person())
    assert await send_all(store, clock, "notice") == ["first of 1", "more of 1"]


async def test_the_line_of_every_chat_has_one_first_row_whatever_happens(store: Store, clock: Clock) -> None:
    chance = random.Random(5)
    families = [Family(store, str(number)) for number in range(6)]
    for _ in range(400):
        family = chance.choice(families)
        match chance.randrange(8):
            case 0 | 1 | 2:
                ops = chance.choices(["card", "settle", "message", "refresh"], k=chance.randrange(4))
                await family.says(outgoing=tuple(message(family.address, "x", op) for op in ops))
            case 3 | 4:
                for item in await store.due("telegram", 2, clock.now):
                    await store.sent(item.id)
            case 5:
                for item in await store.due("telegram", 1, clock.now):
                    await store.retry(item.id, clock.now + timedelta(seconds=chance.randrange(3)), "429")
            case 6:
                for item in await store.due("telegram", 1, clock.now):
                    await store.give_up(item.id, "refused")
            case 7 if person := await store.load("telegram", family.address):
                end = store.erase if chance.random() < 0.5 else partial(store.unreachable, why="blocked")
                await end(person.id)
        clock.pass_by(seconds=1)
        lines = store._reader.sql.execute(
            "SELECT min(id) = max(CASE WHEN head THEN id END), sum(head) FROM outbox"
            " WHERE given_up_at IS NULL GROUP BY chat"
        ).fetchall()
        assert set(lines) <= {(1, 1)}


async def test_rows_that_are_gone_can_be_reported_again(store: Store, family: Family, clock: Clock) -> None:
    await family.says(outgoing=(message("1001", "a"),))
    [item] = await store.due("telegram", 10, clock.now)
    await store.sent(item.id)
    await store.sent(item.id, live_message="1")
    await store.retry(item.id, clock.now, "late")
    await store.give_up(item.id, "late")
    assert await store.due("telegram", 10, clock.now) == []
    assert await store.given_up() == []
