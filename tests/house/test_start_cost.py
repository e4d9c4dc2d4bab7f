"""What a command may import: the slow libraries are paid for only by those who use them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "aiogram",
    "starlette",
    "fastapi",
    "uvicorn",
    "apprise",
    "sqlite_utils",
    "aiohttp",
    "jinja2",
    "babel",
)
REPORT = "import json, sys; print(json.dumps(sorted(set(sys.modules) & set({heavy!r}))))"


def loaded_after(code: str, stdin: str = "") -> list[str]:
    script = f"{code}\n{REPORT.format(heavy=HEAVY)}"
    done = subprocess.run([sys.executable, "-c", script], input=stdin, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return names


@pytest.mark.parametrize("arguments", [["--help"], ["assess"]])
def test_help_and_assess_import_nothing_heavy(arguments: list[str]) -> None:
    code = f"from bot.__main__ import main; main({arguments!r})"
    assert loaded_after(code, '{"as_of": "2026-11-22", "answers": {}}') == []


def test_the_conversation_never_imports_aiogram() -> None:
    assert "aiogram" not in loaded_after(
        "import bot.conversation, bot.app, bot.channels.browser, bot.channels.terminal"
    )


def test_the_intake_answers_before_aiogram_is_imported() -> None:
    assert "aiogram" not in loaded_after("import bot.intake, bot.webhook, bot.worker, bot.outbox")
