"""Opens the data folder for one command, beside a server that may be running, and says in words what stands in the way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.store import Store


def with_store(act: Callable[[Store, Settings], Awaitable[int]], *, may_begin: bool = False) -> int:
    """Run `act` on the open store and give its exit status; 2 if settings or folder are wrong, 1 if the store refuses.

    `may_begin`: a folder without data is made one; otherwise it is another than the server's, and said to be.
    """
    from bot.doctor import load_settings
    from bot.store.errors import StoreError
    from bot.store.store import FILE_NAME, Store

    settings = load_settings()
    if isinstance(settings, str):
        print(settings, file=sys.stderr)
        return 2
    if not _is_there(settings.data / FILE_NAME):
        if not may_begin:
            print(
                f"There is no data in {settings.data.absolute()}. Give this command the server's settings: BRASLE_DATA "
                "in the environment, or in the file .env of the folder from which it is started.",
                file=sys.stderr,
            )
            return 2
        print(f"A new data folder is begun: {settings.data.absolute()}", file=sys.stderr)
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


def _is_there(file: Path) -> bool:
    """Unless it is missing: what else is wrong with its folder, the store itself says."""
    try:
        file.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
