from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.locale_checks.shelf import Shelf
from bot.wording import FOLDER, Wording


@pytest.fixture(scope="session")
def wording() -> Wording:
    return Wording.load(strict=True)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return Shelf.read(FOLDER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped texts, to make mistakes in."""
    return Path(shutil.copytree(FOLDER, tmp_path / "locales"))
