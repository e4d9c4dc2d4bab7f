"""The whole server as `brasle-prescreen run` starts it, which fails where a message tells it to, and whose every connection is noted.

Run as a program, in the folder with its `.env`. The first argument is the file for the names and addresses it looks up
or connects to. Each failure quotes all it has at hand, as careless code and libraries do.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import Any

FAIL: ContextVar[str] = ContextVar("fail", default="")


def note_connections(path: str) -> None:
    file = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115  open as long as the process

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            file.write(f"{args[0]}\n")
        elif event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
            file.write(f"{args[1][0]}\n")

    sys.addaudithook(watch)


def plant_failures() -> None:
    import apprise

    from bot.channels.browser_pages import Pages
    from bot.channels.telegram_render import TelegramRenderer
    from bot.conversation import Conversation
    from bot.store.desk import Desk
    from bot.store.store import Store

    handle, commit, render, card, note = (
        Conversation.handle,
        Store.commit,
        TelegramRenderer.render,
        Pages.card,
        Desk.note,
    )
    told: list[int] = []

    async def failing_handle(self: Any, incoming: Any, *more: Any) -> Any:
        text = incoming.text or ""
        FAIL.set(next((one for one in ("store", "render", "page") if f"boom-{one}" in text), ""))
        if "boom-handler" in text:
            raise ValueError(f"cannot handle {incoming!r}")
        return await handle(self, incoming, *more)

    async def failing_commit(self: Any, turn: Any) -> Any:
        if FAIL.get() == "store":
            raise RuntimeError(f"cannot write {turn!r}")
        return await commit(self, turn)

    def failing_render(self: Any, incoming: Any, shown: Any) -> Any:
        if FAIL.get() == "render":
            raise KeyError(f"{incoming!r} {shown!r}")
        return render(self, incoming, shown)

    def failing_card(self: Any, shown: Any, token: str, look: Any) -> str:
        if "boom-page" in repr((shown, look)):
            raise TypeError(f"cannot show {shown!r} {look!r} to {token}")
        return card(self, shown, token, look)

    async def failing_note(self: Any, code: str, text: str, *more: Any, **named: Any) -> Any:
        if "boom" in text:
            raise RuntimeError(f"{code}: {text}")
        return await note(self, code, text, *more, **named)

    async def failing_notify(self: Any, *args: Any, **kwargs: Any) -> Any:
        told.append(1)
        if len(told) == 1:
            raise RuntimeError(f"{[server.url(privacy=False) for server in self.servers]} {args} {kwargs}")
        return await notify(self, *args, **kwargs)

    notify = apprise.Apprise.async_notify
    Conversation.handle = failing_handle  # type: ignore[method-assign, assignment]
    Store.commit = failing_commit  # type: ignore[method-assign, assignment]
    TelegramRenderer.render = failing_render  # type: ignore[method-assign]
    Pages.card = failing_card  # type: ignore[method-assign, assignment]
    Desk.note = failing_note  # type: ignore[method-assign]
    apprise.Apprise.async_notify = failing_notify  # type: ignore[method-assign]


def let_the_fake_telegram_post() -> None:
    """It knows no certificates: its webhook stands at an http address of this machine."""
    from bot import doctor

    known = doctor.problems
    doctor.problems = lambda settings: [one for one in known(settings) if "https address when" not in one.wrong]


if __name__ == "__main__":
    note_connections(sys.argv[1])
    plant_failures()
    let_the_fake_telegram_post()
    from bot.__main__ import main

    sys.exit(main(["run", "--no-browser"]))
