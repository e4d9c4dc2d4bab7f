"""Mistakes in locale files: told in one sentence to the editor, at start, and never shown to a family."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.message import Text
from bot.wording import Wording, WordingError


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def chinese(folder: Path) -> Path:
    return folder / "zh_Hans.po"


def test_an_unknown_placeholder_is_named_with_file_line_and_key(folder: Path) -> None:
    edit(
        chinese(folder),
        'msgstr "{medicine}最后一次用是什么时候？"',
        'msgstr "{medicin}最后一次用是什么时候？"',
    )
    with pytest.raises(WordingError) as error:
        Wording.load(folder)
    said = str(error.value)
    assert said.startswith("zh_Hans.po, line ")
    assert "card.medicine.last.ask" in said
    assert "{medicin}" in said
    assert "{medicine}" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "broken",
    ["{medicine.__class__}", "{medicine!r}", "{medicine:>30}", "{0}", "{}", "{medicine", "medicine}"],
)
def test_a_placeholder_is_a_plain_name_or_nothing(folder: Path, broken: str) -> None:
    edit(
        chinese(folder),
        'msgstr "{medicine}最后一次用是什么时候？"',
        f'msgstr "{broken}最后一次用是什么时候？"',
    )
    with pytest.raises(WordingError, match=r"card\.medicine\.last\.ask"):
        Wording.load(folder)


@pytest.mark.parametrize(
    "content",
    ["msgid no quotes", 'msgid "a"\nmsgid "b"\nxx', '"', "msgstr", 'msgctxt "a"\nmsgstr "b"', "\x00\x01"],
)
def test_a_broken_file_is_one_sentence_and_no_traceback(folder: Path, content: str) -> None:
    (folder / "fr.po").write_text(content, encoding="utf-8")
    said = _said(folder)
    assert said is None or (said.startswith("fr.po") and "\n" not in said)


def _said(folder: Path) -> str | None:
    """What the editor is told; None if the file was read, in which case its language must not be offered."""
    try:
        wording = Wording.load(folder)
    except WordingError as error:
        return str(error)
    return None if "fr" not in dict(wording.languages()) else "offered a broken language"


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    chinese(folder).write_bytes('msgid "语言"'.encode("gb18030"))
    with pytest.raises(WordingError, match=r"zh_Hans\.po.*UTF-8"):
        Wording.load(folder)


def test_a_missing_master_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"brasle\.pot"):
        Wording.load(tmp_path)


@pytest.mark.parametrize("key", ["alarm.emergency", "permission.health.ask", "card.mood.ask", "card.sex.choice.male"])
def test_a_language_without_a_safety_permission_or_question_text_is_not_offered(folder: Path, key: str) -> None:
    text = chinese(folder).read_text(encoding="utf-8")
    head, _, rest = text.partition(f'msgctxt "{key}"\n')
    entry, gap, after = rest.partition("\n\n")
    assert gap
    untranslated = entry[: entry.index("msgstr ")] + 'msgstr ""'
    chinese(folder).write_text(f'{head}msgctxt "{key}"\n{untranslated}\n\n{after}', encoding="utf-8")
    wording = Wording.load(folder)
    assert wording.languages() == (("en", "English"),)
    assert wording.guess("zh-CN") == "en"


def test_a_third_language_needs_only_its_file(folder: Path) -> None:
    third = chinese(folder).read_text(encoding="utf-8").replace("简体中文", "繁體中文").replace("跳过", "略過")
    (folder / "zh_Hant.po").write_text(third, encoding="utf-8")
    wording = Wording.load(folder)
    assert ("zh_Hant", "繁體中文") in wording.languages()
    assert wording.guess("zh-TW") == "zh_Hant"
    assert wording.guess("zh-CN") == "zh_Hans"
    assert wording.say(Text(key="nav.skip"), "zh_Hant") == "略過"


def test_an_unfinished_language_is_not_offered(folder: Path) -> None:
    (folder / "fr.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgctxt "nav.skip"\nmsgid "Skip"\nmsgstr "Passer"\n', encoding="utf-8"
    )
    assert "fr" not in dict(Wording.load(folder).languages())
