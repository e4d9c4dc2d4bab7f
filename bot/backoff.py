"""How long to wait after a failure: longer each time, up to a limit, and never all at the same moment."""

from __future__ import annotations

import random


def wait_seconds(failures: int, *, first: float = 0.5, most: float = 30.0) -> float:
    """Seconds after so many failures in a row: doubling from `first` to `most`, less up to half by chance."""
    longest = min(most, first * 2.0 ** min(failures - 1, 16))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spread, not secrecy
