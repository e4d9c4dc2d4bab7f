"""One family on two channels, pressed at once, repeated, reordered, after quiet weeks and restarts: after every step the
database holds exactly what a plain dict says.
"""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.campaigns._engine import quietly, without_waiting
from tests.faults.campaigns._family_of_two import COUNTED
from tests.faults.campaigns._one_chat import OneChat
from tests.faults.campaigns.outcome import Outcome

STEPS_A_CHAT = 50


async def run(folder: Path, *, long: bool) -> Outcome:
    outcome = Outcome("steps of one chat beside a plain dict")
    chats = 2120 if long else 43
    began = time.monotonic()
    before = dict(COUNTED)
    try:
        await asyncio.to_thread(_walk, chats, long=long)
    except AssertionError as error:
        print(*getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)  # the steps that led there
        place = traceback.extract_tb(error.__traceback__)[-1]
        outcome.check(False, f"model equals database: {error or place.line} ({place.name}, line {place.lineno})")
    counted = {name: count - before[name] for name, count in COUNTED.items()}
    outcome.count = counted.pop("steps")
    outcome.figures = {"chats": chats, **counted, "seconds": round(time.monotonic() - began, 1)}
    return outcome


def _walk(chats: int, *, long: bool) -> None:
    with without_waiting(), quietly():
        run_state_machine_as_test(
            OneChat,
            settings=settings(
                max_examples=chats,
                stateful_step_count=STEPS_A_CHAT,
                derandomize=not long,
                database=None,
                deadline=None,
                # Steps of hours cannot be made few: a long walk that fails is told by the steps as they were.
                phases=(Phase.generate,) if long else (Phase.generate, Phase.shrink),
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
