"""While the store takes nothing the server stays up: its housekeeping and its reminders are taken up again later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.settings import Settings
from bot.store.errors import StoreUnavailable
from bot.store.records import Reminder
from bot.store.store import Store
from tests.store.test_faults import read_only

SERVICES: dict[str, Callable[[App], Callable[[], Coroutine[Any, Any, None]]]] = {
    "housekeeping": lambda app: app._keep_house,
    "reminders": lambda app: app._remind,
}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_waits_for_the_store(service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def due(*_: Any) -> list[Reminder]:
        return [Reminder("0", "browser", "somebody")]

    monkeypatch.setattr(Store, "reminders_due", due)
    app = App(Settings(_env_file=None, data=tmp_path))
    with read_only(app.store):
        task = asyncio.create_task(SERVICES[service](app)())
        await asyncio.sleep(0)  # it has asked the store before we do, and is answered first
        with pytest.raises(StoreUnavailable):
            await app.store.purge()
        assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await app.store.close()
