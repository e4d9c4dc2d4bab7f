"""The keys that open what is sealed: one a person, wrapped by the master key, in a file apart from the database.

A person's key is durable here before the first row sealed with it is. Deleting it makes every copy of their data
unreadable.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from bot.store.connection import connect_reader, connect_writer, empty_log, transaction
from bot.store.errors import MasterKeyError, StoreError
from bot.store.master_key import read_master_key, read_next_master_key, take_next_master_key
from bot.store.queries import load_queries
from bot.store.schema import migrate
from bot.store.sealing import KEY_BYTES, CannotOpen, Marks, Seal, derive

FILE_NAME = "keys.sqlite3"
_SQL = load_queries("keyring")
_OPENED_KEYS = 2048  # people whose opened key is kept in memory: about 1 kB each
PERSON_KEY = b"person_key"


class OpenedKeys:
    """The keys used last, opened; shared by the writer's thread and the readers'."""

    def __init__(self, size: int = _OPENED_KEYS) -> None:
        self._size = size
        self._seals: OrderedDict[int, Seal] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, person: int) -> Seal | None:
        with self._lock:
            seal = self._seals.get(person)
            if seal is not None:
                self._seals.move_to_end(person)
            return seal

    def put(self, person: int, seal: Seal) -> None:
        with self._lock:
            self._seals[person] = seal
            self._seals.move_to_end(person)
            if len(self._seals) > self._size:
                self._seals.popitem(last=False)

    def drop(self, person: int) -> None:
        with self._lock:
            self._seals.pop(person, None)


class Master:
    """What the master key is used for: wrapping other keys.

    `name` tells which master key wrapped one, and nothing about it.
    """

    def __init__(self, key: bytes) -> None:
        self.wrap = Seal(derive(key, "wrap"))
        self.name = derive(key, "name").hex()[:16]


def secret_place(name: str) -> bytes:
    """Where a wrapped key of the store itself stands."""
    return f"secret.{name}".encode()


def master_of(sql: sqlite3.Connection, folder: Path, *, may_create: bool = False) -> Master:
    """The master that wrapped these keys: after a change of it that was cut short, it may still be the next one."""
    master = Master(read_master_key(folder, may_create=may_create))
    found = sql.execute(_SQL["wrapped_by"]).fetchall()
    if found and found[0][0] != master.name:
        following = read_next_master_key(folder)
        if following is not None and Master(following).name == found[0][0]:
            take_next_master_key(folder)
            return Master(following)
    return master


class Keyring:
    """One connection to the keys. Only the writer's keyring makes and deletes keys."""

    def __init__(self, sql: sqlite3.Connection, master: Master, opened: OpenedKeys) -> None:
        self._sql = sql
        self._master = master
        self._opened = opened
        self._new: dict[int, bytes] = {}
        self._unused: list[int] = []
        root = self._root()
        self.marks = Marks(derive(root, "marks"))
        self.intake = Seal(derive(root, "intake"))
        self.staff = Seal(derive(root, "staff"))
        self.trail = derive(root, "trail")  # chains the entries of the trail

    @classmethod
    def open(cls, folder: Path, *, checkpoints: bool) -> Keyring:
        """The writer's keyring; makes the file, and for an empty folder the master key too."""
        sql = connect_writer(folder / FILE_NAME, checkpoints=checkpoints)
        try:
            migrate(sql, "keys")
            is_new = not sql.execute(_SQL["secret"], ("root",)).fetchall()
            master = master_of(sql, folder, may_create=is_new)
            if is_new:
                cls._make_root(sql, master)
            return cls(sql, master, OpenedKeys())
        except BaseException:
            sql.close()
            raise

    def reader(self, folder: Path) -> Keyring:
        """A keyring for another thread, with a connection of its own, sharing the opened keys."""
        return Keyring(connect_reader(folder / FILE_NAME), self._master, self._opened)

    @staticmethod
    def _make_root(sql: sqlite3.Connection, master: Master) -> None:
        wrapped = master.wrap.close(secret_place("root"), secrets.token_bytes(KEY_BYTES))
        with transaction(sql):
            if not sql.execute(_SQL["secret"], ("root",)).fetchall():
                sql.execute(_SQL["add_secret"], ("root", wrapped, master.name))

    def _root(self) -> bytes:
        """The store's own random key.

        Hashes and intake hang on it, so that a new master key need not touch them.
        """
        [(wrapped,)] = self._sql.execute(_SQL["secret"], ("root",)).fetchall()
        try:
            return self._master.wrap.open(secret_place("root"), wrapped)
        except CannotOpen:
            raise MasterKeyError(
                "The master key does not belong to this data folder: put back the key that was used with it."
            ) from None

    def seal_of(self, person: int) -> Seal:
        """What seals and opens this person's values."""
        seal = self._opened.get(person)
        if seal is not None:
            return seal
        raw = self._new.get(person)
        if raw is not None:
            return Seal(raw)
        found = self._sql.execute(_SQL["person_key"], (person,)).fetchall()
        if not found:
            raise StoreError(f"The key of person {person:016x} is missing: put back the saved copy of {FILE_NAME}.")
        seal = Seal(self._master.wrap.open(PERSON_KEY, found[0][0]))
        self._opened.put(person, seal)
        return seal

    def make(self, person: int) -> Seal:
        """A key for a new person, to be made durable by `save_new` before the person is."""
        raw = secrets.token_bytes(KEY_BYTES)
        self._new[person] = raw
        return Seal(raw)

    def unmake(self, keep: Iterable[int]) -> None:
        """Forget the keys made since `keep` was all there was."""
        kept = set(keep)
        for person in [person for person in self._new if person not in kept]:
            del self._new[person]

    @property
    def made(self) -> tuple[int, ...]:
        """The people whose keys are not durable yet."""
        return tuple(self._new)

    def save_new(self, now: int) -> None:
        """Make the new keys durable. Must come before the commit of the rows that they seal."""
        if not self._new:
            return
        rows = [
            (person, self._master.wrap.close(PERSON_KEY, raw), self._master.name, now)
            for person, raw in self._new.items()
        ]
        with transaction(self._sql):
            self._sql.executemany(_SQL["drop_person_key"], [(person,) for person in self._unused])
            self._sql.executemany(_SQL["add_person_key"], rows)
        self._unused = []

    def write_the_least(self) -> None:
        """See `health`: a number in the file's head that nothing uses, as it is."""
        with transaction(self._sql):
            self._sql.execute("PRAGMA application_id = 0")

    def keep_new(self) -> None:
        """The people of the new keys are committed."""
        for person, raw in self._new.items():
            self._opened.put(person, Seal(raw))
        self._new = {}

    def drop_new(self) -> None:
        """The people of the new keys were not committed: their keys go with the next change of this file."""
        self._unused += self._new
        self._new = {}

    def shred(self, people: Iterable[int], now: int) -> None:
        """Delete these people's keys for good, log included, and remember who was erased."""
        shredded = list(people)
        with transaction(self._sql):
            self._sql.executemany(_SQL["drop_person_key"], [(person,) for person in shredded])
            self._sql.executemany(_SQL["add_erased"], [(person, now) for person in shredded])
        for person in shredded:
            self._opened.drop(person)
        empty_log(self._sql)

    def erased(self) -> list[int]:
        """Everybody who was ever erased, as random numbers."""
        return [person for (person,) in self._sql.execute(_SQL["erased"]).fetchall()]

    def erased_when(self) -> list[tuple[int, int]]:
        """Everybody who was ever erased, with the moment."""
        return self._sql.execute(_SQL["erased_when"]).fetchall()

    def add_erased(self, erased: Iterable[tuple[int, int]]) -> None:
        """Deletions known from elsewhere: these people's keys go, and they are erased again at the next start."""
        rows = list(erased)
        with transaction(self._sql):
            self._sql.executemany(_SQL["drop_person_key"], [(person,) for person, _ in rows])
            self._sql.executemany(_SQL["add_erased"], rows)
        for person, _ in rows:
            self._opened.drop(person)

    def people(self) -> frozenset[int]:
        """Everybody who has a key."""
        return frozenset(person for (person,) in self._sql.execute(_SQL["people"]).fetchall())

    def note_place(self, place: Path, kind: str, now: int) -> None:
        """A copy was put there: the place is told of deletions from now on."""
        with transaction(self._sql):
            self._sql.execute(_SQL["note_place"], (str(place), kind, now))

    def places(self) -> list[tuple[Path, str, int]]:
        """Where copies were put, of which kind ("database" or "keys"), and when last; the latest first."""
        return [(Path(folder), kind, at) for folder, kind, at in self._sql.execute(_SQL["places"]).fetchall()]

    def copied(self) -> int | None:
        """When the copy was made from which these keys were put back; None if they never left their folder."""
        found = self._sql.execute(_SQL["copied"]).fetchall()
        return found[0][0] if found else None

    def not_copied(self) -> None:
        """These keys are the ones in use again."""
        with transaction(self._sql):
            self._sql.execute(_SQL["not_copied"])

    def anchor(self) -> tuple[int, bytes] | None:
        """Where the trail ended when last looked: number and hash of its last entry."""
        found = self._sql.execute(_SQL["anchor"]).fetchall()
        return (found[0][0], found[0][1]) if found else None

    def set_anchor(self, seq: int, hash_: bytes) -> None:
        """Remember a later end of the trail."""
        with transaction(self._sql):
            self._sql.execute(_SQL["set_anchor"], (seq, hash_))

    def move_anchor(self, seq: int, hash_: bytes) -> None:
        """After a restore that stands in the trail: the end from which it goes on."""
        with transaction(self._sql):
            self._sql.execute(_SQL["move_anchor"], (seq, hash_))

    def close(self) -> None:
        self._sql.close()
