"""A language is a file and no code: dropped in, it is in the menu; a whole conversation runs in it, on every channel."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import polib
import pytest

import brasle_prescreen as trial
from bot.channels.browser_pages import Pages
from bot.channels.telegram_limits import LONGEST_COMMAND_DESCRIPTION, utf16_length
from bot.channels.telegram_profile import commands, profile_languages
from bot.channels.telegram_render import ELLIPSIS, TelegramRenderer
from bot.conversation import Shown
from bot.locale_tools.po_file import read_po_file
from bot.locale_tools.pseudo import BEGIN, END, LANGUAGE, pseudo, write_pseudo
from bot.message import Text
from bot.wording import Wording
from bot.wording_template import parse
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.test_every_state import texts
from tests.bot.walk import TEXTS, surroundings, walk
from tests.telegram.test_telegram_every_card import as_telegram, check
from tests.wording.editing import change

NAMES = [Path(trial.__file__).parent / "trial" / name for name in ("questions.toml", "medicines.toml")]
ASCII_WORD = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture(scope="module")
def made_up(_all_in_line: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pseudo") / "locales"
    write_pseudo(_all_in_line, out)
    return out


@pytest.fixture(scope="module")
def wording(made_up: Path) -> Wording:
    return Wording.load(made_up, strict=True)


def test_accents_brackets_and_length_but_the_same_placeholders_and_tags() -> None:
    said = pseudo("<b>Take</b> {amount} of {medicine}")
    assert said.startswith(BEGIN)
    assert said.endswith(END)
    assert parse(said).names == ("amount", "medicine")
    assert "<b>" in said
    assert len(said) >= 1.4 * len("Take  of ")
    assert not ASCII_WORD.search(re.sub(r"<[^>]*>|\{[^}]*\}", "", said))
    assert pseudo("{a}, {b}") == "{a}, {b}"


def test_another_program_reads_the_made_up_file(made_up: Path) -> None:
    assert polib.pofile(str(made_up / f"{LANGUAGE}.po")).percent_translated() == 100


async def test_a_family_talks_from_hello_to_the_queue_in_a_language_that_is_only_a_file(
    wording: Wording, tmp_path: Path
) -> None:
    assert LANGUAGE in dict(wording.languages())
    talk = conversation(tmp_path, Clock())
    talk._wording = wording
    family = Family(talk)
    await family.begin(LANGUAGE)
    await family.answer(BOY)
    for press in ("confirm", "want_contact", "agree", "'Mother", "way:phone", "'13800138000", "time:evening"):
        await (family.says(press[1:]) if press.startswith("'") else family.tap(press))
        for text in texts(family.shown.reply):
            assert wording.has(text.key, LANGUAGE), text.key
    for press in ("travel:yes", "child:not_asked", "done", "send"):
        await family.tap(press)
    assert family.key == "done.handed_over"
    stored = await family.stored()
    assert stored.language == LANGUAGE
    assert stored.permissions["health"].language == LANGUAGE
    assert stored.permissions["health"].text_hash == wording.text_hash("permission.health.ask", LANGUAGE)


def shown_on(channel: str, seeds: range, language: str) -> Iterator[tuple[Shown, object]]:
    around = surroundings(languages=((language, "x"), ("en", "English")))
    for seed in seeds:
        for number, step in enumerate(walk(seed, 60, channel, around)):
            turn = step.turn
            said = as_telegram(step.said, number) if channel == "telegram" else step.said
            yield (
                Shown(
                    reply=step.shown,
                    answered=turn.answered,
                    toast=turn.toast,
                    language=language,
                    self_answering=turn.dialogue.self_answering,
                    revision=turn.dialogue.revision,
                    refreshed=turn.refreshed,
                ),
                said,
            )


def strings(value: Any) -> Iterator[str]:
    """Every string in a data file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def bare(text: str, allowed: frozenset[str]) -> list[str]:
    return [word for word in ASCII_WORD.findall(text) if word.lower() not in allowed]


@pytest.fixture(scope="module")
def not_ours(wording: Wording) -> frozenset[str]:
    """Words that are nobody's translation: names in data files, what was typed, the site's settings, addresses."""
    around = surroundings()
    known = [*TEXTS, "English", "https www", "BRASLE NCT", repr(around.protocol.medicines)]
    known += [str(getattr(around.site, one.name)) for one in fields(around.site)]
    known += [repr(around.protocol), around.new_code, "tel mailto"]
    known += [name for file in NAMES for name in strings(tomllib.loads(file.read_text("utf-8")))]
    return frozenset(word.lower() for text in known for word in ASCII_WORD.findall(text))


def test_telegram_shows_every_card_whole_and_no_bare_english(wording: Wording, not_ours: frozenset[str]) -> None:
    renderer = TelegramRenderer(wording)
    seen = 0
    for shown, said in shown_on("telegram", range(4), LANGUAGE):
        rows = list(renderer.render(said, shown))  # type: ignore[arg-type]
        for text in check(rows):
            seen += 1
            assert text != ELLIPSIS
            assert text.count(BEGIN) == text.count(END), text
            assert bare(text, not_ours) == [], text
        for row in rows:
            for label in (key["text"] for line in row.payload.get("keyboard", []) for key in line):
                assert label.count(BEGIN) == label.count(END), f"cut: {label}"
    assert seen > 200


def test_the_browser_shows_every_card_whole_and_no_bare_english(wording: Wording, not_ours: frozenset[str]) -> None:
    pages = Pages(wording, draft=True, demo=True)
    for shown, _ in shown_on("browser", range(3), LANGUAGE):
        page = pages.card(shown, "s" * 43)
        assert 'lang="en"' in page or "<html lang=" in page
        # The last answer is named by the first line of its question, on purpose.
        page = re.sub(r'<p class="answered">.*?</p>', "", page, flags=re.DOTALL)
        spoken = [re.sub(r"<(style|script|title).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)]
        spoken += re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', page)
        for text in spoken:
            assert text.count(BEGIN) == text.count(END), text
            assert bare(text, not_ours) == [], text


def test_every_menu_knows_it(wording: Wording) -> None:
    assert [code for code, _ in wording.languages()] == ["zh_Hans", LANGUAGE, "en"]
    assert profile_languages(wording)["en"] in (LANGUAGE, "en")
    for _, words in commands(wording, LANGUAGE):
        assert words.startswith(BEGIN)
        assert utf16_length(words) <= LONGEST_COMMAND_DESCRIPTION
    assert wording.languages_of_the_team() == wording.languages()


def test_a_draft_is_shown_to_nobody_before_it_was_looked_through(
    all_in_line: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.__main__ import main

    assert main(["locales", "draft", "zh_Hant", "--from", "zh_Hans", "--folder", str(all_in_line)]) == 0
    path = all_in_line / "zh_Hant.po"
    draft = polib.pofile(str(path))
    assert all(entry.fuzzy for entry in draft if entry.msgstr)
    assert all(entry.msgstr for entry in draft)
    names = {entry.msgctxt: entry.msgstr for entry in draft}
    assert names["language.name"] == "繁體中文"
    assert "狼瘡" in names["permission.health.ask"]
    assert any("Hong Kong" in entry.tcomment for entry in draft)
    wording = Wording.load(all_in_line)
    assert "zh_Hant" not in dict(wording.languages())
    assert dict(wording.state.drafts)["zh_Hant"] > 500
    # Looked through, text by text: now it is in the menu, and who reads it is served in it.
    path.write_text(
        re.sub(r"^#, fuzzy(, )?", "#, ", path.read_text("utf-8"), flags=re.MULTILINE).replace("#, \n", ""), "utf-8"
    )
    wording = Wording.load(all_in_line)
    assert ("zh_Hant", "繁體中文") in wording.languages()
    assert wording.guess("zh-TW") == "zh_Hant"
    assert wording.guess("zh-HK") == "zh_Hant"
    assert wording.guess("zh-CN") == "zh_Hans"
    # Drafting anew keeps what a person has changed.
    change(all_in_line, "zh_Hant.po", "nav.skip", translation="先略過")
    assert main(["locales", "draft", "zh_Hant", "--from", "zh_Hans", "--folder", str(all_in_line)]) == 0
    assert read_po_file(path).entries["nav.skip"].translation == "先略過"
    assert Wording.load(all_in_line).say(Text(key="nav.skip"), "zh_Hant") == "先略過"
