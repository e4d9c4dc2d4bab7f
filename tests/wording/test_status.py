"""`locales status` and `locales sign-off`: how far a language is, who read it, what changed since."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.locale_checks.shelf import Shelf
from bot.locale_signoff import as_read, changes, fits, read_record, sign_off
from bot.locale_status import percent, statuses
from bot.wording_error import WordingError
from bot.wording_file import MASTER
from tests.wording.test_preview import PO, edited, emptied

DAY = date(2026, 11, 22)
SOME = ("card.sex.*", "result.likely", "alarm.*")
SOME = ("card.sex.*", "result.likely", "alarm.*")
SOME = ("card.sex.*", "result.likely", "alarm.*")


def command(folder: Path, *words: str) -> int:
    return main(["locales", *words, "--folder", str(folder)])


def signed(folder: Path, *words: str) -> int:
    of = ("--by", "Li Na", "--role", "translator", "--date", DAY.isoformat())
    return command(folder, "sign-off", "zh_Hans", *of, "--texts", *(words or SOME))


def status_of(folder: Path, language: str = "zh_Hans"):  # type: ignore[no-untyped-def]
    return next(one for one in statuses(Shelf.read(folder)) if one.language == language)


def test_every_text_is_in_one_room(folder: Path) -> None:
    shelf = Shelf.read(folder)
    for status in statuses(shelf):
        assert status.total.texts == len(shelf.master.entries)
        assert {room.name for room in status.rooms} >= {"safety", "permission", "questions", "results", "console"}
        assert all(room.texts for room in status.rooms)


def test_what_is_open_is_counted_in_its_room(folder: Path) -> None:
    emptied(folder, "alarm.fever")
    edited(folder, PO, "result.likely", 'msgid "', 'msgid "Once, ')
    rooms = {room.name: room for room in status_of(folder).rooms}
    assert (rooms["safety"].missing, rooms["safety"].look_again) == (1, 0)
    assert (rooms["results"].missing, rooms["results"].look_again) == (0, 1)
    assert percent(rooms["safety"]) < 100
    assert percent(rooms["permission"]) == 100


def test_a_sign_off_is_written_down_with_the_texts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert signed(folder) == 0
    assert "Li Na, translator, 2026-11-22" in capsys.readouterr().out
    (one,) = read_record(folder, "zh_Hans")
    shelf = Shelf.read(folder)
    read = [key for key in shelf.master.entries if fits(key, SOME)]
    assert (one.by, one.role, one.date, one.keys, one.texts) == ("Li Na", "translator", DAY, SOME, len(read))
    assert len(one.sha256) == 64
    assert not {change.key for change in changes(shelf, "zh_Hans")} & {*read}
    kept = as_read(folder, "zh_Hans")["result.likely"].texts
    assert set(kept) == {"en", "zh_Hans"}


def test_the_hash_is_of_what_was_read(folder: Path) -> None:
    shelf = Shelf.read(folder)
    first = sign_off(shelf, "zh_Hans", "a", "b", DAY)
    same = sign_off(shelf, "zh_Hans", "c", "d", DAY)
    edited(folder, PO, "result.likely", 'msgstr "', 'msgstr "好。')
    other = sign_off(Shelf.read(folder), "zh_Hans", "a", "b", DAY)
    assert first.sha256 == same.sha256 != other.sha256
    assert len(read_record(folder, "zh_Hans")) == 3


def test_changes_since_are_told_with_both_wordings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert signed(folder) == 0
    for file in (MASTER, PO):
        edited(folder, file, "card.sex.ask", "Is your child a girl or a boy?", "A girl or a boy?")
    edited(folder, PO, "card.sex.why", 'msgstr "', 'msgstr "请问。')
    capsys.readouterr()
    assert command(folder, "status", "zh_Hans") == 0
    told = capsys.readouterr().out
    assert "changed since they were signed: 2 texts" in told
    assert "en was: Is your child a girl or a boy?" in told
    assert "en is:  A girl or a boy?" in told
    assert "zh_Hans is:  请问。" in told
    assert f"{PO}:" in told


def test_only_some_texts_may_be_signed(folder: Path) -> None:
    assert signed(folder, "alarm.*") == 0
    status = status_of(folder)
    assert status.sign_offs[0].texts == len(
        [key for key in Shelf.read(folder).master.entries if key.startswith("alarm.")]
    )
    assert status.never_signed == status.total.texts - status.sign_offs[0].texts
    assert signed(folder, "nothing.*") == 2


def test_open_texts_are_not_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(folder, PO, "card.sex.why", 'msgid "', 'msgid "Once, ')
    assert signed(folder) == 0
    assert "1 texts are open" in capsys.readouterr().out
    assert "card.sex.why" not in as_read(folder, "zh_Hans")


def test_faulty_texts_are_not_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(folder, PO, "result.likely", 'msgstr "', 'msgstr "合格。')
    assert signed(folder) == 1
    assert "Nothing was signed" in capsys.readouterr().err
    assert read_record(folder, "zh_Hans") == ()


def test_a_name_with_quotes_is_kept(folder: Path) -> None:
    sign_off(Shelf.read(folder), "en", 'Li "Nana" Na\\', "nurse", DAY, ("alarm.*",))
    assert read_record(folder, "en")[0].by == 'Li "Nana" Na\\'
    assert tomllib.loads((folder / "signoff" / "en.toml").read_text("utf-8"))


def test_a_damaged_record_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "signoff").mkdir()
    (folder / "signoff" / "zh_Hans.toml").write_text("[[sign_off", encoding="utf-8")
    with pytest.raises(WordingError, match="damaged"):
        read_record(folder, "zh_Hans")
    assert command(folder, "status") == 1
    assert "zh_Hans.toml" in capsys.readouterr().err


def test_an_unknown_language_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(folder, "status", "fr") == 2
    assert command(folder, "sign-off", "fr", "--by", "a", "--role", "b") == 2
    assert "zh_Hans" in capsys.readouterr().err
