"""`locales sync`: the same bytes the second time; nothing translated is lost; another program reads the result."""

from __future__ import annotations

import difflib
from pathlib import Path

import polib
import pytest

from bot.locale_checks import every
from bot.locale_tools.sync import sync
from bot.message import Text
from bot.wording import Wording
from bot.wording_pairs import COMPLETE, read_pairs

LANGUAGE = "zh_Hans"


@pytest.fixture(autouse=True)
def _checks_are_tried_elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take seconds; one test here runs them."""
    if "checked" not in request.node.name:
        monkeypatch.setattr(every, "mistakes", lambda folder: [])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def reword(path: Path, key: str, text: str, name: str = "msgid") -> None:
    file = polib.pofile(str(path), wrapwidth=100)
    entry = next(one for one in file if one.msgctxt == key)
    setattr(entry, name, text)
    file.save()


def entry(folder: Path, key: str) -> polib.POEntry:
    return next(one for one in polib.pofile(str(folder / f"{LANGUAGE}.po")) if one.msgctxt == key)


def test_a_second_run_changes_nothing(in_line: Path) -> None:
    before = content(in_line)
    assert sync(in_line) == []
    assert sync(in_line, write=False) == []
    assert content(in_line) == before


def test_every_text_is_an_ordinary_pair_with_its_key_and_note(in_line: Path) -> None:
    master = polib.pofile(str(in_line / "brasle.pot"))
    file = polib.pofile(str(in_line / f"{LANGUAGE}.po"))
    assert [one.msgctxt for one in file] == [one.msgctxt for one in master]
    for english, pair in zip(master, file, strict=True):
        assert pair.msgid == english.msgid
        assert pair.comment == english.comment
        assert pair.msgstr
    assert file.metadata["Language"] == LANGUAGE


def test_a_changed_english_keeps_the_translation_and_what_it_belonged_to(in_line: Path) -> None:
    before = entry(in_line, "nav.skip")
    reword(in_line / "brasle.pot", "nav.skip", "Leave this one out")
    sync(in_line)
    after = entry(in_line, "nav.skip")
    assert after.msgid == "Leave this one out"
    assert after.msgstr == before.msgstr
    assert after.fuzzy
    assert after.previous_msgid == before.msgid
    # Another change before anybody looked: the earlier English is still the one that the translation is of.
    reword(in_line / "brasle.pot", "nav.skip", "Leave it out for now")
    sync(in_line)
    assert entry(in_line, "nav.skip").previous_msgid == before.msgid
    assert sync(in_line) == []
    # Put back: nothing is left to look at.
    reword(in_line / "brasle.pot", "nav.skip", before.msgid)
    sync(in_line)
    assert not entry(in_line, "nav.skip").fuzzy
    assert entry(in_line, "nav.skip").previous_msgid is None


def test_several_lines_of_earlier_english_are_read_by_others_too(in_line: Path) -> None:
    key = "permission.health.ask"
    before = entry(in_line, key)
    assert "\n" in before.msgid
    reword(in_line / "brasle.pot", key, before.msgid.replace("lupus study", "study of lupus"))
    sync(in_line)
    assert entry(in_line, key).previous_msgid == before.msgid
    assert sync(in_line) == []


def test_new_texts_come_empty_and_old_ones_stay_as_obsolete(in_line: Path) -> None:
    before = entry(in_line, "nav.skip")
    master = in_line / "brasle.pot"
    master.write_text(
        master.read_text("utf-8").replace('msgctxt "nav.skip"', 'msgctxt "nav.later_on"'), encoding="utf-8"
    )
    said = sync(in_line)
    assert any("1 new" in line and "1 no longer used" in line for line in said)
    assert entry(in_line, "nav.later_on").msgstr == ""  # the same English, and yet not taken from another key
    file = polib.pofile(str(in_line / f"{LANGUAGE}.po"))
    kept = next(one for one in file.obsolete_entries() if one.msgctxt == "nav.skip")
    assert (kept.msgid, kept.msgstr) == (before.msgid, before.msgstr)
    assert sync(in_line) == []
    # And back again: the translation is taken up where it was left.
    master.write_text(
        master.read_text("utf-8").replace('msgctxt "nav.later_on"', 'msgctxt "nav.skip"'), encoding="utf-8"
    )
    sync(in_line)
    assert entry(in_line, "nav.skip").msgstr == before.msgstr


def test_one_word_changes_few_lines(in_line: Path) -> None:
    before = {name: text.decode().splitlines() for name, text in content(in_line).items()}
    path = in_line / f"{LANGUAGE}.po"
    path.write_text(path.read_text("utf-8").replace('msgstr "跳过"', 'msgstr "先跳过"', 1), encoding="utf-8")
    sync(in_line)
    after = {name: text.decode().splitlines() for name, text in content(in_line).items()}
    changed = [
        line
        for name in before
        for line in difflib.unified_diff(before[name], after[name], n=0, lineterm="")
        if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert len(changed) <= 4, changed


def test_notes_of_translators_and_headers_of_their_programs_stay(in_line: Path) -> None:
    path = in_line / f"{LANGUAGE}.po"
    text = path.read_text("utf-8").replace(
        '"MIME-Version: 1.0\\n"', '"X-Generator: Poedit 3.4\\n"\n"MIME-Version: 1.0\\n"'
    )
    block = '#. The language\'s own name, in its own script; shown in the language menu.\nmsgctxt "language.name"'
    assert block in text
    path.write_text(text.replace(block, f"# Asked the nurses: this is how they say it.\n{block}"), encoding="utf-8")
    sync(in_line)
    file = polib.pofile(str(path))
    assert file.metadata["X-Generator"] == "Poedit 3.4"
    assert entry(in_line, "language.name").tcomment == "Asked the nurses: this is how they say it."


def test_a_file_saved_by_another_program_is_put_back_into_form(in_line: Path) -> None:
    before = content(in_line)
    polib.pofile(str(in_line / f"{LANGUAGE}.po"), wrapwidth=60).save()
    assert content(in_line) != before
    sync(in_line)
    # Its header is the translator's own, and stays as that program writes it.
    texts = {name: text.split(b"\n\n", 1)[1] for name, text in before.items() if name.endswith(".po")}
    assert {name: content(in_line)[name].split(b"\n\n", 1)[1] for name in texts} == texts
    assert sync(in_line) == []


def test_a_change_that_waits_leaves_the_remembered_pair(in_line: Path) -> None:
    before = (in_line / COMPLETE).read_bytes()
    reword(in_line / "brasle.pot", "nav.skip", "Leave this one out")
    sync(in_line)
    assert (in_line / COMPLETE).read_bytes() == before
    wording = Wording.load(in_line, strict=True)
    assert wording.say(Text(key="nav.skip"), "en") != "Leave this one out"


def test_a_repeated_key_is_not_merged_in_silence(in_line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bot.__main__ import main

    path = in_line / f"{LANGUAGE}.po"
    text = path.read_text("utf-8")
    path.write_text(f'{text}\nmsgctxt "nav.skip"\nmsgid "Skip"\nmsgstr "略过"\n', encoding="utf-8")
    assert main(["locales", "sync", "--folder", str(in_line)]) == 1
    assert "nav.skip" in capsys.readouterr().err
    assert path.read_text("utf-8").endswith('msgstr "略过"\n')


def test_a_wording_that_fails_when_checked_is_not_remembered(in_line: Path) -> None:
    remembered = read_pairs(in_line / COMPLETE)["result.likely"]
    reword(in_line / f"{LANGUAGE}.po", "result.likely", "恭喜，您已符合入组条件。", "msgstr")
    reword(in_line / f"{LANGUAGE}.po", "nav.skip", "先跳过", "msgstr")
    sync(in_line)
    assert read_pairs(in_line / COMPLETE)["result.likely"] == remembered
    assert read_pairs(in_line / COMPLETE)["nav.skip"].texts[LANGUAGE] == "先跳过"
