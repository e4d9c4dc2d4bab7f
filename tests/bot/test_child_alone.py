"""A child alone leaves nothing in any file, and is looked after all the same; the adult who comes is asked anew."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.message import Channel
from tests.bot.family import BOY, Clock, Family, conversation

CANARY = "canary-91c4"
# A keyed hash and a moment of the messages handled, for a week: so that none of them begins anything anew.
LEFT = {"erasing_message", "seen_update"}


def remains(folder: Path) -> dict[str, int]:
    sql = sqlite3.connect(f"file:{folder / 'brasle.sqlite3'}?mode=ro", uri=True)
    tables = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counts = {name: sql.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in tables}  # noqa: S608
    sql.close()
    return {name: rows for name, rows in counts.items() if rows and not name.startswith(("sqlite", "_sqlite", "audit"))}


def holding(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.iterdir() if text.encode() in path.read_bytes()]


@pytest.mark.parametrize("channel", ["browser", "telegram", "terminal"])
async def test_nothing_of_a_child_alone_stands_in_any_file(tmp_path: Path, channel: Channel) -> None:
    clock = Clock()
    folder = tmp_path / "data"
    child = Family(conversation(folder, clock), channel, address=f"{CANARY}-address")
    await child.begin()
    number = (await child.talk._store.load(channel, child.address)).id  # type: ignore[union-attr]
    await child.tap("choose:self")
    await child.tap("choose:no")
    assert child.key == "fetch_adult.text"
    for said in (f"{CANARY} my knee hurts", "/about", f"{CANARY} nobody is here"):
        await (child.command(said[1:]) if said.startswith("/") else child.says(said))
        assert await child.talk._store.load(channel, child.address) is None
        assert set(remains(folder)) <= LEFT
    await child.says(f"{CANARY} I want to die")
    assert child.key == "alarm.self_harm"
    assert [detail.key for detail in child.shown.reply.details] == ["alarm.minor"]
    await child.tap("resume")
    assert child.key == "fetch_adult.text"
    assert (await child.talk.show(channel, child.address)).reply.text.key == "fetch_adult.text"
    assert set(remains(folder)) <= LEFT
    assert holding(folder, CANARY) == []
    keys = sqlite3.connect(folder / "keys.sqlite3")
    assert keys.execute("SELECT count(*) FROM person_key").fetchall() == [(0,)]
    assert keys.execute("SELECT person FROM erased").fetchall() == [(int(number, 16),)]
    keys.close()


async def test_the_adult_who_comes_is_asked_for_permission_and_kept_from_then_on(tmp_path: Path) -> None:
    clock = Clock()
    family = Family(conversation(tmp_path / "data", clock))
    await family.begin()
    await family.tap("choose:self")
    await family.tap("choose:no")
    await family.tap("adult_here")
    assert family.key == "permission.health.ask"
    assert not (await family.stored()).permissions
    await family.tap("agree")
    assert family.card == "respondent"
    await family.answer(BOY)
    person = await family.talk._store.load(family.channel, family.address)
    assert person is not None
    kept = await family.talk._store.export(person.id)
    assert [one["state"] for one in kept["permissions"]] == ["given"]
    assert len(json.loads(person.dialogue)["interview"]["given"]) > 5


async def test_an_hour_later_or_after_a_restart_the_child_is_greeted_anew(tmp_path: Path) -> None:
    clock = Clock()
    talk = conversation(tmp_path / "data", clock)
    child = Family(talk)
    await child.begin()
    await child.tap("choose:self")
    await child.tap("choose:no")
    clock.now += timedelta(minutes=59)
    assert (await talk.show(child.channel, child.address)).reply.text.key == "fetch_adult.text"
    clock.now += timedelta(minutes=2)
    await child.says("hello")
    assert child.key == "language.ask"


async def test_a_sisters_data_is_not_lost_by_a_childs_answer(tmp_path: Path) -> None:
    clock = Clock()
    family = Family(conversation(tmp_path / "data", clock))
    await family.begin()
    await family.answer(BOY)
    person = await family.talk._store.load(family.channel, family.address)
    assert person is not None
    dialogue = await family.stored()
    earlier = dialogue.having(earlier=(dialogue.interview,), state="fetching_adult")
    assert not earlier.leaves_nothing
    assert dialogue.having(state="fetching_adult").leaves_nothing
    assert not dialogue.leaves_nothing
