"""Whatever goes wrong with a command, whoever started it reads what to do: never a traceback."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import __main__ as command_line
from bot.__main__ import COMMANDS, main
from bot.commands.operator import leaves_files_to
from bot.progress import followed
from bot.store.store import Store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with nobody in it; the commands run beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))
    Store.open(tmp_path / "data").close_now()
    return tmp_path / "data"


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and everything that was printed."""
    try:
        status = main(arguments)
    except SystemExit as left:
        status = int(str(left.code))
    said = capsys.readouterr()
    return status, said.out + said.err


WRONG = [
    (("leads", "show", ""), "one argument is empty"),
    (("recruiting", "open", "--as-of", "2026-13-22"), "not a day like 2026-11-22"),
    (("recruiting", "open", "--as-of", "2026-11-22", "--places", "-3"), "not a whole number from 0"),
    (("recruiting", "open", "--as-of", "2026-11-22", "--places", "9" * 30), "not a whole number from 0"),
    (("recruiting", "--places", "3"), "Say the state, too"),
    (("incident", "--to", "out", "--since", "2926-11-22"), "nobody would be found"),
    (("incident", "--to", "out", "--since", "2026-11-22", "--until", "2026-11-21"), "nobody would be found"),
    (("updates", "replay"), "a number of 'brasle-prescreen updates list', or --all"),
    (("updates", "replay", "9" * 30), "not a whole number from 1"),
    (("updates", "replay", "5", "--all"), "a number of 'brasle-prescreen updates list', or --all"),
    (("updates", "replay", "5"), "Not set aside: 5."),
    (("audit", "list", "--limit", "none"), "not a whole number from 1"),
    (("access-report", "--year", "26"), "not a whole number from 2000"),
    (("locales", "approve", "--number", "1", "--date", "today"), "not a day like 2026-11-22"),
    (("locales", "sign-off", "en", "--by", "Wang", "--role", "nurse", "--date", "today"), "not a day like 2026-11-22"),
    (("backup", "--to", "FILE"), "is a file: name a folder"),
    (("keys", "backup", "--to", "FILE"), "is a file: name a folder"),
    (("keys", "restore", "FILE", "--into", "FILE"), "is a file: name a folder"),
    (("restore", "FILE", "--into", "FILE"), "is a file: name a folder"),
    (("incident", "--to", "FILE", "--server-stolen"), "is a file: name a folder"),
    (("verify", "FILE"), "is no backup"),
    (("chat", "--save", "FILE/talk.toml"), "Not a directory"),
    (("replies", "--folder", "."), "No such file"),
    (("registry", "check", "nowhere.json"), "No such file"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=lambda given: " ".join(given)[:60])
def test_a_wrong_argument_is_refused_in_words(
    arguments: tuple[str, ...], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "a-file").write_text("a file")
    status, said = told(capsys, *(one.replace("FILE", "a-file") for one in arguments))
    assert status != 0
    assert words in said
    assert "Traceback" not in said


def test_help_names_the_command_and_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        status, said = told(capsys, name, "--help")
        assert status == 0
        assert said.startswith(f"usage: brasle-prescreen {name} ")
        assert len(said.split("\n\n")[1].split()) > 2, name
    assert told(capsys, "--version") == (0, "0.1.0\n")


@pytest.mark.parametrize("command", ["leads list", "backup", "audit verify", "accounts list", "recruiting"])
def test_a_folder_without_data_is_not_taken_for_an_empty_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", "elsewhere")
    status, said = told(capsys, *command.split())
    assert (status, "There is no data in" in said, "BRASLE_DATA" in said) == (2, True, True)
    assert list(tmp_path.iterdir()) == []


def command_that(monkeypatch: pytest.MonkeyPatch, does: Any) -> None:
    """The command `docs` does this instead."""
    given = SimpleNamespace(add_parser=lambda commands: commands.add_parser("docs"), run=does)
    monkeypatch.setattr(command_line, "import_module", lambda name: given)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (KeyboardInterrupt(), 130, "Stopped."),
        (OSError(28, "No space left on device"), 2, "No space left on device."),
        (PermissionError(13, "Permission denied", "keys.sqlite3"), 2, "keys.sqlite3: Permission denied."),
        (ValueError("what a family said"), 1, "a mistake of ours: ValueError at "),
    ],
)
def test_what_nobody_foresaw_ends_in_words_too(
    error: BaseException,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fails(_: object) -> int:
        raise error

    command_that(monkeypatch, fails)
    found, said = told(capfd, "docs")
    assert found == status
    assert words in said
    assert "family" not in said


def test_a_terminal_that_cannot_show_a_sign_gets_its_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "shown").open("w", encoding="gbk") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        command_that(monkeypatch, lambda _: print("王 \N{WARNING SIGN}") or 0)
        assert main(["docs"]) == 0
    assert (tmp_path / "shown").read_text("gbk") == "王 \\u26a0\n"


def test_closed_streams_and_ctrl_c_of_a_real_command() -> None:
    code = "import sys; from bot.__main__ import main; sys.exit(main(['assess']))"
    closed = f'exec {sys.executable} -c "{code}" <&- >&-'
    done = subprocess.run(["sh", "-c", closed], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    asked = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1, text=True)
    assert asked.stdin is not None
    assert asked.stdout is not None
    for _ in range(2):  # it judges: everything is loaded
        asked.stdin.write('{"as_of": "2026-11-22", "answers": {}}\n')
    asked.stdin.flush()
    asked.stdout.readline()
    asked.send_signal(signal.SIGINT)
    _, said = asked.communicate(timeout=60)
    assert (asked.returncode, said) == (130, "Stopped.\n")


def test_standard_input_that_was_read_from_is_no_hindrance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = io.TextIOWrapper(io.BytesIO(b"one\ntwo\n"))
    given.readline()
    monkeypatch.setattr(sys, "stdin", given)
    assert told(capsys, "--version")[0] == 0


def test_root_leaves_no_files_to_a_server_of_another_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def owned_by(number: int) -> Any:
        return SimpleNamespace(stat=lambda: SimpleNamespace(st_uid=number))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert leaves_files_to(owned_by(0))
    assert not leaves_files_to(owned_by(1))
    assert "runuser -u" in capsys.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    assert leaves_files_to(owned_by(1))


@pytest.mark.parametrize(
    "command", ["backup", "keys backup", "keys rotate", "keys restore copy --into data", "restore copy --into data"]
)
def test_what_leaves_files_asks_first_whose_they_would_be(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.parent.rglob("*"))
    for name in ("backup", "keys", "restore"):
        monkeypatch.setattr(f"bot.commands.{name}.leaves_files_to", lambda _: False)
    assert told(capsys, *command.split())[0] == 2
    assert [
        path for path in sorted(folder.parent.rglob("*")) if path.suffix not in (".sqlite3-wal", ".sqlite3-shm")
    ] == before


def test_long_work_tells_how_far_it_is() -> None:
    said: list[tuple[str, int, int]] = []
    assert len(list(followed(range(120), "Counting", lambda *how_far: said.append(how_far)))) == 120
    assert said == [("Counting", 0, 120), ("Counting", 50, 120), ("Counting", 100, 120)]


def test_ctrl_c_ends_a_talk_at_once_and_keeps_what_was_said(tmp_path: Path) -> None:
    kept = tmp_path / "talk.toml"
    command = [sys.executable, "-c", "import sys; from bot.__main__ import main; sys.exit(main(sys.argv[1:]))"]
    talk = subprocess.Popen([*command, "chat", "--save", str(kept)], stdin=-1, stdout=-1, stderr=-1, text=True)
    assert talk.stdin is not None
    assert talk.stdout is not None
    talk.stdin.write("2\n")
    talk.stdin.flush()
    while "7  " not in talk.stdout.readline():  # the last choice of the card that follows
        assert talk.poll() is None
    talk.send_signal(signal.SIGINT)
    _, said = talk.communicate(timeout=60)
    assert (talk.returncode, said) == (0, f"Saved 2 exchanges to {kept}.\n")
    assert kept.read_text("utf-8").count("[[turn]]") == 2
