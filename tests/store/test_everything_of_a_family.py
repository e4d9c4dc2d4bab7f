"""What is kept of a family: all of it in its export, none of it in any file after it deleted it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.store.announcing import Announcement
from bot.store.data_map import data_map
from bot.store.ledger import Ledger
from bot.store.records import Outgoing
from bot.store.sealing import CannotOpen
from bot.store.store import Store
from bot.store.work_records import NewOverride
from brasle_prescreen.lead_work import Outcome
from tests.store.conftest import Clock, Family, lead_record
from tests.store.test_privacy import CANARY, NAME, canaries, plant, planted, remains

BY = "account:S-346779"
# Of a family's sealed columns, those that nothing but the console's own looking at all leads fills.
NEVER_IN_THIS_TEST = {"second_look.verdicts"}


async def worked_on(store: Store, clock: Clock) -> tuple[str, str]:
    """A family with something in every field, whose lead the site has worked on; its code and person."""
    code = await plant(store, clock)
    lead = await store.lead(code)
    assert lead is not None
    assert lead.person is not None
    called = {"name": canaries("called"), "way": "phone", "value": "13800001234"}
    sister = Family(store, canaries("address"), said=10)
    await sister.says(json.dumps({"name": canaries("dialogue 2")}), lead=lead_record(store, child=2, contact=called))
    await store.set_lead_status(code, "new", "Li")
    await store.desk.claim(code, BY)
    await store.desk.call(code, Outcome.NO_ANSWER, canaries("remark"), BY)
    await store.desk.note(code, canaries("note"), BY)
    await store.desk.override(code, NewOverride("I5", "pass", canaries("override")), BY)
    await store.desk.announce([Announcement(code, "first", (Outgoing("notice", "0", "lead", {"code": code}),))])
    await store.desk.close(code, "family_declined", canaries("closing"), BY)
    return code, lead.person


def sealed_values(ledger: Ledger, person: int) -> Iterator[tuple[str, bytes]]:
    """(table.column, opened) of every sealed value of this person, whatever table it stands in."""
    sql = ledger.sql
    for (table,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        cursor = sql.execute(f"SELECT * FROM {table}")  # noqa: S608
        names = [one[0] for one in cursor.description]
        for row in cursor.fetchall():
            for name, value in zip(names, row, strict=True):
                if isinstance(value, bytes) and value[:1] == b"\x01":
                    for seal in (ledger.seal(person), ledger.intake):
                        try:
                            yield f"{table}.{name}", seal.open(f"{table}.{name}".encode(), value)
                        except CannotOpen:
                            continue


def leaves(value: Any) -> Iterator[str]:
    """Every text and number of a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield str(value)


def said(opened: bytes) -> list[str]:
    text = opened.decode("utf-8", "surrogatepass")
    try:
        return list(leaves(json.loads(text)))
    except ValueError:
        return [text]


async def test_the_export_holds_every_sealed_field_of_the_family(store: Store, clock: Clock) -> None:
    _, person = await worked_on(store, clock)
    other = await store.new_resume_link(person, clock.now + timedelta(days=1))
    whole = list(leaves(await store.export(person)))
    ledger = store.another_reader()
    seen = set()
    for place, value in sealed_values(ledger, int(person, 16)):
        # An update's number and chat stand on a line of their own.
        opened = value.partition(b"\n")[2] if place == "inbox.sealed" else value
        if place.startswith("inbox.") and f"{CANARY}-unreadable".encode() in opened:
            continue  # belongs to no chat: nobody can say whose it is
        seen.add(place)
        for leaf in said(opened):
            assert leaf in whole or place == "lead_change.why", (place, leaf)
    ledger.close()
    marked = {
        f"{place.name.partition('.')[2]}.{name}"
        for place in data_map().place
        if place.name.startswith("brasle.") and place.retention in ("family", "sent", "quarantine")
        for name, field in place.fields.items()
        if "(sealed" in field.text[0]
    }
    assert seen == marked - NEVER_IN_THIS_TEST
    for where in ("remark", "note", "override", "closing", "quarantine why", "live message", "give up why"):
        assert any(canaries(where) in leaf for leaf in whole), where
    assert other not in whole


async def test_five_seconds_after_a_deletion_no_file_holds_a_byte_of_the_family(
    store: Store, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    code, person = await worked_on(store, clock)
    for number in range(30):  # others, so that pages are shared
        await Family(store, f"other {number}").says(lead=lead_record(store))
    ledger = store.another_reader()
    number = int(person, 16)
    sql = sqlite3.connect(f"file:{folder / 'brasle.sqlite3'}?mode=ro", uri=True)
    chats = {chat for (chat,) in sql.execute("SELECT chat FROM address WHERE person = ?", (number,))}
    marks = {mark for (mark,) in sql.execute("SELECT mark FROM lead_mark")}
    sealed = {
        value
        for table in [one.name.partition(".")[2] for one in data_map().place if one.name.startswith("brasle.")]
        for row in sql.execute(f"SELECT * FROM {table}")  # noqa: S608
        if number in row or (table == "inbox" and chats & set(row))
        for value in row
        if isinstance(value, bytes) and len(value) > 28
    }
    sql.close()
    ledger.close()
    backups, _ = await store.copies.backup(tmp_path / "backups", "command:root")
    assert marks
    assert len(sealed) > 8
    began = time.monotonic()
    await store.erase(person)
    took = time.monotonic() - began
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert took < 5
    for name, content in held.items():
        assert not [one for one in (*planted(CANARY), *planted(NAME), *chats) if one in content], name
        assert not [one for one in marks if one in content], name
        assert not [one for one in sealed if one[5:25] in content], name
    assert set(remains(folder)) >= {"past_lead"}
    rest = {table: rows for table, rows in remains(folder).items() if table not in ("person", "address", "lead")}
    assert {row[0]: row[1] for row in rest["past_lead"]}[code] == "closed"
    assert not [table for table, rows in rest.items() for row in rows if number in row]
    told = (tmp_path / "backups" / "deletions.txt").read_text()
    assert f"{number:016x}" in told
    assert backups.exists()
    print(
        f"deleted in {took * 1000:.0f} ms; {len(sealed)} sealed values, {len(chats)} chats: 0 left in {len(held)} files"
    )
