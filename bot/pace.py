"""How fast we may send: overall and in one chat, with short bursts."""

from __future__ import annotations

import asyncio

# "avoid sending more than one message per second" in a chat, short bursts allowed; "about 30 messages per
# second" overall; in a group "20 messages per minute": https://core.telegram.org/bots/faq, "hitting limits".
OVERALL_PER_SECOND = 25.0
CHAT_PER_SECOND = 1.0
CHAT_BURST = 3
GROUP_PER_SECOND = 20 / 60
PRUNE_ABOVE = 1000


class Pace:
    """Gives each sending its turn. A chat that has been quiet may send a few at once, then one a second."""

    def __init__(
        self,
        overall: float = OVERALL_PER_SECOND,
        chat: float = CHAT_PER_SECOND,
        burst: int = CHAT_BURST,
        group: float = GROUP_PER_SECOND,
    ) -> None:
        self._overall = _Lane(overall, burst=max(1, round(overall)))
        self._rates = {False: chat, True: group}
        self._burst = burst
        self._chats: dict[str, _Lane] = {}

    async def turn(self, chat: str, *, message: bool) -> None:
        """Wait until one may be sent. Only a `message` counts for its chat, not an edit or a tap's answer."""
        now = asyncio.get_running_loop().time()
        wait = self._overall.take(now)
        if message:
            wait = max(wait, self._lane(chat, now).take(now))
        if wait > 0:
            await asyncio.sleep(wait)

    def _lane(self, chat: str, now: float) -> _Lane:
        lane = self._chats.get(chat)
        if lane is None:
            if len(self._chats) >= PRUNE_ABOVE:
                self._chats = {name: one for name, one in self._chats.items() if not one.is_idle(now)}
            is_group = chat.startswith("-")
            lane = self._chats[chat] = _Lane(self._rates[is_group], self._burst)
        return lane


class _Lane:
    """One limit, as the moment by which everything granted so far would have been sent evenly."""

    __slots__ = ("_burst", "_even", "_gap")

    def __init__(self, per_second: float, burst: int) -> None:
        self._gap = 1 / per_second
        self._burst = burst
        self._even = 0.0

    def take(self, now: float) -> float:
        """Book one sending; seconds until it may go."""
        self._even = max(self._even, now) + self._gap
        return max(0.0, self._even - now - self._burst * self._gap)

    def is_idle(self, now: float) -> bool:
        return self._even <= now
