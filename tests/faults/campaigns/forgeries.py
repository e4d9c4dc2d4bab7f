"""Requests to the webhook that are not Telegram's: none is taken, none makes the server stumble, a replay does nothing."""

from __future__ import annotations

import asyncio
import collections
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from bot.app import App
from bot.channels.telegram import WEBHOOK_PATH
from bot.settings import Settings
from tests.browser.serving import serve
from tests.faults.campaigns.outcome import Outcome

SECRET = "a-Secret_1-of-32-characters-and-more"
HEADER = b"X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "hi"}}
TELEGRAMS_OWN = "149.154.167.220"
REPLAYS = 50
AT_ONCE = 8
LARGE = 10 << 20

Fields = list[tuple[bytes, bytes]]


async def run(folder: Path, *, long: bool) -> Outcome:
    count = 5000 if long else 400
    settings = Settings(
        _env_file=None,
        bot_token=SecretStr("4321:" + "A" * 35),
        telegram_api_base="http://127.0.0.1:9",
        webhook_secret=SecretStr(SECRET),
        public_url="http://study.example",
        data=folder,
    )
    app = App(settings)
    server, task, url = await serve(app.web())
    port = int(url.rpartition(":")[2])
    outcome = Outcome("forged requests to the webhook")
    statuses: collections.Counter[int] = collections.Counter()
    forged = forgeries(random.Random(5), count)

    async def sender() -> None:
        for request in forged:
            began = time.monotonic()
            statuses[await send(port, request)] += 1
            outcome.worst = max(outcome.worst, time.monotonic() - began)

    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    outcome.count = statuses.total()
    announced = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n".encode()
    outcome.check(await send(port, announced) == 401, "a stranger is refused before any of the body is read")
    kept = _rows(folder)
    genuine = post([(HEADER, SECRET.encode())], json.dumps(UPDATE).encode())
    replays = {await send(port, genuine) for _ in range(REPLAYS)}
    server.should_exit = True
    await task
    await app.store.close()
    failed = sum(number for status, number in statuses.items() if status >= 500)
    accepted = sum(number for status, number in statuses.items() if 200 <= status < 300)
    outcome.figures = {
        "accepted": accepted,
        "5xx": failed,
        "statuses": " ".join(f"{status}x{number}" for status, number in sorted(statuses.items())),
        "kept": kept,
        "replays of a genuine one": REPLAYS,
        "kept of those": _rows(folder),
    }
    outcome.check(accepted == 0, "no forged request is accepted")
    outcome.check(failed == 0, "no forged request is answered 5xx")
    outcome.check(kept == 0, "nothing of a forged request is kept")
    outcome.check(replays == {200}, f"a genuine update is taken, not {replays}")
    outcome.check(_rows(folder) == 1, "a replay has no second effect")
    return outcome


def _rows(folder: Path) -> int:
    sql = sqlite3.connect(f"{(folder / 'brasle.sqlite3').as_uri()}?mode=ro", uri=True)
    try:
        return int(sql.execute("SELECT count(*) FROM inbox").fetchone()[0])
    finally:
        sql.close()


async def send(port: int, request: bytes) -> int:
    """The status that one request gets; 0 if the server hung up without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        async with asyncio.timeout(30):
            line = await reader.readline()
        return int(line.split(b" ", 2)[1]) if line else 0
    except ConnectionError:
        return 0
    finally:
        writer.close()


def post(fields: Fields, body: bytes, *, path: str = WEBHOOK_PATH, method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: study.example", b"Connection: close"]
    lines += [name + b": " + value for name, value in [*fields, (b"Content-Length", str(len(body)).encode())]]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def forgeries(chance: random.Random, count: int) -> Iterator[bytes]:
    """Every way to name the secret wrongly with every kind of body, in turn, then at random."""
    named, filled = list(secrets(chance)), list(bodies(chance))
    for number in range(count):
        fields = named[number % len(named)] if number < 2 * len(named) else chance.choice(named)
        body = LARGE * b"x" if number % 400 == 17 else chance.choice(filled)
        path = chance.choice((WEBHOOK_PATH,) * 8 + (f"{WEBHOOK_PATH}?secret_token={SECRET}", f"{WEBHOOK_PATH}/"))
        method = chance.choice(("POST",) * 9 + ("PUT", "GET", "DELETE"))
        yield post([*fields, *chance.choice(addresses())], body, path=path, method=method)


def secrets(chance: random.Random) -> Iterator[Fields]:
    right = SECRET.encode()
    wrong = [
        b"",
        b"wrong",
        right[:-1],
        right + b"x",
        right.upper(),
        b" " + right[1:],
        right[::-1],
        b"*",
        b"null",
        b"\xff\xfe",
    ]
    wrong += ["s\u00e9cret".encode(), "\u79d8\u5bc6".encode(), right.replace(b"-", b"\xe2\x80\x90"), b"0" * 5000]
    wrong += [bytes([*right[:at], right[at] ^ 1, *right[at + 1 :]]) for at in range(len(right))]
    wrong += [bytes(chance.choice(b"abcdefXYZ019_-") for _ in right) for _ in range(20)]
    yield []
    for value in wrong:
        yield [(HEADER, value)]
    yield [(HEADER, right), (HEADER, right)]
    yield [(HEADER, right), (HEADER, b"wrong")]
    yield [(HEADER, b"wrong"), (HEADER.lower(), right)]
    yield [(HEADER, right + b", " + right)]
    yield [(HEADER.replace(b"-", b"_"), right)]
    yield [(b"X-Forwarded-" + HEADER, right)]
    yield [(b"Authorization", b"Bearer " + right)]
    yield [(b"Cookie", HEADER + b"=" + right)]


def addresses() -> list[Fields]:
    """Headers that say the request came from Telegram."""
    own = TELEGRAMS_OWN.encode()
    return [
        [],
        [(b"X-Forwarded-For", own)],
        [(b"X-Forwarded-For", own + b", 127.0.0.1"), (b"X-Forwarded-Proto", b"https")],
        [(b"X-Forwarded-For", b"not an address"), (b"X-Real-IP", own)],
        [(b"Forwarded", b'for="[::1]";proto=https;by=' + own)],
        [(b"X-Original-URL", b"/healthz"), (b"X-Rewrite-URL", b"/healthz")],
        [(b"X-HTTP-Method-Override", b"PUT")],
    ]


def bodies(chance: random.Random) -> Iterator[bytes]:
    yield json.dumps(UPDATE).encode()
    yield from (b"", b"{", b"null", b"[]", b"\xff\xff", b'{"update_id": 1', b'{"update_id": "1"}', b'{"update_id": -1}')
    yield b"[" * 100_000 + b"]" * 100_000
    yield b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    yield b'{"update_id": ' + b"9" * 5000 + b"}"
    yield json.dumps({**UPDATE, "update_id": chance.randint(1, 10**9)}).encode()
    yield bytes(chance.randrange(256) for _ in range(2000))
