"""One server process: the real Telegram channel, intake, worker, store and outbox, with a small conversation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

import bot.channels.telegram_bot
import bot.intake
from bot.channels.telegram import TelegramChannel
from bot.pace import Pace
from bot.store.store import Store
from tests.telegram.serving import PROFILE
from tests.telegram.small_talk import SmallTalk, small_wording

assert bot.channels.telegram_bot  # imported before the fork


def serve(folder: str, api_base: str, token: str, secret: str, port: int) -> None:
    """Run until killed. With a port the updates come by webhook, else by polling."""
    asyncio.run(_serve(Path(folder), api_base, token, secret, port))


async def _serve(folder: Path, api_base: str, token: str, secret: str, port: int) -> None:
    settings: Any = SimpleNamespace(
        bot_token=SecretStr(token),
        telegram_api_base=api_base,
        webhook_secret=SecretStr(secret) if port else None,
        public_url=f"http://127.0.0.1:{port}" if port else "",
    )
    store = Store.open(folder)
    wording = small_wording(**PROFILE)
    channel = TelegramChannel(store, wording, settings, clock=lambda: datetime.now(UTC), pace=Pace(1e6, 1e6))
    talk = SmallTalk(store, wording, committed=channel.wake)
    async with asyncio.TaskGroup() as tasks:
        if port:
            config = uvicorn.Config(Starlette(routes=channel.routes()), port=port, log_level="error", lifespan="off")
            tasks.create_task(uvicorn.Server(config).serve())
        tasks.create_task(channel.run(talk))
