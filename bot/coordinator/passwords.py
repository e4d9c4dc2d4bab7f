"""Passwords of those who work in the console: which are taken, and how they are kept and compared
(Argon2id).
"""

from __future__ import annotations

import asyncio
import secrets
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
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
# Fewer guesses than that, by zxcvbn's estimate, and a password is too easy. Its lists are the 30,000 passwords that leaked
# most often, names, and words of everyday; what people do to them (doubling, years, signs for letters) costs few guesses more.
_FEWEST_GUESSES = 10**10
_LONGEST_PIECE = 32  # zxcvbn's time grows with the square of the length
_SHORTEST_WORD = 2
# Before the hash of a password that is compared exactly as typed. Older ones are of one form for full and half width.
_AS_TYPED = "typed:"

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
        return _AS_TYPED + await self._in_turn(True, self._hasher.hash, _bytes(password))

    async def is_right(self, kept: str, password: str, known_browser: bool) -> bool:
        """Whether this is the password, exactly as typed; False for an empty `kept`, after as long a time."""
        if not kept or kept.startswith(_AS_TYPED):
            typed, hashed = password, kept.removeprefix(_AS_TYPED)
        else:
            typed, hashed = unicodedata.normalize("NFKC", password[: 4 * LONGEST]), kept
        right = await self._in_turn(known_browser, self._compare, hashed or self._nobodys, _bytes(typed))
        return right and bool(kept) and len(password) <= LONGEST

    async def weakness(self, password: str, name: str, site: str = "") -> Weakness | None:
        """As the function of that name. Some texts take seconds to weigh, in which families must be answered."""
        return await self._in_turn(True, weakness, password, name, site)

    async def _in_turn(self, known_browser: bool, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        lane = self._lanes[known_browser]
        lane.waiting += 1
        try:
            async with lane.turn:
                return await asyncio.to_thread(work, *given, **named)
        finally:
            lane.waiting -= 1

    def is_outdated(self, kept: str) -> bool:
        """Whether it was kept under weaker parameters than today's, or not as typed."""
        return not kept.startswith(_AS_TYPED) or self._hasher.check_needs_rehash(kept.removeprefix(_AS_TYPED))

    def _compare(self, kept: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    """Every text has bytes of its own, also half a character; an unbounded one would cost unbounded time."""
    return password[: LONGEST + 1].encode("utf-8", "surrogatepass")


def weakness(password: str, name: str, site: str = "") -> Weakness | None:
    """Why a new password is not taken; None if it is. Length counts, not a mix of signs (NIST SP 800-63B).

    `name` is that of whoever chooses it, `site` that of the hospital: neither makes a password hard to guess.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    likely = unicodedata.normalize("NFKC", password)
    words = [*easy_words(), *_words_of(site)]
    if _is_easy(likely, words):
        return "easy"
    return "name" if _is_easy(likely, [*_words_of(name), *words]) else None


@cache
def easy_words() -> tuple[str, ...]:
    """Words of this product, trial and hospital, the likeliest first, from `easy_words.toml`."""
    read = tomllib.loads(Path(__file__).with_name("easy_words.toml").read_text("utf-8"))
    return tuple(word for group in read.values() for word in group)


def _words_of(name: str) -> list[str]:
    parts = unicodedata.normalize("NFKC", name).casefold().split()
    return [
        word for word in dict.fromkeys((*parts, "".join(parts), "".join(parts[::-1]))) if len(word) >= _SHORTEST_WORD
    ]


def _is_easy(text: str, words: Iterable[str]) -> bool:
    """Whether no piece of the text alone takes enough guesses."""
    from zxcvbn import zxcvbn  # its lists take a moment to read

    known = list(words)
    text = _told_twice_at_most(text)
    pieces = (text[at : at + _LONGEST_PIECE] for at in range(0, len(text), _LONGEST_PIECE))
    return all(zxcvbn(piece, user_inputs=known)["guesses"] < _FEWEST_GUESSES for piece in pieces)


def _told_twice_at_most(text: str) -> str:
    """A text that repeats itself from end to end is as easy as its first two rounds."""
    round_ = (text + text).find(text, 1)
    return text[: 2 * round_]
