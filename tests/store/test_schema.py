"""Every row leads to a person who can be erased, and an older file goes on being read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store import schema
from bot.store.errors import StoreError
from bot.store.queries import load_queries
from bot.store.store import Store
from tests.store.conftest import Family

SAMPLES = Path(__file__).parent / "samples"
NOT_A_PERSONS = {
    "person": "is the person",
    "past_lead": "what has to remain of an erased family's lead: code, dates, status",
    "inbox": "stored before anybody knows whose it is; erased by the chat's keyed hash; 30 days at most",
    "seen_update": "a keyed hash and a moment, 7 days",
    "erasing_message": "a keyed hash and a moment, 7 days",
    "unfinished_erasure": "the random number of somebody erased, until the key is wiped",
    "recruiting": "the site's own word",
    "past_figure": "how many of a year came how far, of families whose time has run out",
    "account": "staff of the site",
    "recovery_code": "staff of the site",
    "account_link": "staff of the site",
    "account_session": "staff of the site",
    "known_browser": "staff of the site",
    "sign_in": "staff of the site",
    "passkey": "staff of the site",
    "sign_in_attempt": "keyed hashes of names typed by staff, a day",
    "account_telegram": "staff of the site",
    "telegram_code": "staff of the site",
    "telegram_group": "the site's group: its number, and whether it can be written to",
    "group_card": "which message names which reference number; 90 days after the lead's last change",
    "audit": "who of the site read or changed which lead, by its code: never a value",
    "audit_head": "where the trail ends",
    "audit_name": "names of those who use the command line",
    "registry_check": "what the registry's public record says otherwise",
    "site_decision": "what the site answered about a criterion",
    "_sqlite_migrations": "which steps were applied",
    "sqlite_sequence": "SQLite's own: the last number used",
}


def tables(folder: Path) -> tuple[sqlite3.Connection, list[str]]:
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    return sql, [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def owners(sql: sqlite3.Connection, names: list[str]) -> dict[str, tuple[str, str]]:
    """Each table that goes with a person, by itself or with a row that does: its column and whose key that
    is.
    """
    found: dict[str, tuple[str, str]] = {}
    reached = {"person"}
    while True:
        more = {
            name: (column, parent)
            for name in names
            if name not in found
            for _, _, parent, column, _, _, on_delete, *_ in sql.execute(f"PRAGMA foreign_key_list({name})")
            if parent in reached and on_delete == "CASCADE"
        }
        if not more:
            return found
        found |= more
        reached |= set(more)


def test_every_table_belongs_to_a_person_or_says_why_not(store: Store, folder: Path) -> None:
    sql, names = tables(folder)
    assert set(owners(sql, names)) == set(names) - set(NOT_A_PERSONS)
    assert set(NOT_A_PERSONS) <= set(names)
    sql.close()


def test_what_goes_with_a_person_is_found_by_an_index_or_its_table_stays_small(store: Store, folder: Path) -> None:
    sql, names = tables(folder)
    for name, (column, _) in owners(sql, names).items():
        if name == "outbox":  # emptied as it is sent
            continue
        plan = sql.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM {name} WHERE {column} = 1").fetchall()  # noqa: S608
        assert "SEARCH" in plan[0][3], name
    sql.close()


def test_the_file_is_opened_as_promised(store: Store) -> None:
    def ask(name: str) -> object:
        return store._reader.sql.execute(f"PRAGMA {name}").fetchall()[0][0]

    writer = store._writer._ledger.sql
    pragmas = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
    }
    for connection in (writer, store._writer._ledger.keys._sql):
        for name, value in pragmas.items():
            assert connection.execute(f"PRAGMA {name}").fetchall()[0][0] == value
    assert (ask("query_only"), ask("trusted_schema"), ask("integrity_check")) == (1, 0, "ok")


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir()))
async def test_an_older_folder_opens_and_reads_as_it_did(
    sample: str, folder: Path, open_store: Callable[..., Store]
) -> None:
    shutil.copytree(SAMPLES / sample, folder)
    store = open_store()
    person = await store.load("telegram", "1001")
    assert person is not None
    assert (person.dialogue, person.revision) == ('{"state":"answering","answers":{"relation":"mother"}}', 2)
    [lead] = await store.leads()
    opened = await store.lead(lead.code)
    assert opened is not None
    assert (opened.status, opened.contact, opened.packet) == (
        "claimed",
        {"phone": "13800000000"},
        {"why": "sample"},
    )
    kept = await store.export(person.id)
    assert [one["name"] for one in kept["permissions"]] == ["health"]
    assert [one["payload"] for one in kept["waiting_to_be_sent"]] == [{"text": "card"}]
    assert [item.raw for item in await store.pending(10)] == ["raw"]
    assert not (await Family(store, "1001").says(incoming=("telegram", "new"))).repeated


def test_a_newer_file_is_refused_in_words(store: Store, folder: Path, open_store: Callable[..., Store]) -> None:
    store.close_now()
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    sql.execute("PRAGMA user_version = 99")
    sql.close()
    with pytest.raises(StoreError, match="newer version of this program"):
        open_store()


def test_a_step_that_fails_leaves_the_older_file(
    store: Store,
    folder: Path,
    open_store: Callable[..., Store],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    store.close_now()
    steps = tmp_path / "steps"
    shutil.copytree(schema._FOLDER, steps)
    monkeypatch.setattr(schema, "_FOLDER", steps)
    known = schema.STEPS["brasle"]
    monkeypatch.setattr(schema, "STEPS", {**schema.STEPS, "brasle": (*known, "next_step")})
    (steps / "next_step.sql").write_text("CREATE TABLE later (id INTEGER);\nCREATE TABLE person (id INTEGER);\n")
    with pytest.raises(StoreError):
        open_store()
    sql, names = tables(folder)
    assert "later" not in names
    assert sql.execute("PRAGMA user_version").fetchall() == [(len(known),)]
    sql.close()
    (steps / "next_step.sql").write_text("-- fine; now\nCREATE TABLE later (id INTEGER);\n")
    open_store().close_now()
    sql, names = tables(folder)
    assert "later" in names
    assert sql.execute("PRAGMA user_version").fetchall() == [(len(known) + 1,)]
    sql.close()


def test_two_statements_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "twice.sql").write_text("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n")
    monkeypatch.setattr("bot.store.queries._FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"twice.sql: two statements are named a"):
        load_queries("twice")


def test_a_step_without_its_last_semicolon_is_refused() -> None:
    with pytest.raises(ValueError, match="without its semicolon"):
        schema._statements("CREATE TABLE a (b INTEGER)\n")
