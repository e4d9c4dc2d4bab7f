"""TELEGRAM_PROXY: everything that goes to Telegram goes through it, its password is never shown, and it is listed."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.channels.telegram import TelegramChannel
from bot.doctor import load_settings, problems
from bot.flood import Gate, Limits
from bot.pace import Pace
from bot.settings import Settings
from bot.store.store import Store
from tests.fake_telegram import FakeTelegram

from .serving import PROFILE
from .small_talk import SmallTalk, small_wording

TOKEN = "123456789:" + "A" * 35
NAME, PASSWORD = "ward", "pass word"
CREDENTIALS = "ward:pass%20word"


class WebProxy:
    """A real proxy: hands plain requests on, and counts tunnels that are asked for, which it refuses."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.signed_in: set[str] = set()
        self.tunnels: list[str] = []
        self.several_tunnels = asyncio.Event()  # the polling's second among them
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                self.signed_in.add(headers.pop("proxy-authorization", ""))
                if method == "CONNECT":
                    self.tunnels.append(target)
                    if len(self.tunnels) > 2:
                        self.several_tunnels.set()
                    writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    continue
                self.asked.append(target.rpartition("/")[2])
                body = await _body(reader, headers)
                writer.write(await _handed_on(method, target, headers, body))
        writer.close()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.pop("transfer-encoding", "") != "chunked":
        return await reader.readexactly(int(headers.pop("content-length", "0")))
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return whole


async def _handed_on(method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    host, _, path = target.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    given = "".join(f"{key}: {value}\r\n" for key, value in headers.items() if key not in ("", "connection"))
    head = f"{method} /{path} HTTP/1.1\r\n{given}connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode("latin-1") + body)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.fixture
async def proxy() -> AsyncIterator[WebProxy]:
    one = WebProxy()
    serving = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = serving.sockets[0].getsockname()[1]
    yield one
    serving.close()


def settings(telegram: FakeTelegram, proxy: WebProxy, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "bot_token": SecretStr(telegram.token),
        "telegram_api_base": telegram.url,
        "telegram_proxy": f"http://{CREDENTIALS}@127.0.0.1:{proxy.port}",
    }
    return Settings(_env_file=None, **(given | more))


@contextlib.asynccontextmanager
async def running(chosen: Settings, store: Store) -> AsyncIterator[TelegramChannel]:
    wording = small_wording(**PROFILE, **{"flood.fast": "Slowly", "flood.newcomer": "Later"})

    async def knows(address: str) -> bool:
        return True

    gate = Gate("telegram", knows, Limits(person=1))
    channel = TelegramChannel(store, wording, chosen, clock=lambda: datetime.now(UTC), pace=Pace(1e6, 1e6), gate=gate)
    task = asyncio.create_task(channel.run(SmallTalk(store, wording, committed=channel.wake)))
    try:
        yield channel
    finally:
        await channel.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_fetching_sending_profile_and_the_word_at_the_door_go_through_it(
    telegram: FakeTelegram, proxy: WebProxy, store: Store
) -> None:
    parent = telegram.person()
    async with running(settings(telegram, proxy), store):
        parent.starts()
        await parent.sees_button("Yes")
        for _ in range(90):
            parent.says("hello")
        await telegram.until(lambda: any(message.text == "Slowly" for message in parent.heard))
        await telegram.until(lambda: telegram.made("setMyName"))
    wanted = {"getUpdates", "sendMessage", "getMyName", "setMyName"}
    assert wanted <= set(proxy.asked)
    assert len(proxy.asked) >= len(telegram.calls), "nothing went past it"
    assert proxy.signed_in == {"Basic " + base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()}


async def test_the_way_to_telegrams_own_server_is_a_tunnel_that_only_the_proxy_looks_up(
    telegram: FakeTelegram, proxy: WebProxy, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Its name exists nowhere: only the proxy is asked for it. Of what fails, nothing tells the password."""
    caplog.set_level(logging.DEBUG)
    chosen = settings(telegram, proxy, telegram_api_base="https://api.telegram.invalid", bot_token=SecretStr(TOKEN))
    async with running(chosen, store) as channel:
        assert channel.polling is not None
        await asyncio.wait_for(proxy.several_tunnels.wait(), 20)
        assert "The proxy of TELEGRAM_PROXY does not let us through" in (channel.polling.trouble or "")
    assert set(proxy.tunnels) == {"api.telegram.invalid:443"}
    assert "pass" not in caplog.text.replace("passing", "")
    assert TOKEN.partition(":")[2] not in caplog.text


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("socks5://ward:secret-word@proxy.example:1080", "SOCKS"),
        ("proxy.example:8080", "no address of a web proxy"),
        ("http://", "no address of a web proxy"),
        ("http://ward:secret-word@proxy.example:port", "no address of a web proxy"),
        ("http://proxy.example/path", "no address of a web proxy"),
        ("ftp://ward:secret-word@proxy.example", "no address of a web proxy"),
        ("http://ward:secret-word\N{LATIN SMALL LETTER SHARP S}\u5bc6@proxy.example:8080", "as %XX"),
        ("http://ward:secret-word@proxy..example:8080", "no address of a web proxy"),
    ],
)
def test_what_is_no_web_proxy_is_refused_in_words_without_its_password(
    address: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings(_env_file=None, telegram_proxy=address)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_PROXY", address)
    told = load_settings()
    assert isinstance(told, str)
    assert told.startswith("STOP  TELEGRAM_PROXY:")
    assert "http://host:port" in told
    assert "secret-word" not in told


def test_the_doctor_tells_its_host_and_residency_asks_for_it() -> None:
    given: dict[str, Any] = {"bot_token": TOKEN, "telegram_proxy": f"http://{CREDENTIALS}@proxy.example:3128/"}
    told = [one.line() for one in problems(Settings(_env_file=None, **given))]
    assert any("TELEGRAM_PROXY" in line and "proxy.example" in line for line in told)
    assert not any("pass" in line and "ward" in line for line in told)
    at_home = given | {"residency": "cn", "telegram_minimal": True, "public_url": "https://a.cn"}
    for may_reach, stops in (
        ("", {"BOT_TOKEN", "TELEGRAM_PROXY"}),
        ("api.telegram.org", {"TELEGRAM_PROXY"}),
        ("api.telegram.org proxy.example", set[str]()),
    ):
        found = problems(Settings(_env_file=None, may_reach=may_reach, **at_home))
        assert {one.setting for one in found if one.stops} == stops


def test_an_empty_one_is_none() -> None:
    assert Settings(_env_file=None, telegram_proxy="  ").telegram_proxy is None
    assert "pass" not in repr(
        Settings(_env_file=None, telegram_proxy=f"http://{CREDENTIALS}@p.example:1").telegram_proxy
    )
