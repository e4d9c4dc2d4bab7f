"""Passwords of those who work in the console: which are taken, and how they are kept and compared
(Argon2id).
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from typing import Literal, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128
# OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
# Each comparison takes some 40 ms of a processor: a flood of guesses must not take them all.
_LONGEST_QUEUE = 30
_FEWEST_DIFFERENT = 6
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "01234567890",
)
_EASY = ("password", "brasle", "coordinator", "hospital", "admin", "lupus", "welcome", "letmein", "iloveyou", "woaini")
_SHORTEST_RUN = 4
_LEAST_OF_ITS_OWN = 7  # what must be left of it without names, common words and rows of keys

P = ParamSpec("P")
T = TypeVar("T")
Weakness = Literal["short", "long", "easy", "name"]


class _Lane:
    """Comparisons one after another."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(1)
        self.waiting = 0


class Passwords:
    """Hashes and compares in threads, one at a time for browsers that are known, and one for all others.

    So a flood of guesses from elsewhere keeps nobody waiting who signs in where they always do.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._lanes = {True: _Lane(), False: _Lane()}
        # Compared with when nobody has the name, so that the answer takes as long.
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def is_busy(self, known_browser: bool) -> bool:
        """Whether so many wait already that one more should be sent away, before anything is counted."""
        return self._lanes[known_browser].waiting >= _LONGEST_QUEUE

    async def hash(self, password: str) -> str:
        """The password as it is kept."""
        return await self._in_turn(True, self._hasher.hash, normal(password))

    async def is_right(self, kept: str, password: str, known_browser: bool) -> bool:
        """Whether this is the password; False for an empty `kept`, after as long a time."""
        right = await self._in_turn(known_browser, self._compare, kept or self._nobodys, normal(password))
        return right and bool(kept)

    async def _in_turn(self, known_browser: bool, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        lane = self._lanes[known_browser]
        lane.waiting += 1
        try:
            async with lane.turn:
                return await asyncio.to_thread(work, *given, **named)
        finally:
            lane.waiting -= 1

    def is_outdated(self, kept: str) -> bool:
        """Whether it was kept under weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _compare(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def normal(password: str) -> str:
    """One form for what looks alike: a Chinese input method may type full-width letters and digits."""
    shortened = password[: 4 * LONGEST]  # an unbounded text would cost unbounded time
    return unicodedata.normalize("NFKC", shortened.encode("utf-8", "replace").decode("utf-8"))


def weakness(password: str, name: str) -> Weakness | None:
    """Why a new password is not taken; None if it is. Length counts, not a mix of signs (NIST SP 800-63B)."""
    typed = normal(password)
    if len(typed) < SHORTEST:
        return "short"
    if len(typed) > LONGEST:
        return "long"
    folded = typed.casefold()
    without_name = folded
    for part in normal(name).casefold().split():
        without_name = without_name.replace(part, "") if len(part) > 1 else without_name
    if len(without_name) < _LEAST_OF_ITS_OWN:
        return "name"
    return "easy" if _is_easy(folded) else None


def _is_easy(folded: str) -> bool:
    if len(set(folded)) < _FEWEST_DIFFERENT:
        return True
    left = folded
    for word in _EASY:
        left = left.replace(word, "")
    for row in _ROWS:
        left = _without_runs(left, row)
    left = _without_repeats(left)
    return len(left) < _LEAST_OF_ITS_OWN


def _without_runs(text: str, row: str) -> str:
    """The text without pieces of a keyboard's or the alphabet's row, forwards or backwards."""
    for line in (row, row[::-1]):
        for length in range(len(line), _SHORTEST_RUN - 1, -1):
            for start in range(len(line) - length + 1):
                text = text.replace(line[start : start + length], "")
    return text


def _without_repeats(text: str) -> str:
    """The text if it does not repeat itself; else the piece that is repeated."""
    at = (text + text).find(text, 1)
    return text[:at] if 0 < at < len(text) else text
