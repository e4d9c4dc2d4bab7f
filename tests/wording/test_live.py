"""A real server while its texts are edited: it takes what is in order, keeps what it has, and says why."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.locale_checks import every
from bot.locale_tools.po_file import FUZZY
from bot.message import Text
from bot.wording import Wording, WordingError
from bot.wording_pairs import APPROVED, COMPLETE
from bot.wording_reload import TOLD
from tests.wording.editing import CHINESE, change, entry, reword_english, translate
from tests.wording.serving import Server, environment

ASK = "language.ask"
# The first line of the first card.
OLD, NEW = "您好，请选择语言。", "您好，请先选语言。"
Start = Callable[..., Server]


@pytest.fixture
def start(all_in_line: Path, tmp_path: Path) -> Iterator[Start]:
    servers: list[Server] = []

    def begin(**settings: str) -> Server:
        servers.append(Server(all_in_line, tmp_path / "data", **settings))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


def test_a_correction_is_served_without_a_restart_and_a_slip_is_not(all_in_line: Path, start: Start) -> None:
    server = start()
    assert OLD in server.page()

    # A whole pair is taken; what is half done is no mistake, and waits.
    translate(all_in_line, ASK, entry(all_in_line, CHINESE, ASK).translation.replace(OLD, NEW))
    reword_english(all_in_line, "nav.skip", "Leave it")
    taken = server.command("locales", "reload")
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert f"{ASK}: zh_Hans" in taken.stdout
    assert "keep their last wording" in taken.stdout
    assert NEW in server.page()

    # A word that nobody may read, in a whole pair: nothing of the file is taken, and the reason is told.
    translate(all_in_line, "result.likely", "恭喜，您已符合入组条件。")
    translate(all_in_line, ASK, "请您选语言。")
    refused = server.command("locales", "reload")
    assert refused.returncode == 1
    assert "result.likely" in refused.stdout
    assert "forbidden" in refused.stdout
    assert NEW in server.page()
    assert "result.likely" in server.said()

    # No gettext at all: by signal this time; a restart after a crash goes on with the same texts.
    (all_in_line / CHINESE).write_bytes(b"msgid \xff oops")
    told = server.data / TOLD
    told.unlink()
    os.kill(server.process.pid, signal.SIGHUP)
    while not told.exists():
        assert server.process.poll() is None
        server.page()
    assert not json.loads(told.read_text("utf-8"))["taken"]
    server.kill()
    again = start()
    assert NEW in again.page()
    assert NEW not in (all_in_line / COMPLETE).read_text("utf-8")


def test_only_approved_wordings_reach_real_families(
    all_in_line: Path, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(all_in_line, tmp_path / "data", demo="false").items():
        monkeypatch.setenv(name, value)
    refused = Server.run_to_its_end(all_in_line, tmp_path / "data", demo="false")
    assert refused.returncode == 2
    assert "texts for families have no approval" in refused.stderr
    assert "Traceback" not in refused.stderr
    approve = ["locales", "approve", "--folder", str(all_in_line), "--date", "2026-11-22", "--number"]
    assert main([*approve, "2026-123"]) == 0
    server = start(demo="false")
    assert OLD in server.page()

    translate(all_in_line, ASK, entry(all_in_line, CHINESE, ASK).translation.replace(OLD, NEW))
    before = Wording.load(all_in_line, families=True)
    assert OLD in before.say(Text(key=ASK), "zh_Hans")
    main(["doctor"])
    assert f"{ASK} was changed after its approval 2026-123 of 2026-11-22" in capsys.readouterr().out

    assert main([*approve, "2026-200", "--keys", "language.*"]) == 0
    assert capsys.readouterr().out.startswith("1 texts entered under 2026-200")
    assert server.command("locales", "reload").returncode == 0
    assert NEW in server.page()


def test_nobody_to_ask_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locales", "reload", "--data", str(tmp_path)]) == 2
    assert "No server runs" in capsys.readouterr().err


def test_what_is_fuzzy_cannot_be_approved(
    in_line: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(every, "mistakes", lambda folder: [])
    change(in_line, CHINESE, "nav.skip", flags=frozenset({FUZZY}))
    command = [
        "locales",
        "approve",
        "--folder",
        str(in_line),
        "--number",
        "1",
        "--date",
        "2026-11-22",
        "--keys",
        "nav.*",
    ]
    assert main(command) == 1
    said = capsys.readouterr()
    assert "nav.skip" in said.out
    assert "1 texts are left out" in said.err


def test_a_manifest_edited_by_hand_is_refused(in_line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bot.__main__ import main

    assert main(["locales", "approve", "--folder", str(in_line), "--number", "1", "--date", "2026-11-22"]) == 0
    path = in_line / APPROVED
    path.write_text(path.read_text("utf-8").replace('"跳过"', '"略过"'), encoding="utf-8")
    with pytest.raises(WordingError, match=r"nav\.skip"):
        Wording.load(in_line, families=True)
