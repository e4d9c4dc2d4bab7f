"""Passwords, account names, links that work once, and what Telegram posts to the webhook: canaries in each, found nowhere they may not be.

The server of `test_nothing_leaks` asks Telegram itself; this one is called by it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import aiohttp
import pyotp

from tests.faults.conftest import ROOT
from tests.privacy.site import MARK, WEBHOOK, Browser, Forms, Server, serving

NAME = f"{MARK}-account-name"
PASSWORDS = (f"{MARK}-easy", f"{MARK} violet otters hum at noon", f"{MARK} a wrong one of six odd words")


def form(browser: Browser, with_field: str) -> dict[str, object]:
    """The form of the page that sends this field, whatever else."""
    for one in Forms(browser.page).forms:
        if with_field in one["texts"] or with_field in one["fields"]:
            return one
    raise AssertionError(f"no form with {with_field} at {browser.page[:2000]}")


async def invited(server: Server) -> str:
    """The secret of the link that the command prints."""
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "accounts", "invite", NAME, "--role", "administrator", "--language", "en",
        cwd=server.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(server.folder)},
    )  # fmt: skip
    told, wrong = await done.communicate()
    assert done.returncode == 0, wrong.decode()
    link: list[str] = re.findall(r"/coordinator/invitation/([A-Za-z0-9_-]+)", told.decode())
    return link[0]


async def begin_account(browser: Browser, link: str) -> None:
    """Take the invitation, choose a password in several tries, set up codes."""
    await browser.open(f"{browser.server.url}/coordinator/invitation/{link}")
    await browser.send(form(browser, "link"))
    for password, again in ((PASSWORDS[0], PASSWORDS[0]), (PASSWORDS[1], PASSWORDS[2]), (PASSWORDS[1], PASSWORDS[1])):
        await browser.send(form(browser, "username"), password=password, password_again=again)
    secret = re.sub(r"\s", "", re.findall(r'class="secret"><code>([A-Z2-7 ]+)<', browser.page)[0])
    await browser.send(form(browser, "code"), code="000000")
    await browser.send(form(browser, "code"), code=pyotp.TOTP(secret).now())


async def invite_and_reset(browser: Browser) -> list[str]:
    """A colleague with a canary for a name, whose password is then forgotten; gives the secrets of both links."""
    url = browser.server.url + "/coordinator/accounts"
    await browser.open(url)
    await browser.send(form(browser, "name"), name=f"{NAME}-2", role="coordinator", language="en")
    links = re.findall(r"/coordinator/invitation/([A-Za-z0-9_-]+)", browser.page)
    reset = [one for one in Forms(browser.page).forms if one["action"].endswith("/reset")]
    await browser.send(reset[-1])
    return [*links, *re.findall(r"/coordinator/invitation/([A-Za-z0-9_-]+)", browser.page)]


async def test_what_opens_a_door_is_found_nowhere_else(tmp_path: Path) -> None:
    async with serving(tmp_path, BRASLE_WEBHOOK_SECRET=WEBHOOK) as server:
        outside, telegram = server.outside, server.telegram
        await telegram.until(lambda: telegram.webhook.url, 60)
        person = telegram.person(f"{MARK}-telegram-name", "en")
        person.starts(f"{MARK}")
        await person.until(lambda chat: person.card and "language:en" in str(person.card.keyboard))
        for boom in ("handler", "store"):
            person.says(f"{MARK}-posted boom-{boom}")
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            family = Browser(session, server)
            await family.open(server.url)
            for press in ("language:en", "agree"):
                own, name = family.buttons()[press]
                await family.send(own, **{name: press})
            later = next(one for one in Forms(family.page).forms if ("command", "later") in one["buttons"])
            await family.send(later, command="later")
            own, name = family.buttons()["link"]
            await family.send(own, **{name: "link"})
            resume = re.findall(r"/r/([A-Za-z0-9_-]{20,})", family.page)[0]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            elsewhere = Browser(session, server)
            await elsewhere.open(f"{server.url}/r/{resume}")
            await elsewhere.send(form(elsewhere, "link"))
            assert "agree" not in elsewhere.buttons(), "the interview goes on there"
            await elsewhere.open(f"{server.url}/r/{resume}")
            await elsewhere.send(form(elsewhere, "link"))
            for body, secret in ((b"{", WEBHOOK), (f'["{MARK}"]'.encode(), WEBHOOK), (b"{}", f"{MARK}-wrong")):
                header = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with session.post(telegram.webhook.url, data=body, headers=header) as answer:
                    outside.note("answers of the webhook", await answer.text())
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            colleague = Browser(session, server)
            link = await invited(server)
            await begin_account(colleague, link)
            codes = re.findall(r"<code>((?:[a-z0-9]{4}-){6}[a-z0-9]{2})</code>", colleague.page)
            assert len(codes) == 10
            links = {link, *await invite_and_reset(colleague)}
            assert len(links) == 3
            await colleague.open(server.url + "/coordinator/account")
            await colleague.send(
                next(one for one in Forms(colleague.page).forms if one["action"].endswith("/sign-out"))
            )
            for password, code in ((PASSWORDS[2], codes[0]), (PASSWORDS[1], f"{MARK}1"), (PASSWORDS[1], codes[1])):
                await colleague.open(server.url + "/coordinator/sign-in")
                await colleague.send(form(colleague, "name"), name=NAME, password=password, code=code)
            async with session.get(server.metrics) as answer:
                outside.note("metrics", await answer.text())
        for one in server.group.heard:
            outside.note("group", one.text or "")
        log = (server.folder / "log").read_text()
        assert {"RuntimeError", "ValueError"} <= set(re.findall(r'"kind": ?"(\w+)"', log)), "it failed as it was told"
        outside.note("log", log)
        for kind in ("temporary", "data"):
            for path in (server.folder / kind).rglob("*"):
                if path.is_file():
                    outside.note(f"{kind} files", path.read_bytes().decode("utf-8", "replace"))
        cookies = [cookie.value for cookie in jar if len(cookie.value) > 20]
        bare = [code.replace("-", "") for code in codes]
        held = outside.hits(MARK, *PASSWORDS, WEBHOOK, *links, resume, *codes, *bare, *cookies, telegram.token)
        # A link that works once is the address of the page that it opens; nothing else of it is.
        allowed = {"addresses": {link, resume, server.console.rpartition("/")[2]}}
        found = {where: [one for one in hits if one not in allowed.get(where, set())] for where, hits in held.items()}
        assert {where: hits for where, hits in found.items() if hits} == {}
        assert telegram.webhook.url.startswith(server.url), "Telegram called it"
        searched = ", ".join(f"{where} {sum(map(len, texts))}" for where, texts in sorted(outside.seen.items()))
        print(f"characters searched: {searched}; 0 hits")
