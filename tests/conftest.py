"""Every run of the tests notes which files it was about, so that evidence never rests on other ones."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.junitxml import xml_key
from structlog.stdlib import ProcessorFormatter

from bot.evidence.results import SOURCES, hash_of_sources


def pytest_sessionstart(session: pytest.Session) -> None:
    """Only the process that writes the file of results has one, however many run the tests."""
    results = session.config.stash.get(xml_key, None)
    if results is not None:
        results.add_global_property(SOURCES, hash_of_sources(Path(__file__).parents[1]))


@pytest.fixture(autouse=True)
def _the_log_is_as_it_was() -> Iterator[None]:
    """A command that a test runs in this process sets the log up: it would go on writing to that test's output, and every
    later test would hear what libraries tell at that level.
    """
    root = logging.getLogger()
    hooks, level = (sys.excepthook, sys.unraisablehook, threading.excepthook), root.level
    yield
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    root.setLevel(level)
    root.handlers[:] = [one for one in root.handlers if not isinstance(one.formatter, ProcessorFormatter)]
