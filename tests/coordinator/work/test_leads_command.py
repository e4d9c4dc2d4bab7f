"""Leads by the command line: the console's order, the one table of moves, and a reader that stops reading."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.store.store import Store
from tests.store.conftest import Family, lead_record

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def code(tmp_path: Path) -> str:
    store = Store.open(tmp_path / "data")
    committed = asyncio.run(Family(store, "1001").says(lead=lead_record(store)))
    store.close_now()
    assert committed.lead_code is not None
    return committed.lead_code


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))

    def command(*arguments: str) -> tuple[int, str, str]:
        status = main(["leads", *arguments])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return command


def test_a_move_that_the_table_does_not_know_is_refused_with_the_ways_that_there_are(code: str, run: Run) -> None:
    status, _, err = run("set-status", code, "screening")
    assert status == 1
    assert err.strip() == f"{code} is new. From there it can go to: claimed."
    for to in ("claimed", "visit_booked", "screening"):
        assert run("set-status", code, to)[0] == 0
    assert run("list")[1].split()[1] == "screening"
    assert run("set-status", code, "new")[0] == 1


def test_a_lead_is_closed_for_a_reason(code: str, run: Run) -> None:
    run("set-status", code, "claimed")
    for wrong in ((), ("--reason", "E99"), ("--reason", "because")):
        status, _, err = run("set-status", code, "closed", *wrong)
        assert status == 2
        assert "--reason" in err
        assert "declined" in err
    assert run("set-status", code, "closed", "--reason", "E13")[0] == 0
    assert run("set-status", code, "claimed")[0] == 0


def test_who_reads_along_may_stop(code: str, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    show = [sys.executable, "-m", "bot", "leads", "show", code]
    environment = os.environ | {"BRASLE_DATA": str(tmp_path / "data")}
    ended = subprocess.run(show, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60, env=environment)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")
