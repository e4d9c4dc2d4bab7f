"""`brasle-prescreen evidence --out DIR`: rule, requirement, tests, last result and version, in English and Chinese."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("evidence", help="rule, requirement, tests and their last result, in one folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument("--results", type=Path, help="another file of results (default: that of the last 'make test')")


def run(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from bot.evidence.asvs import load_asvs
    from bot.evidence.folder import gather, write_folder
    from bot.evidence.requirement import load_requirements
    from bot.evidence.results import RESULTS, hash_of_sources, read_results

    try:
        results = read_results(args.results or ROOT / RESULTS)
        evidence = gather(
            load_requirements(),
            load_asvs(),
            results,
            sources=hash_of_sources(ROOT),
            version=version(ROOT),
            made=datetime.now(UTC),
        )
        files = write_folder(evidence, args.out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{args.out}: {error.strerror}.", file=sys.stderr)
        return 2
    for name in files:
        print(args.out / name)
    counts = evidence.counts
    print(
        f"{len(evidence.rows)} requirements: {counts['passed']} green, {counts['failed']} failed, "
        f"{counts['skipped']} skipped, {counts['none']} without a result. Version {evidence.version}."
    )
    if evidence.warning:
        print(evidence.words[evidence.warning][0], file=sys.stderr)
    return 0 if counts["passed"] == len(evidence.rows) and not evidence.warning else 1


def version(root: Path) -> str:
    """The commit where there is one, otherwise the package's version."""
    from importlib.metadata import version as of_package

    number = of_package("brasle-prescreen")
    if not (root / ".git").exists():
        return number
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--tags"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return number
    commit = done.stdout.strip()
    return f"{number} ({commit})" if done.returncode == 0 and commit else number
