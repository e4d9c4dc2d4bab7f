"""An edit never removes a running language: what is half done leaves the last whole pair, in every language at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from bot.locale_tools.po_file import FUZZY
from bot.locale_tools.sync import sync
from bot.message import Term, Text
from bot.wording import Wording, WordingError
from bot.wording_load import remember
from bot.wording_pairs import COMPLETE, SERVED, read_pairs
from bot.wording_sources import OF_THE_TEAM
from tests.wording.editing import CHINESE, MASTER, change, entry, remove, reword_english, translate

BOTH = (("zh_Hans", "简体中文"), ("en", "English"))
CONSENT = "permission.health.ask"


def said(wording: Wording, key: str) -> dict[str, str | None]:
    return {code: wording.source(key, code) for code, _ in wording.languages()}


def garble(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes(b"msgid \xff oops")


HALF_DONE: dict[str, Callable[[Path], object]] = {
    "the English changed": lambda folder: reword_english(folder, CONSENT, "May we ask? {site}"),
    "translation emptied": lambda folder: change(folder, CHINESE, CONSENT, translation=""),
    "translation only spaces": lambda folder: change(folder, CHINESE, CONSENT, translation="  "),
    "marked fuzzy": lambda folder: change(folder, CHINESE, CONSENT, flags=frozenset({FUZZY})),
    "fuzzy and reworded": lambda folder: change(
        folder, CHINESE, CONSENT, translation="问吗？", flags=frozenset({FUZZY})
    ),
    "entry removed": lambda folder: remove(folder, CHINESE, CONSENT),
    "entry of the English removed": lambda folder: remove(folder, MASTER, CONSENT),
    "a brace left open": lambda folder: change(folder, CHINESE, CONSENT, translation="可以问吗？{site"),
    "a placeholder renamed": lambda folder: change(folder, CHINESE, CONSENT, translation="可以问吗？{医院}"),
    "a strange placeholder": lambda folder: change(folder, CHINESE, CONSENT, translation="可以问吗？{sites}"),
    "a brace in the English": lambda folder: reword_english(folder, CONSENT, "May we ask? {site"),
    "the file is no gettext": garble(CHINESE),
    "the English file is no gettext": garble(MASTER),
}


@pytest.mark.parametrize("edit", HALF_DONE.values(), ids=HALF_DONE)
def test_an_edit_that_is_half_done_changes_nothing_in_any_language(in_line: Path, edit: Callable[[Path], None]) -> None:
    before = Wording.load(in_line, strict=True)
    edit(in_line)
    after = Wording.load(in_line, strict=True)
    assert after.languages() == BOTH
    assert said(after, CONSENT) == said(before, CONSENT)
    assert after.text_hash(CONSENT, "zh_Hans") == before.text_hash(CONSENT, "zh_Hans")
    assert after.state.held or after.state.faults
    assert set(after.all_keys()) == set(before.all_keys())


def test_a_new_pair_is_served_in_both_languages_once_it_is_whole(in_line: Path) -> None:
    before = said(Wording.load(in_line), CONSENT)
    new = {"en": "May we ask you? {site}", "zh_Hans": "可以问您吗？{site}"}
    reword_english(in_line, CONSENT, new["en"])
    assert said(Wording.load(in_line), CONSENT) == before
    sync(in_line)
    assert said(Wording.load(in_line), CONSENT) == before
    translate(in_line, CONSENT, new["zh_Hans"])
    assert said(Wording.load(in_line), CONSENT) == new


def test_a_better_translation_of_the_same_english_is_served_at_once(in_line: Path) -> None:
    translate(in_line, "nav.skip", "先跳过")
    assert Wording.load(in_line).say(Text(key="nav.skip"), "zh_Hans") == "先跳过"


def test_a_language_that_was_never_whole_is_not_offered(in_line: Path) -> None:
    text = (in_line / CHINESE).read_text("utf-8").replace("简体中文", "閩南語")
    (in_line / "nan.po").write_text(text, encoding="utf-8")
    assert "nan" in dict(Wording.load(in_line).languages())
    for key in ("alarm.emergency", CONSENT, "card.mood.ask", "paper.age.short"):
        before = (in_line / "nan.po").read_bytes()
        if key in Wording.load(in_line).all_keys():
            change(in_line, "nan.po", key, translation="")
            assert Wording.load(in_line).languages() == BOTH, key
            (in_line / "nan.po").write_bytes(before)


def test_a_language_without_the_coordinators_texts_is_for_families_only(in_line: Path) -> None:
    text = (in_line / CHINESE).read_text("utf-8").replace("简体中文", "閩南語")
    (in_line / "nan.po").write_text(text, encoding="utf-8")
    change(in_line, "nan.po", "console.notices.see", translation="")
    wording = Wording.load(in_line)
    assert "nan" in dict(wording.languages())
    assert wording.languages_of_the_team() == BOTH
    assert wording.say(Text(key="console.notices.see"), "nan") == wording.say(Text(key="console.notices.see"), "en")


def test_who_chose_a_language_that_is_gone_reads_the_nearest_whole_one(in_line: Path) -> None:
    (in_line / "zh_Hant.po").write_text((in_line / CHINESE).read_text("utf-8"), encoding="utf-8")
    change(in_line, "zh_Hant.po", "nav.skip", translation="")
    wording = Wording.load(in_line)
    assert "zh_Hant" not in dict(wording.languages())
    for key in wording.all_keys():
        if not key.startswith(OF_THE_TEAM):
            assert wording.text_hash(key, "zh_Hant") == wording.text_hash(key, "zh_Hans")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_edited_every_text_says_the_same_in_all_languages(in_line: Path, seed: int) -> None:
    """Random edits of both files: each text is either the old pair or the new one, never half of each."""
    random = Random(seed)
    old = read_pairs(in_line / COMPLETE)
    keys = random.sample([key for key, pair in old.items() if "{" not in pair.texts["en"]], 12)
    for key in keys:
        for _ in range(random.randint(1, 3)):
            edit = random.choice(("english", "translation", "both", "empty", "fuzzy", "removed"))
            mark = f" {random.randint(0, 9)}"
            present = read_or_none(in_line, key)
            if present is None:
                continue
            if edit in ("english", "both"):
                reword_english(in_line, key, entry(in_line, MASTER, key).english + mark)
            if edit == "both":
                translate(in_line, key, present + mark)
            elif edit == "translation":
                change(in_line, CHINESE, key, translation=present + mark)
            elif edit == "empty":
                change(in_line, CHINESE, key, translation="")
            elif edit == "fuzzy":
                change(in_line, CHINESE, key, flags=frozenset({FUZZY}))
            elif edit == "removed":
                remove(in_line, CHINESE, key)
    wording = Wording.load(in_line, strict=True)
    assert wording.languages() == BOTH
    for key in keys:
        shown = said(wording, key)
        english = entry(in_line, MASTER, key).english
        if shown != dict(old[key].texts):
            now = entry(in_line, CHINESE, key)
            assert shown == {"en": english, "zh_Hans": now.translation}, key
            assert now.english == english
            assert not now.fuzzy


def read_or_none(folder: Path, key: str) -> str | None:
    try:
        return entry(folder, CHINESE, key).translation
    except KeyError:
        return None


def test_a_server_remembers_what_it_served_itself(in_line: Path, tmp_path: Path) -> None:
    """A language dropped in, never put in line by anybody: a slip in its file leaves it offered."""
    memory = tmp_path / SERVED
    (in_line / "zh_Hant.po").write_text(
        (in_line / CHINESE).read_text("utf-8").replace("简体中文", "繁體中文"), encoding="utf-8"
    )
    first = Wording.load(in_line, memory=memory)
    assert remember(first, memory)
    assert not remember(first, memory)
    change(in_line, "zh_Hant.po", CONSENT, translation="")
    assert "zh_Hant" not in dict(Wording.load(in_line).languages())
    again = Wording.load(in_line, memory=memory)
    assert "zh_Hant" in dict(again.languages())
    assert said(again, CONSENT) == said(first, CONSENT)
    # Three languages go together: the English waits for the one that is behind.
    reword_english(in_line, "nav.skip", "Leave it")
    translate(in_line, "nav.skip", "略过它")
    assert said(Wording.load(in_line, memory=memory), "nav.skip") == said(first, "nav.skip")
    # Taking the file away takes the language away, and it holds back nobody.
    (in_line / "zh_Hant.po").unlink()
    assert said(Wording.load(in_line, memory=memory), "nav.skip") == {"en": "Leave it", "zh_Hans": "略过它"}


def test_a_damaged_memory_is_done_without(in_line: Path, tmp_path: Path) -> None:
    memory = tmp_path / SERVED
    memory.write_text('{"nav.skip": {"en": ', encoding="utf-8")
    assert Wording.load(in_line, memory=memory).languages() == BOTH


def test_a_wording_for_adults_waits_until_every_language_has_it(in_line: Path) -> None:
    key = "nav.skip|self"
    for file, text in ((MASTER, ""), (CHINESE, "")):
        path = in_line / file
        path.write_text(
            f'{path.read_text("utf-8")}\n#. A try.\nmsgctxt "{key}"\nmsgid "Skip mine"\nmsgstr "{text}"\n',
            encoding="utf-8",
        )
    wording = Wording.load(in_line, strict=True)
    assert wording.languages() == BOTH
    assert not wording.has(key)
    translate(in_line, key, "跳过我的")
    assert Wording.load(in_line).has(key)


def test_what_the_program_no_longer_fills_is_not_shown_with_a_gap(in_line: Path) -> None:
    """Program and English have moved on together: the remembered pair would show a hole."""
    key = "confirm.ask"
    assert "{answer}" in entry(in_line, MASTER, key).english
    change(in_line, MASTER, key, english="Is that right?", notes=("A read-back.",))
    wording = Wording.load(in_line)
    assert wording.languages() == (("en", "English"),)
    assert wording.source(key, "en") == "Is that right?"


def test_without_any_memory_a_slip_is_told_at_once(folder: Path) -> None:
    change(folder, CHINESE, "confirm.ask", translation="{answer")
    with pytest.raises(WordingError, match=r"confirm\.ask"):
        Wording.load(folder)


def test_names_from_data_files_stand_in_the_readers_own_characters(in_line: Path) -> None:
    (in_line / "zh_Hant.po").write_text((in_line / CHINESE).read_text("utf-8"), encoding="utf-8")
    name = Term(by_language={"en": "hydroxychloroquine", "zh": "羟氯喹"})
    wording = Wording.load(in_line)
    assert wording.value(name, "zh_Hant") == "羥氯喹"
    assert wording.value(name, "zh_Hans") == "羟氯喹"
    assert wording.value(name, "en") == "hydroxychloroquine"
    # Not offered, not mixed: the name follows the language in which the rest is said.
    (in_line / "zh_Hant.po").unlink()
    assert Wording.load(in_line).value(name, "zh_Hant") == "羟氯喹"
