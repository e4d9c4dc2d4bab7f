"""Every command that shows or changes something of a lead leaves an entry with the name of who ran it; a new command
has to say here what it leaves.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, main
from bot.commands.operator import operator
from bot.store.audit import Wanted
from bot.store.store import Store
from tests.coordinator.site import wait_for
from tests.coordinator.work.families import girl, hands_over

PHONE = "+8613812345678"
# Command lines that read or change leads, with the entries that each leaves; CODE stands for the lead's number.
LEAVES = {
    "leads list": {"queue.read"},
    "leads list --json": {"queue.read"},
    "leads show CODE": {"lead.read"},
    "leads show CODE --json": {"lead.read"},
    "leads set-status CODE claimed": {"lead.status"},
    "rescreen": {"leads.rescreened"},
    "rescreen --json --private": {"leads.rescreened"},
    "audit list": {"trail.read"},
    "incident --to OUT --since 2026-01-01": {"incident.listed"},
    "export CODE --to OUT": {"lead.read", "lead.exported"},
    "export-fhir --to OUT --lead CODE --whole": {"export.fhir_whole"},
    "export-redcap --data OUT": {"export.redcap_data"},
    "recruiting paused --as-of 2026-11-22": {"recruiting.set"},
}
# Have nothing of a lead to show, or tell of copies of the whole database, which tests of their own look at.
OTHERS = frozenset(
    {
        "run",
        "chat",
        "assess",
        "read",
        "replies",
        "doctor",
        "locales",
        "docs",
        "evidence",
        "accounts",
        "updates",
        "registry",
        "amendment",
    }
    | {"backup", "verify", "restore", "keys", "purge", "access-report"}
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_every_command_has_its_place() -> None:
    assert {line.split()[0] for line in LEAVES} | OTHERS == set(COMMANDS)


@pytest.mark.parametrize("line", LEAVES)
def test_a_command_leaves_its_entry_under_the_name_of_who_ran_it(
    folder: Path, line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(folder)
    code = wait_for(hands_over(store, girl(), contact={"value": PHONE}))
    head = wait_for(store.trail.head())
    store.close_now()
    assert head is not None
    monkeypatch.setenv("USER", "somebody-else")
    assert main(line.replace("CODE", code).replace("OUT", "out").split()) == 0
    shown = capsys.readouterr().out
    store = Store.open(folder)
    left = [one for one in wait_for(store.trail.entries(Wanted())) if one.seq > head.seq]
    store.close_now()
    assert {one.action for one in left if one.name == operator().removeprefix("command:")} >= LEAVES[line]
    assert all(one.subject == code for one in left if one.action in ("lead.read", "lead.status"))
    assert (PHONE in shown) == ("show" in line)


@pytest.mark.parametrize("by", ["account:S-222222", "program", "family", "outbox", " "])
@pytest.mark.parametrize("line", ["leads set-status BR-346779 claimed", "recruiting paused --as-of 2026-11-22"])
def test_nobody_signs_as_an_account_or_as_the_program(
    folder: Path, line: str, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*line.split(), "--by", by])
    assert "give a person's name" in capsys.readouterr().err
