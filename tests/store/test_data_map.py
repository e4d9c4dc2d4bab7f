"""Every stored field has its row in the data map, and every row a field: otherwise this fails, and so does the build."""

from __future__ import annotations

import inspect
import sqlite3
from dataclasses import fields
from pathlib import Path

from pydantic import BaseModel

from bot.channels import browser_memory
from bot.flows import dialogue
from bot.flows.dialogue import Dialogue
from bot.flows.turn import Surroundings
from bot.lead_packet import packet_of
from bot.log import FIELDS
from bot.settings import Settings
from bot.store.data_map import data_map
from bot.store.moments import utc_now
from bot.store.store import Store
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

_OF_SQLITE = ("sqlite_", "_sqlite")


def columns(folder: Path) -> dict[str, list[str]]:
    found = {}
    for which in ("brasle", "keys"):
        sql = sqlite3.connect(folder / f"{which}.sqlite3")
        for (table,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if not table.startswith(_OF_SQLITE):
                found[f"{which}.{table}"] = [row[1] for row in sql.execute(f"PRAGMA table_info({table})")]
        sql.close()
    return found


def stored(folder: Path) -> dict[str, list[str]]:
    """Every field that is kept anywhere, asked of the program itself."""
    found = columns(folder)
    for name, model in inspect.getmembers(dialogue, inspect.isclass):
        if model.__module__ == dialogue.__name__ and issubclass(model, BaseModel):
            found[f"dialogue.{name}"] = list(model.model_fields)
    protocol, questions = load_protocol(), load_questions()
    around = Surroundings(protocol=protocol, questions=questions, now=utc_now(), languages=())
    found["packet"] = list(packet_of(Dialogue(channel="browser", language="en"), around))
    found["log"] = list(FIELDS)
    for kept in (browser_memory.NextPage, browser_memory.Draft):
        found[f"browser.{kept.__name__}"] = [one.name for one in fields(kept)]
    return found


def test_every_field_has_its_row_and_every_row_its_field(store: Store, folder: Path) -> None:
    said = {place.name: set(place.fields) for place in data_map().place}
    kept = {name: set(names) for name, names in stored(folder).items()}
    missing = {f"{name}.{field}" for name, names in kept.items() for field in names - said.get(name, set())}
    gone = {f"{name}.{field}" for name, names in said.items() for field in names - kept.get(name, set())}
    assert (missing, gone) == (set(), set()), "write or remove the row in bot/store/data_map.toml"
    assert len(data_map().place) == len(said), "a place is named twice"
    print(f"{sum(map(len, kept.values()))} fields in {len(kept)} places, each with its row")


def test_every_row_says_what_for_in_both_languages() -> None:
    settings = dict.fromkeys(Settings.model_fields, 0)
    for place in data_map().place:
        for name, field in place.fields.items():
            english, chinese = field.text
            assert english.isascii(), (place.name, name)
            assert any("\u4e00" <= character <= "\u9fff" for character in chinese), (place.name, name)
            assert place.criterion_of(name) in ("-", "all", "safety"), (place.name, name)
    for pair in (*data_map().keeper.values(), *data_map().retention.values()):
        assert all(text.format_map(settings) for text in pair)


def test_every_question_serves_a_criterion() -> None:
    questions, ids = load_questions(), {one.id for one in load_protocol().criteria}
    cards = [*questions.card, *questions.medicine.card, *questions.vaccine.card]
    assert [card.id for card in cards if not card.why or not set(card.why) <= ids | {"safety"}] == []


def test_what_is_called_sealed_is_a_column_of_bytes(store: Store, folder: Path) -> None:
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    for place in data_map().place:
        database, _, table = place.name.partition(".")
        if database == "brasle":
            kinds = {row[1]: row[2] for row in sql.execute(f"PRAGMA table_info({table})")}
            for name, field in place.fields.items():
                assert "(sealed" not in field.text[0] or kinds[name] == "BLOB", (place.name, name)
    sql.close()
