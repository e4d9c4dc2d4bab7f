"""One update in a hundred is malformed, in sixty ways: the rest goes on, each is set aside or known to say nothing, and
what was set aside can be tried again by the command.
"""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiogram import Bot

from bot.channels.telegram_router import Families, Feed
from bot.store.records import InboxItem
from bot.store.store import Store
from bot.webhook import WebhookReceiver
from bot.worker import Worker
from tests.faults.campaigns.outcome import Outcome
from tests.telegram.small_talk import SmallTalk

SECRET = "a-Secret_1"
CHATS = 50
WAIT = 300.0
PERSON = {"id": 1, "is_bot": False, "first_name": "Li", "language_code": "zh-hans"}
CHAT = {"id": 1, "type": "private", "first_name": "Li"}
MESSAGE = {"message_id": 1, "date": 1, "chat": CHAT, "from": PERSON, "text": "hello"}
PRESS = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "1:yes", "message": MESSAGE}
# What stands in the place of a field: each is wrong for most of them.
WRONG: tuple[Any, ...] = (None, "x", -1, 1.5, [], {}, True, "\ud83d", 10**30)
FIELDS = (
    ("message", "chat"),
    ("message", "message_id"),
    ("message", "date"),
    ("message", "chat", "id"),
    ("callback_query", "id"),
    ("callback_query", "from"),
)
# Where our own handler raises: what a mistake in the program does to an update that is well.
RAISES = "boom"


async def run(folder: Path, *, long: bool) -> Outcome:
    outcome = Outcome("updates, one in a hundred malformed" if long else "updates, some of sixty kinds malformed")
    count = 10_000 if long else 350
    store = Store.open(folder)
    try:
        await _run(outcome, store, folder, count, every=100 if long else 5)
    finally:
        await store.close()
    return outcome


async def _run(outcome: Outcome, store: Store, folder: Path, count: int, every: int) -> None:
    ill = kinds()
    bot = Bot("4321:" + "A" * 35)
    talk = SmallTalk(store)

    async def nobody(*_: Any) -> None:
        return None

    feed = Feed(bot, Families(talk, left=nobody, in_group=nobody).router())
    slowest = 0.0

    async def handle(item: InboxItem) -> None:
        nonlocal slowest
        began = time.monotonic()
        try:
            await feed.handle(item)
        finally:
            slowest = max(slowest, time.monotonic() - began)

    worker = Worker(store, handle)
    receiver = WebhookReceiver(store, SECRET, stored=worker.wake)
    running = asyncio.create_task(worker.run())
    said: dict[int, list[str]] = {chat: [] for chat in range(100, 100 + CHATS)}
    sent_ill = 0
    statuses = set()
    for number in range(1, count + 1):
        if number % every == 0:
            body = as_sent(ill[sent_ill % len(ill)], number)
            sent_ill += 1
        else:
            chat = 100 + number % CHATS
            words = f"answer {number}"
            said[chat].append(words)
            body = json.dumps(well(chat, number, words)).encode()
        statuses.add(await receiver.receive([SECRET.encode()], _once(body)))
    await _until_empty(store, worker)
    kept = {chat: await _answers(store, chat) for chat in said}
    outcome.count = count
    outcome.lost = sum(len([one for one in said[chat] if one not in kept[chat]]) for chat in said)
    outcome.duplicated = sum(len(kept[chat]) - len(set(kept[chat])) for chat in said)
    outcome.worst = slowest
    aside = await store.quarantined()
    refused = sum(status == 400 for status in statuses)
    heard = sum(1 for one in talk.seen if one.address not in {str(chat) for chat in said} and one.text != RAISES)
    replayed = await _replay_all(folder)
    worker.wake()
    await _until_empty(store, worker)
    again = await store.quarantined()
    outcome.figures = {
        "malformed": sent_ill,
        "kinds": len(ill),
        "set aside": len(aside),
        "understood all the same": heard,
        "without anything to handle": sent_ill - len(aside) - heard,
        "replayed by the command": replayed,
        "set aside again": len(again),
    }
    in_order = all(kept[chat] == said[chat] for chat in said)
    outcome.check(in_order, "every answer is there once, in its order")
    outcome.check(statuses <= {200} and not refused, f"each is taken from Telegram, so that none blocks it: {statuses}")
    outcome.check(bool(aside) and replayed == len(aside), "each that was set aside can be replayed")
    mute = sum(_says_nothing(one.item.raw) for one in aside)  # readable the second time, with nothing in it
    outcome.check(len(again) == len(aside) - mute, "what is still malformed is set aside again")
    await worker.stop()
    await running
    await bot.session.close()


def well(chat: int, number: int, words: str) -> dict[str, Any]:
    person, place = {**PERSON, "id": chat}, {**CHAT, "id": chat}
    return {
        "update_id": number,
        "message": {**MESSAGE, "message_id": number, "chat": place, "from": person, "text": words},
    }


def kinds() -> list[dict[str, Any] | bytes]:
    """Sixty and more malformed updates: each field with each wrong value, missing ones, unknown kinds, not even JSON."""
    found: list[dict[str, Any] | bytes] = []
    for path in FIELDS:
        for value in WRONG:
            whole = (
                {"message": copy.deepcopy(MESSAGE)}
                if path[0] == "message"
                else {"callback_query": copy.deepcopy(PRESS)}
            )
            holder: dict[str, Any] = whole
            for name in path[:-1]:
                holder = holder[name]
            holder[path[-1]] = value
            found.append(whole)
    found += [
        {"message": {**MESSAGE, "forward_origin": {"type": "hidden_user", "date": 1}}},
        {"message": {}},
        {"message": None},
    ]
    found += [{"a_kind_to_come": {"chat": CHAT}}, {}, {"message": {**MESSAGE, "text": RAISES}}, {"callback_query": {}}]
    found += [{"message": {**MESSAGE, "text": "x" * 200_000}}, {"message": {**MESSAGE, "text": "\ud83d\x00\u202e"}}]
    found += [b"[" * 90_000 + b"]" * 90_000, b'{"update_id": ' + b"9" * 5000 + b"}", b"null", b'{"update_id": "1"}']
    return found


def as_sent(ill: dict[str, Any] | bytes, number: int) -> bytes:
    """Each has its own number, so that none is taken for one seen before."""
    if isinstance(ill, bytes):
        return ill
    return json.dumps({"update_id": number, **ill}).encode()


def _says_nothing(raw: str) -> bool:
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(update, dict) and not any(isinstance(value, dict) for value in update.values())


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _until_empty(store: Store, worker: Worker) -> None:
    async with asyncio.timeout(WAIT):
        while await store.pending(1):
            busy = list(worker._busy.values())
            await asyncio.wait(busy or [asyncio.create_task(asyncio.sleep(0.005))], return_when=asyncio.FIRST_COMPLETED)


async def _answers(store: Store, chat: int) -> list[str]:
    person = await store.load("telegram", str(chat))
    return list(json.loads(person.dialogue)["answers"]) if person else []


async def _replay_all(folder: Path) -> int:
    """As an operator does it, beside the running server."""
    import contextlib
    import io
    import os
    import re

    from bot.__main__ import main

    words = io.StringIO()

    def command() -> None:
        before = os.environ.get("BRASLE_DATA")
        os.environ["BRASLE_DATA"] = str(folder)
        try:
            with contextlib.redirect_stdout(words), contextlib.suppress(SystemExit):
                main(["updates", "replay", "--all"])
        finally:
            os.environ.pop("BRASLE_DATA")
            if before is not None:
                os.environ["BRASLE_DATA"] = before

    await asyncio.to_thread(command)
    found = re.search(r"(\d+) will be handled again", words.getvalue())
    return int(found[1]) if found else 0
