"""The page of every card: nothing is left out, nothing differs from the product, every text leads to its line."""

from __future__ import annotations

import html
import re
import shutil
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.__main__ import main
from bot.channels.telegram_render import TelegramRenderer
from bot.locale_checks.shelf import Shelf
from bot.locale_preview import serve
from bot.locale_preview.page import Preview, build, relative
from bot.locale_preview.scenes_file import load_scenes
from bot.locale_preview.shots import uncovered
from bot.locale_preview.taking import look
from bot.message import Incoming
from bot.wording import FOLDER, Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions
from tests.bot.family import SITE, Clock, Family, conversation

PO, POT = "zh_Hans.po", "brasle.pot"


def built(folder: Path, *only: str, checked: bool = False) -> Preview:
    shelf, findings = look(folder) if checked else (Shelf.read(folder), [])
    return build(shelf, findings, relative(folder, folder.parent / "page.html"), only=only)


def edited(folder: Path, file: str, key: str, old: str, new: str) -> None:
    """Replace the first `old` after a key, as somebody does with a text editor."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    at = text.index(f'msgctxt "{key}"')
    assert old in text[at:]
    path.write_text(text[:at] + text[at:].replace(old, new, 1), encoding="utf-8")


def emptied(folder: Path, key: str) -> None:
    """Take the Chinese of a key away."""
    path = folder / PO
    entry = re.compile(rf'(msgctxt "{re.escape(key)}"\n(?:msgid .*\n|".*\n)+)msgstr .*\n(?:".*\n)*')
    text, times = entry.subn(r'\1msgstr ""\n', path.read_text(encoding="utf-8"))
    assert times == 1
    path.write_text(text, encoding="utf-8")


def only_chinese(folder: Path) -> Path:
    """Without the languages that are still drafts: every text of theirs needs work."""
    for file in folder.glob("*.po"):
        if file.name != PO:
            file.unlink()
    return folder


@pytest.fixture
def folder(folder: Path) -> Path:
    return only_chinese(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped texts, for tests that change nothing."""
    return only_chinese(Path(shutil.copytree(FOLDER, tmp_path_factory.mktemp("whole") / "locales")))


@pytest.fixture(scope="module")
def whole(place: Path) -> Preview:
    """Every chapter, within the time that somebody who writes will wait."""
    began = time.process_time()
    preview = built(place)
    assert time.process_time() - began < 5
    return preview


def test_every_text_for_families_is_on_a_card(whole: Preview, place: Path) -> None:
    """Or on the short list of scenes.toml, with its reason."""
    scenes = load_scenes()
    assert whole.forgotten == ()
    shelf = Shelf.read(place)
    families = {key for key in shelf.master.entries if not key.startswith(scenes.of_the_team)}
    assert families == {*(key for key in whole.said if not key.startswith(scenes.of_the_team)), *whole.reasons}
    assert len(whole.reasons) <= 3


def test_no_reason_is_out_of_date(whole: Preview) -> None:
    assert set(whole.reasons) == {key for one in load_scenes().elsewhere for key in one.keys}


def test_a_text_that_no_card_shows_is_named(whole: Preview, place: Path) -> None:
    keys = [*Shelf.read(place).master.entries, "brandnew.text", "console.brandnew"]
    reasons, forgotten = uncovered(load_scenes(), keys, whole.said)
    assert forgotten == ["brandnew.text"]
    assert reasons == whole.reasons


def test_every_criterion_is_quoted_beside_its_questions(whole: Preview) -> None:
    for card in load_questions().card:
        article = html.unescape(article_of(whole.html, card.id))
        for id in card.why:
            criterion = next(one for one in load_protocol().criteria if one.id == id.partition(".")[0])
            assert " ".join(criterion.text) in article, (card.id, id)


def test_every_text_leads_to_its_line(whole: Preview, place: Path) -> None:
    lines = {file: (place / file).read_text("utf-8").splitlines() for file in (POT, PO)}
    links = re.findall(r'<code>([^<]+)</code>\s*((?:<span class="place">.*?</span>\s*)+)', whole.html, re.DOTALL)
    seen = set()
    for key, places in links:
        for file, number, shown in re.findall(r'href="locales/([^"#]+)#L(\d+)">([^<]+)</a>', places):
            seen.add((key, file))
            assert shown == f"{file}:{number}"
            assert lines[file][int(number) - 1].startswith("msgid")
            assert lines[file][int(number) - 2] == f'msgctxt "{html.unescape(key)}"'
    assert seen >= {(key, file) for key in whole.said for file in (POT, PO)}


def test_the_page_needs_nothing_from_anywhere(whole: Preview) -> None:
    assert not re.search(r"<link\b|\bsrc=|url\(|@import|<iframe", whole.html)
    assert not re.search(r'href="https?:', whole.html)
    # Neither a form token nor anything else that differs from one run to the next.
    assert 'type="hidden"' not in whole.html
    assert "<form action" not in whole.html


def test_ids_stand_once(whole: Preview) -> None:
    ids = re.findall(r'\bid="([^"]+)"', whole.html)
    assert len(ids) == len(set(ids))


async def test_a_question_is_the_one_that_the_product_sends(whole: Preview, tmp_path: Path) -> None:
    """The same bubble, to the letter, as the outbox gets after a real conversation on Telegram."""
    rendered: list[str] = []

    class Keeping(TelegramRenderer):
        def render(self, incoming: Incoming, shown):  # type: ignore[no-untyped-def]
            rows = super().render(incoming, shown)
            rendered[:] = [text for row in rows if row.op == "card" for text in row.payload["texts"]]
            return rows

    talk = conversation(tmp_path, Clock(), site=SITE, renderers={"telegram": Keeping(Wording.load())})
    family = Family(talk, "telegram")
    await family.begin("zh_Hans")
    await family.tap("choose:parent")
    assert family.card == "birth_date"
    assert f'<div class="bubble bot">{rendered[-1]}</div>' in article_of(whole.html, "birth_date")


def test_what_needs_work_is_marked(folder: Path) -> None:
    emptied(folder, "card.sex.ask")
    edited(folder, PO, "card.birth_date.ask", '"What is', '"Which is')
    page = built(folder, "questions-1").html
    for card, mark in (("sex", "not translated"), ("birth_date", "the English has changed")):
        assert f'<span class="mark">{mark}</span>' in article_of(page, card)
        assert 'class="todo"' in article_of(page, card)
    assert 'class="mark"' not in article_of(page, "respondent")


def test_fuzzy_texts_are_marked_and_shown_as_they_stand(folder: Path) -> None:
    path = folder / PO
    text = path.read_text("utf-8")
    path.write_text(text.replace('msgctxt "card.sex.ask"', '#, fuzzy\nmsgctxt "card.sex.ask"'), encoding="utf-8")
    edited(folder, PO, "card.sex.ask", 'msgstr "', 'msgstr "ZZZ')
    article = article_of(built(folder, "questions-1").html, "sex")
    assert "look again (fuzzy)" in article
    assert "ZZZ" in article


def test_a_gap_shows_the_english(folder: Path, shelf: Shelf) -> None:
    emptied(folder, "card.sex.ask")
    english = shelf.master.entries["card.sex.ask"].english
    figures = article_of(built(folder, "questions-1").html, "sex").split("<figure")
    chat = next(one for one in figures if 'data-look="telegram" data-language="zh_Hans"' in one)
    assert f"<b>{english}</b>" in chat


def test_findings_stand_beside_the_card(folder: Path) -> None:
    edited(folder, PO, "result.likely", 'msgstr "', 'msgstr "合格。')
    preview = built(folder, "result", checked=True)
    assert "is forbidden" in article_of(preview.html, "likely")


def test_an_open_brace_is_shown_and_not_refused(folder: Path) -> None:
    edited(folder, PO, "card.sex.ask", 'msgstr "', 'msgstr "{')
    article = article_of(built(folder, "questions-1", checked=True).html, "sex")
    assert '<div class="bubble bot">' in article
    assert 'class="finding"' in article


def test_a_third_language_stands_beside_the_others(folder: Path) -> None:
    (folder / "zh_Hant.po").write_text((folder / PO).read_text("utf-8"), encoding="utf-8")
    page = built(folder, "hello").html
    assert page.count('data-language="zh_Hant"') == page.count('data-language="en"') > 10
    assert 'href="locales/zh_Hant.po#L' in page


def test_the_command_writes_a_file_or_into_a_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "there"
    out.mkdir()
    command = [
        "locales",
        "preview",
        "--folder",
        str(folder),
        "--out",
        str(out),
        "--part",
        "hello",
        "--links",
        "x:{path}:{line}",
    ]
    assert main(command) == 0
    page = (out / "index.html").read_text("utf-8")
    assert re.search(rf'href="x:{re.escape(folder.as_posix())}/{PO}:\d+"', page)
    assert re.search(r"cards, \d+ pictures of them, in \d+\.\d s", capsys.readouterr().out)


def test_a_file_that_cannot_be_read_is_told_in_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / PO).write_text("rubbish", encoding="utf-8")
    assert main(["locales", "preview", "--folder", str(folder), "--out", str(folder / "x.html")]) == 1
    assert PO in capsys.readouterr().err
    assert not (folder / "x.html").exists()


def test_a_missing_quote_is_told_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise the last letter of the text would go with it, unseen."""
    edited(folder, PO, "nav.skip", 'msgstr "跳过"', 'msgstr "跳过')
    assert main(["locales", "preview", "--folder", str(folder), "--out", str(folder / "x.html")]) == 1
    assert re.search(r"zh_Hans\.po, line \d+: the double quote at the end", capsys.readouterr().err)


def test_the_live_page_follows_a_save(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "CHAPTERS", ("questions-1",))
    client = TestClient(serve.application(folder), base_url="http://localhost")
    before = client.get("/").text
    edited(folder, PO, "card.sex.ask", 'msgstr "', 'msgstr "QQQ')
    after = client.get("/").text
    assert "QQQ" in after
    assert "QQQ" not in before
    place = re.search(r'href="/file/zh_Hans\.po#L(\d+)"', article_of(after, "sex"))
    assert place
    assert f'id="L{place[1]}"' in client.get("/file/zh_Hans.po").text
    (folder / PO).write_text("rubbish", encoding="utf-8")
    broken = client.get("/").text
    assert 'role="alert"' in broken
    assert "QQQ" in broken


def test_the_live_page_is_for_this_computer_only(folder: Path) -> None:
    client = TestClient(serve.application(folder), base_url="http://localhost")
    assert client.get("/", headers={"host": "example.org"}).status_code == 400
    assert client.get("/file/..%2fpyproject.toml").status_code == 404
    assert client.get("/file/secret.key").status_code == 404


async def test_a_save_is_told_to_the_browser(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "LOOK_EVERY", 0)
    board = serve.Board(folder, None)
    changes = board.changes(serve.token(board.stamp()))
    assert "watching" in await anext(changes)
    edited(folder, PO, "card.sex.ask", 'msgstr "', 'msgstr "a')
    assert await anext(changes) == "data: changed\n\n"


def article_of(page: str, id: str) -> str:
    start = page.index(f'<article id="card-{id}"')
    return page[start : page.index("</article>", start)]
