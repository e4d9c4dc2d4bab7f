"""Every run of the tests notes which files it was about, so that evidence never rests on other ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.evidence.results import SOURCES, hash_of_sources


@pytest.fixture(scope="session", autouse=True)
def _sources_of_the_run(record_testsuite_property: Callable[[str, object], None]) -> None:
    record_testsuite_property(SOURCES, hash_of_sources(Path(__file__).parents[1]))
