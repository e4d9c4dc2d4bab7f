"""The preview at an address of this computer alone: it shows itself anew whenever a file of `locales/` is saved."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.listening import NoAddress, listen
from bot.locale_preview.page import Links, build
from bot.locale_preview.taking import look
from bot.wording_error import WordingError

HOST = "127.0.0.1"
HOSTS = [HOST, "localhost"]
# A save is seen within so many seconds. Editors write in several steps, so a change is read once it has settled.
LOOK_EVERY = 0.5
# Empty: every chapter of the page.
CHAPTERS: tuple[str, ...] = ()
ENDINGS = (".po", ".pot", ".toml", ".csv")
LINES = Links("/file/{name}#L{line}")
HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
STYLE = (
    "<style>body{font:14px/1.5 ui-monospace,monospace;white-space:pre-wrap;margin:16px}"
    "span{display:block}span:target{background:#fdf0a6}</style>"
)

_WORD = re.compile(r'<p role="alert" class="finding">.*?</p>', re.DOTALL)

Stamp = tuple[tuple[str, int], ...]


class Board:
    """The page as it last could be built. A file that is not readable just now leaves it in place, with a word on top."""

    def __init__(self, folder: Path, links: Links | None) -> None:
        self._folder = folder
        self._links = links or LINES
        self._built: Stamp = ()
        self._page = ""
        self._lock = asyncio.Lock()

    def stamp(self) -> Stamp:
        """What changes with every save."""
        files = sorted(path for path in self._folder.iterdir() if path.suffix in ENDINGS)
        return tuple((path.name, path.stat().st_mtime_ns) for path in files)

    async def page(self) -> str:
        async with self._lock:
            stamp = self.stamp()
            if stamp != self._built:
                self._page = await asyncio.to_thread(self._build, token(stamp))
                self._built = stamp
            return self._page

    def _build(self, live: str) -> str:
        began = time.perf_counter()
        try:
            preview = build(*look(self._folder), self._links, live=live, only=CHAPTERS)
        except WordingError as error:
            print(error, file=sys.stderr)
            return _with_word(self._page, str(error), live)
        print(f"{preview.cards} cards in {time.perf_counter() - began:.1f} s")
        return preview.html

    async def changes(self, since: str) -> AsyncIterator[str]:
        """One event as soon as the files are not those of the page any more, until the browser goes away."""
        before = since
        yield ": watching\n\n"
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = token(self.stamp())
            if now != before:
                before = now
                yield "data: changed\n\n"

    def file(self, name: str) -> str | None:
        """A locale file with its line numbers; None for any other name."""
        path = self._folder / name
        if path.suffix not in ENDINGS or path not in self._folder.iterdir():
            return None
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        rows = (f'<span id="L{number}">{number:>5}  {html.escape(line)}</span>' for number, line in enumerate(lines, 1))
        return f"{HEAD.format(title=html.escape(name))}{STYLE}<body>{''.join(rows)}</body></html>"


def application(folder: Path, links: Links | None = None) -> Starlette:
    board = Board(folder, links)

    async def page(_: Request) -> Response:
        return HTMLResponse(await board.page(), headers={"cache-control": "no-store"})

    async def changed(request: Request) -> Response:
        return StreamingResponse(
            board.changes(request.query_params.get("since", "")),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    async def file(request: Request) -> Response:
        text = board.file(request.path_params["name"])
        return HTMLResponse(text or "no such file", status_code=200 if text else 404)

    routes = [Route("/", page), Route("/changed", changed), Route("/file/{name}", file)]
    # A page of another site must not read it through a name of its own.
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)])


def serve(folder: Path, port: int, links: Links | None) -> int:
    try:
        sockets = listen(HOST, port, "--port")
    except NoAddress as error:
        print(error, file=sys.stderr)
        return 2
    print(f"The preview is at http://{HOST}:{port}/ and follows every save in {folder}. Ctrl+C ends it.")
    config = uvicorn.Config(
        application(folder, links), host=HOST, port=port, log_level="critical", timeout_graceful_shutdown=1
    )
    uvicorn.Server(config).run(sockets=sockets)
    return 0


def token(stamp: Stamp) -> str:
    return hashlib.sha256(repr(stamp).encode()).hexdigest()[:16]


def _with_word(page: str, word: str, live: str) -> str:
    said = f'<p role="alert" class="finding">{html.escape(word)}</p>'
    if page:
        page = re.sub(r"changed\?since=[0-9a-f]*", f"changed?since={live}", _WORD.sub("", page))
        return page.replace('<main class="cards"', f'{said}<main class="cards"', 1)
    script = f'new EventSource("/changed?since={live}").onmessage=function(){{location.reload()}}'
    return f"{HEAD.format(title='Preview')}<body>{said}<script>{script}</script></body></html>"
