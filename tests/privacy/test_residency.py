"""Data stays at home: settings that contradict it stop the start, and a connection to an unlisted host is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError

from bot.doctor import problems
from bot.egress import Border, LeavesHome
from bot.settings import Settings
from tests.faults.conftest import ROOT
from tests.privacy.site import MARK, Browser, interview, serving

TOKEN = "123456789:" + "A" * 35
WECOM = "wecombot://abcdefghijklmnopqrst"


def stopping(**given: object) -> list[str]:
    settings = Settings(_env_file=None, residency="cn", **given)  # type: ignore[arg-type]
    return [one.setting for one in problems(settings) if one.stops]


@pytest.mark.parametrize(
    ("given", "stops"),
    [
        ({}, []),
        ({"bot_token": TOKEN}, ["BOT_TOKEN", "BRASLE_TELEGRAM_MINIMAL"]),
        ({"bot_token": TOKEN, "telegram_minimal": True, "public_url": "https://a.cn"}, ["BOT_TOKEN"]),
        ({"bot_token": TOKEN, "may_reach": "api.telegram.org"}, ["BRASLE_TELEGRAM_MINIMAL"]),
        ({"bot_token": TOKEN, "telegram_minimal": True, "may_reach": "api.telegram.org"}, ["BRASLE_TELEGRAM_MINIMAL"]),
        (
            {
                "bot_token": TOKEN,
                "telegram_minimal": True,
                "may_reach": "API.telegram.org",
                "public_url": "https://a.cn",
            },
            [],
        ),
        ({"notify": WECOM}, ["BRASLE_NOTIFY"]),
        ({"notify": WECOM, "may_reach": "qyapi.weixin.qq.com"}, []),
        ({"notify_pi": "mailto://user:pass@gmail.com", "may_reach": "gmail.com"}, ["BRASLE_NOTIFY_PI"]),
        ({"notify": "mailtos://u:p@a.cn?smtp=smtp.a.cn", "may_reach": "smtp.a.cn"}, []),
        ({"notify": "json://127.0.0.1:9/x"}, []),
    ],
)
def test_settings_that_contradict_it_stop_the_start(given: dict[str, object], stops: list[str]) -> None:
    found = stopping(
        notify=given.get("notify", "json://localhost"), **{k: v for k, v in given.items() if k != "notify"}
    )
    if "notify_pi" in given:
        found = [one for one in found if one != "BRASLE_NOTIFY"]
    assert sorted(found) == sorted(stops)


def test_no_limit_is_set_without_it() -> None:
    settings = Settings(_env_file=None, bot_token=SecretStr(TOKEN))
    assert [one for one in problems(settings) if one.stops] == []


def test_hosts_are_hosts() -> None:
    for wrong in ("https://a.cn", "*.cn"):
        with pytest.raises(ValidationError, match="names hosts"):
            Settings(_env_file=None, may_reach=wrong)


def test_a_listed_host_and_what_it_resolves_to_can_be_reached() -> None:
    border = Border(["smtp.a.cn", "10.0.0.5"])
    border.name("SMTP.a.cn.")
    border.learn([(2, 1, 6, "", ("10.1.2.3", 25))])
    for address in (("10.1.2.3", 25), ("10.0.0.5", 1), ("127.0.0.1", 1), ("::1", 1, 0, 0), "/run/socket"):
        border.address(address)
    for address in (("10.1.2.4", 25), ("203.0.113.9", 443), ("2001:db8::1", 443, 0, 0)):
        with pytest.raises(LeavesHome):
            border.address(address)
    for name in ("api.telegram.org", "evil-smtp.a.cn", "smtp.a.cn.evil.org", b"example.org"):
        with pytest.raises(LeavesHome):
            border.name(name)


ATTEMPTS = """
import asyncio, smtplib, socket, urllib.request
from bot.egress import keep_home
keep_home(["10.0.0.5"])
async def ours():
    import aiohttp
    async with aiohttp.ClientSession() as session:
        await session.get("http://203.0.113.7/")
def udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("203.0.113.7", 53))
refused = 0
for attempt in (
    lambda: socket.create_connection(("203.0.113.7", 80), 1),
    lambda: socket.getaddrinfo("api.telegram.org", 443),
    lambda: urllib.request.urlopen("http://fonts.example.org/a.woff", timeout=1),
    lambda: smtplib.SMTP("mail.example.org", 25, timeout=1),
    lambda: asyncio.run(ours()),
    udp,
    lambda: socket.gethostbyname("example.org"),
):
    try:
        attempt()
    except OSError as error:
        cause = getattr(error, "reason", error)
        refused += "not among BRASLE_MAY_REACH" in f"{cause} {error.__cause__}"
with socket.create_server(("127.0.0.1", 0)) as listener:
    socket.create_connection(listener.getsockname(), 1).close()
print(refused, "refused")
"""


def test_no_library_gets_past_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "7 refused\n", done.stdout + done.stderr


async def test_a_whole_interview_stays_at_home_and_telegram_is_only_a_door(tmp_path: Path) -> None:
    async with serving(tmp_path, BRASLE_RESIDENCY="cn", BRASLE_TELEGRAM_MINIMAL="true") as server:
        telegram = server.telegram
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            count = await interview(Browser(session, server))
        person = telegram.person("Mother", "en")
        person.starts("ward")
        await telegram.until(lambda: person.card)
        assert person.card is not None
        data = next(k["callback_data"] for row in person.card.keyboard or [] for k in row if "language:en" in str(k))
        person.presses(person.card, data)
        await person.hears("/r/")
        for words in ("her platelets are 20", "prednisone 10 mg", "/mydata", "/status", "/questions"):
            before = len(person.heard)
            person.says(words)
            await telegram.until(lambda before=before: len(person.heard) > before)  # type: ignore[misc]
        person.says("she wants to die")
        await person.hears("12356")
        said = "\n".join(one.text or "" for one in person.heard)
        for never in (MARK, "platelets", "prednisone", "10 mg", "date of birth", "BR-"):
            assert never not in said, never
    reached = set((tmp_path / "reached").read_text().split())
    assert reached <= {"127.0.0.1", "localhost", "::1", "None"}
    print(f"{count} fields typed in the browser, {len(person.heard)} messages by Telegram; reached {sorted(reached)}")


async def test_the_browser_alone_is_a_complete_deployment(tmp_path: Path) -> None:
    async with serving(tmp_path, BOT_TOKEN="", BRASLE_TELEGRAM_GROUP="", BRASLE_RESIDENCY="cn") as server:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            browser = Browser(session, server)
            await interview(browser)
            assert "BR-" in browser.page
        assert not server.telegram.calls
    assert set((tmp_path / "reached").read_text().split()) <= {"127.0.0.1", "localhost", "::1", "None"}
