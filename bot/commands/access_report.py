"""`brasle-prescreen access-report --year Y`: the yearly audit of who read and changed what, from the trail."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.commands.argument import whole_number
from bot.commands.beside_server import with_store
from bot.commands.new_file import write_new
from bot.commands.operator import operator


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("access-report", help="who read and changed what in a year, from the trail")
    parser.add_argument("--year", type=whole_number(2000, 2999), required=True, help="a calendar year of the site")
    parser.add_argument("--to", type=Path, help="a new file; without it, on standard output")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    from bot.flows.turn import SITE_ZONE

    since, until = (datetime(year, 1, 1, tzinfo=SITE_ZONE).astimezone(UTC) for year in (args.year, args.year + 1))
    checked = await store.trail.check()
    report = await store.copies.access_report(since, until, operator())
    made = _as_json(report, checked, args.year) if args.json else _as_text(report, checked, args.year)
    if args.to is None:
        print(made, end="")
    elif await write_new(args.to, made.encode(), store, operator()):  # that it was made stands in the trail already
        return 1
    return 0 if checked.is_whole else 1


def _as_json(report: Any, checked: Any, year: int) -> str:
    whole = {
        "year": year,
        "trail_is_whole": checked.is_whole,
        "entries_of_the_trail": checked.entries,
        "restored": [one.backup for one in checked.restored],
        "accesses": [asdict(one) for one in report.accesses],
        "lead_readers": [asdict(one) for one in report.readers],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, default=str) + "\n"


def _as_text(report: Any, checked: Any, year: int) -> str:
    state = "whole" if checked.is_whole else f"NOT whole ({checked.found} faults: see 'brasle-prescreen audit verify')"
    lines = [
        f"# Access in {year}",
        "",
        f"From the trail of the console and of commands, which is {state}: {checked.entries} entries in all.",
        *(f"A backup of {one.backup} was put back on {one.at:%Y-%m-%d}." for one in checked.restored),
        "",
        "## Who did what",
        "",
        "| who | role | what | times | leads or accounts | first | last |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.name or one.who} | {one.role or '-'} | {one.action} | {one.times} | {one.subjects} "
        f"| {one.first:%Y-%m-%d} | {one.last:%Y-%m-%d} |"
        for one in report.accesses
    ]
    lines += ["", "## Who read which lead", "", "| lead | who | times | first | last |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.code} | {one.name or one.who} | {one.times} | {one.first:%Y-%m-%d} | {one.last:%Y-%m-%d} |"
        for one in report.readers
    ]
    return "\n".join(lines) + "\n"
