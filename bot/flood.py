"""How much one person, and everybody together, may send: a flood is turned away before it is stored or costs a turn.

Nothing is turned away in silence, and what sounds like danger is let through. What was turned away was not kept, so
nothing that counts as taken is ever lost.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot.log import logger
from brasle_prescreen.reading.red_flags import alarm

Why = Literal["fast", "newcomer", "address"]

MINUTE = 60.0
# Somebody who ticks a long list may press so often at once.
PERSON_BURST = 80
# While everybody together sends more than we can answer: a press now and then, as a reader makes.
CALM_SECONDS, CALM_BURST = 3.0, 5
# Messages everybody together may send at once before only the calm are served.
OVERALL_BURST = 120
NEWCOMERS_BURST = 20
# Pages looked at: by one browser, and by all that we do not know.
LOOKS_PER_MINUTE, LOOKS_BURST = 240, 240
STRANGERS_LOOKS_PER_MINUTE, STRANGERS_LOOKS_BURST = 1200, 150
# One address may stand for a whole ward behind one router.
FAMILIES_AN_ADDRESS = 10
# Who goes on although turned away is let in again after so many intervals of rest.
PENALTY = 5
# Of what is turned away, so much is still read for danger: one message in so many seconds, a few at once.
HEARD_SECONDS, HEARD_BURST = 10.0, 3
LONGEST_HEARD = 400
DANGER = ("self_harm", "emergency", "call_now", "call_today")
DANGER_SECONDS, DANGER_BURST = 30.0, 3
TOLD_SECONDS = 60.0
TELLINGS_PER_SECOND, TELLINGS_BURST = 2.0, 5
MOST_REMEMBERED = 50_000
# Whoever has had room again for so long is as good as new.
FORGOTTEN_SECONDS = 600.0
SAID_EVERY = 60.0
# A clock put back by less is only set right.
PUT_BACK = 10.0

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a minute: of one person for long, of everybody together; new persons a minute. 0: no limit."""

    person: int = 120
    newcomers: int = 60
    overall: int = 1200


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Why; and whether this is a moment to say so: once a minute to one person, and not too many a second."""

    why: Why
    tell: bool


class Allowance:
    """One limit, as the moment by which everything granted so far would have come evenly."""

    __slots__ = ("_burst", "_even", "_gap", "_latest", "_most")

    def __init__(self, per_minute: float, burst: int, penalty: int = PENALTY) -> None:
        self._gap = MINUTE / per_minute if per_minute else 0.0
        self._burst = burst * self._gap
        self._most = self._burst + penalty * self._gap
        self._even = self._latest = float("-inf")

    def has_room(self, at: float) -> bool:
        """Whether there is room at this moment; nothing is counted."""
        return self._after(at) - self._latest <= self._burst

    def take(self, at: float) -> bool:
        """Whether there is room at this moment; what finds none does not count."""
        even = self._after(at)
        if even - self._latest > self._burst:
            return False
        self._even = even
        return True

    def offer(self, at: float) -> bool:
        """As `take`, but what finds no room counts too: only a rest helps."""
        even = self._after(at)
        self._even = min(even, self._latest + self._most)
        return even - self._latest <= self._burst

    def is_rested(self, at: float) -> bool:
        """Whether it is again as if nothing had ever come."""
        return self._even <= at

    def use_up(self, at: float) -> None:
        """All that may come at once has come: from now on evenly."""
        self._after(at)
        self._even = self._latest + self._burst

    def _after(self, at: float) -> float:
        self._latest = max(self._latest, at)  # what was written earlier may come later
        return max(self._even, self._latest) + self._gap


class _Person:
    """What one address has sent. Two thousand bytes at most."""

    __slots__ = ("calm", "danger", "heard", "known", "looks", "seen", "steady", "told")

    def __init__(self, limits: Limits, now: float) -> None:
        self.known = False
        self.seen = now
        self.steady = Allowance(limits.person, PERSON_BURST)
        self.calm = Allowance(MINUTE / CALM_SECONDS, CALM_BURST)
        self.heard = Allowance(MINUTE / HEARD_SECONDS, HEARD_BURST)
        self.danger = Allowance(MINUTE / DANGER_SECONDS, DANGER_BURST)
        self.looks = Allowance(LOOKS_PER_MINUTE, LOOKS_BURST)
        self.told = Allowance(MINUTE / TOLD_SECONDS, 1)

    def is_as_new(self, at: float) -> bool:
        """Whether nothing would be different if it were forgotten."""
        counted = (self.steady, self.calm, self.heard, self.danger, self.looks, self.told)
        return self.seen < at - FORGOTTEN_SECONDS and all(one.is_rested(at) for one in counted)


class Gate:
    """One channel's limits. `knows` says whether somebody at this address has begun before."""

    def __init__(
        self,
        channel: str,
        knows: Callable[[str], Awaitable[bool]],
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._channel = channel
        self._knows = knows
        self._limits = limits or Limits()
        self._time = clock
        self._latest = float("-inf")
        self._begin()
        self.since = clock()
        # Since the start: how many were turned away and why, let in for what they said, and told.
        self.turned_away: Counter[str] = Counter()
        self.danger = 0
        self.told = 0

    def _begin(self) -> None:
        self._people: OrderedDict[str, _Person] = OrderedDict()
        self._addresses: OrderedDict[str, Allowance] = OrderedDict()
        self._overall = Allowance(self._limits.overall, OVERALL_BURST, penalty=2 * OVERALL_BURST)
        self._newcomers = Allowance(self._limits.newcomers, NEWCOMERS_BURST)
        self._strangers = Allowance(STRANGERS_LOOKS_PER_MINUTE, STRANGERS_LOOKS_BURST)
        self._tellings = Allowance(TELLINGS_PER_SECOND * MINUTE, TELLINGS_BURST)
        self._said = float("-inf")

    def _clock(self) -> float:
        """The time of day. After the clock was put back all is counted anew: else nobody had room until it is there again."""
        now = self._time()
        if now < self._latest - PUT_BACK:
            self._begin()
        self._latest = now
        return now

    async def admit(self, address: str, text: str | None = None, at: float | None = None) -> TurnedAway | None:
        """None if this message may come in. `text` is what it says, `at` when it was written, if that is known:
        what waited during an outage is no flood.
        """
        now = self._clock()
        at = now if at is None else min(at, now)
        person = self._person(address, now)
        why = await self._why_not(person, address, at)
        if why is None:
            return None
        if text and person.heard.take(now) and _is_danger(text) and person.danger.take(now):
            person.known = True
            self.danger += 1
            return None
        return self._turn_away(why, person, now)

    async def admit_look(self, session: str | None) -> bool:
        """Whether a page may be looked at: of those whom we do not know, so many together."""
        now = self._clock()
        if not self._limits.person:
            return True
        person = self._people.get(session) if session else None
        if session and (person is None or not person.known) and await self._knows(session):
            person = self._person(session, now)
            person.known = True
        allowance = person.looks if person is not None and person.known else self._strangers
        if allowance.offer(now):
            return True
        self._count("fast")
        return False

    def admit_address(self, address: str) -> bool:
        """Whether a browser's network address may send any more; it is forgotten like everything here."""
        if not self._limits.person:
            return True
        allowance = self._addresses.get(address)
        if allowance is None:
            per_minute, burst = self._limits.person * FAMILIES_AN_ADDRESS, PERSON_BURST * FAMILIES_AN_ADDRESS
            allowance = self._addresses[address] = Allowance(per_minute, burst)
            if len(self._addresses) > MOST_REMEMBERED:
                self._addresses.popitem(last=False)
        if allowance.offer(self._clock()):
            return True
        self._count("address")
        return False

    async def _why_not(self, person: _Person, address: str, at: float) -> Why | None:
        limits = self._limits
        is_busy = bool(limits.overall) and not self._overall.offer(at)
        # How fast somebody pressed while there was time for everybody is not held against them.
        is_calm = not is_busy or person.calm.offer(at)
        if not person.steady.offer(at) or not is_calm:
            return "fast"
        if person.known or not limits.newcomers:
            return None
        if not await self._knows(address):
            if not self._newcomers.take(at):
                return "newcomer"
            person.calm.use_up(at)  # in a flood, a stranger has one message and then those of a reader
        person.known = True
        return None

    def _turn_away(self, why: Why, person: _Person, now: float) -> TurnedAway:
        self._count(why)
        return TurnedAway(why, self._may_tell(person, now))

    def may_tell(self, address: str) -> bool:
        """Whether this is a moment to tell them something that no queue has to hold: once a minute to one person, and not
        too many a second. It counts as told.
        """
        now = self._clock()
        return self._may_tell(self._person(address, now), now)

    def _may_tell(self, person: _Person, now: float) -> bool:
        tell = person.told.has_room(now) and self._tellings.take(now)
        if tell:
            person.told.take(now)
            self.told += 1
        return tell

    def _count(self, why: Why) -> None:
        self.turned_away[why] += 1
        now = self._clock()
        if now - self._said >= SAID_EVERY:
            self._said = now
            _log.warning(
                "More is sent than can be answered, and some of it is turned away.",
                channel=self._channel,
                count=self.turned_away.total(),
            )

    def _person(self, address: str, now: float) -> _Person:
        person = self._people.get(address)
        if person is None:
            person = self._people[address] = _Person(self._limits, now)
            while len(self._people) > MOST_REMEMBERED or next(iter(self._people.values())).is_as_new(now):
                self._people.popitem(last=False)
        else:
            self._people.move_to_end(address)
            person.seen = now
        return person


def _is_danger(text: str) -> bool:
    half = LONGEST_HEARD // 2
    return alarm(text if len(text) <= LONGEST_HEARD else f"{text[:half]}\n{text[-half:]}") in DANGER
