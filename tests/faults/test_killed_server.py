"""The whole program, killed again and again under load: no answer lost, none counted twice, one lead a family."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.store.store import Store
from tests.fake_telegram import FakeTelegram, RandomFaults

from .conftest import WAIT, Nursery, free_port
from .families import CALM, Family, families

# More for a night's run: BRASLE_KILLS=500.
KILLS = int(os.environ.get("BRASLE_KILLS", "26")) // 2
FAMILIES = 2 + KILLS // 2
# What a press at a question is kept as.
ANSWERS = {pressed: pressed.removeprefix("choose:") for pressed in CALM} | {"done": "none"}
TROUBLED = frozenset({"sendmessage", "editmessagetext", "answercallbackquery"})


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_no_answer_is_lost_or_counted_twice(mode: str, tmp_path: Path, nursery: Nursery) -> None:
    chance = random.Random(f"{mode} {KILLS}")
    async with FakeTelegram(patience=0.01) as telegram:
        telegram.faults.random = RandomFaults(server_error=0.005, cut=0.005, lost_answer=0.005, only=TROUBLED)
        server: dict[str, Any] = {
            "what": "app",
            "folder": str(tmp_path),
            "api_base": telegram.url,
            "token": telegram.token,
            "secret": "a-Secret_1",
            "port": free_port() if mode == "webhook" else 0,
        }
        everybody = families(telegram, FAMILIES, chance)

        def work() -> None:
            for family in everybody:
                family.act()

        for _ in range(KILLS):
            await nursery.start(**server)
            await nursery.kill_at_work(telegram, chance, work, most_calls=90)
        telegram.faults.clear()
        await nursery.start(**server)
        for family in everybody:
            await telegram.until(lambda family=family: work() or family.done, WAIT)  # type: ignore[misc, func-returns-value]
        await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
        nursery.kill()
    await compare(tmp_path, everybody)


async def test_the_command_takes_updates_at_once_and_loses_none(tmp_path: Path) -> None:
    """As an operator starts it: killed before aiogram is even imported, with the first message just taken."""
    async with FakeTelegram() as telegram:
        environment = os.environ | {
            "BOT_TOKEN": telegram.token,
            "TELEGRAM_API_BASE": telegram.url,
            "BRASLE_DATA": str(tmp_path),
        }
        parent = telegram.person("Li", "zh-hans")
        parent.starts()
        for attempt in range(2):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--port", "0", "--no-browser", cwd=tmp_path, env=environment
            )
            try:
                await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
                if attempt == 0:
                    parent.says("second")
                    continue
                await parent.sees_button("English", WAIT)
            finally:
                process.kill()
                await process.wait()


async def compare(folder: Path, everybody: list[Family]) -> None:
    store = Store.open(folder)
    try:
        for family in everybody:
            person = await store.load("telegram", str(family.person.chat.id))
            assert person is not None
            kept = await store.export(person.id)
            interview = kept["dialogue"]["interview"]
            given = [interview["given"][card]["choices"][0] for card in interview["trail"]]
            assert given == [ANSWERS.get(pressed, pressed) for pressed in family.answered]
            counted = [event["detail"] for event in kept["events"] if event["kind"] == "answered"]
            assert len(counted) == len(family.answered)
            assert [lead["contact"]["name"] for lead in kept["leads"]] == [family.name]
            assert kept["source"] == "ward-7"
            given_permissions = sorted(one["name"] for one in kept["permissions"])
            assert given_permissions == ["abroad", "handover", "health"]
        assert len(await store.leads()) == len(everybody)
        assert await store.quarantined() == []
        assert await store.given_up() == []
        assert await store.pending(10) == []
    finally:
        await store.close()
    for name in ("brasle.sqlite3", "keys.sqlite3"):
        with sqlite3.connect(folder / name) as sql:
            assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
