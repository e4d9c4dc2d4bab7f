"""Killed again and again while families write ahead: every message counts once, in its order; every lead is one."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.store.store import Store
from tests.fake_telegram import Chat, FakeTelegram, Message, Person, RandomFaults

from .conftest import WAIT, Nursery, free_port

# More for a night's run: BRASLE_KILLS=500.
KILLS = int(os.environ.get("BRASLE_KILLS", "12")) // 2
FAMILIES = 12
# So many messages each family writes without waiting for an answer: the process always dies at work.
AHEAD = 3


class Crowd:
    """Families who write faster than anybody answers, and press for a lead now and then."""

    def __init__(self, telegram: FakeTelegram, chance: random.Random) -> None:
        self.telegram, self.chance = telegram, chance
        self.people = [telegram.person() for _ in range(FAMILIES)]
        self.said: dict[int, list[str]] = {person.chat.id: [] for person in self.people}
        for person in self.people:
            person.starts()

    def write(self) -> None:
        """Everybody writes on, up to some messages ahead of what was heard."""
        for person in self.people:
            while len(self.said[person.chat.id]) - self.heard(person) < AHEAD:
                self.say(person)
            if self.chance.random() < 0.05 and person.card:
                person.presses(person.card, f"{self.heard(person) + 1}:page")

    @staticmethod
    def heard(person: Person) -> int:
        """The number of the question that stands there."""
        found = re.search(r"Question (\d+)", (person.card.text or "") if person.card else "")
        return int(found[1]) if found else 0

    def say(self, person: Person) -> None:
        words = f"answer {len(self.said[person.chat.id])} of {person.chat.id}"
        self.said[person.chat.id].append(words)
        person.says(words)

    async def ask_for_a_lead(self) -> None:
        """Everybody presses the button that makes a lead, twice."""
        for person in self.people:
            assert person.card is not None
            data = next(one["callback_data"] for row in person.card.keyboard or [] for one in row)
            revision = data.partition(":")[0]
            for _ in range(2):
                person.presses(person.card, f"{revision}:lead")
            self.said[person.chat.id].append("lead")
        for person in self.people:
            await person.hears(f"Question {len(self.said[person.chat.id])}", WAIT)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_no_answer_is_lost_or_counted_twice(mode: str, tmp_path: Path, nursery: Nursery) -> None:
    chance = random.Random(f"{mode} {KILLS}")
    async with FakeTelegram(patience=0.01) as telegram:
        telegram.faults.random = RandomFaults(
            flood=0.01,
            server_error=0.01,
            cut=0.01,
            lost_answer=0.01,
            only=frozenset({"sendmessage", "editmessagetext"}),
        )
        server: dict[str, Any] = {
            "what": "small talk",
            "folder": str(tmp_path),
            "api_base": telegram.url,
            "token": telegram.token,
            "secret": "a-Secret_1",
            "port": free_port() if mode == "webhook" else 0,
        }
        crowd = Crowd(telegram, chance)
        for _ in range(KILLS):
            await nursery.start(**server)
            await nursery.kill_at_work(telegram, chance, crowd.write, most_calls=100)
        telegram.faults.clear()
        await nursery.start(**server)
        for person in crowd.people:
            await person.hears(f"Question {len(crowd.said[person.chat.id])}", WAIT)
        await crowd.ask_for_a_lead()
        await screens_come_right(crowd)
        await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
        nursery.kill()
        await compare(tmp_path, crowd)


async def compare(folder: Path, crowd: Crowd) -> None:
    store = Store.open(folder)
    try:
        for address, said in crowd.said.items():
            person = await store.load("telegram", str(address))
            assert person is not None
            assert json.loads(person.dialogue)["answers"] == said
        leads = await store.leads()
        assert len(leads) == len({lead.person for lead in leads}) == FAMILIES
        assert await store.quarantined() == []
        assert await store.given_up() == []
        assert await store.pending(10) == []
    finally:
        await store.close()
    for name in ("brasle.sqlite3", "keys.sqlite3"):
        with sqlite3.connect(folder / name) as sql:
            assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def screens_come_right(crowd: Crowd) -> None:
    """Nobody can know whether a card arrived whose answer was lost, so an old copy may stand there: a press on it
    counts for nothing, says so, and takes its buttons away.
    """
    for person in crowd.people:
        *copies, current = [message for message in person.heard if message.keyboard]
        assert current.text == person.heard[-1].text
        for copy in copies:
            await person.answered(person.taps("No", message=copy), WAIT)
            await person.until(partial(has_no_buttons, copy), WAIT)


def has_no_buttons(message: Message, _: Chat) -> bool:
    return message.keyboard is None
