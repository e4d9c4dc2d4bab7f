"""What `doctor` says of the data folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.store.condition import condition, group_condition
from bot.store.store import Store
from tests.store.conftest import Clock

SOUND = (3, 51, 3)


def notes(folder: Path, clock: Clock, version: tuple[int, ...] = SOUND) -> list[str]:
    return [line for line in condition(folder, clock.now, version) if line.startswith("note")]


async def test_missing_old_and_unreachable_copies_are_named(
    store: Store, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    assert [line.partition(": ")[2][:25] for line in notes(folder, clock)] == [
        "there is no backup of the",
        "there is no copy of the k",
    ]
    await store.copies.backup(tmp_path / "backups", "command:root")
    await store.copies.copy_keys(tmp_path / "keys", "command:root", timedelta(days=7))
    assert notes(folder, clock) == []
    clock.pass_by(days=3)
    assert all("3.0 days old" in line for line in notes(folder, clock))
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    assert any("cannot be reached" in line for line in notes(folder, clock))


def test_a_sqlite_with_the_fault_is_said_in_words(tmp_path: Path, clock: Clock) -> None:
    for version, faulty in (((3, 7, 0), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), False)):
        said = notes(tmp_path, clock, version)
        assert bool(said) == faulty, version
        assert not faulty or "rare fault" in said[0]


def test_what_others_may_read_and_what_is_left_over_is_named(store: Store, folder: Path, clock: Clock) -> None:
    (folder / "master.key").chmod(0o644)
    (folder / "brasle.sqlite3.replaced-20261122T000000Z").touch()
    (folder / "master.key.next").touch()
    said = " ".join(notes(folder, clock))
    for words in ("rights to 600", "set aside by a restore", "keys rotate"):
        assert words in said


def test_a_disk_with_little_room_is_said(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=12_000_000))
    [said] = notes(tmp_path / "not" / "there", clock)
    assert "only 12 MB free" in said


async def test_what_waits_for_a_person_is_counted(store: Store, folder: Path, clock: Clock) -> None:
    def said() -> list[str]:
        return [line for line in notes(folder, clock) if "copies" not in line]

    assert said() == []
    await store.keep_unreadable("{", "no update at all")
    assert said() == ["note  updates: 1 are set aside. See 'brasle-prescreen updates list'."]
    await store.close()
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    sql.execute(
        "INSERT INTO outbox (channel, chat, op, head, due_at, attempts) VALUES ('notice', x'00', 'lead', 1, 0, 7)"
    )
    sql.commit()
    sql.close()
    assert any("1 to the site are not taken" in line for line in said())


def test_a_group_that_moved_or_refuses_is_named(store: Store, folder: Path) -> None:
    assert group_condition(folder, -100) == []
    with closing(sqlite3.connect(folder / "brasle.sqlite3")) as sql, sql:
        sql.execute("INSERT INTO telegram_group (configured, chat, bot, trouble) VALUES (-100, -200, '', 'kicked')")
    moved, refused = group_condition(folder, -100)
    assert "Set it to -200" in moved
    assert "(kicked)" in refused
    assert group_condition(folder, None) == []
