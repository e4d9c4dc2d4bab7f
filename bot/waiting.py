"""How the worker and the outbox wait: for a bell or for a time, and at the end for what is under way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable


async def rung(bell: asyncio.Event, seconds: float) -> bool:
    """Return when somebody rings, or after so many seconds; whether somebody did."""
    # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the bell.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await bell.wait()
    return False


async def let_end(tasks: Iterable[asyncio.Task[None]], grace: float) -> None:
    """Give what is under way `grace` seconds to end; what is late is cancelled, and done after the next start."""
    under_way = list(tasks)
    if not under_way:
        return
    _, late = await asyncio.wait(under_way, timeout=grace)
    for task in late:
        task.cancel()
