"""The flood limits by themselves, with a clock of the test's own: who may go on, who is told, and who is let through."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from bot.channels.browser_limits import BrowserLimits, network_address
from bot.flood import CALM_BURST, NEWCOMERS_BURST, PERSON_BURST, Gate, Limits, TurnedAway


class Rig:
    """A gate; everybody in `known` has begun before."""

    def __init__(self, *known: str, limits: Limits | None = None) -> None:
        self.now = 1_000_000.0
        self.known = set(known)
        self.gate = Gate("telegram", self._knows, limits, clock=lambda: self.now)

    async def _knows(self, address: str) -> bool:
        return address in self.known

    async def says(self, who: str, text: str = "hello", ago: float = 0.0) -> TurnedAway | None:
        return await self.gate.admit(who, text, self.now - ago)


async def test_a_family_that_reads_and_presses_is_never_turned_away() -> None:
    rig = Rig("li")
    for _ in range(500):
        assert await rig.says("li") is None
        rig.now += 1.0


async def test_a_long_list_may_be_ticked_quickly() -> None:
    rig = Rig("li")
    assert [await rig.says("li") for _ in range(PERSON_BURST)] == [None] * PERSON_BURST


async def test_who_sends_too_fast_is_told_once_a_minute_and_goes_on_after_a_rest() -> None:
    rig = Rig("li")
    heard = [await rig.says("li") for _ in range(100)]
    assert heard[:PERSON_BURST] == [None] * PERSON_BURST
    assert heard[PERSON_BURST] == TurnedAway("fast", tell=True)
    assert set(heard[PERSON_BURST + 1 :]) == {TurnedAway("fast", tell=False)}
    assert rig.gate.turned_away["fast"] == 100 - PERSON_BURST
    rig.now += 30
    assert await rig.says("li") is None


async def test_who_could_not_be_told_at_once_is_told_a_little_later() -> None:
    rig = Rig(limits=Limits(newcomers=1))
    told: set[str] = set()
    for _ in range(30):
        for who in (f"flooder {number}" for number in range(60)):
            refusal = await rig.says(who)
            if refusal is not None and refusal.tell:
                told.add(who)
        rig.now += 1.0
    assert len(told) >= 45, "two a second, and nobody twice"
    assert rig.gate.told == len(told)


async def test_danger_is_let_through_whoever_says_it() -> None:
    rig = Rig("li", limits=Limits(newcomers=1))
    for number in range(NEWCOMERS_BURST + 5):
        await rig.says(f"new {number}")
    assert await rig.says("late") is not None
    assert await rig.says("later", "He cannot breathe, his lips are blue") is None
    for _ in range(PERSON_BURST + 30):
        await rig.says("li")
    assert await rig.says("li") is not None
    rig.now += 10.0  # danger is read again
    while await rig.gate.admit("li") is None:
        pass
    assert await rig.says("li", "我不想活了" + "啊" * 5000) is None
    assert rig.gate.danger == 2


async def test_newcomers_wait_their_turn_and_those_who_wait_get_it() -> None:
    rig = Rig()
    crowd = [f"flooder {number}" for number in range(200)]
    admitted = {who for who in crowd if await rig.says(who) is None}
    assert len(admitted) == NEWCOMERS_BURST
    for _ in range(30):
        rig.now += 1.0
        admitted |= {who for who in crowd if await rig.says(who) is None}
    assert len(admitted) < 2 * NEWCOMERS_BURST, "who is turned away and goes on is no newcomer who waits"
    assert await rig.says("a family that comes in the middle of it") is None


async def test_in_a_flood_the_calm_are_served_and_the_others_are_not() -> None:
    crowd = [f"known flooder {number}" for number in range(100)]
    rig = Rig("li", *crowd, limits=Limits(overall=600))
    taken = 0
    for second in range(60):
        for who in crowd:
            taken += await rig.says(who) is None
        if second % 5 == 0:
            assert await rig.says("li") is None
        rig.now += 1.0
    assert taken <= len(crowd) * (CALM_BURST + 4), "each is heard a few times, and then not any more"


async def test_what_waited_during_an_outage_is_no_flood() -> None:
    rig = Rig("li", "wang")
    for number in range(300):
        assert await rig.says("li", ago=3600 - 10.0 * number) is None
        assert await rig.says("wang", ago=3600 - 10.0 * number) is None


async def test_who_has_long_had_room_again_is_forgotten_and_who_has_not_is_remembered() -> None:
    crowd = [f"family {number}" for number in range(1000)]
    rig = Rig("li", *crowd, limits=Limits(person=1))
    for who in crowd:
        await rig.says(who)
    rig.now += 1
    for _ in range(PERSON_BURST + 20):
        await rig.says("li")
    rig.now += 601
    assert await rig.says("somebody") is None
    assert set(rig.gate._people) == {"li", "somebody"}
    rig.now += 1
    assert [await rig.says("li") is None for _ in range(20)].count(True) < 12, "ten minutes give room for ten"


async def test_no_limits_at_all() -> None:
    rig = Rig(limits=Limits(0, 0, 0))
    assert {await rig.says(f"new {number % 7}") for number in range(5000)} == {None}
    assert await rig.gate.admit_look(None)
    assert rig.gate.admit_address("192.0.2.1")


async def test_pages_are_shown_to_those_we_know_when_strangers_ask_for_thousands() -> None:
    rig = Rig("li")
    shown = [await rig.gate.admit_look(f"stranger {number}") for number in range(1000)]
    assert 50 < sum(shown) < 200
    assert await rig.gate.admit_look("li")
    assert not all([await rig.gate.admit_look("li") for _ in range(500)])


def a_request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "client": (peer, 4000), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxy", "found"),
    [
        ("203.0.113.9", (), "", "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "", "203.0.113.9"),  # anybody can write that
        ("203.0.113.9", ("198.51.100.1",), "127.0.0.1", "203.0.113.9"),  # not our proxy
        ("127.0.0.1", ("198.51.100.1",), "", None),  # a proxy that nobody has named
        ("127.0.0.1", ("6.6.6.6, 198.51.100.1",), "127.0.0.1", "198.51.100.1"),
        ("127.0.0.1", ("6.6.6.6", "198.51.100.1"), "127.0.0.1", "198.51.100.1"),
        ("127.0.0.1", ("nonsense",), "127.0.0.1", None),
        ("127.0.0.1", (), "127.0.0.1", None),
        ("testclient", (), "", None),
    ],
)
def test_only_the_operators_own_proxy_is_believed(
    peer: str, forwarded: tuple[str, ...], proxy: str, found: str | None
) -> None:
    assert network_address(a_request(peer, *forwarded), proxy) == found


async def test_a_forged_address_neither_frees_a_flooder_nor_harms_another() -> None:
    rig = Rig()
    limits = BrowserLimits(rig.gate, "127.0.0.1")
    for number in range(2000):
        await limits.turn_away(a_request("127.0.0.1", f"192.0.2.{number % 250}, 198.51.100.1"), f"s{number}", None)
    assert rig.gate.turned_away["address"] > 1000
    assert rig.gate.admit_address("192.0.2.7")


async def test_a_clock_that_was_wrong_for_a_while_turns_nobody_away_afterwards() -> None:
    rig, years = Rig("li"), 10 * 365 * 86_400.0
    rig.now += years
    assert await rig.says("li") is None
    rig.now -= years
    for _ in range(200):
        assert await rig.says("li") is None
        rig.now += 1.0
    assert [await rig.says(f"newcomer {number}") for number in range(NEWCOMERS_BURST)] == [None] * NEWCOMERS_BURST
