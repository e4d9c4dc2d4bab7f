"""The trail: complete, without a personal value, and no change of it goes unseen."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.account_records import NewAccount
from bot.store.audit import Head, Wanted
from bot.store.audit_check import Checked
from bot.store.audit_entry import Did, Hidden, checked
from bot.store.errors import StoreError, UnknownLead
from bot.store.records import Commit
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record

# ruff: noqa: S608 - the tests write the trail as an intruder would
COLUMNS = ("seq", "at", "who", "role", "action", "subject", "field", "was", "became", "reason", "hash")
GUARDS = ("audit_is_never_changed", "audit_is_never_shortened", "audit_is_never_overwritten")
TAMPERINGS = 1000


async def a_busy_day(store: Store, clock: Clock, entries: int = 60) -> str:
    """A trail of many kinds of entries; returns the code of a lead."""
    family = Family(store, "1001")
    code = (await family.says(lead=lead_record(store))).lead_code
    assert code is not None
    invitation = await store.staff.invite(
        NewAccount("Lin Mei", "coordinator", "zh_Hans"), clock.now + timedelta(days=3), "command:root"
    )
    for number in range(entries):
        clock.pass_by(minutes=7)
        by = f"account:{invitation.account}" if number % 3 else "command:zhang"
        if number % 2:
            await store.read_lead(code, by)
        else:
            await store.set_lead_status(code, "claimed" if number % 4 else "contacting", by, "a reason")
    return code


def open_up(folder: Path) -> sqlite3.Connection:
    """The file as somebody sees it who may write it and has removed what guards the trail."""
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    sql.execute("PRAGMA synchronous = OFF")
    for guard in GUARDS:
        sql.execute(f"DROP TRIGGER {guard}")
    return sql


def guards_of(folder: Path) -> list[str]:
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    of_the_trail = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    guards = [guard for (guard,) in sql.execute(of_the_trail)]
    sql.close()
    return guards


def put_guards_back(sql: sqlite3.Connection, guards: list[str]) -> None:
    for guard in guards:
        sql.execute(guard)
    sql.commit()
    sql.close()


async def look(open_store: Callable[..., Store], printed: Head | None = None) -> Checked:
    store = open_store(beside_server=True)
    try:
        return await store.trail.check(printed)
    finally:
        store.close_now()


async def test_every_reading_and_every_change_is_in_the_trail(store: Store, clock: Clock) -> None:
    family = Family(store, "1001")
    code = (await family.says(lead=lead_record(store))).lead_code
    assert code is not None
    assert await store.read_lead(code, "account:S-346779") is not None
    await store.set_lead_status(code, "closed", "Li", reason="E13", detail="dose", actor="command:root")
    await store.set_recruiting("paused", date(2026, 11, 22), 3, "Li")
    await family.says(withdraw_lead=1)
    await store.erase(await family.person())
    told = [
        (one.name or one.who, one.action, one.subject, one.was, one.became)
        for one in reversed(await store.trail.entries(Wanted()))
    ]
    assert told == [
        ("program", "trail.begun", "", None, None),
        ("family", "lead.status", code, None, "new"),
        ("account:S-346779", "lead.read", code, None, None),
        ("root", "lead.status", code, "new", "closed"),
        ("Li", "recruiting.set", "", "open - -", "paused 2026-11-22 3"),
        ("family", "lead.status", code, "closed", "withdrawn"),
        ("family", "lead.erased", code, "withdrawn", None),
    ]
    assert (await store.trail.check()).is_whole


async def test_what_is_refused_leaves_no_entry(store: Store) -> None:
    before = await store.trail.head()
    with pytest.raises(UnknownLead):
        await store.set_lead_status("777777", "claimed", "Li")
    assert await store.read_lead("777777", "command:root") is None
    assert await store.trail.head() == before


async def test_a_change_whose_entry_cannot_be_written_is_not_made(store: Store) -> None:
    def failing(ledger: Any) -> None:
        ledger.sql.execute("INSERT INTO recruiting (state, as_of, who, at) VALUES ('closed', '2026-11-22', 'x', 0)")
        from bot.store import audit

        audit.append(ledger, "command:root", Did("recruiting.set", became="somebody's own words\n"))

    with pytest.raises(ValueError, match="Hidden"):
        await store._write(failing)
    assert (await store.recruiting()).state == "open"


async def test_the_trail_holds_no_name_and_no_word_that_was_typed(store: Store, clock: Clock, folder: Path) -> None:
    await a_busy_day(store, clock)
    await store.trail.record("command:zhang", Did("lead.note", "BR-777777", reason=Hidden("妈妈说 13800000000")))
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    rows = repr(sql.execute("SELECT * FROM audit").fetchall())
    sql.close()
    for word in ("Lin Mei", "zhang", "root", "a reason", "13800000000", "妈妈"):
        assert word not in rows
    entries = await store.trail.entries(Wanted(limit=1000))
    assert {one.name for one in entries} == {"", "Lin Mei", "zhang", "root"}
    assert entries[0].reason is not None
    assert entries[0].reason.startswith("h:")


@given(st.text(max_size=90))
def test_only_short_codes_pass_as_plain(text: str) -> None:
    try:
        checked(text)
    except ValueError:
        return
    assert text.isascii()
    assert len(text) <= 80
    assert "\n" not in text
    assert text.startswith("h:") or not any(text[at : at + 7].isdecimal() for at in range(len(text) - 6))


def test_a_telephone_number_is_no_short_code() -> None:
    for number in ("13800000000", "+8613800000000", "571-8766000"):
        with pytest.raises(ValueError, match="Hidden"):
            checked(number)


async def test_entries_are_listed_by_lead_person_action_and_time(store: Store, clock: Clock) -> None:
    code = await a_busy_day(store, clock)
    whole = await store.trail.entries(Wanted(limit=1000))
    assert [one.seq for one in whole] == list(range(len(whole), 0, -1))
    assert len(await store.trail.entries(Wanted(subject=code, limit=1000))) == 61
    assert {one.action for one in await store.trail.entries(Wanted(action="lead.read"))} == {"lead.read"}
    who = whole[0].who
    assert {one.who for one in await store.trail.entries(Wanted(who=who))} == {who}
    assert [one.seq for one in await store.trail.entries(Wanted(before=10, limit=3))] == [9, 8, 7]
    middle = whole[len(whole) // 2].at
    assert all(one.at >= middle for one in await store.trail.entries(Wanted(since=middle)))
    assert all(one.at < middle for one in await store.trail.entries(Wanted(until=middle)))
    assert {"lead.read", "lead.status", "account.invite"} <= set(await store.trail.actions())


async def test_the_database_itself_refuses_to_change_the_trail(store: Store, clock: Clock, folder: Path) -> None:
    await a_busy_day(store, clock, 2)
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"):
        with pytest.raises(sqlite3.IntegrityError):
            sql.execute(statement)
    sql.close()


def tampered(value: Any, chance: random.Random) -> Any:
    """The same value with one bit, digit or letter changed."""
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(20))
    if not value:
        return "x"
    at = chance.randrange(len(value))
    return value[:at] + chr(ord(value[at]) ^ (1 << chance.randrange(5))) + value[at + 1 :]


def tamper(sql: sqlite3.Connection, chance: random.Random, last: int) -> str:
    """Do something to the trail that somebody might wish to do, and say what."""
    kind = chance.choice(
        ("value", "value", "value", "null", "delete", "swap", "swap values", "cut", "cut and head", "insert", "head")
    )
    one = chance.randint(1, last)
    if kind == "value":
        column = chance.choice(COLUMNS)
        [(value,)] = sql.execute(f"SELECT {column} FROM audit WHERE seq = ?", (one,)).fetchall()
        new = tampered(value, chance)
        if column == "seq":
            new = last + 1 + chance.randrange(50)
        sql.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", (new, one))
        return f"{kind} {column} {one}"
    if kind == "null":
        column = chance.choice(("was", "became", "reason"))
        cursor = sql.execute(f"UPDATE audit SET {column} = NULL WHERE seq = ? AND {column} IS NOT NULL", (one,))
        if not cursor.rowcount:
            sql.execute(f"UPDATE audit SET {column} = '' WHERE seq = ?", (one,))
    elif kind == "delete":
        sql.execute("DELETE FROM audit WHERE seq = ?", (one,))
    elif kind in ("swap", "swap values"):
        other = one % last + 1
        columns = COLUMNS[1:] if kind == "swap" else COLUMNS[1:-1]
        rows = [
            sql.execute(f"SELECT {', '.join(columns)} FROM audit WHERE seq = ?", (seq,)).fetchone()
            for seq in (one, other)
        ]
        assert rows[0] != rows[1]
        settings = ", ".join(f"{column} = ?" for column in columns)
        for seq, row in zip((other, one), rows, strict=True):
            sql.execute(f"UPDATE audit SET {settings} WHERE seq = ?", (*row, seq))
    elif kind in ("cut", "cut and head"):
        sql.execute("DELETE FROM audit WHERE seq > ?", (one - 1,))
        if kind == "cut and head":
            sql.execute(
                "UPDATE audit_head SET seq = ?, hash = (SELECT hash FROM audit WHERE seq = ?)"
                if one > 1
                else "DELETE FROM audit_head",
                (one - 1, one - 1) if one > 1 else (),
            )
    elif kind == "insert":
        sql.execute(
            "INSERT INTO audit SELECT seq + 1, at, who, role, action, subject, field, was, became, reason, hash FROM audit WHERE seq = ?",
            (last,),
        )
    else:
        [(seq, hash_, mark)] = sql.execute("SELECT seq, hash, mark FROM audit_head").fetchall()
        column, value = chance.choice((("seq", seq), ("hash", hash_), ("mark", mark)))
        sql.execute(f"UPDATE audit_head SET {column} = ?", (tampered(value, chance),))
    return f"{kind} {one}"


async def test_a_thousand_changes_of_the_trail_are_all_found(
    store: Store, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    await a_busy_day(store, clock)
    assert (await store.trail.check()).is_whole
    last = (await store.trail.head() or Head(0, "")).seq
    await store.close()
    chance = random.Random(20261122)
    missed, done = [], set()
    guards = guards_of(folder)
    aside = tmp_path / "aside"
    shutil.copytree(folder, aside)
    trial = Store.open(aside, clock=clock, beside_server=True)
    try:
        for _ in range(TAMPERINGS):
            sql = open_up(aside)
            what = tamper(sql, chance, last)
            put_guards_back(sql, guards)
            done.add(what.split()[0])
            if (await trial.trail.check()).is_whole:
                missed.append(what)
            put_guards_back(restore(aside, folder / "brasle.sqlite3"), guards)
        assert (await trial.trail.check()).is_whole
    finally:
        trial.close_now()
    assert missed == []
    assert done == {"value", "null", "delete", "swap", "cut", "insert", "head"}


def restore(folder: Path, whole: Path) -> sqlite3.Connection:
    """Put the trail back as it was; the guards are still off."""
    sql = open_up(folder)
    sql.execute("ATTACH ? AS whole", (str(whole),))
    for table in ("audit", "audit_head"):
        sql.execute(f"DELETE FROM main.{table}")
        sql.execute(f"INSERT INTO main.{table} SELECT * FROM whole.{table}")
    return sql


async def test_bytes_of_the_file_itself_are_flipped(
    store: Store, clock: Clock, folder: Path, tmp_path: Path, open_store: Callable[..., Store]
) -> None:
    """Wherever an entry's bytes stand in the file, a flip of one is found, be it by the chain or by SQLite."""
    await a_busy_day(store, clock, 20)
    [row] = store._reader.sql.execute("SELECT who, hash FROM audit WHERE seq = 15").fetchall()
    await store.close()
    path = folder / "brasle.sqlite3"
    whole = path.read_bytes()
    places = [at for piece in (row[0].encode(), row[1]) for at in every(whole, piece)]
    assert places
    in_table = [at for at in places if whole[at : at + len(row[1])] == row[1]]
    assert in_table
    for at in in_table:
        for offset in range(0, len(row[1]), 3):
            flipped = bytearray(whole)
            flipped[at + offset] ^= 1
            path.write_bytes(flipped)
            assert not (await look(open_store)).is_whole, at + offset
    path.write_bytes(whole)
    assert (await look(open_store)).is_whole


def every(whole: bytes, piece: bytes) -> list[int]:
    places, at = [], whole.find(piece)
    while at >= 0:
        places.append(at)
        at = whole.find(piece, at + 1)
    return places


async def test_an_older_state_put_back_is_found_by_the_keys_file_and_by_a_printed_end(
    store: Store, clock: Clock, folder: Path, open_store: Callable[..., Store]
) -> None:
    code = await a_busy_day(store, clock, 10)
    await store.close()
    older = (folder / "brasle.sqlite3").read_bytes()
    later = open_store()
    for _ in range(5):
        await later.read_lead(code, "command:root")
    printed = await later.trail.head()
    assert printed is not None
    await later.purge()  # the housekeeping of every hour remembers the end in the keys' file
    await later.close()
    (folder / "brasle.sqlite3").write_bytes(older)
    found = await look(open_store)
    assert [fault.kind for fault in found.faults] == ["anchor"]
    assert [fault.kind for fault in (await look(open_store, printed)).faults] == ["anchor", "printed"]
    grown = open_store()  # the program goes on, the loss stays to be seen
    clock.pass_by(minutes=1)
    for _ in range(9):
        await grown.read_lead(code, "command:root")
    await grown.purge()
    assert [fault.kind for fault in (await grown.trail.check(printed)).faults] == ["anchor", "printed"]


async def test_an_emptied_trail_is_found_and_the_program_goes_on(
    store: Store, clock: Clock, folder: Path, open_store: Callable[..., Store]
) -> None:
    code = await a_busy_day(store, clock, 4)
    await store.purge()
    await store.close()
    guards = guards_of(folder)
    sql = open_up(folder)
    sql.execute("DELETE FROM audit")
    sql.execute("DELETE FROM audit_head")
    put_guards_back(sql, guards)
    again = open_store()
    assert not (await again.trail.check()).is_whole
    assert await again.read_lead(code, "command:root") is not None
    kinds = {fault.kind for fault in (await again.trail.check()).faults}
    assert {"broken", "missing", "anchor"} <= kinds


async def test_removed_guards_are_found(
    store: Store, clock: Clock, folder: Path, open_store: Callable[..., Store]
) -> None:
    await a_busy_day(store, clock, 2)
    open_up(folder).close()
    assert [fault.kind for fault in (await store.trail.check()).faults] == ["unguarded"]


async def test_an_account_changed_beside_the_program_is_found(store: Store, clock: Clock, folder: Path) -> None:
    until = clock.now + timedelta(days=3)
    lin = await store.staff.invite(NewAccount("Lin", "coordinator", "zh_Hans"), until, "command:root")
    wu = await store.staff.invite(NewAccount("Wu", "auditor", "zh_Hans"), until, "command:root")
    await store.staff.set_role(lin.account, "pi", "command:root")
    assert (await store.trail.check()).is_whole
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    sql.execute("UPDATE account SET role = 'administrator' WHERE id = ?", (wu.account,))
    sql.execute("UPDATE account SET state = 'active' WHERE id = ?", (lin.account,))
    sql.commit()
    found = await store.trail.check()
    assert {(one.account, one.field) for one in found.faults} == {(wu.account, "role"), (lin.account, "state")}
    names = dict(sql.execute("SELECT id, name FROM account"))
    sql.execute("UPDATE account SET name = ? WHERE id = ?", (names[wu.account], lin.account))
    sql.commit()
    assert not (await store.trail.check()).is_whole  # a sealed name does not open in another's place
    sql.close()


async def test_two_programs_write_one_trail(store: Store, open_store: Callable[..., Store], clock: Clock) -> None:
    code = await a_busy_day(store, clock, 2)
    beside = open_store(beside_server=True)
    for _ in range(20):
        await store.read_lead(code, "account:S-346779")
        await beside.read_lead(code, "command:root")
    found = await store.trail.check()
    assert (found.is_whole, found.entries) == (True, 47)


async def test_a_turn_taken_twice_makes_one_entry(store: Store, family: Family) -> None:
    given: dict[str, Any] = {
        "person": None, "channel": "telegram", "address": "1001", "revision": 0, "dialogue": "{}",
        "incoming": ("telegram", "1"),
    }  # fmt: skip
    lead = lead_record(store)
    for _ in range(3):
        try:
            await store.commit(Commit(**given, lead=lead))
        except StoreError:
            pytest.fail("the same turn again changes nothing")
    assert len(await store.trail.entries(Wanted(action="lead.status"))) == 1
