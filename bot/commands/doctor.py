"""`brasle-prescreen doctor`: every setting, explained as it stands."""

from __future__ import annotations

import argparse
import platform
import sqlite3
from typing import Any


def add_parser(commands: Any) -> None:
    commands.add_parser("doctor", help="explain every setting: what is set, missing or wrong")


def run(args: argparse.Namespace) -> int:
    from bot.doctor import load_settings, problems

    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    settings = load_settings()
    if isinstance(settings, str):
        print(settings)
        return 2
    mode = (
        "a try-out with invented data (BRASLE_DEMO=false for real families)" if settings.demo else "for real families"
    )
    print(f"This server is set up as {mode}. Data folder: {settings.data}")
    found = problems(settings)
    for problem in found:
        print(problem.line())
    files = _data_files()
    print(*files, sep="\n")
    grave = sum(problem.stops for problem in found) + sum(line.startswith("STOP") for line in files)
    print("It can start." if not grave else f"It cannot start: {grave} point(s) marked STOP must be mended first.")
    return 2 if grave else 0


def _data_files() -> list[str]:
    """Whether the trial's files and the texts are in order."""
    from bot.wording import Wording, WordingError
    from brasle_prescreen import load_protocol
    from brasle_prescreen.question import QuestionsError, load_questions
    from brasle_prescreen.reading.choice import check_words
    from brasle_prescreen.reading.words import WordsError
    from brasle_prescreen.trial_entry import ProtocolError

    lines = []
    try:
        protocol = load_protocol()
        load_questions()
        lines.append(f"ok    trial files: {len(protocol.criteria)} criteria, {len(protocol.medicines)} medicines")
        check_words()
    except (ProtocolError, QuestionsError, WordsError) as error:
        lines.append(f"STOP  trial files: {error}")
    try:
        names = ", ".join(name for _, name in Wording.load().languages())
        lines.append(f"ok    texts: {names}")
    except WordingError as error:
        lines.append(f"STOP  texts: {error}")
    return lines
