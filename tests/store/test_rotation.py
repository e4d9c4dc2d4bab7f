"""A new master key: killed at every step everybody can still be read, and the old key opens nothing afterwards."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.backup import verify_backup
from bot.store.errors import InUse, MasterKeyError
from bot.store.restore import Wish, restore
from bot.store.rotation import rotate
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record
from tests.store.cut_short import dies_at

PEOPLE = 5
# The long form, `make faults-store`, stops at every step; the suite at every few.
EVERY = int(os.environ.get("BRASLE_FAULTS_EVERY", "4"))


async def filled(store: Store) -> list[str]:
    people = []
    for number in range(PEOPLE):
        family = Family(store, str(number))
        await family.says(f'{{"n":{number}}}', lead=lead_record(store))
        people.append(await family.person())
    return people


async def all_can_be_read(folder: Path, clock: Clock) -> None:
    store = Store.open(folder, clock=clock)
    for number in range(PEOPLE):
        person = await store.load("telegram", str(number))
        assert person is not None
        assert person.dialogue == f'{{"n":{number}}}'
    assert all([await store.lead(lead.code) for lead in await store.leads()])
    assert (await store.trail.check()).is_whole
    await Family(store, "new").says()
    await store.erase(await Family(store, "new").person())
    await store.close()


def wrapped_by(folder: Path) -> set[str]:
    sql = sqlite3.connect(folder / "keys.sqlite3")
    found = {name for (name,) in sql.execute("SELECT wrapped_by FROM person_key UNION SELECT wrapped_by FROM secret")}
    sql.close()
    return found


async def test_a_server_refuses_a_new_master_key_and_after_it_all_is_as_before(
    store: Store, folder: Path, clock: Clock
) -> None:
    await filled(store)
    with pytest.raises(InUse, match="stop the server"):
        rotate(folder)
    await store.close()
    before, old = wrapped_by(folder), (folder / "master.key").read_bytes()
    assert rotate(folder) == PEOPLE + 1
    after = wrapped_by(folder)
    assert (len(before), len(after), before & after) == (1, 1, set())
    assert (folder / "master.key").read_bytes() != old
    assert {path.name for path in folder.iterdir()} == {
        "brasle.sqlite3", "keys.sqlite3", "master.key", "server.lock",
    }  # fmt: skip
    await all_can_be_read(folder, clock)
    (folder / "master.key").write_bytes(old)
    with pytest.raises(MasterKeyError, match="does not belong"):
        Store.open(folder, clock=clock)


async def test_cut_short_at_any_step_it_is_the_old_key_or_the_new_never_half(
    store: Store, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    await filled(store)
    await store.close()
    step = 0
    while True:
        tried = tmp_path / f"tried-{step}"
        shutil.copytree(folder, tried)
        died = dies_at(step, lambda tried=tried: rotate(tried))  # type: ignore[misc]
        assert len(wrapped_by(tried)) == 1
        if step % (2 * EVERY) == 0:
            assert rotate(tried) == PEOPLE + 1  # going on where it stopped
        await all_can_be_read(tried, clock)
        shutil.rmtree(tried)
        if not died:
            break
        step += EVERY
    assert step > 20
    print(f"rotation cut short at {step // EVERY} of {step} steps: never half")


async def test_a_restore_cut_short_at_any_step_leaves_the_old_or_the_new(
    store: Store, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    people = await filled(store)
    place, _ = await store.copies.backup(tmp_path / "backups", "command:root")
    await Family(store, "1").says('{"n":1,"later":1}', incoming=("telegram", "later"))
    await store.erase(people[0])
    await store.close()
    step, seen = 0, set()
    while True:
        tried = tmp_path / f"tried-{step}"
        shutil.copytree(folder, tried)
        died = dies_at(step, lambda tried=tried: restore(place, tried, Wish("chen", replace=True), clock))  # type: ignore[misc]
        now = Store.open(tried, clock=clock)
        assert await now.load("telegram", "0") is None
        person = await now.load("telegram", "1")
        assert person is not None
        seen.add(person.dialogue)
        checked = await now.trail.check()
        assert checked.is_whole, (step, checked.faults)
        await now.close()
        restore(place, tried, Wish("chen", replace=True), clock)
        shutil.rmtree(tried)
        if not died:
            break
        step += 3 * EVERY
    assert seen == {'{"n":1}', '{"n":1,"later":1}'}
    assert step > 40
    assert verify_backup(place)
    print(f"restore cut short at {step // (3 * EVERY)} of {step} steps: old or new")


async def test_a_master_key_of_the_environment_is_the_operators_to_move(
    store: Store, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, open_store: Callable[..., Store]
) -> None:
    await filled(store)
    await store.close()
    old = (folder / "master.key").read_text().strip()
    (folder / "master.key").unlink()
    monkeypatch.setenv("BRASLE_MASTER_KEY", old)
    with pytest.raises(MasterKeyError, match="BRASLE_MASTER_KEY_NEXT"):
        rotate(folder)
    new = base64.b64encode(secrets.token_bytes(32)).decode()
    monkeypatch.setenv("BRASLE_MASTER_KEY_NEXT", new)
    rotate(folder)
    await all_can_be_read(folder, clock)  # with both still set
    monkeypatch.setenv("BRASLE_MASTER_KEY", new)
    monkeypatch.delenv("BRASLE_MASTER_KEY_NEXT")
    await all_can_be_read(folder, clock)
    assert not (folder / "master.key").exists()
