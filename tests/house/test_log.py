"""Nothing personal reaches the log, whatever is handed to it: by us, by a library, or by a crash."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import log
from bot.store.errors import StoreUnavailable

CANARY = "Li Mingming 13800138000"
BOT = Path(log.__file__).parent


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr("threading.excepthook", lambda given: None)
    written = io.StringIO()
    log.set_up("DEBUG", "json", written)
    return written


def last(lines: io.StringIO) -> dict[str, object]:
    found: dict[str, object] = json.loads(lines.getvalue().splitlines()[-1])
    return found


def test_a_known_field_of_the_right_form_is_kept(lines: io.StringIO) -> None:
    log.logger("bot.worker").error("An update waits.", update=7, person="00ff" * 4, channel="telegram")
    said = last(lines)
    assert said["event"] == "An update waits."
    assert (said["update"], said["person"], said["channel"]) == (7, "00ff" * 4, "telegram")
    assert said["level"] == "error"


def test_an_unknown_field_is_dropped_and_a_value_of_another_form_withheld(lines: io.StringIO) -> None:
    log.logger("bot.worker").error("Odd.", answer=CANARY, person=CANARY, kind=CANARY, update=CANARY, cause=CANARY)
    said = last(lines)
    assert "answer" not in said
    assert [said[name] for name in ("person", "kind", "update", "cause")] == [log.WITHHELD] * 4
    assert CANARY not in lines.getvalue()


def test_words_written_for_the_operator_are_kept(lines: io.StringIO) -> None:
    log.logger("bot.worker").error("Stored updates wait.", cause=StoreUnavailable("The disk is full."))
    assert last(lines)["cause"] == "The disk is full."


def test_of_an_exception_only_kind_and_place_are_kept(lines: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log.logger("bot.worker").exception("Failed.")
        log.logger("bot.worker").error("Failed.", **log.trouble(error))
    said = last(lines)
    assert said["kind"] == "ValueError"
    assert re.fullmatch(r"test_log\.py:\d+", str(said["place"]))
    assert CANARY not in lines.getvalue()


def test_a_library_is_not_quoted(lines: io.StringIO) -> None:
    foreign = logging.getLogger("aiogram.event")
    foreign.error("handled %s", CANARY)
    foreign.error(f"handled {CANARY}")
    try:
        raise KeyError(CANARY)
    except KeyError:
        foreign.exception("cause: %s", CANARY, extra={"person": CANARY})
    said = last(lines)
    assert (said["library"], said["kind"]) == ("aiogram.event", "KeyError")
    assert CANARY not in lines.getvalue()


def test_a_library_that_says_each_of_its_steps_is_not_in_the_log(lines: io.StringIO) -> None:
    for name in ("aiogram.event", "transitions.core"):
        logging.getLogger(name).info("one more was handled")
    assert lines.getvalue() == ""


def test_a_crash_quotes_nothing() -> None:
    program = (
        "import threading, sys\nfrom bot import log\nlog.set_up('DEBUG', 'text')\n"
        f"def fail(): raise ValueError({CANARY!r})\n"
        "other = threading.Thread(target=fail); other.start(); other.join()\nfail()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "A thread ended by a mistake of ours." in done.stderr
    assert "The program ended by a mistake of ours." in done.stderr
    assert "kind='ValueError'" in done.stderr
    assert CANARY not in done.stderr + done.stdout


def test_every_module_of_ours_speaks_through_this_log() -> None:
    """The standard library's logger takes any words: only where a library is silenced may it be touched."""
    allowed = {"log.py", "notices.py", "doctor.py", "residency.py"}
    strays = [
        str(path.relative_to(BOT))
        for path in BOT.rglob("*.py")
        if path.name not in allowed
        and re.search(r"^\s*(import logging|from logging)|logging\.getLogger", path.read_text(), re.M)
    ]
    assert not strays
    calls = re.compile(r"\blog\.(?:debug|info|warning|error|critical|exception)\(\s*f[\"']")
    quoting = [str(path.relative_to(BOT)) for path in BOT.rglob("*.py") if calls.search(path.read_text())]
    assert not quoting, "a fixed sentence, please: what changes goes into a field"
