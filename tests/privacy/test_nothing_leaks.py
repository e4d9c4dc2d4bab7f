"""A whole server at its most talkative, which fails on purpose: what families and coordinators wrote is found nowhere it may not be.

A canary stands in every field that somebody can fill. Then everything that leaves the process is searched for them: log
and output, notices, addresses of pages, numbers for monitoring, the coordinators' group, error pages, the process's own
listing, temporary files, and the data folder. And every host that it reached is known.
"""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from tests.privacy.site import BOOMS, MARK, NOTICE_KEY, Browser, Server, console, interview


async def test_nothing_private_is_found_anywhere_outside(server: Server) -> None:
    outside, telegram = server.outside, server.telegram
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        browser = Browser(session, server)
        count = await interview(browser)
        assert count >= 30, f"only {count} fields were filled"
        failures = 0
        for boom in BOOMS:
            await browser.open(server.url)
            await browser.says(f"{MARK}-crash boom-{boom}")
            failures += browser.status >= 500
        assert failures >= 2, "the server fails as it is told"
    person = telegram.person(f"{MARK}-telegram-name", "en")
    person.starts(f"{MARK}")
    for words in ("language:en", "agree", "agree"):
        await person.until(lambda chat, words=words: person.card and words in str(person.card.keyboard))  # type: ignore[misc]
        assert person.card is not None
        data = next(key["callback_data"] for row in person.card.keyboard or [] for key in row if words in str(key))
        seen = len(telegram.calls)
        person.presses(person.card, data)
        await telegram.until(lambda seen=seen: len(telegram.calls) > seen + 1)  # type: ignore[misc]
    for boom in ("render", "handler", "store"):
        person.says(f"{MARK}-from-telegram boom-{boom}")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        code = await console(Browser(session, server))
        cards = await telegram.until(
            lambda: [one.text or "" for one in server.group.heard if code in (one.text or "")], 30
        )
        assert cards
        async with session.get(server.metrics) as answer:
            outside.note("metrics", await answer.text())
    await telegram.until(lambda: outside.seen.get("notices"), 60)
    for one in server.group.heard:
        outside.note("group", one.text or "")
    link = server.console.rpartition("/")[2]
    tokens = [telegram.token, telegram.token.partition(":")[2], NOTICE_KEY, link]
    cookies = [cookie.value for cookie in jar if len(cookie.value) > 20]
    listing = Path("/proc") / str(server.process.pid)
    if listing.exists():
        outside.note("arguments", (listing / "cmdline").read_bytes().decode())
        outside.note("environment", (listing / "environ").read_bytes().decode())
        core = next(line for line in (listing / "limits").read_text().splitlines() if "core file" in line)
        assert core.split()[4:6] == ["0", "0"], "a crashed process writes no memory to the disk"
    log = (server.folder / "log").read_text()
    outside.note("log", log)
    for path in (server.folder / "temporary").rglob("*"):
        if path.is_file():
            outside.note("temporary files", path.read_bytes().decode("utf-8", "replace"))
    for path in (server.folder / "data").rglob("*"):
        if path.is_file():
            outside.note("data folder", path.read_bytes().decode("utf-8", "replace"))
    reached = set((server.folder / "reached").read_text().split())
    allowed = {"addresses": [link]}  # the way in, in the address of the page that it opens
    found = {
        where: [one for one in held if one not in allowed.get(where, [])]
        for where, held in outside.hits(MARK, *tokens, *cookies).items()
    }
    assert {where: held for where, held in found.items() if held} == {}
    assert reached <= {"127.0.0.1", "localhost", "::1", "None"}, "it reached somebody else"
    kinds = re.findall(r'"kind": ?"(\w+)"', log)
    assert {"RuntimeError", "KeyError", "ValueError"} <= set(kinds), "the failures are in the log by their kind"
    counted = ", ".join(f"{where} {sum(map(len, texts))}" for where, texts in sorted(outside.seen.items()))
    print(f"{count} fields with canaries, {len(kinds)} failures logged; characters searched: {counted}; 0 hits")
