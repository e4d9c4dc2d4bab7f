"""What every bot is given: 1,000 chats, interleaved, of 13 updates each (/start, 11 buttons, one typed reply).

Updates come as the raw bytes that Telegram sends, answers of the Bot API as the bytes that it would send back: each
side decodes and encodes what its library decodes and encodes, and no socket is between.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STEPS = 13
PRESSES = 11
QUESTIONS = PRESSES + 1
CHOICES = ("yes", "no", "unsure", "skip")
LABELS = ("是 Yes", "不是 No", "不清楚 Not sure", "先不答 Skip")
TOKEN = "42:" + "A" * 35
FIRST_CHAT = 10_000_000
BOT = {"id": 42, "is_bot": True, "first_name": "Interview", "username": "interview_bot"}
DONE = "谢谢您。 Thank you."


def question(number: int) -> str:
    return f"{number + 1}/{QUESTIONS}. 医生说过孩子有这一项吗？ Did a doctor tell you of number {number + 1}? 记不清也没关系。"


def keyboard(number: int) -> list[list[dict[str, str]]]:
    return [
        [{"text": label, "callback_data": f"q:{number}:{word}"}] for label, word in zip(LABELS, CHOICES, strict=True)
    ]


def chats(count: int) -> range:
    return range(FIRST_CHAT, FIRST_CHAT + count)


def said(chat: int, step: int, text: str, update: int) -> bytes:
    """A message as Telegram sends it."""
    message: dict[str, Any] = {
        "message_id": 100 + step,
        "from": _person(chat),
        "chat": _chat(chat),
        "date": 1_790_000_000 + step,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return json.dumps({"update_id": update, "message": message}).encode()


def pressed(chat: int, step: int, data: str, update: int, buttons: list[list[dict[str, str]]]) -> bytes:
    """A press of a button under the card that the bot sent last."""
    card = {
        "message_id": 5000,
        "from": BOT,
        "chat": _chat(chat),
        "date": 1_790_000_000 + step,
        "text": question(min(step, QUESTIONS) - 1),
        "reply_markup": {"inline_keyboard": buttons},
    }
    press = {
        "id": f"{chat}{step:03d}",
        "from": _person(chat),
        "chat_instance": str(chat * 7919),
        "data": data,
        "message": card,
    }
    return json.dumps({"update_id": update, "callback_query": press}, ensure_ascii=False).encode()


def updates(count: int) -> Iterator[list[bytes]]:
    """For a bot of twelve plain questions: the updates of all chats, step by step."""
    for step in range(STEPS):
        yield [_update(chat, step, 1 + step * count + place) for place, chat in enumerate(chats(count))]


def _update(chat: int, step: int, update: int) -> bytes:
    if step == 0:
        return said(chat, step, "/start", update)
    if step == STEPS - 1:
        return said(chat, step, "ANA 1:320, dsDNA +", update)
    number = step - 1
    return pressed(chat, step, f"q:{number}:{CHOICES[(chat + number) % 4]}", update, keyboard(number))


def _person(chat: int) -> dict[str, Any]:
    names = {"first_name": "测试", "last_name": "T", "username": f"u{chat}", "language_code": "zh-hans"}
    return {"id": chat, "is_bot": False, **names}


def _chat(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "测试", "last_name": "T", "username": f"u{chat}"}


def _sent() -> bytes:
    message = {"message_id": 5000, "from": BOT, "chat": _chat(777), "date": 1_790_000_001, "text": question(1)}
    whole = {"ok": True, "result": message | {"reply_markup": {"inline_keyboard": keyboard(1)}}}
    return json.dumps(whole, ensure_ascii=False).encode()


SENT = _sent()  # the Bot API's answer to a message sent or edited
TRUE = b'{"ok":true,"result":true}'


class Watch:
    """Seconds by the clock and seconds of processor time, over all the stretches that were measured."""

    def __init__(self) -> None:
        self.seconds = self.processor = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started, used = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - started
        self.processor += time.process_time() - used


def report(name: str, done: int, watch: Watch, **more: float) -> None:
    """One line of JSON: what ran, how many updates, how long, and how much of a processor each of them took."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"name": name, "updates": done, "seconds": round(watch.seconds, 4), "memory_mb": round(memory)}
    print(json.dumps({**told, "cpu_us": round(watch.processor / done * 1e6), **more}), flush=True)
