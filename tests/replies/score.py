"""Prints how many typed replies are read and how many are silently misread, by kind and language: `make replies`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from brasle_prescreen.reading.by_kind import predicted  # noqa: E402
from tests.replies.cases import Case, own_cases, verdict, worked_cases  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", help="only this kind")
    parser.add_argument("--failures", action="store_true", help="list what is not read right")
    chosen = parser.parse_args(arguments)
    for title, cases in (("own cases", list(own_cases())), ("worked replies", list(worked_cases()))):
        report(title, [case for case in cases if chosen.kind in (None, case.kind)], failures=chosen.failures)
    return 0


def report(title: str, cases: list[Case], *, failures: bool) -> None:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case in cases:
        result = predicted(case.kind, case.text, question=case.question, on=case.as_of)
        what = verdict(case, result)
        for key in ((case.kind, case.lang), (case.kind, "all"), ("all", "all")):
            counts[key]["value"] += case.carries_a_value
            counts[key]["read"] += case.carries_a_value and what in ("read", "asked")
            counts[key]["all"] += 1
            counts[key]["silent"] += what == "silent"
            counts[key]["must missed"] += case.tier == "must" and what not in ("read", "asked")
        if failures and what not in ("read", "asked"):
            print(f"{what:7}{case.tier:7}{case.id} {case.lang:8}{case.text!r}: {result} expected {case.accepted}")
    print(f"\n{title}: {len(cases)}")
    print(f"{'kind':14}{'language':10}{'cases':>6}{'read %':>8}{'silent %':>10}{'must missed':>13}")
    for (kind, lang), count in sorted(counts.items(), key=lambda item: (item[0][0] == "all", item[0])):
        read = 100 * count["read"] / count["value"] if count["value"] else 100.0
        silent = 100 * count["silent"] / count["all"]
        print(f"{kind:14}{lang:10}{count['all']:6}{read:8.1f}{silent:10.1f}{count['must missed']:13}")


if __name__ == "__main__":
    sys.exit(main())
