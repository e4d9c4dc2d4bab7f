"""Sends what was committed: in order within a chat, at least once, until taken or refused for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.backoff import wait_seconds
from bot.log import logger, trouble
from bot.pace import Pace
from bot.plain_words import PlainWords
from bot.store.errors import StoreUnavailable
from bot.store.records import OutboxItem
from bot.waiting import let_end, rung

if TYPE_CHECKING:
    from bot.store.store import Store

FETCHED_AT_ONCE = 200
CHATS_AT_ONCE = 32
LOOK_EVERY = 5.0
# A row that waited comes by the clock, this much later at most; after that it is gone: a newer card stands in its place.
COMES_LATE = 1.0
# A clock put back by less is only set right: what was due waits so long.
PUT_BACK = timedelta(seconds=10)
LONGEST_WAIT = 30.0
LONGEST_STORE_WAIT = 3.0
# A row that fails so many times, while others between its tries went through, is itself at fault.
MOST_FAILURES_ALONE = 20

_log = logger(__name__)


class SendLater(PlainWords):
    """Not now: again in `seconds` (None: by back-off). `everywhere`: the whole channel is in trouble."""

    def __init__(self, why: str, seconds: float | None = None, *, everywhere: bool = False) -> None:
        super().__init__(why)
        self.why, self.seconds, self.everywhere = why, seconds, everywhere


class Refused(PlainWords):
    """This one will never be taken; the next may be. The text is the reason, without anything private."""


class Unreachable(PlainWords):
    """This chat takes nothing from us any more: blocked, deleted, not found."""


class Moved(Exception):
    """The chat has another address now."""

    def __init__(self, address: str) -> None:
        super().__init__("the chat has moved")
        self.address = address


class Sender(Protocol):
    """One channel's way out. Raises the errors above, nothing else on purpose."""

    def is_message(self, item: OutboxItem) -> bool:
        """Whether it counts for the limit of messages a second in its chat."""
        ...

    async def send(self, item: OutboxItem) -> str | None:
        """Send it; gives the chat's live card from now on: None if as it was, empty if there is none."""
        ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """Sends the rows of one channel. `wake` it after a commit."""

    def __init__(
        self,
        store: Store,
        channel: str,
        sender: Sender,
        *,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._channel = channel
        self._sender = sender
        self._pace = pace or Pace()
        self._clock = clock
        self._bell = asyncio.Event()
        self._sending: dict[int, asyncio.Task[None]] = {}
        # Waits are counted by the loop's own time: whoever sets the clock meanwhile makes them no longer.
        self._later: dict[int, float] = {}
        self._held_until = float("-inf")
        self._seen: datetime | None = None
        self._failures = 0
        self._flooded: str | None = None
        self._successes = 0
        self._alone: dict[int, tuple[int, int]] = {}  # row: (failures alone, successes of others before the last)
        self._stopping = False
        self.trouble: str | None = None

    def wake(self) -> None:
        """Something was committed that may have to be sent."""
        self._bell.set()

    async def run(self) -> None:
        """Send until `stop`."""
        while not self._stopping:
            self._bell.clear()
            wait = await self._look()
            await rung(self._bell, wait)

    async def stop(self, grace: float = 5.0) -> None:
        """Begin nothing more; let what is on its way end. The rest is sent after the next start."""
        self._stopping = True
        self._bell.set()
        await let_end(self._sending.values(), grace)

    async def _look(self) -> float:
        """Start sending what is due; seconds until the next look unless somebody wakes us."""
        held = self._held_until - asyncio.get_running_loop().time()
        if held > 0:
            return held
        now = self._clock()
        room = min(CHATS_AT_ONCE - len(self._sending), 1 if self._failures else CHATS_AT_ONCE)
        if room > 0:
            try:
                await self._meet_another_time(now)
                # To read rows that are not sent now would hold up everybody; only a choice needs more than there is room.
                wanted = FETCHED_AT_ONCE if self._failures else room
                items = await self._store.due(self._channel, wanted, now, besides=tuple(self._sending))
            except StoreUnavailable as error:
                _log.error("Nothing can be sent.", cause=error)
                return LONGEST_STORE_WAIT
            # After a failure of the whole channel one row tries the way, not always the same one.
            for item in sorted(items, key=lambda one: one.attempts)[:room] if self._failures else items[:room]:
                self._later.pop(item.id, None)
                self._sending[item.id] = asyncio.create_task(self._send(item))
        return self._next_look()

    def _next_look(self) -> float:
        now = asyncio.get_running_loop().time()
        self._later = {row: at for row, at in self._later.items() if at > now - COMES_LATE}
        soonest = min(self._later.values(), default=now + LOOK_EVERY)
        return min(LOOK_EVERY, max(0.01, soonest - now))

    async def _meet_another_time(self, now: datetime) -> None:
        """The clock was put back, now or while we were not running: what was due is due still."""
        if self._seen is None or now < self._seen - PUT_BACK:
            await self._store.due_still(self._channel, self._seen, now)
        self._seen = now

    async def _send(self, item: OutboxItem) -> None:
        try:
            await self._pace.turn(item.address, message=self._sender.is_message(item))
            await self._settle(item)
        except StoreUnavailable as error:
            # Sent, perhaps, and not written down: sent again, which does no harm.
            _log.error("What was sent could not be noted.", cause=error)
            self._hold(wait_seconds(1, first=LONGEST_STORE_WAIT))
        except Exception as error:  # a mistake of ours: said, and slowed down, but the others go on
            _log.error("What became of a message could not be noted.", op=item.op, **trouble(error))
            self._hold(wait_seconds(1, first=LONGEST_STORE_WAIT))
        finally:
            del self._sending[item.id]
            self._bell.set()

    async def _settle(self, item: OutboxItem) -> None:
        store = self._store
        try:
            live = await self._sender.send(item)
        except SendLater as later:
            await self._postpone(item, later)
        except Moved as moved:
            await store.move_chat(item.address, moved.address, item.channel)
        except Unreachable as refusal:
            self._well()
            if item.person is None:
                await store.give_up(item.id, str(refusal))
            else:
                await store.unreachable(item.person, str(refusal))
        except Refused as refusal:
            self._well()
            _log.error("A message was refused for good.", op=item.op, channel=item.channel, cause=refusal)
            await store.give_up(item.id, str(refusal))
        except Exception as error:  # a mistake of ours must not stop every other chat
            _log.error("A message could not be sent.", op=item.op, channel=item.channel, **trouble(error))
            await self._postpone(item, SendLater(type(error).__name__))
        else:
            self._well()
            self._alone.pop(item.id, None)
            await store.sent(item.id, live_message=live)

    async def _postpone(self, item: OutboxItem, later: SendLater) -> None:
        """Try this row again later; hold the whole channel if the trouble is not this chat's alone."""
        now = asyncio.get_running_loop().time()
        everywhere = later.everywhere
        if later.seconds is None:
            seconds = wait_seconds(item.attempts + 1, most=LONGEST_WAIT)
        else:
            seconds = later.seconds
            # A second chat told to wait before anything went through: it is the overall limit.
            everywhere = everywhere or self._flooded not in (None, item.address)
            self._flooded = item.address
        if everywhere:
            if now >= self._held_until:  # else it was on its way when the trouble began
                self._failures += 1
            if later.seconds is None:
                seconds = wait_seconds(self._failures, most=LONGEST_WAIT)
            self._hold(seconds)
            words = f"{item.channel} takes nothing at the moment: {later.why}. What was written waits."
            if words != self.trouble:
                _log.error(
                    "A channel takes nothing at the moment; what was written waits.", channel=item.channel, cause=later
                )
            self.trouble = words
        if later.seconds is None and self._is_at_fault(item):  # who is told when to come again is at no fault
            _log.error(
                "A message fails again and again and is given up.", op=item.op, channel=item.channel, cause=later
            )
            await self._store.give_up(item.id, f"given up after {item.attempts + 1} attempts: {later.why}")
            return
        self._later[item.id] = now + seconds
        await self._store.retry(item.id, self._clock() + timedelta(seconds=seconds), later.why)

    def _is_at_fault(self, item: OutboxItem) -> bool:
        failures, successes = self._alone.pop(item.id, (0, self._successes))
        if self._successes > successes:
            failures += 1
        if failures >= MOST_FAILURES_ALONE:
            return True
        self._alone[item.id] = (failures, self._successes)
        return False

    def _hold(self, seconds: float) -> None:
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    def _well(self) -> None:
        if self.trouble is not None:
            _log.warning("A channel takes messages again.", channel=self._channel)
        self.trouble = None
        self._failures = 0
        self._flooded = None
        self._successes += 1
