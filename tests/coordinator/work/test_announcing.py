"""Who of the site hears what, and when: safety at once, the rest in time, each once, codes and links only."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.announcer import Announcer
from bot.notice_plan import NoticePlan, parse_quiet, parse_times, target_of
from bot.notices import NoticeSender
from bot.outbox import Outbox
from bot.store.records import OutboxItem
from bot.store.store import Store
from bot.wording import Wording
from brasle_prescreen.lead_work import Outcome
from tests.coordinator.work.conftest import LI, Hospital
from tests.coordinator.work.families import talks
from tests.coordinator.work.test_lead_clock import PLAN
from tests.store.conftest import Clock, lead_record

ZONE = ZoneInfo("Asia/Shanghai")
PAYLOAD = {"code": "BR-7K3F9", "url": "https://example.org/coordinator/leads/BR-7K3F9"}
NOTICES = NoticePlan(
    first=("0", "1"),
    second=("second:0",),
    pi=("pi:0",),
    digest=parse_times("08:30,13:30"),
    quiet=parse_quiet("20:00-08:00"),
    zone=ZONE,
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
ops = st.sampled_from(["lead", "safety", "safety_again", "second_person", "pi", "cleared", "withdrawn"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


# The plan


@given(ops, moments)
def test_nothing_but_safety_is_sent_in_quiet_hours_and_safety_never_waits(op: str, now: datetime) -> None:
    rows = NOTICES.rows(op, PAYLOAD, now)
    assert rows
    for row in rows:
        due = row.not_before or now
        if op.startswith("safety"):
            assert row.not_before is None
            assert row.address == target_of(row.address)  # in the line that nothing else holds up
            continue
        assert due >= now
        assert due - now < timedelta(days=1)
        assert time(8) <= due.astimezone(ZONE).time() < time(20)
        if op in ("lead", "cleared"):
            assert due.astimezone(ZONE).time() in NOTICES.digest
            assert row.op == "digest"
        assert (row.not_before is None) == (row.address == target_of(row.address))


def test_two_people_hear_of_safety_and_nobody_is_told_nothing() -> None:
    assert NOTICES.addresses("safety") == ("0", "second:0")
    assert NOTICES.addresses("safety_again") == ("0", "1", "second:0", "pi:0")
    assert NoticePlan(first=("0", "1")).addresses("safety") == ("0", "1")
    assert NoticePlan(first=("0",)).addresses("safety") == ("0",)
    assert NoticePlan(first=("0",)).addresses("second_person") == ("0",)
    assert NoticePlan(first=("0",), second=("second:0",)).addresses("pi") == ("second:0",)
    assert NOTICES.addresses("pi") == ("pi:0",)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23 08:29", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 13:30"),
        ("2026-11-23 21:00", "2026-11-24 08:30"),
        ("2026-11-23 03:00", "2026-11-23 08:30"),
    ],
)
def test_the_next_digest(now: str, due: str) -> None:
    [row, _] = NOTICES.rows("lead", PAYLOAD, at(now))
    assert row.not_before == at(due)


def test_without_digest_and_quiet_hours_everything_is_told_at_once() -> None:
    [row] = NoticePlan(first=("0",)).rows("lead", PAYLOAD, at("2026-11-23 03:00"))
    assert (row.op, row.not_before, row.address) == ("lead", None, "0")


@pytest.mark.parametrize("text", ["8", "08:00-08:00", "20:00", "x-y", "20:00-"])
def test_quiet_hours_that_are_none_are_explained(text: str) -> None:
    with pytest.raises(ValueError, match="such as 20:00-08:00"):
        parse_quiet(text)
    assert parse_quiet("  ") is None
    assert parse_times("") == ()
    with pytest.raises(ValueError, match="such as 08:30,13:30"):
        parse_times("half past eight")


# The announcer on a real store


def announcer(store: Store, clock: Callable[[], datetime], notices: NoticePlan = NOTICES) -> Announcer:
    return Announcer(store, PLAN, notices, clock=clock, public_url="https://example.org")


async def due(store: Store, now: datetime) -> list[tuple[str, str, str]]:
    """What would be sent now: (address, op, code); taken out of the outbox."""
    found = []
    while items := await store.due("notice", 500, now):
        for item in items:
            found.append((item.address, item.op, item.payload["code"]))
            await store.sent(item.id)
    return found


async def test_a_first_call_that_is_late_is_told_to_the_second_person_then_to_the_pi(
    hospital: Hospital, clock: Clock
) -> None:
    clock.now = at("2026-11-23 09:00")
    code = await hospital.lead()
    look = announcer(hospital.store, clock).look
    seen = []
    for _ in range(25 * 4):
        await look()
        seen += [(clock.now, *row) for row in await due(hospital.store, clock.now)]
        clock.pass_by(minutes=15)
    assert seen == [
        (at("2026-11-23 14:30"), "second:0", "second_person", code),
        (at("2026-11-24 09:00"), "pi:0", "pi", code),
    ]


async def test_whoever_has_called_is_not_told_on(hospital: Hospital, clock: Clock) -> None:
    clock.now = at("2026-11-23 09:00")
    code = await hospital.claimed()
    await hospital.desk.call(code, Outcome.NO_ANSWER, "", LI)
    clock.pass_by(days=9)
    assert await announcer(hospital.store, clock).look() == 0


async def test_safety_is_told_again_until_somebody_claims_it(hospital: Hospital, clock: Clock) -> None:
    clock.now = at("2026-11-22 23:00")  # a Sunday night
    code = await hospital.lead(safety=True)
    look = announcer(hospital.store, clock).look
    seen: Counter[datetime] = Counter()
    for _ in range(9 * 60 // 5):
        await look()
        for _, op, of in await due(hospital.store, clock.now):
            assert (op, of) == ("safety_again", code)
            seen[clock.now] += 1
        clock.pass_by(minutes=5)
    assert {moment.astimezone(ZONE).strftime("%H:%M"): count for moment, count in seen.items()} == {
        "23:30": 4,
        "00:00": 4,
        "01:00": 4,
        "03:00": 4,
        "07:00": 4,
    }
    await hospital.desk.claim(code, LI)
    clock.pass_by(days=1)
    await look()
    assert [row for row in await due(hospital.store, clock.now) if row[1] == "safety_again"] == []


async def test_between_look_and_telling_somebody_may_claim(hospital: Hospital, clock: Clock) -> None:
    code = await hospital.lead(safety=True)
    look = announcer(hospital.store, clock)
    await look.look()
    clock.pass_by(minutes=31)
    told = await hospital.desk.announced()
    [row] = await hospital.desk.queue()
    late = list(look._due(row, told[code], clock.now))
    await hospital.desk.claim(code, LI)
    assert await hospital.desk.announce(late) == 0
    assert await due(hospital.store, clock.now) == []


async def test_a_window_that_is_over_is_told_on_its_morning_once(hospital: Hospital, clock: Clock) -> None:
    clock.now = at("2026-11-23 09:00")
    code = await hospital.claimed(tier="not_now", earliest_date=date(2026, 12, 14))
    await hospital.desk.call(code, Outcome.REACHED, "", LI)
    look = announcer(hospital.store, clock).look
    clock.now = at("2026-12-13 12:00")
    await look()
    assert await due(hospital.store, clock.now) == []
    for moment in ("2026-12-14 07:59", "2026-12-14 08:05", "2026-12-14 08:30", "2026-12-15 08:30"):
        clock.now = at(moment)
        await look()
        rows = await due(hospital.store, clock.now)
        assert rows == (
            [("digest:0", "digest", code), ("digest:1", "digest", code)]
            if moment[11:] == "08:30" and "14" in moment
            else []
        )


async def test_a_family_that_takes_its_wish_back_or_erases_it_is_not_told_on(hospital: Hospital, clock: Clock) -> None:
    clock.now = at("2026-11-23 09:00")
    back, _ = await hospital.handed_over()
    gone, _ = await hospital.handed_over()
    look = announcer(hospital.store, clock).look
    clock.now = at("2026-11-23 14:30")
    assert await look() == 2
    await back.says(withdraw_lead=1)
    await hospital.store.erase(await gone.person())
    assert await due(hospital.store, clock.now) == []
    clock.pass_by(days=2)
    assert await look() == 0


async def test_hundreds_of_leads_over_the_holidays_with_restarts_are_told_on_once_a_level(
    hospital: Hospital, clock: Clock, open_store: Callable[..., Store]
) -> None:
    chance = random.Random(3)
    clock.now = at("2026-09-28 08:00")
    told: Counter[tuple[str, str]] = Counter()
    begun: dict[str, datetime] = {}
    first: dict[tuple[str, str], datetime] = {}
    store = hospital.store
    while clock.now < at("2026-10-13 18:00"):
        if clock.now < at("2026-10-10 18:00"):
            for _ in range(chance.randrange(4)):
                begun[await talks(store, lead_record(store))] = clock.now
        if chance.random() < 0.05:  # the server is started anew
            store.close_now()
            store = open_store()
        await announcer(store, clock, NoticePlan(first=("0",), second=("1",), pi=("2",))).look()
        for _, op, code in await due(store, clock.now):
            told[op, code] += 1
            first[op, code] = clock.now
        clock.pass_by(hours=1)
    assert len(begun) > 300
    assert set(told.values()) == {1}
    for code, since in begun.items():
        for level, allowed in (("second_person", PLAN.first_call), ("pi", PLAN.to_pi)):
            when = PLAN.hours.after(since, allowed).at
            assert when <= first[level, code] < when + timedelta(hours=1)


# What goes out


class Service:
    """Takes notices, and keeps what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.port = 0

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append(await request.text())
        return web.Response()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    one = Service()
    app = web.Application()
    app.router.add_post("/{who}", one.take)
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    one.port = runner.addresses[0][1]
    yield one
    await runner.cleanup()


async def send_all(store: Store, sender: NoticeSender, clock: Clock) -> None:
    outbox = Outbox(store, "notice", sender, clock=clock)
    while await store.due("notice", 1, clock.now):
        await outbox._look()
        while outbox._sending:
            await next(iter(outbox._sending.values()))


def a_sender(service: Service, store: Store) -> NoticeSender:
    def url(who: str) -> SecretStr:
        return SecretStr(f"json://127.0.0.1:{service.port}/{who}")

    others = {"second:0": url("second"), "pi:0": url("pi")}
    return NoticeSender([url("first")], Wording.load(), "zh_Hans", others, store.desk.gather_digest)


async def test_a_digest_tells_several_leads_in_one_message_and_keeps_nothing_behind(
    hospital: Hospital, clock: Clock, service: Service
) -> None:
    notices = NoticePlan(first=("0",), digest=parse_times("13:30"), zone=ZONE)
    clock.now = at("2026-11-23 09:00")
    codes = []
    for _ in range(3):
        family, code = await hospital.handed_over()
        await family.says(
            lead=None,
            outgoing=tuple(
                notices.rows("lead", {"code": code, "url": f"https://e.org/coordinator/leads/{code}"}, clock.now)
            ),
        )
        codes.append(code)
    sender = a_sender(service, hospital.store)
    await send_all(hospital.store, sender, clock)
    assert service.heard == []
    clock.now = at("2026-11-23 13:30")
    await send_all(hospital.store, sender, clock)
    [heard] = service.heard
    assert all(code in heard for code in codes)
    assert "https://e.org/coordinator" in heard
    assert "/leads/" not in heard
    assert await hospital.desk.waiting() == []


async def test_a_digest_that_could_not_be_sent_still_holds_every_lead(
    hospital: Hospital, clock: Clock, service: Service
) -> None:
    notices = NoticePlan(first=("0",), digest=parse_times("13:30"), zone=ZONE)
    clock.now = at("2026-11-23 09:00")
    for _ in range(2):
        family, code = await hospital.handed_over()
        await family.says(outgoing=tuple(notices.rows("lead", {"code": code, "url": ""}, clock.now)))
    clock.now = at("2026-11-23 13:30")
    [item] = await hospital.store.due("notice", 9, clock.now)
    first = await hospital.desk.gather_digest(item.id)
    again = await hospital.desk.gather_digest(item.id)  # after a crash between gathering and sending
    assert len(first) == 2
    assert again == first


@pytest.mark.parametrize(
    "op", ["lead", "safety", "safety_again", "second_person", "pi", "cleared", "withdrawn", "digest"]
)
async def test_every_notice_holds_code_and_link_and_nothing_else(service: Service, store: Store, op: str) -> None:
    payload = PAYLOAD | {"name": "canary", "answer": "canary"}
    await a_sender(service, store).send(OutboxItem(1, None, "notice", "quiet:second:0", op, payload, 0))
    [heard] = service.heard
    assert "canary" not in heard
    assert "lupus" not in heard.lower()
    if op != "digest":
        assert "BR-7K3F9" in heard


async def test_a_waiting_digest_never_holds_up_a_safety_notice(hospital: Hospital, clock: Clock) -> None:
    clock.now = at("2026-11-23 09:00")
    family, code = await hospital.handed_over()
    await family.says(outgoing=tuple(NOTICES.rows("lead", {"code": code, "url": ""}, clock.now)))
    other, grave = await hospital.handed_over(safety=True)
    await other.says(outgoing=tuple(NOTICES.rows("safety", {"code": grave, "url": ""}, clock.now)))
    assert [(op, of) for _, op, of in await due(hospital.store, clock.now)] == [("safety", grave)] * 2
