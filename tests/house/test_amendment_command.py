"""What an operator does with an amendment: look, seal, start; and how a damaged one is told in words."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.app import App
from bot.doctor import problems
from bot.settings import Settings
from brasle_prescreen.amendment import SEAL
from tests.domain.amending import SIX_MONTHS, seal, write_amendment

CAPTURED = pytest.CaptureFixture[str]
RITUXIMAB = {
    "treatments": [{"drug": "rituximab", "current": False, "last_dose": "2026-11-01"}],
    "treatments_complete": True,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BRASLE_AMENDMENTS", str(tmp_path / "amendments"))
    return write_amendment(tmp_path / "amendments")


def settings(folder: Path, **more: Any) -> Settings:
    return Settings(_env_file=None, amendments=folder.parent, data=folder.parent.parent / "data", **more)


def about(folder: Path, **more: Any) -> list[tuple[str, bool]]:
    return [(one.wrong, one.stops) for one in problems(settings(folder, **more)) if one.setting == "BRASLE_AMENDMENTS"]


def test_check_tells_everything_and_writes_nothing(folder: Path, capsys: CAPTURED) -> None:
    before = sorted(folder.iterdir())
    assert main(["amendment", "check", str(folder)]) == 1
    said = capsys.readouterr()
    for line in (
        "Amendment 1 counts from 2027-03-01 on; it changes original.",
        "Approval: Invented ethics committee, 2027-IRB-1",
        "  测试虚构：用过抗 B 细胞抗体后须满六个月。",
        "rule (E13): exclusion.toml rule.no_dose_within\n  - 3 months\n  + 6 months\n",
        "3 differences; criteria touched: E13.",
        "card.medicine.last.why: For some medicines the study counts the time since the last dose",
    ):
        assert line in said.out, line
    assert "it is not sealed" in said.err
    assert sorted(folder.iterdir()) == before


def test_sealed_it_counts_and_any_other_byte_stops_real_families(folder: Path, capsys: CAPTURED) -> None:
    assert main(["amendment", "seal", str(folder)]) == 0
    assert "Sealed. Its data are " in capsys.readouterr().out
    assert about(folder, demo=False) == []
    assert main(["amendment", "check", str(folder)]) == 0
    path = folder / "exclusion.toml"
    whole = path.read_bytes()
    path.write_bytes(whole + b"\n")
    told = "amendment 2027-03-01: exclusion.toml is not the file that was sealed."
    assert about(folder, demo=False) == [(told, True)]
    assert about(folder, demo=True) == [(told, False)]
    assert main(["amendment", "check", str(folder)]) == 1
    path.write_bytes(whole)
    assert about(folder, demo=False) == []


def test_any_flipped_byte_refuses_the_start(folder: Path) -> None:
    """Either the file can no longer be read, or it is not the one that was sealed."""
    seal(folder.parent)
    chance = random.Random(20261123)
    names = ["amendment.toml", "exclusion.toml", "eligibility.toml", SEAL]
    missed = []
    for turn in range(24):
        path = folder / names[turn % len(names)]
        whole = path.read_bytes()
        at = chance.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :])
        if not any(stops for _, stops in about(folder, demo=False)):
            missed.append((path.name, at))
        path.write_bytes(whole)
    assert missed == []
    assert about(folder, demo=False) == []


def test_a_damaged_one_refuses_the_start_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: CAPTURED
) -> None:
    path = folder / "exclusion.toml"
    path.write_text(path.read_text("utf-8").replace("no_dose_within", "no_dose_withn", 1), "utf-8")
    for demo in ("true", "false"):
        monkeypatch.setenv("BRASLE_DEMO", demo)
        assert main(["run", "--no-browser"]) == 2
        said = capsys.readouterr().err
        assert "STOP  BRASLE_AMENDMENTS: amendment 2027-03-01: exclusion.toml, line " in said
        assert "E13.rule: " in said
        assert "Traceback" not in said
    assert main(["amendment", "check", str(folder)]) == 2
    assert main(["rescreen"]) == 2
    assert "amendment 2027-03-01: exclusion.toml, line " in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    assert main(["assess"]) == 1


def test_a_second_one_is_looked_at_upon_the_first(folder: Path, capsys: CAPTURED) -> None:
    recent = ("study.toml", 'report_is_recent_for = "30 days"', 'report_is_recent_for = "60 days"')
    second = write_amendment(folder.parent, "2027-06-01", "2", [recent])
    main(["amendment", "check", str(second)])
    said = capsys.readouterr().out
    assert "Amendment 2 counts from 2027-06-01 on; it changes 1." in said
    assert "1 differences; criteria touched: none." in said
    assert main(["doctor"]) in (0, 2)
    said = capsys.readouterr().out
    assert "ok    protocol: amendment 1 counts from 2027-03-01, 3 differences" in said
    assert "ok    protocol: amendment 2 counts from 2027-06-01, 1 differences" in said


def test_one_outside_the_setting_is_looked_at_before_it_is_put_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CAPTURED
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRASLE_AMENDMENTS", raising=False)
    draft = write_amendment(tmp_path, name="draft", edits=SIX_MONTHS)
    assert main(["amendment", "seal", str(draft)]) == 0
    assert "it changes original" in capsys.readouterr().out
    assert (draft / SEAL).exists()


def test_a_new_one_is_refused_until_it_is_filled_in(folder: Path, capsys: CAPTURED) -> None:
    new = folder.parent.parent / "second"
    assert main(["amendment", "new", str(new), "exclusion.toml"]) == 0
    assert (new / "exclusion.toml").read_bytes() == (folder / "exclusion.toml").read_bytes()  # of the newest version
    capsys.readouterr()
    head = (new / "amendment.toml").read_text("utf-8")
    for filled, told in (
        ("", "amendment second: amendment.toml, line 4: 'number' is ''"),
        ('number = "2"', "'counts_from' is missing"),
        ("counts_from = 2027-06-01", "line 10: 'approval' is empty"),
        ('approval = "IRB 2"', "'said' is empty"),
        ('said = "Said."', "'said_zh' is empty"),
        ('said_zh = "说了。"', "its files say what stands already"),
    ):
        key = filled.partition(" ")[0]
        lines = [filled if key and line.lstrip("# ").startswith(f"{key} =") else line for line in head.splitlines()]
        head = "\n".join(lines) + "\n"
        (new / "amendment.toml").write_text(head, "utf-8")
        assert main(["amendment", "check", str(new)]) == 2
        assert told in capsys.readouterr().err
    assert main(["amendment", "new", str(new), "exclusion.toml"]) == 2
    assert "Name a folder that is not there yet" in capsys.readouterr().err


def test_assess_takes_a_version_or_a_day(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: CAPTURED) -> None:
    asked = "".join(
        json.dumps({"as_of": day, "answers": RITUXIMAB}) + "\n" for day in ("2027-02-28", "2027-03-01")
    ).encode()

    def verdicts(*options: str) -> list[str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked)))
        main(["assess", *options])
        lines = capsys.readouterr().out.splitlines()
        return [one["verdict"] for line in lines for one in json.loads(line)["criteria"] if one["id"] == "E13"]

    assert verdicts() == ["pass", "fail"]
    assert verdicts("--protocol", "1") == ["fail", "fail"]
    assert verdicts("--protocol", "original") == ["pass", "pass"]
    assert verdicts("--protocol", "2030-01-01") == ["fail", "fail"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked)))
    assert main(["assess", "--protocol", "7"]) == 1
    assert "There is no version '7' of the protocol" in capsys.readouterr().err


async def test_the_server_starts_with_every_version(folder: Path) -> None:
    app = App(settings(folder, demo=True))
    try:
        assert [one.number for one in app.protocols] == ["original", "1"]
        assert app.conversation._protocols is app.protocols
    finally:
        await app.store.close()
