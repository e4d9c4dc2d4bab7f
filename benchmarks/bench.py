"""Ours beside the libraries people would use instead: interleaved rounds in one run, medians, targets, and a plot.

`make bench`; `make bench-scale` adds what takes minutes. Peers are installed on demand into a folder of their own;
without node, grammY and cql-execution are left out. Processor time is told beside the clock: on a busy machine only
the first can be compared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from machine import HERE, Machine, in_words, installed
from table import Samples, Table, of, samples, shown
from tables import QUICK, SLOW

DOCS = HERE.parent / "docs"
PLOT = DOCS / "pictures" / "bench.svg"
PAGE = DOCS / "speed.md"


def measured(machine: Machine, table: Table, rounds: int) -> Samples:
    """All programs of a table, one after the other, and that as often as there are rounds."""
    told = []
    for number in range(rounds):
        reported = []
        for script in filter(machine.can, table.scripts):
            words = " ".join((script.file, *script.arguments))
            print(f"{table.title}, round {number + 1} of {rounds}: {words}", file=sys.stderr, flush=True)
            reported += machine.run(script)
        told.append(reported)
    return samples(told, table.base, table.compared)


def draw(machine: Machine, found: Samples) -> None:
    """The picture of the first table, by the Python that has matplotlib."""
    names = sorted(found, key=lambda name: of(found, name, "cpu_us"))
    rows = json.dumps([{"name": name, "processor": of(found, name, "cpu_us")} for name in names])
    subprocess.run([machine.python, HERE / "plot.py", PLOT], input=rows, text=True, check=True)


def page(rounds: int, tables: list[str]) -> str:
    head = f"""# Speed

<!-- Written by `make bench-scale`. Do not edit. -->

Measured on {datetime.now(UTC):%Y-%m-%d} with {in_words()}.

Medians of interleaved rounds ({rounds} of them; one where a row takes minutes), with the least and the most in brackets.
Telegram itself takes some 30 messages a second from a bot: speed beyond that buys short waits for families, small
machines, and outages that are caught up with quickly.
"""
    return "\n".join([head, *tables, "![An update](pictures/bench.svg)\n"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", action="store_true", help="also what takes minutes: a million conversations")
    parser.add_argument("--only", choices=[*QUICK, *SLOW], action="append", help="this table (may be repeated)")
    parser.add_argument("--small", action="store_true", help="only to see that every row works")
    parser.add_argument("--plot", action="store_true", help="write the picture and the page into docs/")
    asked = parser.parse_args()
    chosen = [name for name in (*QUICK, *(SLOW if asked.scale else ())) if not asked.only]
    with tempfile.TemporaryDirectory() as folder:
        machine = installed(Path(folder), small=asked.small)
        texts = []
        for name in asked.only or chosen:
            table = {**QUICK, **SLOW}[name](machine)
            found = measured(machine, table, table.rounds or asked.rounds)
            texts.append(shown(table, found))
            print(texts[-1], flush=True)
            if asked.plot and name == "conversation":
                draw(machine, found)
    if asked.plot:
        PAGE.write_text(page(asked.rounds, texts), "utf-8")


if __name__ == "__main__":
    main()
