"""Killed at any moment, the store keeps every turn that it has acknowledged, once, and never half of one."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.store.store import Store
from tests.store import committer

KILLS = 6


@dataclass
class Heard:
    """What the program said before it was killed: of each chat the last person and their turns."""

    person: dict[str, str] = field(default_factory=dict)
    numbers: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    updates: set[tuple[str, int]] = field(default_factory=set)
    leads: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)

    def note(self, line: str) -> None:
        match line.split():
            case ["turn", chat, person, number]:
                if self.person.get(chat) != person:
                    self.numbers[chat] = []
                    self.leads.pop(chat, None)
                self.person[chat] = person
                self.numbers[chat].append(int(number))
            case ["lead", chat, code]:
                assert self.leads.setdefault(chat, code) == code
            case ["update", chat, number]:
                self.updates.add((chat, int(number)))
            case ["erased", chat, person]:
                self.erased.add(person)
            case ["ready"] | ["sending", _, _] | []:
                pass
            case words:
                raise AssertionError(words)


def run_and_kill(folder: Path, start: int, lines: int, heard: Heard) -> None:
    with subprocess.Popen(
        [sys.executable, committer.__file__, str(folder), str(start)], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        for _ in range(lines):
            line = program.stdout.readline()
            assert line, "the program ended by itself"
            heard.note(line.decode())
        program.send_signal(signal.SIGKILL)
        for rest in program.stdout.read().decode().splitlines():
            heard.note(rest)
    assert program.returncode == -signal.SIGKILL


async def compare(store: Store, heard: Heard) -> int:
    """Everything heard is there; gives how many turns were kept without being heard of."""
    unheard = 0
    for chat, person in heard.person.items():
        loaded = await store.load("telegram", chat)
        if loaded is None or loaded.id != person:  # erased, or begun anew, and killed before saying so
            unheard += 1
            continue
        said = json.loads(loaded.dialogue)
        assert said == list(range(len(said)))
        assert loaded.revision == len(said)
        assert set(heard.numbers[chat]) <= set(said)
        unheard += len(said) - 1 - heard.numbers[chat][-1]
        waiting = [one["payload"]["n"] for one in (await store.export(person))["waiting_to_be_sent"]]
        assert waiting == said[len(said) - len(waiting) :]  # sent from the front, none lost, none twice
        leads = (await store.export(person))["leads"]
        assert len(leads) == (1 if len(said) > 3 else 0)
        if chat in heard.leads:
            assert [lead["code"] for lead in leads] == [heard.leads[chat]]
            assert leads[0]["contact"]["n"] == max(number for number in said if number % 7 == 3)
    for person in heard.erased:
        assert await store.export(person) == {}
    return unheard


async def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_doubled(
    folder: Path, open_store: Callable[..., Store]
) -> None:
    chance = random.Random(7)
    heard = Heard()
    for kill in range(KILLS):
        run_and_kill(folder, kill * 100_000, chance.randint(1, 1500), heard)
        store = open_store()
        assert await compare(store, heard) <= 2 * committer.CHATS
        waiting = {(item.chat, item.update_id) for item in await store.pending(1000)}
        assert len(waiting) <= committer.CHATS
        assert len(await store.leads()) == len({lead.code for lead in await store.leads()})
        await store.close()
        for name in ("brasle.sqlite3", "keys.sqlite3"):
            sql = sqlite3.connect(folder / name)
            assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert sql.execute("PRAGMA foreign_key_check").fetchall() == []
            sql.close()
    assert len(heard.updates) > KILLS * 10
