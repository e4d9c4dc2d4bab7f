"""`brasle-prescreen doctor`: every setting, explained as it stands."""

from __future__ import annotations

import argparse
import platform
from typing import Any


def add_parser(commands: Any) -> None:
    commands.add_parser("doctor", help="explain every setting: what is set, missing or wrong")


def run(args: argparse.Namespace) -> int:
    from bot.doctor import load_settings, problems
    from bot.doctor_names import strange_names, what_is_set
    from bot.doctor_place import ports
    from bot.store.backup import program_version
    from bot.store.condition import SQLITE_VERSION, group_condition

    versions = f"Python {platform.python_version()}, SQLite {SQLITE_VERSION}"
    print(f"brasle-prescreen {program_version()}, {versions}")
    settings = load_settings()
    if isinstance(settings, str):
        print(settings)
        return 2
    mode = (
        "as a try-out with invented data (BRASLE_DEMO=false for real families)"
        if settings.demo
        else "for real families"
    )
    print(f"This server is set up {mode}. Data folder: {settings.data}")
    found = [
        *problems(settings),
        *ports(settings),
        *strange_names(),
    ]
    for problem in sorted(found, key=lambda one: not one.stops):
        print(problem.line())
    for line in what_is_set(settings):
        print(line)
    for line in group_condition(settings.data, settings.telegram_group):
        print(line)
    print(*_kept(settings), sep="\n")
    files = _data_files(settings)
    print(*files, sep="\n")
    grave = sum(problem.stops for problem in found) + sum(line.startswith("STOP") for line in files)
    print("It can start." if not grave else f"It cannot start: {grave} point(s) marked STOP must be mended first.")
    return 2 if grave else 0


def _kept(settings: Any) -> list[str]:
    """How long what is kept, and how the data folder stands."""
    from datetime import UTC, datetime

    from bot.store.condition import condition

    days = (
        f"no permission given {settings.keep_declined_days} days, unfinished {settings.keep_unfinished_days}, "
        f"finished without a call {settings.keep_finished_days}, after the site has ended the lead "
        f"{settings.keep_closed_days}, copies of keys {settings.keys_backup_days}"
    )
    told = f"ok    kept: {days}. Families are told (BRASLE_KEEP_..._DAYS, BRASLE_KEYS_BACKUP_DAYS)."
    return [told, *condition(settings.data, datetime.now(UTC))]


def _data_files(settings: Any) -> list[str]:
    """Whether the trial's files and the texts are in order."""
    from bot.doctor_texts import text_lines
    from brasle_prescreen import load_protocol
    from brasle_prescreen.family_question import load_family_questions
    from brasle_prescreen.question import QuestionsError, load_questions
    from brasle_prescreen.reading.choice import check_words
    from brasle_prescreen.reading.words import WordsError
    from brasle_prescreen.trial_entry import ProtocolError

    lines = []
    try:
        protocol = load_protocol()
        load_questions()
        load_family_questions()
        lines.append(f"ok    trial files: {len(protocol.criteria)} criteria, {len(protocol.medicines)} medicines")
        check_words()
    except (ProtocolError, QuestionsError, WordsError) as error:
        lines.append(f"STOP  trial files: {error}")
    return [*lines, *_versions(settings), *text_lines(settings)]


def _versions(settings: Any) -> list[str]:
    """The amendments; what is wrong with one stands among the problems already."""
    from brasle_prescreen.trial_entry import ProtocolError

    try:
        amended = settings.protocols().versions[1:]
    except ProtocolError:
        return []
    return [
        f"ok    protocol: amendment {one.number} counts from {one.counts_from}, {len(one.changes)} differences"
        for one in amended
    ]
