"""When the disk is full or may not be written, nothing is half kept, it is said, and it goes on by itself."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.store import health
from bot.store.errors import StoreUnavailable
from bot.store.records import Outgoing, RawUpdate
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record

LARGE = "x" * 200_000


@contextmanager
def full_disk(store: Store, which: str = "brasle") -> Iterator[None]:
    """No page more than the file has now."""
    ledger = store._writer._ledger
    sql = ledger.sql if which == "brasle" else ledger.keys._sql
    [(pages,)] = sql.execute("PRAGMA page_count").fetchall()
    sql.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    yield
    sql.execute("PRAGMA max_page_count = 1000000").fetchall()


@contextmanager
def read_only(store: Store, which: str = "brasle") -> Iterator[None]:
    ledger = store._writer._ledger
    sql = ledger.sql if which == "brasle" else ledger.keys._sql
    sql.execute("PRAGMA query_only = ON")
    yield
    sql.execute("PRAGMA query_only = OFF")


def unfinished(folder: Path) -> list[tuple[int]]:
    sql = sqlite3.connect(f"file:{folder / 'brasle.sqlite3'}?mode=ro", uri=True)
    found = sql.execute("SELECT person FROM unfinished_erasure").fetchall()
    sql.close()
    return found


def dump(folder: Path) -> list[str]:
    sql = sqlite3.connect(f"file:{folder / 'brasle.sqlite3'}?mode=ro", uri=True)
    lines = list(sql.iterdump())
    sql.close()
    return lines


async def test_a_full_disk_keeps_nothing_of_a_turn_and_goes_on_when_there_is_space(
    store: Store, folder: Path, clock: Clock
) -> None:
    family = Family(store, "1001")
    await family.says("before")
    before = dump(folder)
    more = {
        "outgoing": (Outgoing("telegram", "1001", "card", {"text": LARGE}),),
        "lead": lead_record(store),
        "incoming": ("telegram", "the one"),
    }
    with full_disk(store):
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=r"the disk is full; free some space"):
                await family.says("after", **more)
            with pytest.raises(StoreUnavailable):
                await store.keep_updates([RawUpdate(1, "1001", LARGE)])
        assert dump(folder) == before
        loaded = await store.load("telegram", "1001")
        assert loaded is not None
        assert loaded.dialogue == "before"  # what is there can be read all the time
    assert not (await family.says("after", **more)).repeated
    assert await store.keep_updates([RawUpdate(1, "1001", LARGE)]) == 1
    assert len(await store.leads()) == 1


async def test_what_still_fits_is_kept_while_the_rest_of_its_batch_is_not(store: Store) -> None:
    small = [Family(store, str(number)) for number in range(20)]
    for family in small:
        await family.says("x")
    with full_disk(store):
        large = [Family(store, f"large {number}").says(LARGE) for number in range(3)]
        turns = [family.says("y") for family in small]
        outcomes = await asyncio.gather(*turns[:10], *large, *turns[10:], return_exceptions=True)
    assert [type(one).__name__ for one in outcomes[10:13]] == ["StoreUnavailable"] * 3
    for family, outcome in zip(small, outcomes[:10] + outcomes[13:], strict=True):
        loaded = await store.load("telegram", family.address)
        assert loaded is not None
        assert (loaded.dialogue == "y") == (not isinstance(outcome, Exception))
    assert sum(not isinstance(one, Exception) for one in outcomes) > 10


async def test_no_person_without_a_durable_key(store: Store, folder: Path) -> None:
    with full_disk(store, "keys"):
        outcomes = await asyncio.gather(
            *[Family(store, str(number)).says() for number in range(200)], return_exceptions=True
        )
    lost = sum(isinstance(one, StoreUnavailable) for one in outcomes)
    assert lost > 0
    people, keys = 200 - lost, sqlite3.connect(folder / "keys.sqlite3")
    for number in range(200):
        loaded = await store.load("telegram", str(number))
        assert (loaded is None) == isinstance(outcomes[number], Exception)
    assert keys.execute("SELECT count(*) FROM person_key").fetchall() == [(people,)]
    keys.close()
    for number in range(200):
        await Family(store, str(number), said=1).says()


async def test_a_key_whose_person_was_not_kept_goes_with_the_next_change(store: Store, folder: Path) -> None:
    with full_disk(store), pytest.raises(StoreUnavailable):
        await Family(store, "1").says(LARGE)
    await Family(store, "2").says()
    keys = sqlite3.connect(folder / "keys.sqlite3")
    assert keys.execute("SELECT count(*) FROM person_key").fetchall() == [(1,)]
    keys.close()


async def test_a_file_that_may_not_be_written_is_said_so_and_goes_on_later(store: Store, family: Family) -> None:
    await family.says("before")
    with read_only(store):
        with pytest.raises(StoreUnavailable, match="may not be written; check the owner"):
            await family.says("after")
        with pytest.raises(StoreUnavailable):
            await store.erase(await family.person())
    await family.says("after")
    assert (await store.load("telegram", "1001")).dialogue == "after"  # type: ignore[union-attr]


async def test_a_locked_file_is_waited_for_and_then_said_so(store: Store, folder: Path, family: Family) -> None:
    await family.says("before")
    store._writer._ledger.sql.execute("PRAGMA busy_timeout = 50").fetchall()
    other = sqlite3.connect(folder / "brasle.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="another program has kept it locked"):
        await family.says("after")
    other.execute("ROLLBACK")
    other.close()
    await family.says("after")


async def test_an_erasure_that_cannot_be_finished_is_not_acknowledged(
    store: Store, folder: Path, family: Family
) -> None:
    await family.says()
    person = await family.person()
    store._writer._ledger.sql.execute("PRAGMA busy_timeout = 50").fetchall()
    reader = sqlite3.connect(folder / "brasle.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM person").fetchall()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="could not be emptied"):
            await store.erase(person)
        assert unfinished(folder) == [(int(person, 16),)]
    await Family(store, "1002").says()  # the others go on
    reader.close()
    await store.erase(person)
    assert unfinished(folder) == []


@pytest.mark.parametrize("again", ["purge", "the same message"])
async def test_an_erasure_that_could_not_be_finished_is_tried_again(
    again: str, store: Store, folder: Path, family: Family
) -> None:
    await family.says()
    store._writer._ledger.sql.execute("PRAGMA busy_timeout = 50").fetchall()
    reader = sqlite3.connect(folder / "brasle.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM person").fetchall()
    with pytest.raises(StoreUnavailable):
        await family.says(erase=True)
    reader.close()
    await (store.purge() if again == "purge" else family.says(erase=True, incoming=("telegram", "1001:2")))
    assert unfinished(folder) == []


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="Not a directory"):
        Store.open(tmp_path / "file" / "data")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        Store.open(tmp_path / "file")


def test_files_that_are_no_database_are_said_so(folder: Path) -> None:
    Store.open(folder).close_now()
    (folder / "brasle.sqlite3").write_bytes(b"not a database " * 1000)
    with pytest.raises(StoreUnavailable, match="not a database of this program"):
        Store.open(folder)


def run_as_nobody(folder: Path, program: str) -> str:
    """A program without root's rights; what it printed."""
    parts = [textwrap.dedent(program), f"work(Path({str(folder)!r}))"]
    head = "import os, sys\nfrom pathlib import Path\nfrom bot.store.store import Store\nimport sqlite_utils\n"
    drop = "if os.geteuid() == 0:\n    os.setgid(65534)\n    os.setuid(65534)\n"
    done = subprocess.run(
        [sys.executable, "-c", head + drop + "\n".join(parts)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("filled", [False, True])
def test_a_read_only_folder_is_said_so(tmp_path: Path, filled: bool) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    if filled:
        Store.open(folder).close_now()
    for path in [*folder.iterdir(), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for parent in folder.parents:
        if os.geteuid() == 0 and parent != parent.parent and parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(parent.stat().st_mode | 0o055)
    said = run_as_nobody(
        folder,
        """
        def work(folder):
            try:
                Store.open(folder)
            except Exception as error:
                print(type(error).__name__, error)
        """,
    )
    assert said.startswith("StoreUnavailable")
    assert "may not be written: check its owner and rights" in said


def test_a_disk_that_fills_up_under_load_loses_nothing_acknowledged(folder: Path) -> None:
    """The limit on a file's size is the kernel's own way to refuse a write in the middle of the log."""
    program = """
        import asyncio, resource, signal
        from bot.store.errors import StoreUnavailable
        from bot.store.records import Commit

        async def work(folder):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            store = Store.open(folder)
            async def turn(n):
                await store.commit(Commit(None, "telegram", str(n), 0, "x" * 3000, ("telegram", str(n))))
            for n in range(50):
                await turn(n)
            size = (folder / "brasle.sqlite3-wal").stat().st_size
            for extra in range(0, 40000, 1777):
                resource.setrlimit(resource.RLIMIT_FSIZE, (size + extra, resource.RLIM_INFINITY))
                kept = list(range(50))
                for n in range(1000, 1200):
                    try:
                        await turn(extra * 1000 + n)
                        kept.append(extra * 1000 + n)
                    except StoreUnavailable as error:
                        break
                else:
                    raise AssertionError("never full")
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                await turn(extra * 1000 + n)
                kept.append(extra * 1000 + n)
                size = max(size, (folder / "brasle.sqlite3-wal").stat().st_size)
                for address in kept:
                    assert await store.load("telegram", str(address)) is not None, address
                assert await store.load("telegram", str(extra * 1000 + n + 1)) is None
            assert store._reader.sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            await store.close()
            print("went on", end="")
        """
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from pathlib import Path\nfrom bot.store.store import Store\n"
            + textwrap.dedent(program)
            + f"\nasyncio.run(work(Path({str(folder)!r})))",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("went on", 0), done.stderr


@pytest.mark.parametrize("which", ["brasle", "keys"])
async def test_whoever_asks_after_the_health_hears_of_a_disk_that_takes_nothing(
    store: Store, family: Family, which: str
) -> None:
    await health.check(store)
    with read_only(store, which):
        await health.check(store)  # nobody has tried to write
        with pytest.raises(StoreUnavailable):
            await family.says()
        with pytest.raises(StoreUnavailable):
            await health.check(store)
    await health.check(store)
    assert not store._writer.is_troubled


async def test_a_long_reading_of_a_damaged_file_is_refused_in_words(store: Store, folder: Path, family: Family) -> None:
    await family.says()
    await store.close()
    with (folder / "brasle.sqlite3").open("r+b") as file:
        [root] = (
            sqlite3.connect(folder / "brasle.sqlite3")
            .execute("SELECT rootpage FROM sqlite_master WHERE name = 'person'")
            .fetchone()
        )
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    again = Store.open(folder)
    with pytest.raises(StoreUnavailable, match="restore the last backup"):
        await again.desk.counting.anew()
    await again.close()
