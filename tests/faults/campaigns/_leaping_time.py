"""An event loop whose time leaps to the next thing to do as soon as everybody waits: half an hour takes a moment."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest import mock

from bot.store.writer import Writer

T = TypeVar("T")
# How long a real wait for the writer's thread may take before we look again.
LOOK_AGAIN = 0.05


class _LeapingSelector(selectors.DefaultSelector):
    """Does not wait, but tells the loop how long it would have; while the disk is written it does wait."""

    def __init__(self, leap: Callable[[float], None], is_writing: Callable[[], bool]) -> None:
        super().__init__()
        self._leap, self._is_writing = leap, is_writing

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if timeout is None or self._is_writing():
            return super().select(LOOK_AGAIN)
        self._leap(timeout)
        return []


class LeapingLoop(asyncio.SelectorEventLoop):
    """`writing` is how many commits are on their way to the disk: meanwhile time stands still."""

    def __init__(self) -> None:
        self._now = 0.0
        self.writing = 0
        super().__init__(_LeapingSelector(self._pass_by, lambda: self.writing > 0))

    def time(self) -> float:
        return self._now

    def _pass_by(self, seconds: float) -> None:
        self._now += seconds


@contextmanager
def _told_of_writing(loop: LeapingLoop) -> Iterator[None]:
    submit = Writer.submit

    async def told(self: Writer, work: Callable[..., Any], *arguments: Any) -> Any:
        loop.writing += 1
        try:
            return await submit(self, work, *arguments)
        finally:
            loop.writing -= 1

    with mock.patch.object(Writer, "submit", told):
        yield


def run_leaping(work: Callable[[LeapingLoop], Coroutine[Any, Any, T]]) -> T:
    """Run it to its end; to be called where no other loop runs."""
    loop = LeapingLoop()
    asyncio.set_event_loop(loop)
    try:
        with _told_of_writing(loop):
            return loop.run_until_complete(work(loop))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
