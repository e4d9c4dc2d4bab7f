"""Private links open once, in time, and until they are revoked; reminders come once to who asked."""

from __future__ import annotations

from datetime import timedelta

from bot.store.store import Store
from tests.store.conftest import Clock, Family


async def test_a_link_opens_the_same_conversation_elsewhere_once(store: Store, family: Family, clock: Clock) -> None:
    await family.says('{"at":"question 7"}')
    person = await family.person()
    token = await store.new_resume_link(person, clock.now + timedelta(days=7))
    assert len(token) >= 43
    assert await store.redeem_link(token, "browser", "cookie-1") == person
    for address in ("cookie-2", "cookie-1"):
        assert await store.redeem_link(token, "browser", address) is None
    there = await store.load("browser", "cookie-1")
    assert there is not None
    assert (there.id, there.dialogue) == (person, '{"at":"question 7"}')
    await Family(store, "cookie-1", "browser").says('{"at":"question 8"}')
    assert (await store.load("telegram", "1001")).dialogue == '{"at":"question 8"}'  # type: ignore[union-attr]
    assert await store.load("browser", "cookie-2") is None


async def test_a_link_expires(store: Store, family: Family, clock: Clock) -> None:
    await family.says()
    token = await store.new_resume_link(await family.person(), clock.now + timedelta(days=7))
    clock.pass_by(days=7)
    assert await store.redeem_link(token, "browser", "cookie") is None
    await store.purge()
    assert (await store.export(await family.person()))["resume_links_until"] == []


async def test_links_and_sessions_can_be_revoked(store: Store, family: Family, clock: Clock) -> None:
    await family.says()
    person = await family.person()
    tokens = [await store.new_resume_link(person, clock.now + timedelta(days=7)) for _ in range(3)]
    assert await store.redeem_link(tokens[0], "browser", "cookie") == person
    await store.revoke_links(person)
    assert [await store.redeem_link(token, "browser", "other") for token in tokens] == [None, None, None]
    assert await store.load("browser", "cookie") is not None
    await store.revoke_links(person, sessions=True)
    assert await store.load("browser", "cookie") is None
    assert await store.load("telegram", "1001") is not None


async def test_an_invented_link_opens_nothing(store: Store) -> None:
    assert await store.redeem_link("invented", "browser", "cookie") is None


async def test_a_browser_that_had_begun_by_itself_follows_the_link(store: Store, family: Family, clock: Clock) -> None:
    await Family(store, "cookie", "browser").says("{}")
    await family.says()
    token = await store.new_resume_link(await family.person(), clock.now + timedelta(days=1))
    assert await store.redeem_link(token, "browser", "cookie") == await family.person()
    assert (await store.load("browser", "cookie")).id == await family.person()  # type: ignore[union-attr]


async def test_a_reminder_is_due_where_they_wrote_last_and_once(store: Store, family: Family, clock: Clock) -> None:
    await family.says(remind_at=clock.now + timedelta(days=1))
    await Family(store, "2").says()
    assert await store.reminders_due(clock.now) == []
    [reminder] = await store.reminders_due(clock.pass_by(days=1))
    assert (reminder.person, reminder.channel, reminder.address) == (
        await family.person(),
        "telegram",
        "1001",
    )
    await store.reminder_done(reminder.person)
    assert await store.reminders_due(clock.now) == []


async def test_who_goes_on_needs_no_reminder(store: Store, family: Family, clock: Clock) -> None:
    await family.says(remind_at=clock.now + timedelta(days=1))
    await family.says()
    assert await store.reminders_due(clock.pass_by(days=2)) == []


async def test_who_cannot_be_reached_is_not_reminded(store: Store, family: Family, clock: Clock) -> None:
    await family.says(remind_at=clock.now + timedelta(days=1))
    await store.unreachable(await family.person(), "blocked")
    assert await store.reminders_due(clock.pass_by(days=2)) == []
