"""The flood limits at Telegram's door: who is turned away is told so by a message that no queue has to hold.

Knows no aiogram: it stands before the intake, which must answer at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.channels.telegram_limits import LONGEST_TOAST, cut
from bot.flood import Gate, Why
from bot.log import logger
from bot.message import Text
from bot.raw_update import chat_of

if TYPE_CHECKING:
    from bot.wording import Wording

KINDS = ("message", "edited_message", "callback_query")
MOST_WAITING = 100
TIMEOUT_SECONDS = 10.0
_SAYS: dict[Why, str] = {"fast": "flood.fast", "newcomer": "flood.newcomer", "address": "flood.fast"}

_log = logger(__name__)


class _Word(NamedTuple):
    method: str
    body: dict[str, Any]


class TelegramDoor:
    """`admits` each update before it is stored; `run` tells those who were turned away.

    `staff` is the coordinators' group: it is never turned away.
    """

    def __init__(self, gate: Gate, wording: Wording, api_base: str, token: str, *, staff: int | None = None) -> None:
        self.gate = gate
        self._wording = wording
        self._address = f"{api_base.rstrip('/')}/bot{token}/"
        self._staff = None if staff is None else str(staff)
        self._waiting: deque[_Word] = deque(maxlen=MOST_WAITING)
        self._bell = asyncio.Event()

    async def admits(self, update: dict[str, Any]) -> bool:
        """Whether this update may be stored. What has no chat, or is no message, always may."""
        chat = chat_of(update)
        kind = next((kind for kind in KINDS if isinstance(update.get(kind), dict)), None)
        if chat is None or kind is None or chat == self._staff:
            return True
        body = update[kind]
        # A press has no date of its own: the one it carries is the card's.
        written = body.get("edit_date", body.get("date")) if kind != "callback_query" else None
        at = float(written) if isinstance(written, int) and 0 < written < 2**40 else None
        refusal = await self.gate.admit(chat, _words(body), at)
        if refusal is None:
            return True
        if refusal.tell and kind != "edited_message" and not chat.startswith("-"):
            self._waiting.append(self._word(chat, body, refusal.why))
            self._bell.set()
        return False

    async def run(self) -> None:
        """Tell until cancelled. What cannot be told now is not told: the next one turned away is."""
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                await self._bell.wait()
                self._bell.clear()
                while self._waiting:
                    word = self._waiting.popleft()
                    try:
                        async with session.post(
                            self._address + word.method, json=word.body, allow_redirects=False
                        ) as answer:
                            await answer.read()
                    except (aiohttp.ClientError, OSError, TimeoutError) as error:
                        # Only the kind: an error's text may hold the address, and the address the token.
                        _log.warning("Somebody who was turned away could not be told.", kind=type(error).__name__)

    def _word(self, chat: str, body: dict[str, Any], why: Why) -> _Word:
        person = body.get("from")
        code = person.get("language_code") if isinstance(person, dict) else None
        language = self._wording.guess(code if isinstance(code, str) else None)
        text = self._wording.say(Text(key=_SAYS[why]), language)
        if isinstance(query := body.get("id"), str):
            return _Word(
                "answerCallbackQuery",
                {"callback_query_id": query, "text": cut(text, LONGEST_TOAST), "show_alert": True},
            )
        return _Word("sendMessage", {"chat_id": int(chat), "text": text})


def _words(body: dict[str, Any]) -> str | None:
    words = body.get("text", body.get("caption"))
    return words if isinstance(words, str) else None
