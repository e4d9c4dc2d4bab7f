"""The browser chat with example cards, as an application or on a real loopback port."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette

from bot.channels.browser import BrowserChannel
from bot.channels.web import web_app, web_server
from tests.browser.stub_conversation import StubConversation, StubWording


@dataclass
class Links:
    """Resume links: each works once. `followed` maps a new address to the person."""

    good: dict[str, str] = field(default_factory=dict)
    followed: dict[str, str] = field(default_factory=dict)

    async def redeem(self, token: str, channel: str, address: str) -> str | None:
        person = self.good.pop(token, None)
        if person is not None:
            self.followed[address] = person
        return person


@dataclass
class Site:
    """One browser chat; `url` is where it runs, if it does."""

    conversation: StubConversation
    links: Links
    app: Starlette
    url: str = "http://testserver"


def build(public_url: str | None = None) -> Site:
    conversation, links = StubConversation(demo=True), Links()
    channel = BrowserChannel(conversation, StubWording(), links.redeem, public_url=public_url, demo=True)
    return Site(conversation, links, web_app(channel.routes(), channel.error_page, https=channel.https))


async def serve(app: Starlette) -> tuple[uvicorn.Server, asyncio.Task[None], str]:
    """Start a real server on a free loopback port."""
    server = web_server(app, "127.0.0.1", 0)
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    return server, task, f"http://127.0.0.1:{port}"
