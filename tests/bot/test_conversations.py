"""Whole dialogues as files: what a family says and which message it hears, by key. `brasle-prescreen chat --save` writes them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.bot.family import Clock, Family, conversation

FOLDER = Path(__file__).parent.parent / "conversations"
FILES = sorted(FOLDER.glob("*.toml"))


def incoming(says: str, revision: int) -> dict[str, Any]:
    if says.startswith("/"):
        return {"command": says[1:]}
    if says.startswith("[") and says.endswith("]"):
        return {"button": says[1:-1], "revision": revision}
    return {"text": says}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_saved_dialogue_is_heard_again(file: Path, tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock()), "terminal")
    await family.command("start")
    revision = family.shown.revision
    for number, turn in enumerate(tomllib.loads(file.read_text("utf-8"))["turn"]):
        if number == 0 and turn["says"] == "/start":
            continue
        shown = await family.send(**incoming(turn["says"], revision))
        revision = shown.revision
        assert shown.reply.text.key == turn["hears"], f"{file.name}, turn {number}: {turn['says']}"


def test_there_are_dialogues_to_play() -> None:
    assert len(FILES) >= 3
