"""Server processes to be killed: the whole program, or the Telegram channel alone with a small conversation."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

import bot.app
import bot.channels.browser
import bot.channels.telegram
import bot.channels.telegram_bot
import bot.channels.web
import bot.coordinator.console
import bot.outbox
import bot.store.connection
import bot.store.keyring
import bot.store.store
from bot.pace import Pace
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.store.store import Store
from tests.telegram.serving import NO_LIMITS, PROFILE
from tests.telegram.small_talk import SmallTalk, small_wording

NOBODY = 65534


def unpaced() -> Pace:
    """As many messages a second as can be: how they are paced is tried by itself."""
    return Pace(1e6, 1e6)


def serve(
    what: str,
    folder: str,
    api_base: str,
    token: str,
    secret: str,
    port: int,
    limits: bool = False,
    flushes: bool = True,
    pages: int = 0,
) -> None:
    """Run `what` ("app", "paced app" or "small talk") until killed, or "open" the store, no more (or
    "open as nobody": as a user who owns nothing). With a port and a secret the updates come by webhook,
    else by polling. With `limits`, floods are turned away as by default. `flushes=False` is a server that does not wait
    for the disk; `pages` is how many stand in its log before they are copied into the database.
    """
    if not flushes or pages:
        set_store(flushes, pages)
    if what.startswith("open"):
        open_store(Path(folder), as_nobody=what == "open as nobody")
        return
    if what == "small talk":
        serve_small_talk(Path(folder), api_base, token, secret, port)
        return
    if what == "app":
        bot.outbox.Pace = unpaced  # type: ignore[assignment, attr-defined]
    serve_app(Path(folder), api_base, token, secret, port, limits)


def set_store(flushes: bool, pages: int) -> None:
    """Another log than the product's."""
    if pages:
        bot.store.connection._PAGES_BETWEEN_CHECKPOINTS = pages
    if flushes:
        return
    connect = bot.store.connection.connect_writer

    def careless(path: Path, *, checkpoints: bool) -> sqlite3.Connection:
        sql = connect(path, checkpoints=checkpoints)
        sql.execute("PRAGMA synchronous = OFF")
        return sql

    bot.store.store.connect_writer = bot.store.keyring.connect_writer = careless  # type: ignore[attr-defined]


def open_store(folder: Path, *, as_nobody: bool) -> None:
    """The words of what stands against it are left beside the folder."""
    said = folder.with_suffix(".said")
    if as_nobody and os.geteuid() == 0:
        said.touch()
        said.chmod(0o666)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        Store.open(folder).close_now()
    except StoreError as error:
        said.write_text(str(error), encoding="utf-8")


def serve_app(folder: Path, api_base: str, token: str, secret: str, port: int, limits: bool) -> None:
    settings = Settings(
        _env_file=None,
        bot_token=SecretStr(token),
        telegram_api_base=api_base,
        webhook_secret=SecretStr(secret) if port and secret else None,
        public_url=f"http://127.0.0.1:{port}" if port else "",
        data=folder,
        port=port,
        **({} if limits else NO_LIMITS),
    )
    asyncio.run(bot.app.App(settings).run())


def serve_small_talk(folder: Path, api_base: str, token: str, secret: str, port: int) -> None:
    settings: Any = SimpleNamespace(
        bot_token=SecretStr(token),
        telegram_api_base=api_base,
        telegram_proxy=None,
        webhook_secret=SecretStr(secret) if port else None,
        public_url=f"http://127.0.0.1:{port}" if port else "",
    )
    store = Store.open(folder)
    wording = small_wording(**PROFILE)
    channel = bot.channels.telegram.TelegramChannel(
        store, wording, settings, clock=lambda: datetime.now(UTC), pace=unpaced()
    )
    asyncio.run(run_channel(channel, SmallTalk(store, wording, committed=channel.wake), port))


async def run_channel(channel: bot.channels.telegram.TelegramChannel, talk: SmallTalk, port: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        if port:
            app = Starlette(routes=channel.routes())
            config = uvicorn.Config(app, port=port, log_level="error", lifespan="off")
            tasks.create_task(uvicorn.Server(config).serve())
        tasks.create_task(channel.run(talk))
