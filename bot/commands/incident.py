"""`brasle-prescreen incident`: who is affected, which kinds of data, and the notices to families: one folder, in seconds."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.commands.argument import folder, moment
from bot.commands.beside_server import with_store
from bot.commands.operator import operator

LANGUAGES = {"zh_Hans": "Chinese", "en": "English"}
_HEAD = (
    "person", "codes", "language", "channel", "kinds_of_data", "first_read", "last_read", "deleted_since",
    "name", "way", "reach", "best_time",
)  # fmt: skip


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "incident", help="who is affected by a leak, which data, and notices in both languages"
    )
    parser.add_argument("--to", type=folder, required=True, help="a new folder for the list and the notices")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--since", type=moment, help="whose data was read from this day or moment on")
    what.add_argument("--leads", type=Path, help="a file with one reference number a line")
    what.add_argument("--backup-stolen", type=Path, help="the backup's folder, or another copy of it")
    what.add_argument("--server-stolen", action="store_true", help="the data folder was taken, keys and all")
    parser.add_argument("--until", type=moment, help="with --since: before this day or moment (default: now)")
    parser.add_argument("--by", help="with --since: readings of this account alone, as account:S-123456")
    for language, name in LANGUAGES.items():
        option = f"--done-{language.partition('_')[0]}"
        parser.add_argument(
            option, dest=f"done_{language}", metavar="TEXT", help=f"what was done, for the {name} letter"
        )
    parser.add_argument(
        "--with-keys", action="store_true", help="with --backup-stolen: keys and master key were taken too"
    )


def run(args: argparse.Namespace) -> int:
    if args.to.exists() and any(args.to.iterdir()):
        print(f"{args.to} is there already and not empty: name another folder.", file=sys.stderr)
        return 2
    return with_store(lambda store, settings: _act(store, settings, args))


async def _act(store: Any, settings: Any, args: argparse.Namespace) -> int:
    until = args.until or datetime.now(UTC)
    if args.since is not None and args.since >= until:
        print(
            "--since must lie before --until, or before now where that is left out: nobody would be found.",
            file=sys.stderr,
        )
        return 2
    try:
        kind, find = _way(args, until)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 2
    affected = await store.copies.affected(find, operator())
    done = {language: (getattr(args, f"done_{language}") or "").strip() for language in LANGUAGES}
    kinds = sorted({one for each in affected for one in each.kinds})
    texts = _notices(settings, kind, args.since, until, kinds, done)
    _write(args.to, affected, texts, kind)
    gone = sum(one.gone for one in affected)
    reachable = sum(bool(one.contact) for one in affected)
    print(args.to)
    print(f"Affected: {len(affected)} families; {reachable} can be reached, {gone} have deleted their data since.")
    print("The folder holds how to reach them: keep it closed, and delete it when all is done.", file=sys.stderr)
    for language in LANGUAGES:
        if not done[language]:
            option = f"--done-{language.partition('_')[0]}"
            print(f"notice-{language}.txt: write what was done at >>>, or give {option} TEXT.", file=sys.stderr)
    print("The notices are drafts: counsel reads them first.", file=sys.stderr)
    return 0


def _way(args: argparse.Namespace, until: datetime) -> tuple[str, Any]:
    """Which text tells of it, and how the affected are found."""
    from bot.store import incident

    if args.leads is not None:
        codes = args.leads.read_text("utf-8").split()
        return "read", lambda ledger: incident.by_codes(ledger, codes)
    if args.backup_stolen is not None:
        place = args.backup_stolen.resolve()
        kind = "server" if args.with_keys else "backup"
        return kind, lambda ledger: incident.by_backup(ledger, place, with_keys=args.with_keys)
    if args.server_stolen:
        return "server", incident.by_server
    span = incident.Span(args.since, until, args.by)
    return "read", lambda ledger: incident.by_readings(ledger, span)


def _notices(
    settings: Any,
    kind: str,
    since: datetime | None,
    until: datetime,
    kinds: Sequence[str],
    done: Mapping[str, str],
) -> dict[str, str]:
    """The notice to families, by language. `done`: what the hospital did, in its own words; where it is empty, a line
    that nobody can overlook.
    """
    from bot.flows.turn import SITE_ZONE
    from bot.message import Day, Joined, Text
    from bot.wording import Wording

    wording = Wording.load()
    start, end = (one.astimezone(SITE_ZONE).date() for one in (since or until, until))
    site = settings.site_name or Text(key="site.unnamed")
    contact = settings.privacy_contact or settings.site_phone
    told = Joined(items=tuple(Text(key=f"incident.kind.{one}") for one in kinds))
    lines = [
        Text(key="incident.title"),
        Text(key=f"incident.what.{kind}", values={"site": site, "date": Day(earliest=start, latest=end)}),
        Text(key="incident.kinds", values={"kinds": told}) if kinds else Text(key="incident.no_kinds"),
        Text(key=f"incident.harm.{kind}"),
        Text(key="incident.you"),
        Text(key="incident.contact", values={"contact": contact}) if contact else Text(key="page.privacy.no_contact"),
    ]
    at = next(place for place, line in enumerate(lines) if line.key == "incident.you")

    def letter(language: str) -> str:
        acted = Text(key="incident.done", values={"done": done[language] or Text(key="incident.done.to_fill")})
        return "\n\n".join(wording.say(line, language) for line in (*lines[:at], acted, *lines[at:])) + "\n"

    return {language: letter(language) for language in LANGUAGES}


def _write(to: Path, affected: Sequence[Any], texts: dict[str, str], kind: str) -> None:
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    for language, text in texts.items():
        with _private(to / f"notice-{language}.txt") as file:
            file.write(text)
    with _private(to / "affected.csv", newline="") as file:
        table = csv.writer(file)
        table.writerow(_HEAD)
        for one in affected:
            table.writerow([_cell(value) for value in _row(one)])
    counts: dict[str, int] = {}
    for one in affected:
        for name in one.kinds:
            counts[name] = counts.get(name, 0) + 1
    summary = {
        "what": kind,
        "families": len(affected),
        "can_be_reached": sum(bool(one.contact) for one in affected),
        "deleted_since": sum(one.gone for one in affected),
        "by_kind_of_data": dict(sorted(counts.items())),
    }
    with _private(to / "summary.json") as file:
        file.write(json.dumps(summary, indent=2) + "\n")


def _row(one: Any) -> list[str]:
    contact = one.contact
    return [
        one.person,
        " ".join(one.codes),
        one.language,
        one.channel,
        " ".join(sorted(one.kinds)),
        one.first.isoformat() if one.first else "",
        one.last.isoformat() if one.last else "",
        "yes" if one.gone else "",
        *(str(contact.get(name, "")) for name in ("name", "way", "value", "best_time")),
    ]


def _cell(value: str) -> str:
    """A spreadsheet must not take what a family typed for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else value


def _private(path: Path, newline: str | None = None) -> Any:
    """A new file that nobody else may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8", newline=newline)
