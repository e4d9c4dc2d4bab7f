"""The coordinators' group for whoever sets it up: settings, doctor, the command line, and what is queued with a lead."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.coordinator.group_card import face_of, keyboard, read_press
from bot.coordinator.plan import plan_of
from bot.doctor import load_settings, problems
from bot.notice_plan import NoticePlan
from bot.settings import Settings
from bot.store.account_records import NewAccount
from bot.store.store import Store
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_queue import QueueRow
from brasle_prescreen.lead_work import Work
from tests.coordinator.site import wait_for

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
PAYLOAD = {"code": "BR-7K3F9", "url": "https://example.org"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(("op", "line"), [("lead", "board"), ("safety", "urgent"), ("pi", None), ("withdrawn", None)])
def test_a_card_is_queued_with_the_notices_of_the_same_commit(op: str, line: str | None) -> None:
    rows = NoticePlan(first=("0",), group=True).rows(op, PAYLOAD, NOW)
    cards = [row for row in rows if row.channel == "telegram_group"]
    assert [row.address for row in cards] == ([line] if line else [])
    assert all(row.payload == {"code": "BR-7K3F9"} and row.not_before is None for row in cards)
    assert len(rows) == len(cards) + 1
    assert NoticePlan(first=("0",)).rows(op, PAYLOAD, NOW) == rows[:1]


def test_a_button_fits_into_telegrams_limit_and_is_read_back() -> None:
    row = QueueRow("BR-7K3F9C", Work(LeadStatus.NEW, NOW, NOW), "zh_Hans", NOW)
    face = face_of(row, plan_of(Settings(_env_file=None)), NOW)
    [[key]] = keyboard(face, "x" * 12, lambda text: text.key)
    assert len(key["callback_data"].encode()) <= 64
    press = read_press(key["callback_data"], "1", 7)
    assert press is not None
    assert (press.token, press.revision, press.action.value) == ("x" * 12, face.revision, "claim")


def test_doctor_explains_the_group(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRASLE_TELEGRAM_GROUP", "77")
    assert "BRASLE_TELEGRAM_GROUP" in str(load_settings())
    monkeypatch.setenv("BRASLE_TELEGRAM_GROUP", " ")
    off = load_settings()
    assert isinstance(off, Settings)
    assert off.telegram_group is None
    monkeypatch.setenv("BRASLE_TELEGRAM_GROUP", "-5001")
    alone = load_settings()
    assert isinstance(alone, Settings)
    assert any(one.setting == "BRASLE_TELEGRAM_GROUP" and "BOT_TOKEN" in one.wrong for one in problems(alone))
    assert not alone.notice_plan().group
    store = Store.open(folder)
    wait_for(store.telegram_group.moved(-5001, -1000))
    wait_for(store.telegram_group.set_trouble(-5001, "bot was kicked"))
    store.close_now()
    main(["doctor"])
    said = capsys.readouterr().out
    assert "Set it to -1000." in said
    assert "cannot be written to (bot was kicked)" in said


def test_the_roster_by_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(folder)
    for name in ("Li", "Wang"):
        wait_for(store.staff.invite(NewAccount(name, "coordinator", "en"), NOW.replace(year=2100), "command:test"))
    store.close_now()

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["accounts", "telegram", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert run("Li", "70001") == (0, "Li: linked\n")
    assert run("Wang", "70001")[0] == 1
    assert run("Nobody", "70001")[0] == 1
    for wrong in ("0", "12ab", "９", "-5001", str(2**52)):
        assert run("Wang", wrong)[0] == 2
    assert run("Li", "none") == (0, "Li: unlinked\n")
    assert run("Li", "none") == (0, "Li: was not linked\n")
    assert run("Wang", "70001")[0] == 0
