"""The file that a family takes with it holds every field of the data map that is about them, or names it with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.flows.dialogue import dump
from bot.store import export
from bot.store.data_map import data_map
from bot.store.export_map import export_map
from bot.store.store import Store
from tests.bot.family import BOY, Family, conversation
from tests.store.conftest import Clock
from tests.store.test_everything_of_a_family import worked_on

OF_A_FAMILY = ("family", "sent", "quarantine", "week", "link")
MAP = export_map()
LEFT_OUT = {one for group in MAP.left_out for one in group.fields}


def fields() -> Iterator[tuple[str, str]]:
    for place in data_map().place:
        if place.name not in MAP.nobodys.places:
            for field in place.fields:
                yield place.name, field


def test_every_field_of_the_data_map_is_in_the_file_or_named_with_a_reason() -> None:
    told = data_map()
    for name in MAP.nobodys.places:
        place = told.named(name)
        assert place.keeper != "hospital", name
        assert place.retention != "family", name
    ways = {}
    for place_name, field in fields():
        there = MAP.in_the_file.get(place_name, {})
        one = f"{place_name}.{field}"
        ways[one] = (isinstance(there, str) or field in there) + (one in LEFT_OUT) + (place_name in LEFT_OUT)
    assert {one: count for one, count in ways.items() if count != 1} == {}
    known = {place for place, _ in fields()} | {f"{place}.{field}" for place, field in fields()}
    assert known >= LEFT_OUT
    assert set(MAP.in_the_file) <= known
    assert not {place for place in MAP.nobodys.places if place in LEFT_OUT or place in MAP.in_the_file}


def at(value: Any, path: str) -> list[Any]:
    """Every value at a path; through lists, and through what is listed by a name of its own."""
    found = [value]
    for step in path.split(".") if path else ():
        found = [one for each in found for one in (each if isinstance(each, list) else [each])]
        found = [one[step] for one in found if isinstance(one, dict) and step in one]
    return found


async def test_each_place_named_for_a_field_is_there(store: Store, clock: Clock) -> None:
    _, person = await worked_on(store, clock)
    await store.new_resume_link(person, clock.now + timedelta(days=1))
    given = export.for_the_family(await store.export(person))
    plain = {
        path
        for name, there in MAP.in_the_file.items()
        if not name.startswith(("dialogue", "packet"))
        for path in ([there] if isinstance(there, str) else there.values())
    }
    missing = [path for path in sorted(plain) if not at(given, path) and not path.startswith("events.")]
    assert missing == []
    assert given["not_in_this_file"] == MAP.named()
    for one in given["not_in_this_file"]:
        assert all(one[part][language] for part in ("what", "why") for language in ("en", "zh"))


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_what_a_family_answered_is_in_its_file_to_the_last_field(tmp_path: Any, language: str) -> None:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin(language)
    await family.answer(BOY)
    for press in ("confirm", "want_contact", "agree"):
        await family.tap(press)
    for text in ("Mother of Bao", None, "13800138000"):
        await (family.says(text) if text else family.tap("way:phone"))
    for press in ("time:any", "travel:yes", "child:yes", "done", "send"):
        await family.tap(press)
    given = await family.talk._store.family_export("browser", family.address)
    stored = await family.stored()
    assert given["dialogue"] == json.loads(dump(stored)), "as it is kept: what was never said is left out"
    dialogue = next(one for one in data_map().place if one.name == "dialogue.Dialogue")
    assert set(given["dialogue"]) <= set(dialogue.fields)
    packet = MAP.in_the_file["packet"]
    assert isinstance(packet, dict)
    assert [path for path in packet.values() if not at(given, path)] == []
    assert all(set(one) == {"kind", "detail", "at"} for one in given["events"])
    assert given["events"]
    assert given["leads"][0]["contact"]["value"].endswith("13800138000")
    for hidden in ("score", "work", "history"):
        assert hidden not in given["leads"][0]
    assert not {"score", "score_parts", "criteria", "open_questions"} & set(given["leads"][0]["packet"])
