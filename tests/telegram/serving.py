"""The Telegram channel at work: polling or behind a real web server, with a small conversation."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_commands import COMMANDS
from bot.pace import Pace
from bot.store.store import Store
from tests.fake_telegram import FakeTelegram

from .small_talk import SmallTalk, small_wording

SECRET = "a_Secret-1"
# Where families press as fast as they are answered.
NO_LIMITS: dict[str, Any] = {"messages_per_minute": 0, "all_messages_per_minute": 0, "newcomers_per_minute": 0}
PROFILE = {
    "telegram.name": "Questions",
    "telegram.description": "A description",
    "telegram.short_description": "Short",
} | {f"telegram.command.{name}": name.title() for name in COMMANDS}


class Served:
    """A channel that runs, with its conversation and where its webhook is (empty when polling)."""

    def __init__(self, channel: TelegramChannel, talk: SmallTalk, url: str) -> None:
        self.channel, self.talk, self.url = channel, talk, url


@contextlib.asynccontextmanager
async def serving(telegram: FakeTelegram, store: Store, *, webhook: bool) -> AsyncIterator[Served]:
    """Serve until left. What is sent is not paced: that is tried by itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}" if webhook else ""
    settings: Any = SimpleNamespace(
        bot_token=SecretStr(telegram.token),
        telegram_api_base=telegram.url,
        telegram_proxy=None,
        webhook_secret=SecretStr(SECRET) if webhook else None,
        public_url=url,
    )
    wording = small_wording(**PROFILE)
    unpaced = Pace(1e6, 1e6)
    channel = TelegramChannel(store, wording, settings, clock=lambda: datetime.now(UTC), pace=unpaced)
    talk = SmallTalk(store, wording, committed=channel.wake)
    config = uvicorn.Config(Starlette(routes=channel.routes()), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    tasks = [asyncio.create_task(channel.run(talk))]
    if webhook:
        tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
    try:
        yield Served(channel, talk, url)
    finally:
        server.should_exit = True
        await channel.stop()
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        listener.close()
