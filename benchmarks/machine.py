"""Where the benchmarks run: the peers, installed on demand into a folder of their own, and this computer in words."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
PEERS = HERE.parent / ".tools" / "peers"
PACKAGES = ("aiogram==3.31.0", "aiogram-dialog==2.6.0", "python-telegram-bot==22.8", "matplotlib>=3.9")
MODULES = ("grammy@1.46.0", "cql-execution@3.3.2")


class Script(NamedTuple):
    """One program of a round; `by` is "ours", "peers" (their Python) or "node"."""

    file: str
    by: str
    arguments: tuple[str, ...] = ()


class Machine(NamedTuple):
    """The Python of the peers, whether there is a Node with its own, and a folder for what a run needs."""

    python: Path
    with_node: bool
    folder: Path
    small: bool  # only to see that every row works

    def can(self, script: Script) -> bool:
        return script.by != "node" or self.with_node

    def run(self, script: Script) -> list[dict[str, Any]]:
        """What a script reports: a line of JSON for each thing that it measured."""
        by: dict[str, tuple[str, ...]] = {
            "ours": (sys.executable,),
            "peers": (str(self.python), "-W", "ignore"),
            "node": ("node",),
        }
        command = (*by[script.by], str(HERE / script.file), *script.arguments)
        environment = {**os.environ, "PEERS_NODE": str(PEERS), "PEERS_PYTHON": str(self.python)}
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if ended.returncode:
            raise SystemExit(f"{script.file} {' '.join(script.arguments)} failed:\n{ended.stderr[-4000:]}")
        return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]


def installed(folder: Path, *, small: bool) -> Machine:
    """The machine with its peers, which are fetched the first time."""
    python = PEERS / "venv" / "bin" / "python"
    if not python.exists():
        print("Installing the peers ...", file=sys.stderr)
        venv.create(PEERS / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    npm = shutil.which("npm")
    missing = [one for one in MODULES if not (PEERS / "node_modules" / one.partition("@")[0]).exists()]
    if npm and missing:
        subprocess.run([npm, "install", "--silent", "--no-fund", "--prefix", PEERS, *MODULES], check=True)
    return Machine(python, bool(npm), folder, small)


def in_words() -> str:
    """The processor, how many of it, the memory and the system."""
    name = platform.processor() or platform.machine()
    cpu, memory = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpu.exists():
        models = [line.partition(":")[2].strip() for line in cpu.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    size = f", {int(memory.read_text().split()[1]) / 2**20:.0f} GiB" if memory.exists() else ""
    python = platform.python_version()
    return f"{os.cpu_count()} x {name}{size}, {platform.system()} {platform.release()}, Python {python}"
