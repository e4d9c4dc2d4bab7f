"""A changed byte in the trial's files or in the manifest of approved wordings is found before real families are served."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot import doctor
from bot.__main__ import main
from bot.doctor import problems
from bot.settings import Settings
from bot.wording_error import WordingError
from bot.wording_pairs import APPROVED, Pair, read_pairs, write_pairs
from brasle_prescreen import data_manifest
from brasle_prescreen.data_manifest import DATA, FILE, PACKAGE, differences, hashes

FLIPS = 500


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data files with their manifest, to be spoiled and put back."""
    there = tmp_path_factory.mktemp("package")
    for name in (*hashes(), FILE):
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / name, there / name)
    return there


def flipped(whole: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(whole))
    return whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :]


def test_the_files_are_those_of_the_manifest() -> None:
    assert differences() == []
    covered = {pattern.split("/")[0] for pattern in DATA}
    data = {path for path in PACKAGE.rglob("*") if path.suffix in (".toml", ".json") and path.name != FILE}
    assert {path.relative_to(PACKAGE).as_posix() for path in data} == set(hashes())
    assert covered == {"trial", "reading", "contract"}


def test_any_flipped_byte_of_the_trial_files_is_found(package: Path) -> None:
    chance = random.Random(20261122)
    names = [*hashes(package), FILE]
    missed = []
    for turn in range(FLIPS):
        name = names[turn % len(names)]
        whole = (package / name).read_bytes()
        (package / name).write_bytes(flipped(whole, chance))
        found = differences(package)
        if (not any(name in one for one in found) and name != FILE) or not found:
            missed.append(name)
        (package / name).write_bytes(whole)
    assert missed == []
    assert differences(package) == []


def test_a_file_that_is_missing_or_new_is_named(package: Path) -> None:
    aside = package / "trial" / "score.toml"
    whole = aside.read_bytes()
    aside.unlink()
    assert differences(package) == ["trial/score.toml is missing."]
    aside.write_bytes(whole)
    new = package / "trial" / "more.toml"
    new.write_text("")
    assert differences(package) == ["trial/more.toml is not the file of the manifest."]
    new.unlink()


def test_real_families_are_not_served_with_a_changed_file(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The start is refused and names the file; a try-out only notes it."""
    score = package / "trial" / "score.toml"
    whole = score.read_bytes()
    score.write_bytes(whole + b"\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "differences", lambda: data_manifest.differences(package))
    try:
        noted = [one for one in problems(Settings(demo=True)) if one.setting == "trial files"]
        monkeypatch.setenv("BRASLE_DEMO", "false")
        assert main(["run", "--no-browser"]) == 2
    finally:
        score.write_bytes(whole)
    assert [one.stops for one in noted] == [False]
    assert "STOP  trial files: trial/score.toml is not the file of the manifest." in capsys.readouterr().err


def test_any_flipped_byte_of_the_approved_wordings_is_found(tmp_path: Path) -> None:
    path = tmp_path / APPROVED
    said = {"en": "You may stop at any time.", "zh_Hans": "您可以随时停下。"}
    pairs = {f"card.{n}": Pair(said, "2026-IRB-017", date(2026, 11, 22).isoformat()) for n in range(5)}
    write_pairs(path, pairs)
    assert read_pairs(path) == pairs
    whole = path.read_bytes()
    chance = random.Random(20261122)
    missed = []
    for _ in range(FLIPS):
        path.write_bytes(flipped(whole, chance))
        try:
            read_pairs(path)
        except WordingError:
            continue
        missed.append(path.read_bytes())
    assert missed == []


def test_an_entry_without_its_hash_is_no_approval(tmp_path: Path) -> None:
    path = tmp_path / APPROVED
    path.write_text('{\n"card.1": {"en": "Anything."}\n}\n', encoding="utf-8")
    with pytest.raises(WordingError, match=r"card\.1"):
        read_pairs(path)
