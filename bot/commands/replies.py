"""`brasle-prescreen replies`: how well typed replies are read, by kind and language, on the project's own cases."""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bot.reply_cases import Case, own_cases, verdict, worked_cases

FOLDER = Path("tests/replies")
# An interval that holds the right days and more misleads nobody: it is neither read nor silent.
RIGHT = ("read", "asked")


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "replies",
        help="measure how well typed replies are read, on the project's own cases",
        description="read %: replies with a value that were read right. silent %: a wrong value, without asking back.",
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the cases stand (default: %(default)s)")
    parser.add_argument("--kind", help="only this kind, such as when or drugs")
    parser.add_argument("--failures", action="store_true", help="list every reply that was not read right")


def run(args: argparse.Namespace) -> int:
    if not args.folder.is_dir():
        print(f"There is no folder {args.folder}: run this in a checkout, or give --folder.", file=sys.stderr)
        return 2
    own, worked = list(own_cases(args.folder)), list(worked_cases(args.folder))
    kinds = sorted({case.kind for case in (*own, *worked)})
    if args.kind not in (None, *kinds):
        print(f"There is no kind {args.kind!r}. There are: {', '.join(kinds)}.", file=sys.stderr)
        return 2
    for title, cases in (("own cases", own), ("worked replies", worked)):
        chosen = [case for case in cases if args.kind in (None, case.kind)]
        _report(title, chosen, failures=args.failures)
    return 0


def measure(cases: list[Case], *, failures: bool = False) -> dict[tuple[str, str], Counter[str]]:
    """Counts by kind and language ("all" for the whole of either): value, read, all, silent, must missed."""
    from brasle_prescreen.reading.by_kind import predicted

    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case in cases:
        result = predicted(case.kind, case.text, question=case.question, on=case.as_of)
        what = verdict(case, result)
        for key in ((case.kind, case.lang), (case.kind, "all"), ("all", "all")):
            counts[key]["value"] += case.carries_a_value
            counts[key]["read"] += case.carries_a_value and what in RIGHT
            counts[key]["all"] += 1
            counts[key]["silent"] += what == "silent"
            counts[key]["must missed"] += case.tier == "must" and what not in RIGHT
        if failures and what not in RIGHT:
            print(f"{what:7}{case.tier:7}{case.id} {case.lang:8}{case.text!r}: {result}, expected {case.accepted}")
    return counts


def _report(title: str, cases: list[Case], *, failures: bool) -> None:
    counts = measure(cases, failures=failures)
    print(f"\n{title}: {len(cases)}")
    print(f"{'kind':14}{'language':10}{'cases':>6}{'read %':>8}{'silent %':>10}{'must missed':>13}")
    for (kind, lang), count in sorted(counts.items(), key=lambda item: (item[0][0] == "all", item[0])):
        read = 100 * count["read"] / count["value"] if count["value"] else 100.0
        silent = 100 * count["silent"] / count["all"]
        print(f"{kind:14}{lang:10}{count['all']:6}{read:8.1f}{silent:10.1f}{count['must missed']:13}")
