"""A clock that leaps forward deletes nobody: there is a day to mend it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app as room
from bot.app import App
from bot.clock_watch import ClockWatch
from bot.settings import Settings
from tests.store.conftest import Clock, Family

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Rig:
    def __init__(self) -> None:
        self.clock = Clock(NOW)
        self.running = 1000.0
        self.watch = ClockWatch(self.clock, lambda: self.running)

    def passes(self, **span: float) -> None:
        self.clock.pass_by(**span)
        self.running += timedelta(**span).total_seconds()


def test_a_clock_that_goes_evenly_is_believed() -> None:
    rig = Rig()
    for _ in range(50):
        rig.passes(hours=1)
        rig.clock.pass_by(minutes=5)  # set right a little
        assert rig.watch.may_delete()


@pytest.mark.parametrize("leap", [timedelta(hours=8), timedelta(days=40), timedelta(days=3650)])
def test_after_a_leap_forward_nothing_is_deleted_for_a_day(leap: timedelta) -> None:
    rig = Rig()
    rig.clock.now += leap
    believed = []
    for _ in range(30):
        believed.append(rig.watch.may_delete())
        rig.passes(hours=1)
    assert believed == [False] * 24 + [True] * 6


def test_once_it_is_put_back_all_goes_on() -> None:
    rig = Rig()
    rig.clock.now += timedelta(days=3650)
    assert not rig.watch.may_delete()
    rig.clock.now -= timedelta(days=3650)
    assert rig.watch.may_delete()


async def test_the_server_keeps_its_families_through_a_wrong_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, rounds, several = Clock(NOW), 0, asyncio.Event()

    async def after_a_round(_: App) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            clock.now += timedelta(days=3650)
        if rounds == 5:
            several.set()

    monkeypatch.setattr(room, "PURGE_EVERY", timedelta(0))
    monkeypatch.setattr(App, "_note_the_trail", after_a_round)
    app = App(Settings(_env_file=None, data=tmp_path), clock=clock)
    await Family(app.store, "1001").says()
    keeping = asyncio.create_task(app._keep_house())
    await asyncio.wait_for(several.wait(), 10)
    assert await app.store.load("telegram", "1001") is not None
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await app.store.close()
