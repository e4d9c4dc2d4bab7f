"""The server dies at random moments of its work, by polling and by webhook, while families are in their interviews: every
answer counts once, every family has one lead, and no message is repeated but one that was on its way.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bot.store.store import Store
from tests.fake_telegram import FakeTelegram, RandomFaults
from tests.faults.campaigns.outcome import Outcome
from tests.faults.conftest import WAIT, Nursery, free_port, nursery_process
from tests.faults.families import CALM, Family, families

SUITE, SHORT, LONG = 26, 500, 5_000
# A server's whole life in one data folder: so many kills, then another folder.
KILLS_A_FOLDER = 125
MOST_CALLS = 90
SECRET = "a-Secret_1"
FILES = ("brasle.sqlite3", "keys.sqlite3")
# What a press at a question is kept as.
ANSWERS = {pressed: pressed.removeprefix("choose:") for pressed in CALM} | {"done": "none"}
SENDING = frozenset({"sendmessage", "editmessagetext", "answercallbackquery"})


async def run(folder: Path, *, long: bool) -> Outcome:
    return await kill(folder, LONG if long else SHORT)


async def in_suite(folder: Path) -> Outcome:
    return await kill(folder, SUITE)


async def kill(folder: Path, kills: int) -> Outcome:
    """So many kills, half of them by polling, half by webhook."""
    outcome = Outcome("kills under load, polling and webhook")
    told = Counter[str]()
    async with nursery_process() as nursery:
        for mode in ("polling", "webhook"):
            left, number = kills // 2, 0
            while left:
                lives = Lives(mode, min(left, KILLS_A_FOLDER), random.Random(f"{mode} {number} {kills}"))
                await lives.run(folder / f"{mode}-{number}", nursery)
                await compare(folder / f"{mode}-{number}", lives, outcome, told)
                left, number = left - lives.kills, number + 1
    outcome.figures = dict(told) | {"repeated sends a kill": round(told["repeated sends"] / outcome.count, 2)}
    return outcome


@dataclass
class Lives:
    """The lives of one data folder's servers. `died` is when each was killed; `recovered` how many seconds later a family
    got a reply.
    """

    mode: str
    kills: int
    chance: random.Random
    everybody: list[Family] = field(default_factory=list)
    died: list[float] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)
    repeated: int = 0
    repeated_in_one_life: int = 0

    async def run(self, folder: Path, nursery: Nursery) -> None:
        async with FakeTelegram(patience=0.01) as telegram:
            telegram.faults.random = RandomFaults(server_error=0.005, cut=0.005, lost_answer=0.005, only=SENDING)
            self.everybody = families(telegram, 2 + self.kills // 2, self.chance)
            server = {
                "what": "app",
                "folder": str(folder),
                "api_base": telegram.url,
                "token": telegram.token,
                "secret": SECRET,
                "port": free_port() if self.mode == "webhook" else 0,
            }
            for _ in range(self.kills):
                await nursery.start(**server)
                await nursery.kill_at_work(telegram, self.chance, self.act, MOST_CALLS)
                await telegram.alone()
                self.died.append(time.monotonic())
            telegram.faults.clear()
            await nursery.start(**server)
            for family in self.everybody:
                await telegram.until(lambda family=family: self.act() or family.done, WAIT)  # type: ignore[misc, func-returns-value]
            await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
            nursery.kill()
            self._measure(telegram)

    def act(self) -> None:
        for family in self.everybody:
            family.act()

    def _measure(self, telegram: FakeTelegram) -> None:
        """When replies came again, and which came twice."""
        sent = [call for call in telegram.calls if call.method in SENDING and call.outcome == 200]
        life, first = 0, True
        lives_of: defaultdict[str, list[int]] = defaultdict(list)
        for call in sent:
            while life < len(self.died) and call.at > self.died[life]:
                life, first = life + 1, True
            if first and life:
                self.recovered.append(call.at - self.died[life - 1])
            first = False
            lives_of[call.method + json.dumps(call.given.everything(), sort_keys=True)].append(life)
        self.repeated = sum(len(lives) - 1 for lives in lives_of.values())
        self.repeated_in_one_life = sum(len(lives) - len(set(lives)) for lives in lives_of.values())


async def compare(folder: Path, lives: Lives, outcome: Outcome, told: Counter[str]) -> None:
    """What the families pressed, with what is kept."""
    store = Store.open(folder)
    try:
        for family in lives.everybody:
            await compare_family(store, family, outcome, told)
        outcome.check(len(await store.leads()) == len(lives.everybody), "a lead for each family, and no other")
        outcome.check(await store.quarantined() == [], "no update is set aside")
        outcome.check(await store.given_up() == [], "no message is given up")
        outcome.check(await store.pending(10) == [], "no update still waits")
    finally:
        await store.close()
    for name in FILES:
        with sqlite3.connect(folder / name) as sql:
            is_whole = sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        outcome.check(is_whole, f"{name} is whole")
    outcome.check(lives.repeated_in_one_life == 0, "no message goes out twice in the life of one server")
    outcome.count += lives.kills
    outcome.worst = max([outcome.worst, *lives.recovered])
    told.update({"families": len(lives.everybody), "repeated sends": lives.repeated})


async def compare_family(store: Store, family: Family, outcome: Outcome, told: Counter[str]) -> None:
    person = await store.load("telegram", str(family.person.chat.id))
    kept = await store.export(person.id) if person is not None else {}
    if not kept:
        outcome.lost += len(family.answered)
        return
    interview = kept["dialogue"]["interview"]
    given = [interview["given"][card]["choices"][0] for card in interview["trail"]]
    pressed = [ANSWERS.get(one, one) for one in family.answered]
    counted = [event for event in kept["events"] if event["kind"] == "answered"]
    leads = [lead["contact"]["name"] for lead in kept["leads"]]
    outcome.lost += (Counter(pressed) - Counter(given)).total() + (family.name not in leads)
    outcome.duplicated += max(0, len(counted) - len(pressed)) + max(0, len(leads) - 1)
    permissions = sorted(one["name"] for one in kept["permissions"])
    outcome.check(given == pressed, "answers are kept in their order")
    outcome.check(kept["source"] == "ward-7", "where a family comes from is kept")
    outcome.check(permissions == ["abroad", "handover", "health"], "each permission is noted once")
    told.update({"answers": len(pressed), "leads": len(leads)})
