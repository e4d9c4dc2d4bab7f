"""A permission is given on the text that was read: one corrected meanwhile is shown again, and kept under its hash."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.wording import Wording
from bot.wording_live import LiveWording
from tests.bot.family import Clock, Family, conversation
from tests.wording.editing import change, entry, reword_english, translate

KEY = "permission.health.ask"


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_agreeing_to_a_text_that_was_corrected_meanwhile_shows_it_again(
    all_in_line: Path, tmp_path: Path, language: str
) -> None:
    live = LiveWording(Wording.load(all_in_line, strict=True))
    talk = conversation(tmp_path / "data", Clock())
    talk._wording = live
    family = Family(talk)
    await family.command("start")
    await family.tap(f"language:{language}")
    old = live.text_hash(KEY, language)
    reword_english(all_in_line, KEY, "May we ask you some things? {site}")
    translate(all_in_line, KEY, "可以问您一些问题吗？{site}")
    live.put(Wording.load(all_in_line, strict=True))
    new = live.text_hash(KEY, language)
    assert new != old
    await family.tap("agree")
    assert family.notes == ["permission.reworded"]
    assert family.key == KEY
    assert not (await family.stored()).permissions
    await family.tap("agree")
    assert family.card not in ("permission", "")
    permission = (await family.stored()).permissions["health"]
    assert permission.text_hash == new
    assert permission.state == "given"
    with sqlite3.connect(tmp_path / "data" / "brasle.sqlite3") as sql:
        kept = sql.execute("SELECT count(*) FROM permission WHERE state = 'given'").fetchone()
    assert kept == (1,)


async def test_a_line_below_the_question_counts_too(all_in_line: Path, tmp_path: Path) -> None:
    live = LiveWording(Wording.load(all_in_line, strict=True))
    talk = conversation(tmp_path / "data", Clock())
    talk._wording = live
    family = Family(talk)
    await family.command("start")
    await family.tap("language:zh_Hans")
    change(
        all_in_line,
        "zh_Hans.po",
        "permission.kept",
        translation=entry(all_in_line, "zh_Hans.po", "permission.kept").translation + "。",
    )
    live.put(Wording.load(all_in_line, strict=True))
    await family.tap("agree")
    assert family.notes == ["permission.reworded"]
    # Refusing needs no second reading.
    await family.tap("refuse")
    assert (await family.stored()).permissions["health"].state == "refused"


async def test_an_edit_elsewhere_asks_nobody_again(all_in_line: Path, tmp_path: Path) -> None:
    live = LiveWording(Wording.load(all_in_line, strict=True))
    talk = conversation(tmp_path / "data", Clock())
    talk._wording = live
    family = Family(talk)
    await family.command("start")
    await family.tap("language:zh_Hans")
    translate(all_in_line, "nav.skip", "先跳过")
    live.put(Wording.load(all_in_line, strict=True))
    await family.tap("agree")
    assert family.notes == []
    assert (await family.stored()).permissions["health"].state == "given"
