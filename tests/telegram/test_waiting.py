"""Waiting for a bell ends with the bell, with the time, and with a cancellation, even if bell and end come together."""

from __future__ import annotations

import asyncio

import pytest

from bot.waiting import rung


async def test_it_ends_with_the_bell_or_with_the_time() -> None:
    bell = asyncio.Event()
    await rung(bell, 0.01)
    bell.set()
    async with asyncio.timeout(5):
        await rung(bell, 3600)


async def test_a_cancellation_that_comes_with_the_bell_is_not_lost() -> None:
    bell = asyncio.Event()

    async def waits_for_ever() -> None:
        while True:
            bell.clear()
            await rung(bell, 3600)

    task = asyncio.create_task(waits_for_ever())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.set()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await task
