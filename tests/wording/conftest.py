from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.locale_checks.shelf import Shelf
from bot.wording import FOLDER, Wording
from bot.wording_pairs import APPROVED, COMPLETE


@pytest.fixture(scope="session")
def wording() -> Wording:
    return Wording.load(strict=True)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return Shelf.read(FOLDER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped texts, to make mistakes in: nothing is remembered, so that each one is seen."""
    copy = Path(shutil.copytree(FOLDER, tmp_path / "locales"))
    for name in (COMPLETE, APPROVED):
        (copy / name).unlink(missing_ok=True)
    return copy


# Enough to try editing on; reading all texts a hundred times would take minutes.
SOME = ("language.", "nav.", "permission.", "alarm.", "confirm.", "result.", "card.mood.", "console.notices.", "date.")


def put_in_line(texts: Path) -> Path:
    """A copy of all texts in this folder, each remembered as it is."""
    from bot.locale_tools.sync import sync

    folder = Path(shutil.copytree(FOLDER, texts / "locales"))
    for name in (COMPLETE, APPROVED):
        (folder / name).unlink(missing_ok=True)
    sync(folder)
    return folder


def some_of(texts: Path, there: Path) -> Path:
    """A few of these texts in a folder of their own, each remembered as it is."""
    from bot.locale_tools.po_file import PoFile, read_po_file
    from bot.locale_tools.sync import sync

    folder = Path(shutil.copytree(texts, there / "locales"))
    (folder / COMPLETE).unlink()
    for path in folder.glob("*.po*"):
        whole = read_po_file(path)
        some = {key: entry for key, entry in whole.entries.items() if key.startswith(SOME)}
        path.write_text(PoFile(whole.header, some, {}).text(), encoding="utf-8")
    sync(folder)
    return folder


@pytest.fixture(scope="session")
def _all_in_line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_in_line(tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="session")
def _some_in_line(tmp_path_factory: pytest.TempPathFactory, _all_in_line: Path) -> Path:
    return some_of(_all_in_line, tmp_path_factory.mktemp("some"))


@pytest.fixture
def in_line(_some_in_line: Path, tmp_path: Path) -> Path:
    """A copy of some texts, each remembered as it is: what an edit leaves in place."""
    return Path(shutil.copytree(_some_in_line, tmp_path / "locales"))


@pytest.fixture
def all_in_line(_all_in_line: Path, tmp_path: Path) -> Path:
    """As `in_line`, with every text."""
    return Path(shutil.copytree(_all_in_line, tmp_path / "locales"))
