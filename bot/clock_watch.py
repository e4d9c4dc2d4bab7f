"""Whether the clock may be believed where a mistake could not be mended: a clock that leaps forward would delete families."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.log import logger

# More than any clock is set right by, and less than anything is kept for.
LEAP = timedelta(hours=1)
HELD_FOR = timedelta(days=1)

_log = logger(__name__)


class ClockWatch:
    """Compares the clock with the time that went by. After a leap forward nothing is deleted for a day of running, or until
    the clock is put back; somebody may mend it meanwhile.
    """

    def __init__(self, clock: Callable[[], datetime], running: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._running = clock, running
        self._before = clock(), running()
        self._held_until = float("-inf")

    def may_delete(self) -> bool:
        """To be asked before each time that something is deleted for its age."""
        now, running = self._clock(), self._running()
        leapt = (now - self._before[0]) - timedelta(seconds=running - self._before[1])
        self._before = now, running
        if leapt > LEAP:
            self._held_until = running + HELD_FOR.total_seconds()
            _log.error("The clock was set forward: nothing is deleted for its age for a day. Is it right?")
        elif leapt < -LEAP:
            self._held_until = float("-inf")
        return running >= self._held_until
