"""`locales check`: the shipped texts raise nothing; every planted mistake is found, with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.locale_checks import complete, forbidden, keys, length, markup, variables
from bot.locale_checks.every import findings
from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf
from bot.wording import FOLDER
from tests.wording import planting as plant


def test_the_shipped_texts_raise_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = main(["locales", "check"]), capsys.readouterr().out
    assert code == 0, said
    assert said.endswith("nothing to mend.\n"), said


def found(folder: Path) -> list[Finding]:
    return findings(folder)


def with_text(folder: Path, file: str, key: str, text: str) -> None:
    """Replace what `file` says for a key: the msgid of the master, the msgstr of a language."""
    path = folder / file
    lines = path.read_text(encoding="utf-8").split("\n")
    start = lines.index(f'msgctxt "{key}"') + 1
    if not file.endswith(".pot"):
        start = next(n for n in range(start, len(lines)) if lines[n].startswith("msgstr "))
    end = next(n for n in range(start + 1, len(lines) + 1) if n == len(lines) or not lines[n].startswith('"'))
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    lines[start:end] = [f'{"msgid" if file.endswith(".pot") else "msgstr"} "{quoted}"']
    path.write_text("\n".join(lines), encoding="utf-8")


def said_in(shelf: Shelf, file: str, key: str, text: str) -> Shelf:
    """The same without touching a file: a hundred texts are wrong in one second."""
    language = plant.POT if file == POT else plant.PO
    entry = plant.said(plant.entries_of(shelf, language).entries[key], language, text)
    return plant.with_entries(shelf, language, {key: entry})


def assert_found(folder: Path, file: str, key: str, words: str) -> None:
    mine = [finding for finding in found(folder) if finding.key == key and finding.file == f"locales/{file}"]
    assert any(words in finding.what for finding in mine), [str(finding) for finding in found(folder)]
    for finding in mine:
        assert finding.mend
        assert "\n" not in str(finding)
        if finding.line:
            lines = (folder / file).read_text(encoding="utf-8").split("\n")
            assert f'msgctxt "{key}"' in lines[finding.line - 2 : finding.line]


PO, POT = "zh_Hans.po", "brasle.pot"
OF_ONE_TEXT = (complete.check, variables.check, markup.check, forbidden.check, length.check, keys.check)


@pytest.mark.parametrize(
    ("file", "key", "text", "words"),
    [
        (PO, "nav.skip", "", "not translated"),
        (PO, "card.medicine.last.ask", "最后一次用是什么时候？", "is missing"),
        (PO, "card.medicine.last.ask", "{medicine}{dose}最后一次用是什么时候？", "not a placeholder"),
        (PO, "card.medicine.last.ask", "{medicine最后一次用是什么时候？", "brace"),
        (PO, "confirm.ask", "{回答}对吗？", "plain placeholder"),
        (POT, "card.medicine.last.ask", "When was the last dose of {drug}?", "not explained"),
        (POT, "card.medicine.last.ask", "When was the last dose of {drug}?", "nothing fills"),
        (POT, "card.sex.why", "Some questions are only for girls on {medicine}.", "nothing fills"),
        (PO, "result.likely", "恭喜，您已符合入组条件。", "符合入组"),
        (PO, "result.likely", "审核合格。", "合格"),
        (PO, "result.unlikely", "您被拒绝了（{reason}）。", "被拒绝"),
        (PO, "result.likely", "You are eligible.", "eligib"),
        (POT, "result.likely", "Your child is eligible.", "eligib"),
        (POT, "result.likely", "Your child qualifies.", "qualif"),
        (POT, "result.likely", "You were ACCEPTED.", "accepted"),
        (POT, "result.unlikely", "You were rejected ({reason}).", "rejected"),
        (PO, "page.about.text", "这个药保证有效。", "保证"),
        (PO, "card.sex.ask", "<em>孩子</em>是女孩还是男孩？", "not allowed"),
        (PO, "card.sex.ask", "<b>孩子是女孩还是男孩？", "never closed"),
        (PO, "card.sex.ask", "孩子</b>是女孩还是男孩？", "not open"),
        (PO, "card.sex.ask", "<b><i>孩子</b></i>是女孩还是男孩？", "not open"),
        (PO, "card.sex.ask", '<b class="x">孩子</b>是女孩还是男孩？', "not allowed"),
        (PO, "card.sex.ask", "孩子&nbsp;是女孩还是男孩？", "&nbsp;"),
        (PO, "card.sex.choice.male", "男" * 17, "wide"),
        (POT, "nav.person", "Talk to a person who works at the hospital", "wide"),
        (PO, "stale", "这" * 201, "characters"),
        (PO, "card.sex.ask", "问" * 601, "characters"),
        (PO, "alarm.emergency", "急" * 4097, "characters"),
    ],
)
def test_a_planted_mistake_is_found(shelf: Shelf, file: str, key: str, text: str, words: str) -> None:
    wrong = said_in(shelf, file, key, text)
    all_found = [finding for check in OF_ONE_TEXT for finding in check(wrong)]
    mine = [finding for finding in all_found if (finding.key, finding.file) == (key, f"locales/{file}")]
    assert any(words in finding.what for finding in mine), [str(finding) for finding in all_found]
    for finding in mine:
        assert finding.mend
        assert "\n" not in str(finding)
        if finding.line:
            lines = (FOLDER / file).read_text(encoding="utf-8").split("\n")
            assert f'msgctxt "{key}"' in lines[finding.line - 2 : finding.line]


@pytest.mark.parametrize(
    "word",
    [
        "eligible",
        "not eligible",
        "qualified",
        "accepted",
        "rejected",
        "合格",
        "不合格",
        "被拒绝",
        "入选成功",
        "符合入组",
    ],
)
@pytest.mark.parametrize("file", [PO, POT])
def test_each_forbidden_word_is_found_in_each_language(shelf: Shelf, file: str, word: str) -> None:
    wrong = said_in(shelf, file, "result.likely", f"… {word} …")
    assert any("forbidden" in finding.what for finding in forbidden.check(wrong) if finding.key == "result.likely")


def test_a_changed_english_makes_the_translation_stale(folder: Path) -> None:
    with_text(folder, POT, "nav.skip", "Leave it out")
    assert_found(folder, PO, "nav.skip", "English has changed")


def test_a_fuzzy_text_is_found(folder: Path) -> None:
    path = folder / PO
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('msgctxt "nav.skip"', '#, fuzzy\nmsgctxt "nav.skip"'), encoding="utf-8")
    assert_found(folder, PO, "nav.skip", "fuzzy")


def entry_of(path: Path, key: str) -> str:
    match = re.search(
        rf'(?:^#.*\n)*^msgctxt "{re.escape(key)}"\n(?:.+\n)+', path.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert match
    return match[0]


def test_a_missing_text_is_found(folder: Path) -> None:
    path = folder / PO
    path.write_text(path.read_text(encoding="utf-8").replace(entry_of(path, "nav.skip"), ""), encoding="utf-8")
    assert_found(folder, PO, "nav.skip", "missing")


def test_a_repeated_key_is_found(folder: Path) -> None:
    path = folder / PO
    path.write_text(path.read_text(encoding="utf-8") + "\n" + entry_of(path, "nav.skip"), encoding="utf-8")
    assert any("second time" in finding.what for finding in found(folder) if finding.key == "nav.skip")


def test_a_renamed_key_is_found_with_a_guess(folder: Path) -> None:
    path = folder / PO
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgctxt "nav.skip"', 'msgctxt "nav.skipp"'),
        encoding="utf-8",
    )
    finding = next(finding for finding in found(folder) if finding.key == "nav.skipp")
    assert "nav.skip" in finding.mend


def test_a_text_without_a_key_is_found(folder: Path) -> None:
    path = folder / PO
    path.write_text(path.read_text(encoding="utf-8") + '\nmsgid "Skip"\nmsgstr "跳过"\n', encoding="utf-8")
    assert any("no msgctxt" in finding.what for finding in found(folder))


@pytest.mark.parametrize(
    "key", ["card.sex.choice.other", "card.nowhere.ask", "nav.nowhere.at_all|self", "nobody_says_this"]
)
def test_a_text_that_nothing_uses_is_found(folder: Path, key: str) -> None:
    path = folder / POT
    extra = f'\n#. Shown nowhere.\nmsgctxt "{key}"\nmsgid "Unused"\nmsgstr ""\n'
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    assert any(finding.key == key and finding.file == f"locales/{POT}" for finding in found(folder))


def test_a_question_without_its_text_is_found(folder: Path) -> None:
    path = folder / POT
    path.write_text(path.read_text(encoding="utf-8").replace(entry_of(path, "card.sex.why"), ""), encoding="utf-8")
    assert any(finding.key == "card.sex.why" and "needs this text" in finding.what for finding in found(folder))


def test_a_text_that_the_program_names_and_nobody_wrote_is_found(folder: Path) -> None:
    path = folder / POT
    path.write_text(path.read_text(encoding="utf-8").replace(entry_of(path, "review.confirm"), ""), encoding="utf-8")
    named = [
        finding for finding in found(folder) if finding.key == "review.confirm" and finding.file.startswith("bot/")
    ]
    assert named
    assert named[0].line > 0


def test_the_check_says_where_and_how_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_text(folder, PO, "nav.skip", "")
    assert main(["locales", "check", "--folder", str(folder)]) == 1
    said = capsys.readouterr().out
    assert re.search(
        r"^locales/zh_Hans\.po:\d+: nav\.skip: not translated yet\. Write the translation", said, re.MULTILINE
    )


def test_a_file_that_cannot_be_read_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / PO).write_text("msgid oops", encoding="utf-8")
    assert main(["locales", "check", "--folder", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("zh_Hans.po")
    assert "Traceback" not in said


def test_broken_rules_are_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.toml").write_text("[forbidden]\nen = 3\n", encoding="utf-8")
    assert main(["locales", "check", "--folder", str(folder)]) == 1
    assert capsys.readouterr().err.startswith("rules.toml")


def test_the_check_is_quick() -> None:
    import time

    start = time.process_time()  # not the clock on the wall: other tests may be running beside this one
    findings(FOLDER)
    assert time.process_time() - start < 3
