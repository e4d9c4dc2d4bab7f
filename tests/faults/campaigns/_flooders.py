"""The flood itself, a process of its own: so many posts a second to the webhook, over connections that stay open.

Run as a program with one JSON object as its argument; prints what the server answered.
"""

from __future__ import annotations

import asyncio
import collections
import json
import random
import sys
import time
from typing import Any

CONNECTIONS = 20
WORDS = ("/start", "hello", "flood " * 80, "去年三月", "<b>" * 50, "no", "1:320")


def bodies(first_chat: int, senders: int, first_update: int) -> Any:
    """Endless messages and presses, the senders in turn."""
    chance = random.Random(7)
    number = first_update
    while True:
        for chat in range(first_chat, first_chat + senders):
            number += 1
            yield json.dumps({"update_id": number, **_update(chat, number, chance)}).encode()


def _update(chat: int, number: int, chance: random.Random) -> dict[str, Any]:
    who = {"id": chat, "is_bot": False, "first_name": "F", "language_code": "zh-hans"}
    place = {"id": chat, "type": "private", "first_name": "F"}
    message = {"message_id": number, "from": who, "chat": place, "date": int(time.time())}
    if chance.random() < 0.7:
        return {"message": {**message, "text": chance.choice(WORDS)}}
    press = {"id": str(number), "from": who, "chat_instance": "1", "data": f"{chance.randint(0, 9)}:choose:no"}
    return {"callback_query": {**press, "message": message}}


async def flood(port: int, path: str, secret: str, a_second: int, seconds: float, **crowd: int) -> dict[str, Any]:
    """Statuses, how many were sent, and how long it took."""
    source = bodies(**crowd)
    answers: collections.Counter[int] = collections.Counter()
    began = time.monotonic()
    sent = 0

    async def connection() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (due := sent / a_second) < seconds and time.monotonic() - began < seconds * 1.5:
            sent += 1
            body = next(source)
            await asyncio.sleep(max(0.0, began + due - time.monotonic()))
            head = (
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            answers[int(answer.split(b" ", 2)[1])] += 1
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return {"sent": sent, "answers": dict(answers), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(flood(**json.loads(sys.argv[1])))))
