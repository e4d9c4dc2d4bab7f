"""`python -m tests.faults.campaigns NAME [--long]`: run a campaign and print its line; ends with 1 if a promise broke."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import pkgutil
import sys
import tempfile
from pathlib import Path

import tests.faults.campaigns as room

NOT_CAMPAIGNS = ("__main__", "outcome")


def names() -> list[str]:
    """A campaign is a public module with `run`; what begins with an underscore is a part of one."""
    found = (module.name for module in pkgutil.iter_modules(room.__path__))
    return sorted(name for name in found if name not in NOT_CAMPAIGNS and not name.startswith("_"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaigns", description=__doc__)
    parser.add_argument("name", choices=[*names(), "all"])
    parser.add_argument("--long", action="store_true", help="the form for a night")
    asked = parser.parse_args()
    broken = 0
    for name in names() if asked.name == "all" else [asked.name]:
        campaign = importlib.import_module(f"{room.__name__}.{name}")
        with tempfile.TemporaryDirectory(prefix="brasle-campaign-") as folder:
            outcome = asyncio.run(campaign.run(Path(folder), long=asked.long))
        load = os.getloadavg()[0]
        print(f"{name}: {outcome.line()} (load of this machine {load:.1f} on {os.cpu_count()} processors)", flush=True)
        for promise in outcome.wrong:
            print(f"{name}: BROKEN {promise}", flush=True)
        broken += bool(outcome.wrong)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
