"""Backups made under load are whole, damaged ones are refused, and what was deleted stays deleted after a restore."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import key_copies
from bot.store.backup import verify_backup
from bot.store.errors import BadCopy, InUse, StoreError, StoreUnavailable
from bot.store.records import Outgoing, RawUpdate
from bot.store.restore import Wish, restore
from bot.store.rotation import rotate
from bot.store.server_lock import ServerLock
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record
from tests.store.test_privacy import CANARY, NAME, plant, planted

BY = "command:root"
KEEP = timedelta(days=7)


async def some_families(store: Store, count: int) -> list[Family]:
    families = [Family(store, str(number)) for number in range(count)]
    for family in families:
        card = Outgoing("telegram", family.address, "message", {"text": "x"})
        await family.says(lead=lead_record(store, contact={"n": family.address}), outgoing=(card,))
    return families


async def test_backups_under_load_are_whole_and_hold_one_moment(store: Store, clock: Clock, tmp_path: Path) -> None:
    families = await some_families(store, 20)
    busy = True

    async def talk(family: Family) -> None:
        while busy:
            await family.says("y" * 3000)
            await store.keep_updates([RawUpdate(family.said, family.address, "z" * 300)])

    talking = [asyncio.create_task(talk(family)) for family in families]
    made = []
    for _ in range(5):
        clock.pass_by(seconds=1)
        place, manifest = await store.copies.backup(tmp_path / "backups", BY)
        assert verify_backup(place) == manifest
        made.append(manifest)
    busy = False
    await asyncio.gather(*talking)
    assert [one.rows["person"] for one in made] == [20] * 5
    assert made[-1].rows["inbox"] > made[0].rows["inbox"]
    assert {path.name for path in (tmp_path / "backups").iterdir() if not path.name.startswith("brasle-")} == {
        "deletions.txt"
    }


async def test_a_backup_holds_no_key_and_nobody_can_be_read_in_it(
    store: Store, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    await plant(store, clock)
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    await store.close()
    keys = sqlite3.connect(folder / "keys.sqlite3")
    secrets = [
        wrapped for (wrapped,) in keys.execute("SELECT wrapped FROM person_key UNION SELECT wrapped FROM secret")
    ]
    keys.close()
    held = b"".join(path.read_bytes() for path in place.iterdir())
    master = (folder / "master.key").read_bytes().strip()
    assert len(secrets) > 1
    assert not [piece for piece in (*secrets, master, *planted(CANARY), *planted(NAME)) if piece in held]
    assert {path.name for path in place.iterdir()} == {"brasle.sqlite3", "manifest.json"}
    assert {path.stat().st_mode & 0o077 for path in (place, *place.iterdir())} == {0}


async def test_every_damaged_backup_is_refused(store: Store, tmp_path: Path, folder: Path) -> None:
    await some_families(store, 3)
    place, manifest = await store.copies.backup(tmp_path / "backups", BY)
    await store.close()
    chance = random.Random(6)
    for number in range(300):
        name = "manifest.json" if number % 3 == 0 else "brasle.sqlite3"
        whole = (place / name).read_bytes()
        at = chance.randrange(len(whole))
        harm = chance.choice(["flip", "cut", "longer"])
        damaged = {
            "flip": whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :],
            "cut": whole[:at],
            "longer": whole + b"\0",
        }[harm]
        (place / name).write_bytes(damaged)
        with pytest.raises(BadCopy):
            verify_backup(place)
        (place / name).write_bytes(whole)
    assert verify_backup(place) == manifest
    (place / "brasle.sqlite3").unlink()
    with pytest.raises(BadCopy, match="missing"):
        restore(place, folder, Wish(BY, replace=True), Clock())
    with pytest.raises(BadCopy, match="is no backup"):
        verify_backup(tmp_path)


async def test_a_log_of_another_database_beside_a_backup_is_not_taken_in(
    store: Store, folder: Path, clock: Clock, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    await some_families(store, 3)
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    keys, _ = await store.copies.copy_keys(tmp_path / "keys", BY, KEEP)
    clock.pass_by(seconds=1)
    await Family(store, "later").says()
    logs = {
        copy: (folder / f"{name}-wal").read_bytes()
        for copy, name in ((place / "brasle.sqlite3", "brasle.sqlite3"), (keys, "keys.sqlite3"))
    }
    await store.close()
    for copy, log in logs.items():
        for end, stray in (("-wal", log), ("-journal", b"no journal" * 500)):
            beside = copy.with_name(f"{copy.name}{end}")
            beside.write_bytes(stray)
            key_copies.put_back(keys, folder, replace=True)
            clock.pass_by(seconds=1)
            restore(place, folder, Wish(BY, replace=True), clock)
            beside.unlink()
            again = open_store()
            assert await again.load("telegram", "2") is not None
            assert await again.load("telegram", "later") is None
            await again.close()


async def test_a_running_server_and_a_folder_in_use_refuse_a_restore(
    store: Store, clock: Clock, folder: Path, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    await some_families(store, 2)
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    with pytest.raises(InUse, match="stop the server"):
        restore(place, folder, Wish(BY, replace=True), clock)
    await store.close()
    lock = ServerLock.take(folder, clock.now)
    for work in (
        lambda: restore(place, folder, Wish(BY, replace=True), clock),
        lambda: rotate(folder),
    ):
        with pytest.raises(StoreUnavailable, match="Another server"):
            work()
    lock.release()
    with pytest.raises(StoreError, match="say --replace"):
        restore(place, folder, Wish(BY), clock)
    with pytest.raises(BadCopy, match="keys restore"):
        restore(place, tmp_path / "empty", Wish(BY), clock)
    assert await open_store().load("telegram", "1") is not None


async def test_the_folder_is_lost_and_comes_back_without_the_deleted(
    store: Store, clock: Clock, folder: Path, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    families = await some_families(store, 6)
    codes = {family.address: (await store.leads())[0].code for family in families}
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    keys, _ = await store.copies.copy_keys(tmp_path / "keys", BY, KEEP)
    clock.pass_by(hours=3)
    gone = await families[0].person()
    await store.erase(gone)
    master = (folder / "master.key").read_bytes()
    await store.close()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "master.key").write_bytes(master)
    assert key_copies.put_back(keys, folder, replace=False) == 5  # hers is gone, though the copy still held it
    done = restore(place, folder, Wish(BY), clock)
    assert (done.deleted_again, done.without_key, done.aside) == (1, 0, None)
    again = open_store()
    assert await again.load("telegram", "0") is None
    leads = await again.leads()
    assert len(leads) == 6
    opened = [await again.lead(lead.code) for lead in leads if lead.person]
    assert sorted(lead.contact["n"] for lead in opened if lead) == ["1", "2", "3", "4", "5"]
    assert codes
    checked = await again.trail.check()
    assert checked.is_whole, checked.faults
    assert [one.backup for one in checked.restored] == [done.manifest.made]
    assert {path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))} == {
        "brasle.sqlite3", "keys.sqlite3", "master.key", "server.lock",
    }  # fmt: skip


async def test_keys_from_a_copy_need_the_list_of_deletions(
    store: Store, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    families = await some_families(store, 2)
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    keys, _ = await store.copies.copy_keys(tmp_path / "keys", BY, KEEP)
    await store.erase(await families[0].person())
    await store.close()
    kept = tmp_path / "kept.txt"
    (tmp_path / "backups" / "deletions.txt").rename(kept)
    (tmp_path / "keys" / "deletions.txt").unlink()
    key_copies.put_back(keys, folder, replace=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "master.key").write_bytes((folder / "master.key").read_bytes())
    key_copies.put_back(keys, other, replace=False)
    with pytest.raises(BadCopy, match="would come back"):
        restore(place, other, Wish(BY), clock)
    assert restore(place, other, Wish(BY, deletions=(kept,)), clock).deleted_again == 1


async def test_after_the_last_copy_of_the_keys_a_backup_tells_nothing_of_the_deleted(
    store: Store, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    families = await some_families(store, 2)
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    keys, _ = await store.copies.copy_keys(tmp_path / "keys", BY, KEEP)
    number = int(await families[0].person(), 16)
    await store.erase(await families[0].person())

    def key_of(path: Path) -> int:
        sql = sqlite3.connect(path)
        found = sql.execute("SELECT count(*) FROM person_key WHERE person = ?", (number,)).fetchall()[0][0]
        sql.close()
        return int(found)

    assert (key_of(folder / "keys.sqlite3"), key_of(keys)) == (0, 1)
    clock.pass_by(days=6, hours=23)
    assert await store.copies.keep_house(KEEP) == []
    clock.pass_by(hours=1)
    assert await store.copies.keep_house(KEEP) == [keys]
    later, _ = await store.copies.copy_keys(tmp_path / "keys", BY, KEEP)
    assert key_of(later) == 0
    assert verify_backup(place).rows["person"] == 2  # her rows are there, and nothing is left that opens them


async def test_a_restore_is_in_the_trail_and_what_was_lost_is_named(
    store: Store, clock: Clock, folder: Path, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    await some_families(store, 2)
    code = (await store.leads())[0].code
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    for _ in range(5):
        await store.read_lead(code, BY)
    printed = await store.trail.head()
    await store.purge()
    await store.close()
    shutil.copy(place / "brasle.sqlite3", folder / "brasle.sqlite3")  # put back by hand: nobody answers for it
    by_hand = open_store()
    assert not (await by_hand.trail.check()).is_whole
    await by_hand.close()
    done = restore(place, folder, Wish("command:chen", replace=True), clock)
    assert printed is not None
    assert (done.lost.first, done.lost.last) == (printed.seq - 4, printed.seq)
    store = open_store()
    for head in (None, printed):
        checked = await store.trail.check(head)
        assert checked.is_whole, checked.faults
    [one] = checked.restored
    [entry] = [entry for entry in await store.trail.entries(_wanted("trail.restored")) if entry.seq == one.seq]
    assert (entry.name, entry.reason) == ("chen", done.manifest.made)
    await store.read_lead(code, BY)
    await store.purge()  # the end is remembered anew
    later = await store.trail.head()
    await store.read_lead(code, BY)
    await store.close()
    assert done.aside is not None
    shutil.copy(done.aside, folder / "brasle.sqlite3")  # and an older state still is found out
    again = open_store()
    assert not (await again.trail.check()).is_whole
    assert later is not None


async def test_a_damaged_database_is_set_aside_for_the_backup(
    store: Store, clock: Clock, folder: Path, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    await some_families(store, 3)
    place, _ = await store.copies.backup(tmp_path / "backups", BY)
    await store.close()
    whole = (folder / "brasle.sqlite3").read_bytes()
    for harm in (b"no database at all" * 300, whole[:5000], whole[:4096] + bytes(len(whole) - 4096), b""):
        (folder / "brasle.sqlite3").write_bytes(harm)
        (folder / "brasle.sqlite3-wal").write_bytes(harm)
        clock.pass_by(seconds=1)
        done = restore(place, folder, Wish(BY, replace=True), clock)
        assert done.aside is not None
        assert done.aside.exists()
        again = open_store()
        assert await again.load("telegram", "2") is not None
        assert (await again.trail.check()).is_whole
        await again.close()


def _wanted(action: str):  # type: ignore[no-untyped-def]
    from bot.store.audit import Wanted

    return Wanted(action=action)
