"""An open database with what is needed to read and write it: the keyring and the clock.

Not the durability: that is the writer's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from bot.store.keyring import Keyring
from bot.store.moments import to_micros
from bot.store.sealing import Marks, Seal

_CHATS_KNOWN = 8192  # chats whose keyed hash is kept in memory: a turn needs it three times


class Ledger:
    """What the functions of this package work on.

    `erasing` collects people whose key and log are to be wiped after the commit.
    """

    __slots__ = ("chat", "clock", "erasing", "intake", "keys", "marks", "sql")

    def __init__(self, sql: sqlite3.Connection, keys: Keyring, clock: Callable[[], datetime]) -> None:
        self.sql = sql
        self.keys = keys
        self.clock = clock
        self.marks: Marks = keys.marks
        self.chat = lru_cache(_CHATS_KNOWN)(self._chat)
        self.intake: Seal = keys.intake
        self.erasing: list[int] = []

    def now(self) -> int:
        """Microseconds since 1970."""
        return to_micros(self.clock())

    def _chat(self, channel: str, address: str) -> bytes:
        """Under what a conversation is looked up: a keyed hash, so that the file names nobody."""
        return self.marks.of("chat", channel, address)

    def seal(self, person: int | None) -> Seal:
        """The person's seal, or the intake's where there is no person."""
        return self.intake if person is None else self.keys.seal_of(person)

    def close(self) -> None:
        self.sql.close()
        self.keys.close()


def shown(person: int) -> str:
    """A person's random number as other rooms know it: 16 hexadecimal digits."""
    return f"{person:016x}"


def numbered(person: str) -> int:
    """The number behind a person's id; one that cannot be is nobody's."""
    try:
        return int(person, 16)
    except ValueError:
        return -1
