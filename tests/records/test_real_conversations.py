"""Invented families who have talked with the real conversation: every answer of theirs goes out, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from bot.demo.seed import seed
from bot.records.fhir_bundle import Study, bundle
from bot.records.given_answers import WHOLE, given_answers
from bot.records.redcap import columns, dictionary
from bot.records.redcap_import import import_table
from bot.records.study_form import StudyForm
from bot.store.lead_packets import Stored
from brasle_prescreen.registry import load_registered
from tests.coordinator.work.families import PROTOCOL, QUESTIONS
from tests.demo.test_demo_families import demo_in
from tests.records.redcap_rules import faults, import_faults

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stored]]:
    folder: Path = tmp_path_factory.mktemp("demo")
    demo, store = demo_in(folder)
    seed(demo, NOW, Event())
    yield asyncio.run(store.desk.every_packet())
    store.close_now()


def test_every_card_that_was_answered_has_its_answer_and_no_other_has(leads: list[Stored], form: StudyForm) -> None:
    items = {item.id: item for item in form.items}
    cards = 0
    for lead in leads:
        found = given_answers(lead.packet, form, QUESTIONS, WHOLE)
        answered = {item.id for item in form.items if any(field.id in found.plain for field in item.fields)}
        said = lead.packet["said"]
        assert answered == {id for id in said if id in items and not items[id].group}, lead.code
        for group in ("medicine", "vaccine"):
            assert len(found.entries[group]) == len(lead.packet[f"{group}s"])
            per_item = {id.split(".", 2)[2] for id in said if id.startswith(f"{group}.")}
            told = {id.split(".")[1] for entry in found.entries[group] for id in entry} - {"name"}
            assert told == per_item
        cards += len(answered)
    assert cards > 100


def test_both_files_are_valid_for_all_of_them(leads: list[Stored], form: StudyForm) -> None:
    study = Study(form, QUESTIONS, PROTOCOL, load_registered(), "open")
    assert len(bundle(study, leads, "2026-11-23T02:00:00Z")["entry"]) == 3 + 3 * len(leads)
    made = columns(form)
    heads, *rows = dictionary(made)
    table = [dict(zip(heads, row, strict=True)) for row in rows]
    assert list(faults(table)) == []
    assert list(import_faults(list(import_table(form, made, QUESTIONS, leads)), table)) == []
    assert list(import_faults(list(import_table(form, made, QUESTIONS, leads, WHOLE)), table)) == []
