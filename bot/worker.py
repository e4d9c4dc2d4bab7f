"""Handles stored updates: a chat's in order, many chats at once; what cannot be handled is set aside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from bot.backoff import wait_seconds
from bot.log import logger, trouble
from bot.store.errors import StoreUnavailable
from bot.store.records import InboxItem
from bot.waiting import let_end, rung

if TYPE_CHECKING:
    from bot.store.store import Store

Handler = Callable[[InboxItem], Awaitable[None]]

# Updates held in memory at most; the rest waits in the database.
HELD = 500
# Reading opens what is sealed, and nobody is answered meanwhile.
READ_AT_ONCE = 100
MOST_HELD = 3  # times as many, with what is taken before its turn
CHATS_AT_ONCE = 64
# Turns computed in one piece, some milliseconds: whoever knocks at the webhook meanwhile waits so long.
TURNS_AT_ONCE = 8
# Updates of one chat before it is another's turn: a single message never waits for the tenth of somebody else.
IN_A_ROW = 4
# A handler only computes and commits: one that takes this long hangs and would hold up its chat.
LONGEST_HANDLING = 60.0
# Nobody rings when another process (a command line) puts an update back: look by ourselves now and then.
LOOK_EVERY = 5.0
LONGEST_STORE_WAIT = 3.0

_log = logger(__name__)


class Worker:
    """Takes pending updates from the store; `handler` handles each and marks it done with its commit."""

    def __init__(self, store: Store, handler: Handler) -> None:
        self._store = store
        self._handler = handler
        self._bell = asyncio.Event()
        self._fetched = 0  # the number of the last row taken from the store in its turn
        self._newest = 0  # the number of the newest row that was seen
        self._ahead: set[int] = set()  # rows taken before their turn
        self._arrived = True  # there may be rows that were not seen yet
        self._more = False  # rows were left where they are for want of room
        self._held = 0
        self._waiting: dict[str, deque[InboxItem]] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._turnstile = asyncio.Semaphore(TURNS_AT_ONCE)
        self._stopping = False

    def wake(self) -> None:
        """New updates were stored."""
        self._arrived = True
        self._bell.set()

    async def run(self) -> None:
        """Work until `stop`. Trouble with the store is waited out: a full disk sets nothing aside."""
        failures = 0
        while not self._stopping:
            self._bell.clear()
            try:
                if self._arrived or (self._more and self._held <= HELD - READ_AT_ONCE):
                    await self._fetch()
                failures, wait = 0, LOOK_EVERY
            except StoreUnavailable as error:
                failures, self._arrived = failures + 1, True
                _log.error("Stored updates wait.", cause=error)
                wait = wait_seconds(failures, most=LONGEST_STORE_WAIT)
            self._begin()
            if not await rung(self._bell, wait):
                self._arrived = True

    async def stop(self, grace: float = 5.0) -> None:
        """Begin nothing more and let what is being handled end; the rest is handled after the next start."""
        self._stopping = True
        self._bell.set()
        await let_end(self._busy.values(), grace)

    async def _fetch(self) -> None:
        """Whatever came is seen, as far as there is room. What is not taken now is read when there is room for a portion."""
        self._arrived, self._more = False, True
        while self._held < HELD:
            items = await self._store.pending(READ_AT_ONCE, self._fetched)
            self._take(item for item in items if item.id not in self._ahead)
            if not items:
                self._ahead.clear()
                self._more = False
                return
            self._fetched = items[-1].id
            self._ahead = {number for number in self._ahead if number > self._fetched}
        await self._fetch_latest()

    async def _fetch_latest(self) -> None:
        """More waits than is held. Whoever writes now does not wait for all of it: their chat comes first, in its order."""
        if self._held >= MOST_HELD * HELD:
            return
        items = await self._store.pending(READ_AT_ONCE, self._fetched, self._newest)
        if not items:
            return
        self._newest = max(item.id for item in items)
        new = [item for item in items if item.id not in self._ahead]
        self._ahead.update(item.id for item in new)
        self._take(new)
        latest = {chat: self._waiting[chat] for chat in (_line(item) for item in new)}
        self._waiting = latest | self._waiting

    def _take(self, items: Iterable[InboxItem]) -> None:
        for item in items:
            self._waiting.setdefault(_line(item), deque()).append(item)
            self._held += 1

    def _begin(self) -> None:
        """Give every chat that waits a task of its own, as far as there is room; first come, first served."""
        for chat in self._waiting:
            if self._stopping or len(self._busy) >= CHATS_AT_ONCE:
                return
            if chat not in self._busy:
                self._busy[chat] = asyncio.create_task(self._handle_chat(chat))

    async def _handle_chat(self, chat: str) -> None:
        waiting = self._waiting[chat]
        try:
            for _ in range(IN_A_ROW):
                if not waiting or self._stopping:
                    break
                await self._patiently(self._handle, waiting[0])
                waiting.popleft()
                self._held -= 1
        finally:
            del self._waiting[chat]
            if waiting:
                self._waiting[chat] = waiting  # who has more goes to the end of the line
            del self._busy[chat]
            self._bell.set()

    async def _handle(self, item: InboxItem) -> None:
        async with self._turnstile:  # one commit wakes all chats that waited for it
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(LONGEST_HANDLING):
                await self._handler(item)
        except StoreUnavailable:
            raise
        except Exception as error:  # whatever it is, the rest must go on
            # The error's own text may quote what a family wrote: only its kind and place are told.
            known = trouble(error)
            _log.error("An update could not be handled and is set aside.", update=item.id, **known)
            await self._patiently(self._set_aside, item, f"{known['kind']} at {known.get('place', 'an unknown place')}")
            return
        # Usually the handler's commit has marked it done. If it had no effect, that is done here.
        if await self._store.is_pending(item.id):
            await self._store.drop_update(item.id)

    async def _set_aside(self, item: InboxItem, why: str) -> None:
        await self._store.quarantine(item.id, why)

    async def _patiently(self, act: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Do it again until the store can be used: the disk was full, or locked by another program."""
        failures = 0
        while True:
            try:
                return await act(*arguments)
            except StoreUnavailable as error:
                failures += 1
                _log.error("An update waits.", cause=error)
                await asyncio.sleep(wait_seconds(failures, most=LONGEST_STORE_WAIT))


def _line(item: InboxItem) -> str:
    """The line in which it waits: its chat's, or its own."""
    return item.chat or f"update {item.id}"
