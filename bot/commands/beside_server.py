"""Opens the data folder for one command, beside a server that may be running, and says in words what stands in the way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.store import Store


def with_store(act: Callable[[Store, Settings], Awaitable[int]]) -> int:
    """Run `act` on the open store and give its exit status; 2 if settings or folder are wrong, 1 if the store refuses."""
    from bot.doctor import load_settings
    from bot.store.errors import StoreError
    from bot.store.store import Store

    settings = load_settings()
    if isinstance(settings, str):
        print(settings, file=sys.stderr)
        return 2
    try:
        store = Store.open(settings.data, beside_server=True)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 2

    async def acted() -> int:
        return await act(store, settings)

    try:
        return asyncio.run(acted())
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        store.close_now()
