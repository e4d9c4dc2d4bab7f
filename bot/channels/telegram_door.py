"""The flood limits at Telegram's door: who is turned away, or has to wait because nothing can be stored now, is told so by
a message that no queue has to hold.

Knows no aiogram: it stands before the intake, which must answer at once.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
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
_NOT_STORED = "trouble.not_stored"
# A write that fails once is done again before anybody notices; so many seconds of it are worth a word.
WORTH_A_WORD = 2.0
# Who waits comes again within some seconds: if nobody came for so long, the trouble was over.
OVER_AFTER = 15.0
MOST_LET_IN = 10_000

_log = logger(__name__)


class _Word(NamedTuple):
    method: str
    body: dict[str, Any]


class TelegramDoor:
    """`admits` each update before it is stored; `run` tells those who were turned away.

    `staff` is the coordinators' group: it is never turned away.
    """

    def __init__(
        self,
        gate: Gate,
        wording: Wording,
        api_base: str,
        token: str,
        *,
        staff: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        proxy: str | None = None,
    ) -> None:
        self.gate = gate
        self._clock = clock
        self._proxy = proxy
        self._wording = wording
        self._address = f"{api_base.rstrip('/')}/bot{token}/"
        self._staff = None if staff is None else str(staff)
        self._waiting: deque[_Word] = deque(maxlen=MOST_WAITING)
        self._bell = asyncio.Event()
        self._let_in: OrderedDict[int, None] = OrderedDict()
        self._trouble = (float("-inf"), float("-inf"))  # since when nothing can be stored, and when it was last so

    async def admits(self, update: dict[str, Any]) -> bool:
        """Whether this update may be stored. What has no chat, or is no message, always may; so may what was let in before
        and could not be stored then: it counts once.
        """
        chat = chat_of(update)
        kind = _kind_of(update)
        if chat is None or kind is None or chat == self._staff or update.get("update_id") in self._let_in:
            return True
        body = update[kind]
        # A press has no date of its own: the one it carries is the card's.
        written = body.get("edit_date", body.get("date")) if kind != "callback_query" else None
        at = float(written) if isinstance(written, int) and 0 < written < 2**40 else None
        refusal = await self.gate.admit(chat, _words(body), at)
        if refusal is None:
            return True
        if refusal.tell and kind != "edited_message" and not chat.startswith("-"):
            self._tell(chat, body, _SAYS[refusal.why])
        return False

    def asks_to_wait(self, updates: Sequence[dict[str, Any]]) -> None:
        """These were let in and cannot be stored: they stay with Telegram. If it goes on, their senders are told so."""
        now = self._clock()
        since, last = self._trouble
        since = now if now - last > OVER_AFTER else since
        self._trouble = (since, now)
        for update in updates:
            self._let_in[update["update_id"]] = None
            chat, kind = chat_of(update), _kind_of(update)
            if chat is None or chat.startswith("-") or kind is None or kind == "edited_message":
                continue
            if now - since >= WORTH_A_WORD and self.gate.may_tell(chat):
                self._tell(chat, update[kind], _NOT_STORED)
        while len(self._let_in) > MOST_LET_IN:
            self._let_in.popitem(last=False)

    async def run(self) -> None:
        """Tell until cancelled. What cannot be told now is not told: the next one turned away is."""
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, proxy=self._proxy) as session:
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

    def _tell(self, chat: str, body: dict[str, Any], key: str) -> None:
        self._waiting.append(self._word(chat, body, key))
        self._bell.set()

    def _word(self, chat: str, body: dict[str, Any], key: str) -> _Word:
        person = body.get("from")
        code = person.get("language_code") if isinstance(person, dict) else None
        language = self._wording.guess(code if isinstance(code, str) else None)
        text = self._wording.say(Text(key=key), language)
        if isinstance(query := body.get("id"), str):
            return _Word(
                "answerCallbackQuery",
                {"callback_query_id": query, "text": cut(text, LONGEST_TOAST), "show_alert": True},
            )
        return _Word("sendMessage", {"chat_id": int(chat), "text": text})


def _kind_of(update: dict[str, Any]) -> str | None:
    return next((kind for kind in KINDS if isinstance(update.get(kind), dict)), None)


def _words(body: dict[str, Any]) -> str | None:
    words = body.get("text", body.get("caption"))
    return words if isinstance(words, str) else None
