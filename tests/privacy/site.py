"""A whole server in a process of its own, a browser without JavaScript, and everything that left the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.fake_telegram import FakeTelegram
from tests.faults.conftest import ROOT, free_port

MARK = "cnry"
NOTICE_KEY = f"{MARK}-notice-key"
WEBHOOK = f"{MARK}-webhook-secret-0123456789"
USUAL = (
    "agree", "choose:parent", "is:", "route:unsure", "confirm:no", "choose:male", "choose:lupus_nephritis", "choose:none", "choose:no",
    "choose:no_report", "choose:not_told", "choose:complete", "done", "unsure", "confirm", "want_contact", "way:wechat", "time:any",
    "travel:yes", "child:yes", "send", "go_on", "close", "resume",
)  # fmt: skip
TYPED = {
    "birth_date": "2016-03-05", "medicines": f"prednisone, {MARK}-medicine", "vaccines": f"{MARK}-vaccine",
    "labs": f"PLT 15, {MARK}-lab", "contact_name": f"{MARK}-name", "contact_value": f"{MARK}-wechat", "contact_time": f"{MARK}-time",
    "contact_city": f"{MARK}-city", "contact_child": f"{MARK}-childs-own-words",
}  # fmt: skip
BOOMS = ("store", "render", "handler", "page")


class Forms(HTMLParser):
    """The forms of a page, each with what it would send; and every address on it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.addresses: list[str] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("href", "src", "action", "formaction") if name in given]
        if tag == "form":
            begun: dict[str, Any] = {
                "action": given.get("action", ""),
                "fields": {},
                "buttons": [],
                "texts": [],
                "ticked": [],
            }
            self.forms.append(begun)
            if "id" in given:
                self._by_id[given["id"]] = begun
        form = self._by_id.get(given.get("form", ""), self.forms[-1] if self.forms else None)
        if form is None:
            return
        if tag == "input" and given.get("type") == "hidden":
            form["fields"][given["name"]] = given.get("value", "")
        elif tag == "input" and given.get("type") == "checkbox" and "checked" in given:
            form["ticked"].append((given["name"], given.get("value", "")))
        elif tag == "button" and "name" in given:
            form["buttons"].append((given["name"], given.get("value", "")))
        elif tag == "textarea" or (tag == "input" and given.get("type", "text") in ("text", "search", "tel", "email")):
            form["texts"].append(given.get("name", ""))


@dataclass
class Outside:
    """Everything that left the server, by where it went."""

    seen: dict[str, list[str]] = field(default_factory=dict)

    def note(self, where: str, what: str) -> None:
        self.seen.setdefault(where, []).append(what)

    def hits(self, *canaries: str) -> dict[str, list[str]]:
        found = {}
        for where, texts in self.seen.items():
            held = [one for text in texts for one in canaries if one in text]
            if held:
                found[where] = held
        return found


@dataclass
class Server:
    """The process, with what it wrote; `folder` is where it runs."""

    process: asyncio.subprocess.Process
    folder: Path
    url: str
    metrics: str
    console: str
    outside: Outside
    telegram: FakeTelegram
    group: Any


@contextlib.asynccontextmanager
async def serving(tmp_path: Path, **more: object) -> AsyncIterator[Server]:
    """The server in that folder, with a fake Telegram, a coordinators' group and a place for notices; `more` settings."""
    outside = Outside()

    async def notice(request: web.Request) -> web.Response:
        outside.note("notices", await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", notice)
    runner = web.AppRunner(app)
    await runner.setup()
    notices, port, metrics = free_port(), free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", notices).start()
    async with FakeTelegram(patience=0.01) as telegram:
        admin = telegram.person("Admin")
        group = telegram.group("Coordinators", [admin])
        group.adds_bot(admin)
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        settings = {
            "BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE": telegram.url, "BRASLE_TELEGRAM_GROUP": group.chat.id,
            "BRASLE_DATA": tmp_path / "data", "BRASLE_PORT": port, "BRASLE_METRICS_PORT": metrics, "BRASLE_LOG_LEVEL": "DEBUG",
            "BRASLE_LOG_FORMAT": "json", "BRASLE_NOTIFY": f"json://{MARK}-user:{NOTICE_KEY}@127.0.0.1:{notices}/{MARK}-path",
            "BRASLE_SITE_NAME": "Hospital", "BRASLE_SITE_PHONE": "0571", "BRASLE_WEBHOOK_SECRET": "", "BRASLE_MESSAGES_PER_MINUTE": 0,
            "BRASLE_ALL_MESSAGES_PER_MINUTE": 0, "BRASLE_NEWCOMERS_PER_MINUTE": 0, "BRASLE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        settings |= more
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.privacy.faulty_server", str(tmp_path / "reached"),
            cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=(tmp_path / "log").open("wb"),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "HOME": str(tmp_path)},
        )  # fmt: skip
        assert process.stdout is not None
        console = ""
        while "/coordinator/invitation/" not in console:
            line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
            assert line, (tmp_path / "log").read_text()
            console = line
        link = console.split(": ", 1)[1].strip()
        url = f"http://127.0.0.1:{port}"
        yield Server(process, tmp_path, url, f"http://127.0.0.1:{metrics}/metrics", link, outside, telegram, group)
        if process.returncode is None:
            process.terminate()
            outside.note("output", (await process.communicate())[0].decode())
    await runner.cleanup()


class Browser:
    """Somebody with a browser; every address that it comes to is noted."""

    def __init__(self, session: aiohttp.ClientSession, server: Server) -> None:
        self.session = session
        self.server = server
        self.page = ""
        self.status = 0

    async def open(self, address: str) -> None:
        async with self.session.get(address) as answer:
            await self._take(answer)

    async def send(self, form: dict[str, Any], **more: str) -> None:
        address = form["action"] if form["action"].startswith("http") else self.server.url + form["action"]
        own = {"origin": self.server.url}
        async with self.session.post(
            address, data=[*form["fields"].items(), *form["ticked"], *more.items()], headers=own
        ) as answer:
            await self._take(answer)

    async def _take(self, answer: aiohttp.ClientResponse) -> None:
        self.page, self.status = await answer.text(), answer.status
        outside = self.server.outside
        for one in (*answer.history, answer):
            outside.note("addresses", str(one.url))
            outside.note("addresses", one.headers.get("location", ""))
            outside.note("headers", str(one.headers.get("referrer-policy", "")))
        for address in Forms(self.page).addresses:
            outside.note("addresses", address)
        if answer.status >= 400:
            outside.note(
                "error pages: how they fail", "".join(re.findall(r"Traceback|Error\b.*|File &quot;.*", self.page))
            )

    def form(self, action: str) -> dict[str, Any]:
        return next(form for form in Forms(self.page).forms if form["action"].endswith(action))

    async def says(self, text: str) -> None:
        await self.send(self.form("/answer"), text=text)

    def buttons(self) -> dict[str, tuple[dict[str, Any], str]]:
        """What can be pressed: id, with the form and the name of its button."""
        forms = (form for form in Forms(self.page).forms if form["action"].endswith("/answer"))
        return {value: (form, name) for form in forms for name, value in form["buttons"] if name in ("button", "aside")}


async def interview(browser: Browser) -> int:
    """Every question with a canary typed at it, then answered; then the contact details. Gives how many were typed."""
    await browser.open(browser.server.url)
    await browser.send(browser.form("/answer"), button="language:en")
    typed: set[str] = set()
    for _ in range(400):
        form = browser.form("/answer")
        card = form["fields"].get("card", "")
        if card == "done":
            break
        if card not in typed and form["texts"]:
            typed.add(card)
            await browser.says(TYPED.get(card, f"{MARK}-said-at-{card.replace('.', '-')}"))
            continue
        offered = browser.buttons()
        press = next((one for one in USUAL if one in offered), next(iter(offered), ""))
        if card in ("medicines", "vaccines") and "done" in offered:
            press = (
                "done" if form["ticked"] or "remove:" in browser.page else "nothing" if "nothing" in offered else press
            )
        assert press, (card, offered)
        own, name = offered[press]
        await browser.send(own, **{name: press})
    else:
        raise AssertionError(f"the interview does not end: {card}")
    return len(typed)


async def console(browser: Browser) -> str:
    """Sign in by the link, search, open the lead, note, and fail; gives the reference number."""
    await browser.open(browser.server.console)
    await browser.send(
        next(form for form in Forms(browser.page).forms if form["fields"].get("link") or "demo" in form["action"])
    )
    await browser.open(browser.server.url + "/coordinator")
    await browser.send(browser.form("/search"), search=f"{MARK}-name")
    await browser.send(browser.form("/search"), search=f"{MARK}-search-term")
    await browser.open(browser.server.url + "/coordinator")
    code: str = re.findall(r"/coordinator/leads/(BR-[0-9A-Z]+)", browser.page)[0]
    lead = f"{browser.server.url}/coordinator/leads/{code}"
    for text in (f"{MARK}-note", f"{MARK}-note boom"):
        await browser.open(lead)
        await browser.send(browser.form(f"{code}/note"), note=text)
    assert browser.status >= 400, "the note failed"
    await browser.open(lead)
    assert f"{MARK}-name" in browser.page, "who may see it sees it"
    for form in Forms(browser.page).forms:
        texts = {name: f"{MARK}-console-{name}" for name in form["texts"] if name}
        if texts and "/leads/" in form["action"]:
            await browser.send(form, **texts)
    return code
