"""A server at work, recorded from its first step: what it asked of the disk, and what it confirmed to whom, in one order."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.channels.telegram_render import tap_id
from bot.raw_update import as_raw
from bot.store.sealing import Marks
from tests.fake_telegram import FakeTelegram
from tests.faults.browser_family import BrowserFamily, browsing
from tests.faults.conftest import WAIT, Nursery, free_port
from tests.faults.families import Family, families
from tests.faults.tracing import Call, calls, recording, traced

SECRET = "a-Secret_1"
# So many bytes of a message's mark stand with its person.
SHORT_MARK = 8
# A server that is watched at each of its steps is slow.
LONGEST_TALK = 900.0
_OFFSET = re.compile(rb'"offset": ?(\d+)')
_UPDATE = re.compile(rb'"update_id": ?(\d+)')
_FORM = re.compile(rb"(?:^|&|\r\n)id=([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Something confirmed, at this place in the record: an update to Telegram, or a message to a browser."""

    place: int
    update: int | None
    message: str


@dataclass
class Recording:
    """`updates` as they were sent, by number; `folder` as the server left it when it was killed."""

    folder: Path
    calls: list[Call]
    updates: dict[int, dict[str, Any]]
    everybody: list[Family]
    browser: BrowserFamily
    confirmed: list[Confirmed] = field(default_factory=list)

    def mark(self, marks: Marks, one: Confirmed) -> bytes:
        """The bytes by which the store knows it, once it is written."""
        if one.update is None:
            return marks.of("message", "browser", one.message)[:SHORT_MARK]
        raw = as_raw(self.updates[one.update])
        assert raw is not None
        return marks.of("update", str(raw.update_id), raw.chat or "", raw.mark)

    def message(self, update: int) -> tuple[int, str]:
        """The chat of an update, and its message as `Incoming.id` names it."""
        sent = self.updates[update]
        if (query := sent.get("callback_query")) is not None:
            return query["message"]["chat"]["id"], tap_id(query["id"], query["message"]["message_id"])
        message = sent["message"]
        return message["chat"]["id"], f"message:{message['message_id']}:{message['date']}"


async def record(
    nursery: Nursery, folder: Path, *, mode: str, people: int, answers: int, flushes: bool = True, pages: int = 0
) -> Recording:
    """Families in their interviews, by Telegram and in a browser, until each has answered so much; one asks then to be
    forgotten.
    """
    chance = random.Random(f"{mode} {people}")
    out = folder.with_suffix(".trace")
    async with FakeTelegram(patience=0.01) as telegram, browsing() as http:
        sent = _keep_what_is_sent(telegram)
        port = free_port()
        everybody = families(telegram, people, chance)
        browser = BrowserFamily(f"http://127.0.0.1:{port}", http)
        await nursery.start(
            held=True,
            what="app",
            folder=str(folder),
            api_base=telegram.url,
            token=telegram.token,
            secret=SECRET if mode == "webhook" else "",
            port=port,
            flushes=flushes,
            pages=pages,
        )
        assert nursery.server is not None
        async with traced(nursery.server, *recording(out)):
            nursery.go_on()
            await asyncio.gather(_talk(telegram, everybody, answers), _browse(browser, answers))
            await _ask_to_be_forgotten(telegram, everybody[0])
        nursery.kill()
    with out.open() as lines:
        made = list(calls(lines))
    out.unlink()
    found = Recording(folder, made, sent, everybody, browser)
    found.confirmed = list(_confirmed(made, sorted(sent), {form_id(one): one for one in browser.confirmed}))
    return found


def form_id(message: str) -> str:
    """`Incoming.id` of a browser begins with the id of its form."""
    return message.partition(".")[0]


def _keep_what_is_sent(telegram: FakeTelegram) -> dict[int, dict[str, Any]]:
    sent: dict[int, dict[str, Any]] = {}
    queue = telegram.world.queue
    push = queue.push

    def kept(kind: str, body: Any, lane: str, keep: float = 86_400.0) -> int:
        id = push(kind, body, lane, keep)
        sent[id] = json.loads(json.dumps({"update_id": id, kind: body}))
        return id

    queue.push = kept  # type: ignore[method-assign]
    return sent


async def _talk(telegram: FakeTelegram, everybody: list[Family], answers: int) -> None:
    def have_answered() -> bool:
        waiting = [one for one in everybody if not one.done and len(one.answered) < answers]
        return not [one.act() for one in waiting]

    await telegram.until(have_answered, LONGEST_TALK)
    await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)


async def _browse(browser: BrowserFamily, answers: int) -> None:
    async with asyncio.timeout(LONGEST_TALK):
        while True:
            try:
                await browser.opens()
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)
        for _ in range(answers):
            assert await browser.answers() == 303


async def _ask_to_be_forgotten(telegram: FakeTelegram, family: Family) -> None:
    family.person.says("/stop")
    for button in ("delete", "delete_yes", "hello"):
        await telegram.until(lambda button=button: _key(family, button), WAIT)  # type: ignore[misc]
        assert family.card is not None
        if button != "hello":
            family.person.presses(family.card, _key(family, button))


def _key(family: Family, button: str) -> str:
    keys = [key for row in (family.card.keyboard or [] if family.card else []) for key in row]
    return next((key["callback_data"] for key in keys if key.get("callback_data", "").endswith(f":{button}")), "")


def _confirmed(made: Iterable[Call], updates: list[int], forms: dict[str, str]) -> Iterable[Confirmed]:
    """Telegram's offset, the 200 of a webhook and the way to the next page, in order; each once."""
    left = set(updates)
    heard: dict[str, bytes] = {}
    for call in made:
        if not call.file.partition("<")[2].startswith("TCP"):
            continue
        if call.name == "recvfrom":
            heard[call.file] = heard.get(call.file, b"") + call.data
        elif call.name in ("sendto", "sendmsg"):
            asked = heard.pop(call.file, b"") if call.data.startswith(b"HTTP/1.1 ") else b""
            if (offset := _OFFSET.search(call.data)) is not None:
                for update in sorted(one for one in left if one < int(offset[1])):
                    left.discard(update)
                    yield Confirmed(call.begun, update, "")
            elif call.data.startswith(b"HTTP/1.1 200") and (update_id := _UPDATE.search(asked)) is not None:
                if int(update_id[1]) in left:
                    left.discard(int(update_id[1]))
                    yield Confirmed(call.begun, int(update_id[1]), "")
            elif call.data.startswith(b"HTTP/1.1 303") and (form := _FORM.search(asked)) is not None:
                yield Confirmed(call.begun, None, forms[form[1].decode()])
