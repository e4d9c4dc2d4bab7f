"""Every run of the tests notes which files it was about, so that evidence never rests on other ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.junitxml import xml_key

from bot.evidence.results import SOURCES, hash_of_sources


def pytest_sessionstart(session: pytest.Session) -> None:
    """Only the process that writes the file of results has one, however many run the tests."""
    results = session.config.stash.get(xml_key, None)
    if results is not None:
        results.add_global_property(SOURCES, hash_of_sources(Path(__file__).parents[1]))
