"""Judging all criteria with reasons, and following one changed answer, over the domain tests' example families."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import workload as work

from brasle_prescreen import AnswerError, load_protocol, screen
from brasle_prescreen.changed_answer import Standing, change, stand

EXAMPLES = Path(__file__).parent.parent / "tests" / "domain" / "examples.jsonl"
PROTOCOL = load_protocol()


def families() -> list[tuple[dict[str, Any], date, Standing]]:
    """Those whose answers can be taken."""
    found = []
    for line in EXAMPLES.read_text("utf-8").splitlines():
        told = json.loads(line)
        on = date.fromisoformat(told["as_of"])
        try:
            found.append((told["answers"], on, stand(PROTOCOL, told["answers"], on)))
        except AnswerError:
            continue
    return found


def run(rounds: int) -> None:
    everybody = families()
    whole, again = work.Watch(), work.Watch()
    changes = [(before, {key: value}) for told, _, before in everybody for key, value in told.items()]
    for _ in range(rounds):
        with whole.running():
            for told, on, _ in everybody:
                screen(PROTOCOL, told, on)
        with again.running():
            for before, changed in changes:
                change(PROTOCOL, before, changed)
    work.report("ours: assessment with reasons", rounds * len(everybody), whole)
    work.report("ours: after one changed answer", rounds * len(changes), again)


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
