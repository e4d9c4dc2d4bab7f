"""Long commands show on a terminal how far they are, and write nothing of it anywhere else."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.progress import progress
from bot.store.store import Store
from tests.store.conftest import Family


async def _a_folder(folder: Path) -> None:
    store = Store.open(folder)
    for number in range(20):
        await Family(store, str(number)).says()
    await store.close()


def _backup(data: Path, to: Path) -> list[str]:
    return [sys.executable, "-m", "bot", "backup", "--to", str(to)]


def test_a_backup_shows_on_a_terminal_how_far_it_is(tmp_path: Path) -> None:
    asyncio.run(_a_folder(tmp_path / "data"))
    environment = {**os.environ, "BRASLE_DATA": str(tmp_path / "data"), "TERM": "xterm"}
    ours, theirs = pty.openpty()
    subprocess.run(
        _backup(tmp_path / "data", tmp_path / "to"), stderr=theirs, stdout=subprocess.PIPE, env=environment, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "Checking the copy" in shown


def test_nothing_of_it_goes_into_a_pipe(tmp_path: Path) -> None:
    asyncio.run(_a_folder(tmp_path / "data"))
    environment = {**os.environ, "BRASLE_DATA": str(tmp_path / "data"), "TERM": "xterm"}
    done = subprocess.run(_backup(tmp_path / "data", tmp_path / "to"), capture_output=True, env=environment, check=True)
    assert b"Checking" not in done.stdout + done.stderr
    assert b"Whole:" in done.stderr


def test_without_a_terminal_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as tell:
        tell("Copying", 1, 2)
    assert capsys.readouterr() == ("", "")
