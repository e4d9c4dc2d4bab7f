"""Whoever edits a data file or a text gets one sentence at the start, never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# file, what stands there, what a slip makes of it, what the sentence must name
SLIPS = (
    ("brasle_prescreen/trial/exclusion.toml", "no_dose_within", "no_dose_withn", "exclusion.toml"),
    ("brasle_prescreen/trial/questions.toml", 'kind = "choice"', 'knd = "choice"', "questions.toml"),
    ("brasle_prescreen/trial/medicines.toml", "[[confusable]]", "[[confusable]", "medicines.toml"),
    ("brasle_prescreen/reading/words/choices.zh.toml", "[adult]", "[adult", "choices.zh.toml"),
    ("locales/zh_Hans.po", "{medicine}", "{medicin}", "zh_Hans.po"),
)
# Where whole texts are remembered, a slip in a text stops nothing: see tests/wording/test_live.py.
WITHOUT = shutil.ignore_patterns("__pycache__", "complete.json")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("bot", "brasle_prescreen", "locales"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=WITHOUT)
    return tmp_path


@pytest.mark.parametrize("command", [["run", "--no-browser", "--port", "0"], ["doctor"]], ids=["run", "doctor"])
@pytest.mark.parametrize(("file", "stands", "slip", "named"), SLIPS, ids=[slip[3] for slip in SLIPS])
def test_a_slip_is_said_in_one_sentence(
    copy: Path, file: str, stands: str, slip: str, named: str, command: list[str]
) -> None:
    text = (copy / file).read_text("utf-8")
    place = text.rindex(stands) if file.endswith(".po") else text.index(stands)
    (copy / file).write_text(text[:place] + slip + text[place + len(stands) :], "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy), "BRASLE_DATA": str(copy / "kept")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *command],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert "Traceback" not in said
    assert named in said
