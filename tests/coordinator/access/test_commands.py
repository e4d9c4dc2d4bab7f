"""The command line: letting the first one in, and the trail that it leaves."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands.operator import operator
from bot.store.audit import Wanted
from bot.store.store import Store
from tests.coordinator.site import wait_for
from tests.store.conftest import Family, lead_record


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BRASLE_PUBLIC_URL", "https://screening.example.org")
    monkeypatch.delenv("SUDO_USER", raising=False)
    return tmp_path / "data"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_an_invitation_prints_its_link_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "accounts", "invite", "Wu Jing", "--role", "administrator")
    assert code == 0
    link = out.strip()
    assert link.startswith("https://screening.example.org/coordinator/invitation/")
    assert "Give this link to Wu Jing alone" in err
    token = link.rsplit("/", 1)[1]
    assert token not in run(capsys, "accounts", "list")[1]
    store = Store.open(folder)
    opened = wait_for(store.staff.open_link(token))
    store.close_now()
    assert opened is not None
    assert (opened.name, opened.language) == ("Wu Jing", "zh_Hans")
    assert token.encode() not in b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_cannot_be_is_refused_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "accounts", "invite", "Wu", "--role", "auditor")[0] == 0
    code, _, err = run(capsys, "accounts", "invite", "\uff37U", "--role", "pi")
    assert code == 1
    assert "Somebody else signs in with this name" in err
    code, _, err = run(capsys, "accounts", "invite", "x" * 50, "--role", "pi")
    assert (code, "at most 40 characters" in err) == (2, True)
    code, _, err = run(capsys, "accounts", "invite", "Li", "--role", "pi", "--language", "fr")
    assert (code, "There are: zh_Hans, en" in err) == (2, True)
    code, _, err = run(capsys, "accounts", "disable", "Nobody")
    assert (code, "Nobody signs in as 'Nobody'" in err) == (1, True)
    assert run(capsys, "accounts", "revoke")[0] == 2
    assert run(capsys, "accounts", "roles", "Wu")[0] == 2
    with pytest.raises(SystemExit):
        main(["accounts", "invite", "Li", "--role", "director"])


def test_everything_that_can_be_done_to_an_account(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "accounts", "invite", "Wu", "--role", "auditor")
    assert run(capsys, "accounts", "roles", "wu", "pi")[1] == "Wu: pi\n"
    assert run(capsys, "accounts", "disable", "Wu")[1] == "Wu: disabled\n"
    assert run(capsys, "accounts", "enable", "Wu")[1] == "Wu: invited\n"
    assert "/coordinator/invitation/" in run(capsys, "accounts", "reset", "Wu")[1]
    assert run(capsys, "accounts", "revoke", "Wu")[1] == "Wu: signed out of 0 browser(s).\n"
    assert run(capsys, "accounts", "revoke", "--all")[1] == "Signed out: 0 browser(s).\n"
    listed = run(capsys, "accounts", "list")[1]
    assert "pi" in listed
    assert "invited" in listed
    code, out, _ = run(capsys, "accounts", "roles")
    assert code == 0
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines()[1:]}
    assert lines["accounts.manage"] == ["-", "-", "yes", "-"]
    code, out, _ = run(capsys, "audit", "verify")
    assert (code, "The trail is whole" in out) == (0, True)


def test_reading_and_changing_by_command_leaves_entries(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(folder)
    code = wait_for(Family(store, "1001").says(lead=lead_record(store))).lead_code
    store.close_now()
    assert code is not None
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("USER", "somebody-else")
    assert run(capsys, "leads", "list")[0] == 0
    assert run(capsys, "leads", "show", code)[0] == 0
    assert run(capsys, "leads", "set-status", code, "claimed", "--by", "Dr Zhou")[0] == 0
    assert run(capsys, "leads", "show", "BR-777777")[0] == 1
    assert run(capsys, "recruiting", "paused", "--as-of", "2026-11-22", "--by", "Dr Zhou")[0] == 0
    assert run(capsys, "recruiting")[0] == 0
    code_, out, _ = run(capsys, "audit", "list", "--json")
    assert code_ == 0
    told = [(row["name"], row["action"], row["subject"], row["after"]) for row in map(json.loads, out.splitlines())]
    me = operator().removeprefix("command:")
    assert me != "somebody-else"
    assert told == [
        ("", "trail.begun", "", None),
        ("", "lead.status", code, "new"),
        (me, "queue.read", "", "1"),
        (me, "lead.read", code, None),
        (me, "lead.status", code, "claimed"),
        (me, "recruiting.set", "", "paused 2026-11-22 -"),
        (me, "trail.read", "", None),
    ]
    assert len(run(capsys, "audit", "list", "--of", code)[1].splitlines()) == 3
    assert len(run(capsys, "audit", "list", "--action", "lead.read")[1].splitlines()) == 1
    assert run(capsys, "audit", "list", "--since", "2199-01-01")[1] == ""
    with pytest.raises(SystemExit):
        main(["audit", "list", "--since", "yesterday"])


def test_the_printed_end_finds_what_the_file_alone_does_not_tell(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "accounts", "invite", "Wu", "--role", "auditor")
    Store.open(folder).close_now()  # a server's start remembers the end
    older = {path.name: path.read_bytes() for path in folder.iterdir()}
    run(capsys, "accounts", "disable", "Wu")
    head = run(capsys, "audit", "head")[1].strip()
    assert run(capsys, "audit", "verify", "--head", head)[0] == 0
    for path in folder.iterdir():
        path.unlink()
    for name, whole in older.items():  # all files, those of the keys too, put back to a state before
        (folder / name).write_bytes(whole)
    assert run(capsys, "audit", "verify")[0] == 0
    code, _, err = run(capsys, "audit", "verify", "--head", head)
    assert code == 1
    assert "as it was printed is gone or changed" in err
    assert run(capsys, "audit", "verify", "--head", "7")[0] == 2


def test_a_touched_trail_is_told_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "accounts", "invite", "Wu", "--role", "auditor")
    sql = sqlite3.connect(folder / "brasle.sqlite3")
    sql.execute("DROP TRIGGER audit_is_never_shortened")
    sql.execute("DELETE FROM audit WHERE seq = 3")
    sql.execute("DELETE FROM audit_head")
    sql.commit()
    sql.close()
    code, _, err = run(capsys, "audit", "verify")
    assert code == 1
    for words in ("NOT whole", "missing from number 3", "does not end where", "no longer refuses"):
        assert words in err
    assert run(capsys, "audit", "head")[0] == 1


def test_sudo_does_not_hide_who_ran_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import bot.commands.operator as module

    monkeypatch.setattr(module, "_name", lambda: "root")
    monkeypatch.setenv("SUDO_USER", "zhang")
    assert operator() == "command:zhang (root)"
    monkeypatch.setattr(module, "_name", lambda: "brasle")
    assert operator() == "command:brasle"


def test_an_unusable_folder_is_told_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("a file, not a folder")
    for command in (("accounts", "list"), ("audit", "verify")):
        code, _, err = run(capsys, *command)
        assert code == 2
        assert "cannot be used" in err


def test_the_commands_of_help_import_no_web_stack() -> None:
    import subprocess
    import sys

    code = "import sys; from bot.__main__ import main; main(['--help']); assert not {'starlette', 'argon2', 'pyotp'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


async def test_names_of_the_command_line_are_sealed(folder: Path) -> None:
    from bot.store.audit_entry import Did

    store = Store.open(folder)
    await store.trail.record("command:zhang-canary", Did("queue.read"))
    [entry] = await store.trail.entries(Wanted(limit=1))
    await store.close()
    assert entry.name == "zhang-canary"
    assert b"zhang-canary" not in b"".join(path.read_bytes() for path in folder.iterdir())
