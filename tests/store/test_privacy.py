"""Who steals the files without the keys reads nothing; who is erased is gone from every file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.errors import MasterKeyError, StoreError
from bot.store.records import Commit, Outgoing, PermissionRecord, RawUpdate
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record

CANARY = "canary-7f3a9c"
NAME = "\u5f20\u5c0f\u660e\u7684\u5988\u5988"  # a mother's name


def planted(text: str) -> tuple[bytes, ...]:
    """The forms in which a text could lie readable in a file."""
    return (text.encode(), json.dumps(text)[1:-1].encode(), text.encode("utf-16-le"), text.encode("gb18030"))


def holding(folder: Path, wanted: tuple[bytes, ...]) -> list[str]:
    """Which files of the folder hold one of these byte strings."""
    files = sorted(folder.iterdir())
    assert {"brasle.sqlite3", "keys.sqlite3"} <= {file.name for file in files}
    return [file.name for file in files if any(bytes_ in file.read_bytes() for bytes_ in wanted)]


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Rights and content of the folder's files, and the rights of the folder itself."""
    found = {file.name: (file.stat().st_mode, file.read_bytes()) for file in folder.iterdir()}
    return found | {".": (folder.stat().st_mode, b"")}


def canaries(where: str) -> str:
    return f"{CANARY}-{where} {NAME}"


async def plant(store: Store, clock: Clock) -> str:
    """A family with a canary in every field that somebody can fill; gives the lead's code."""
    address = canaries("address")
    family = Family(store, address)
    given = PermissionRecord("health", "given", "hash", "zh", clock.now)
    notice = Outgoing("notice", canaries("target"), "lead", {"x": canaries("notice")})
    card = Outgoing("telegram", address, "message", {"text": canaries("card"), "nested": [{"b": canaries("nested")}]})
    lead = lead_record(store, packet={"name": canaries("packet")}, contact={"phone": canaries("contact")})
    committed = await family.says(
        json.dumps({"name": canaries("dialogue")}),
        permissions=(given,),
        outgoing=(card, card, notice),
        lead=lead,
        source=canaries("source"),
        incoming=("telegram", canaries("message")),
        remind_at=clock.now + timedelta(days=1),
    )
    await family.says(json.dumps({"name": canaries("dialogue 2")}))
    await store.keep_updates([RawUpdate(number, address, canaries(f"raw {number}")) for number in range(3)])
    await store.keep_unreadable(canaries("unreadable"), canaries("unreadable why"))
    await store.quarantine((await store.pending(1))[0].id, canaries("quarantine why"))
    first, second = (
        (await store.due("telegram", 1, clock.now))[0],
        (await store.due("notice", 1, clock.now))[0],
    )
    await store.sent(first.id, live_message=canaries("live message"))
    await store.retry(second.id, clock.now, canaries("retry why"))
    await store.give_up(second.id, canaries("give up why"))
    assert committed.lead_code is not None
    await store.set_lead_status(committed.lead_code, "claimed", "Li", canaries("reason"), canaries("detail"))
    token = await store.new_resume_link(committed.person, clock.now + timedelta(days=1))
    await store.redeem_link(token, "browser", canaries("cookie"))
    await store.new_resume_link(committed.person, clock.now + timedelta(days=1))
    return committed.lead_code


async def test_a_thief_reads_nothing(store: Store, folder: Path, clock: Clock) -> None:
    code = await plant(store, clock)
    token = await store.new_resume_link((await store.lead(code)).person or "", clock.now + timedelta(days=1))  # type: ignore[union-attr]
    assert holding(folder, planted(CANARY) + planted(NAME) + planted(token)) == []
    assert holding(folder, (code.encode(),)) == ["brasle.sqlite3-wal"]  # the search does find what is there
    await store.close()
    assert holding(folder, planted(CANARY) + planted(NAME) + planted(token)) == []
    assert holding(folder, (code.encode(),)) == ["brasle.sqlite3"]


async def test_everything_planted_can_be_read_with_the_keys(store: Store, clock: Clock) -> None:
    code = await plant(store, clock)
    lead = await store.lead(code)
    assert lead is not None
    assert lead.person is not None
    whole = json.dumps(await store.export(lead.person), ensure_ascii=False)
    for where in ("address", "card", "nested", "packet", "contact", "dialogue 2", "source", "raw 0", "raw 2"):
        assert canaries(where) in whole
    for where in ("reason", "detail", "cookie"):
        assert canaries(where) in whole
    assert canaries("dialogue") not in whole.replace(canaries("dialogue 2"), "")  # what was overwritten is gone


def remains(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is not empty, read as a thief would.

    Not the trail: it says only that the site saw or moved a lead, by its code, and is never shortened.
    """
    sql = sqlite3.connect(f"file:{folder / 'brasle.sqlite3'}?mode=ro", uri=True)
    tables = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {table: sql.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608
    sql.close()
    return {
        table: found for table, found in rows.items() if found and not table.startswith(("sqlite_", "_sqlite", "audit"))
    }


async def test_of_an_erased_family_code_dates_and_status_remain(
    store: Store, folder: Path, clock: Clock, open_store: Callable[..., Store]
) -> None:
    code = await plant(store, clock)
    lead = await store.lead(code)
    assert lead is not None
    assert lead.person is not None
    clock.pass_by(hours=1)
    await store.erase(lead.person)
    left = remains(folder)
    assert set(left) == {"past_lead", "seen_update", "inbox"}
    assert [row[0] for row in left["past_lead"]] == [code]
    assert len(left["inbox"]) == 1  # what was unreadable belongs to no chat; sealed, and gone in 30 days
    assert await store.load("telegram", canaries("address")) is None
    assert await store.export(lead.person) == {}
    kept = await store.lead(code)
    assert kept is not None
    assert (kept.code, kept.status, kept.created, kept.changed) == (
        code,
        "withdrawn",
        lead.created,
        clock.now,
    )
    assert (kept.person, kept.tier, kept.packet, kept.contact) == (None, None, {}, {})
    assert [one.code for one in await store.leads()] == [code]
    assert await store.due("telegram", 10, clock.pass_by(days=1)) == []
    await store.set_lead_status(code, "closed", "Li")
    await store.close()
    again = open_store()
    assert [one.status for one in await again.leads()] == ["closed"]
    await Family(again, canaries("address")).says()  # may begin anew, as somebody else
    assert await again.load("telegram", canaries("address")) is not None


async def test_no_sealed_byte_of_the_erased_is_left_in_any_file(store: Store, folder: Path, clock: Clock) -> None:
    families = [Family(store, str(number)) for number in range(60)]
    erased = families[::6]
    sealed: set[bytes] = set()
    for turn in range(6):
        for family in families:
            card = Outgoing("telegram", family.address, "message", {"text": "x" * 50 * turn})
            lead = lead_record(store) if turn == 3 else None
            await family.says("y" * (97 * turn + len(family.address) * 1000), outgoing=(card,), lead=lead)
        await store.keep_updates([RawUpdate(turn, family.address, "z" * 700) for family in families])
        theirs: set[object] = {int(await family.person(), 16) for family in erased}
        rows = [row for rows in remains(folder).values() for row in rows]
        theirs |= {row[0] for row in remains(folder)["address"] if row[1] in theirs}  # and their chats
        mine = [row for row in rows if theirs & set(row)]
        sealed |= {value for row in mine for value in row if isinstance(value, bytes) and len(value) > 28}
    keys = sqlite3.connect(folder / "keys.sqlite3")
    for family in erased:
        number = int(await family.person(), 16)
        sealed |= {key for (key,) in keys.execute("SELECT wrapped FROM person_key WHERE person = ?", (number,))}
    keys.close()
    pieces = tuple(value[at : at + 20] for value in sealed for at in (0, len(value) // 2, len(value) - 20))
    assert len(pieces) > 500
    before = holding(folder, pieces)
    assert any(name.startswith("brasle.sqlite3") for name in before)
    assert any(name.startswith("keys.sqlite3") for name in before)
    for family in erased:
        await store.erase(await family.person())
    assert holding(folder, pieces) == []
    for family in families:
        assert (await store.load("telegram", family.address) is None) == (family in erased)


async def test_erasing_in_a_turn_sends_its_receipt_and_takes_no_message_twice(
    store: Store, folder: Path, clock: Clock
) -> None:
    family = Family(store, "1001")
    await family.says(lead=lead_record(store), outgoing=(Outgoing("notice", "0", "lead", {}),))
    await store.keep_updates([RawUpdate(1, "1001", "/delete"), RawUpdate(2, "1001", "/start")])
    update, later = await store.pending(10)
    person = await store.load("telegram", "1001")
    assert person is not None
    receipt = Outgoing("telegram", "1001", "message", {"text": "erased"})
    word = Outgoing("notice", "0", "withdrawn", {"code": "?"})
    last = Commit(
        person.id,
        "telegram",
        "1001",
        person.revision,
        "{}",
        ("telegram", "d"),
        inbox_id=update.id,
        outgoing=(receipt, word),
        erase=True,
    )
    assert (await store.commit(last)).person == person.id
    assert set(remains(folder)) == {"past_lead", "seen_update", "inbox", "outbox", "erasing_message"}
    assert await store.pending(10) == [later]  # what they write after it begins a new conversation
    again = await store.commit(last)
    fresh = await store.commit(
        Commit(None, "telegram", "1001", 0, "{}", ("telegram", "d"), inbox_id=later.id, erase=False)
    )
    assert again.repeated
    assert fresh.repeated
    assert await store.load("telegram", "1001") is None
    assert [item.payload for item in await store.due("telegram", 10, clock.now)] == [{"text": "erased"}]
    assert [item.op for item in await store.due("notice", 10, clock.now)] == ["withdrawn"]
    clock.pass_by(days=1)
    assert (
        await store.due("telegram", 10, clock.now) == []
    )  # a receipt waits a day, the word to the site as long as it takes
    await store.purge()
    assert [item.op for item in await store.due("notice", 10, clock.now)] == ["withdrawn"]
    clock.pass_by(days=7)
    await store.purge()
    assert set(remains(folder)) == {"past_lead", "outbox"}


async def test_who_leaves_at_the_first_word_leaves_nothing(store: Store, folder: Path, clock: Clock) -> None:
    farewell = Outgoing("telegram", "1", "message", {"text": "fetch an adult"})
    committed = await store.commit(
        Commit(None, "telegram", "1", 0, "{}", ("telegram", "m"), outgoing=(farewell,), erase=True)
    )
    assert committed.person == ""
    [item] = await store.due("telegram", 10, clock.now)
    await store.sent(item.id, live_message="5")
    assert set(remains(folder)) == {"erasing_message"}


async def test_an_erasure_cut_short_is_finished_at_the_next_start(
    store: Store, folder: Path, open_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    family = Family(store, "1001")
    await family.says()
    person = await family.person()

    def power_cut(ledger: object) -> None:
        raise OSError("the power went")

    monkeypatch.setattr("bot.store.writer.finish_erasures", power_cut)
    with pytest.raises(OSError, match="the power went"):
        await store.erase(person)
    await store.close()
    assert set(remains(folder)) == {"unfinished_erasure"}
    await open_store().close()
    assert set(remains(folder)) == set()
    keys = sqlite3.connect(folder / "keys.sqlite3")
    assert keys.execute("SELECT count(*) FROM person_key").fetchall() == [(0,)]
    assert keys.execute("SELECT person FROM erased").fetchall() == [(int(person, 16),)]


async def test_an_older_database_put_back_forgets_the_erased_again(
    store: Store, folder: Path, open_store: Callable[..., Store]
) -> None:
    for address in ("1", "2"):
        await Family(store, address).says()
    await store.close()
    older = (folder / "brasle.sqlite3").read_bytes()
    store = open_store()
    await store.erase((await store.load("telegram", "1")).id)  # type: ignore[union-attr]
    await store.close()
    (folder / "brasle.sqlite3").write_bytes(older)
    store = open_store()
    assert await store.load("telegram", "1") is None
    assert await store.load("telegram", "2") is not None


async def test_without_its_key_a_persons_data_cannot_be_read_and_the_rest_can(
    store: Store, folder: Path, clock: Clock, open_store: Callable[..., Store]
) -> None:
    for address in ("1", "2"):
        card = Outgoing("telegram", address, "card", {})
        await Family(store, address).says(outgoing=(card,), remind_at=clock.now)
    person = await Family(store, "1").person()
    await store.close()
    keys = sqlite3.connect(folder / "keys.sqlite3")
    with keys:
        keys.execute("DELETE FROM person_key WHERE person = ?", (int(person, 16),))
    keys.close()
    store = open_store()
    with pytest.raises(StoreError, match=r"put back the saved copy of keys\.sqlite3"):
        await store.load("telegram", "1")
    assert await store.load("telegram", "2") is not None
    assert [item.address for item in await store.due("telegram", 10, clock.now)] == ["2"]
    assert [reminder.address for reminder in await store.reminders_due(clock.now)] == ["2"]


async def test_the_master_key_is_made_once_and_for_its_owner_only(
    store: Store, folder: Path, open_store: Callable[..., Store]
) -> None:
    await Family(store, "1").says()
    await store.close()
    key = files(folder)["master.key"]
    assert {name for name, (mode, _) in files(folder).items() if mode & 0o077} == set()
    assert await open_store().load("telegram", "1") is not None
    assert files(folder)["master.key"] == key
    assert not [name for name in files(folder) if name.startswith("master.key.")]


async def test_a_missing_wrong_or_damaged_master_key_is_said_in_words(
    store: Store, folder: Path, open_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    await Family(store, "1").says()
    await store.close()
    file = folder / "master.key"
    key = file.read_text()
    file.unlink()
    with pytest.raises(MasterKeyError, match=r"master\.key is missing"):
        open_store()
    for damaged, said in (
        ("not base64!", "not a key in base64"),
        ("c2hvcnQ=", "holds 5 bytes"),
        ("\u00e9", "damaged"),
    ):
        file.write_text(damaged)
        with pytest.raises(MasterKeyError, match=said):
            open_store()
    file.write_text("A" * 43 + "=")
    with pytest.raises(MasterKeyError, match="does not belong to this data folder"):
        open_store()
    file.unlink()
    monkeypatch.setenv("BRASLE_MASTER_KEY", key.strip())
    assert await open_store().load("telegram", "1") is not None
    assert not file.exists()
    monkeypatch.setenv("BRASLE_MASTER_KEY", "x")
    with pytest.raises(MasterKeyError, match="BRASLE_MASTER_KEY"):
        open_store()
