"""Trouble on demand: floods, server errors, cut connections, answers lost after the deed, an outage."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field

from .errors import Refusal, too_many_requests


class ConnectionCut(Exception):
    """Drop the connection without an answer."""


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of `method` (any if None) for `chat` (any if None).

    `refusal` is answered; without it the connection is cut: before the deed, or after it (`done`).
    """

    method: str | None = None
    chat: int | None = None
    times: int = 1
    refusal: Refusal | None = None
    done: bool = False
    met: int = 0


@dataclass(slots=True)
class RandomFaults:
    """Shares of calls (0 to 1) that meet each trouble; `only` limits it to some methods."""

    flood: float = 0.0
    server_error: float = 0.0
    cut: float = 0.0
    lost_answer: float = 0.0
    retry_after: int = 1
    only: frozenset[str] | None = None


@dataclass(slots=True)
class FloodRule:
    """Telegram's limits: messages in one chat, in one group a minute, and over all chats a second."""

    per_chat: float = 1.0
    chat_burst: int = 5
    per_group_minute: int = 20
    overall: float = 30.0
    _sent: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _all: deque[float] = field(default_factory=deque)

    def check(self, chat: int, now: float) -> None:
        sent, everything = self._sent[chat], self._all
        while everything and everything[0] <= now - 1:
            everything.popleft()
        span, most = (60.0, self.per_group_minute) if chat < 0 else (self.chat_burst / self.per_chat, self.chat_burst)
        while sent and sent[0] <= now - span:
            sent.popleft()
        if len(sent) >= most:
            raise too_many_requests(max(1, round(sent[0] + span - now)))
        if len(everything) >= self.overall:
            raise too_many_requests(1)
        sent.append(now)
        everything.append(now)


class Faults:
    def __init__(self, seed: int) -> None:
        self._planned: list[Fault] = []
        self._chance = random.Random(seed)
        self.random: RandomFaults | None = None
        self.flood: FloodRule | None = None
        self.outage = False
        self.answers_lost = 0  # calls that were carried out and whose answer never arrived

    def too_many_requests(
        self, method: str | None = None, *, retry_after: int = 1, times: int = 1, chat: int | None = None
    ) -> Fault:
        return self.refuse(too_many_requests(retry_after), method, times=times, chat=chat)

    def server_error(self, method: str | None = None, *, code: int = 502, times: int = 1) -> Fault:
        return self.refuse(
            Refusal(code, "Bad Gateway" if code == 502 else "Internal Server Error"), method, times=times
        )

    def refuse(self, refusal: Refusal, method: str | None = None, *, times: int = 1, chat: int | None = None) -> Fault:
        return self._plan(Fault(method, chat, times, refusal))

    def cut_connection(self, method: str | None = None, *, times: int = 1, chat: int | None = None) -> Fault:
        return self._plan(Fault(method, chat, times))

    def lose_answer(self, method: str | None = None, *, times: int = 1, chat: int | None = None) -> Fault:
        """The call is carried out and its answer never arrives."""
        return self._plan(Fault(method, chat, times, done=True))

    def clear(self) -> None:
        self._planned.clear()
        self.random = None
        self.flood = None
        self.outage = False

    def before(self, method: str, chat: int | None) -> Fault | None:
        """Meet the call: raises for trouble before it is carried out, returns a fault for trouble after."""
        for fault in self._planned:
            wanted = fault.method is None or fault.method.lower() == method.lower()
            if fault.times > 0 and wanted and (fault.chat is None or fault.chat == chat):
                fault.times -= 1
                fault.met += 1
                if fault.done:
                    return fault
                raise fault.refusal or ConnectionCut
        if self.flood and chat is not None and method.lower() == "sendmessage":
            self.flood.check(chat, asyncio.get_running_loop().time())
        return self._by_chance(method)

    def _by_chance(self, method: str) -> Fault | None:
        rates = self.random
        if rates is None or (rates.only is not None and method not in rates.only):
            return None
        draw = self._chance.random()
        if (draw := draw - rates.flood) < 0:
            raise too_many_requests(rates.retry_after)
        if (draw := draw - rates.server_error) < 0:
            raise Refusal(502, "Bad Gateway")
        if (draw := draw - rates.cut) < 0:
            raise ConnectionCut
        return Fault(done=True) if draw - rates.lost_answer < 0 else None

    def _plan(self, fault: Fault) -> Fault:
        self._planned.append(fault)
        return fault
