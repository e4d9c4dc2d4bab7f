"""What an older version has stored is read by this one: a saved sample for every form that was ever released."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.flows.dialogue import VERSION, Dialogue, dump, load
from bot.flows.take_turn import present
from tests.bot.walk import surroundings, walk

SAMPLES = sorted((Path(__file__).parent / "stored_dialogues").glob("*.json"))


def test_every_version_has_a_sample() -> None:
    versions = {json.loads(path.read_text("utf-8")).get("version", 1) for path in SAMPLES}
    assert versions == set(range(1, VERSION + 1))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_saved_sample_is_read_and_goes_on(path: Path) -> None:
    stored = path.read_text("utf-8").strip()
    dialogue = load(stored)
    for key, value in json.loads(stored)["interview"]["given"].items():
        assert dialogue.interview.given[key].said == value["said"]
    assert present(dialogue, surroundings()).text.key
    assert load(dump(dialogue)) == dialogue


def test_whoever_was_asked_about_deleting_is_still_asked() -> None:
    dialogue = load((SAMPLES[0].parent / "version-1-asking-to-delete.json").read_text("utf-8"))
    assert present(dialogue, surroundings()).card == "delete"
    assert (dialogue.asking_delete, dialogue.contact_step) == ("stopped", None)


def test_the_version_is_always_stored() -> None:
    """Without it nobody could tell, later, which form it was."""
    dialogue = Dialogue.model_validate({"channel": "browser", "language": "en"})
    assert json.loads(dump(dialogue))["version"] == VERSION


@pytest.mark.parametrize("seed", range(5))
def test_what_is_stored_is_what_was(seed: int) -> None:
    for step in walk(seed, 40, "browser", surroundings()):
        assert load(dump(step.turn.dialogue)) == step.turn.dialogue
