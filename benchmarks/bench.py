"""Ours beside the libraries people would use instead: interleaved rounds in one run, medians, a table, and a plot.

`make bench`. Peers are installed on demand into a folder of their own; without node, grammY is left out. Processor
time is told beside the clock: on a busy machine only the first can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).parent
PEERS = HERE.parent / ".tools" / "peers"
PACKAGES = ("aiogram==3.31.0", "aiogram-dialog==2.6.0", "python-telegram-bot==22.8", "matplotlib>=3.9")
GRAMMY = "grammy@1.46.0"
BASE = "aiogram documented"
PLOT = HERE.parent / "docs" / "pictures" / "bench.svg"


class Row(NamedTuple):
    """Medians over the rounds, in microseconds for one update; `ratio` is of processor time, taken round by round."""

    name: str
    clock: float
    processor: float
    ratio: float
    memory: int


def installed() -> tuple[Path, bool]:
    """The peers' Python, and whether there is a grammY."""
    python = PEERS / "venv" / "bin" / "python"
    if not python.exists():
        print("Installing the peers ...", file=sys.stderr)
        venv.create(PEERS / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    npm = shutil.which("npm")
    if npm and not (PEERS / "node_modules" / "grammy").exists():
        subprocess.run([npm, "install", "--silent", "--no-fund", "--prefix", PEERS, GRAMMY], check=True)
    return python, (PEERS / "node_modules" / "grammy").exists()


def scripts(python: Path, with_node: bool) -> dict[str, tuple[str, ...]]:
    """What is run in each round, and by what."""
    ours, peers = (sys.executable,), (str(python), "-W", "ignore")
    found: dict[str, tuple[str, ...]] = {
        "engine.py": ours,
        "telegram_path.py": ours,
        "peers/aiogram_idiom.py": peers,
        "peers/aiogram_dialog_idiom.py": peers,
        "peers/telegram_bot.py": peers,
    }
    return found | ({"peers/grammy.mjs": ("node",)} if with_node else {})


def measured(command: tuple[str, ...]) -> list[dict[str, Any]]:
    """What a script reports: a line of JSON for each thing that it measured."""
    environment = {**os.environ, "PEERS_NODE": str(PEERS)}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


def rows(rounds: list[dict[str, dict[str, Any]]]) -> list[Row]:
    """One row a name, the quickest first."""
    found = []
    for name in rounds[0]:
        seen = [one[name] for one in rounds]
        ratios = [one[BASE]["cpu_us"] / one[name]["cpu_us"] for one in rounds]
        found.append(
            Row(
                name=name,
                clock=median(one["seconds"] / one["updates"] * 1e6 for one in seen),
                processor=median(one["cpu_us"] for one in seen),
                ratio=median(ratios),
                memory=max(one["memory_mb"] for one in seen),
            )
        )
    return sorted(found, key=lambda row: row.processor)


def table(found: list[Row]) -> str:
    lines = [
        f"| for one update | µs by the clock | µs of processor | x {BASE} | MB |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {one.name} | {one.clock:,.0f} | {one.processor:,.0f} | {one.ratio:.1f} | {one.memory} |"
            for one in found
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--plot", type=Path, nargs="?", const=PLOT)
    asked = parser.parse_args()
    python, with_node = installed()
    rounds: list[dict[str, dict[str, Any]]] = []
    for number in range(asked.rounds):
        told: dict[str, dict[str, Any]] = {}
        for script, by in scripts(python, with_node).items():
            print(f"round {number + 1} of {asked.rounds}: {script}", file=sys.stderr, flush=True)
            told |= {one["name"]: one for one in measured((*by, str(HERE / script), str(asked.chats)))}
        rounds.append(told)
    found = rows(rounds)
    print(table(found))
    for one in measured((sys.executable, str(HERE / "assessment.py"))):
        print(f"\n{one['name']}: {one['cpu_us']} µs of processor", end="")
    print()
    if asked.plot:
        drawn = json.dumps([one._asdict() for one in found])
        subprocess.run([python, HERE / "plot.py", asked.plot], input=drawn, text=True, check=True)


if __name__ == "__main__":
    main()
