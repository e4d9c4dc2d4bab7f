"""Judging all criteria with reasons, and following one changed answer, over the same families as the peer.

`python assessment.py [families] [rounds]`.
"""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from statistics import median

import workload as work
from families import Family, families

from brasle_prescreen import load_protocol, screen
from brasle_prescreen.changed_answer import change
from brasle_prescreen.screening import screen_facts

PROTOCOL = load_protocol()


def run(count: int, rounds: int) -> None:
    everybody = families(count)
    gc.collect()
    gc.freeze()
    warming, judging, whole = work.Watch(), work.Watch(), work.Watch()
    for number in range(rounds + 1):  # the first one only warms up
        with (judging if number else warming).running():
            for family in everybody:
                screen_facts(PROTOCOL, family.standing.facts)
        with (whole if number else warming).running():
            for family in everybody:
                screen(PROTOCOL, family.answers, family.on)
    work.report("ours: from the facts", rounds * len(everybody), judging)
    work.report("ours: from what was told", rounds * len(everybody), whole)
    again, each = changed(everybody, rounds)
    work.report(
        "ours: one changed answer",
        rounds * sum(len(family.answers) for family in everybody),
        again,
        median_us=round(median(each.values()), 1),
        worst_us=round(max(each.values()), 1),
    )
    print("costliest:", sorted(((round(us, 1), key) for key, us in each.items()), reverse=True)[:5], file=sys.stderr)


def changed(everybody: list[Family], rounds: int) -> tuple[work.Watch, dict[str, float]]:
    """Every answer of every family told once more: altogether, and by question in microseconds of processor."""
    by_key = defaultdict(list)
    for family in everybody:
        for key, value in family.answers.items():
            by_key[key].append((family.standing, {key: value}))
    again, each = work.Watch(), {}
    for key, changes in by_key.items():
        one = work.Watch()
        for _ in range(rounds):
            with again.running(), one.running():
                for before, change_of_one in changes:
                    change(PROTOCOL, before, change_of_one)
        each[key] = one.processor / len(changes) / rounds * 1e6
    return again, each


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:]]
    run(numbers[0] if numbers else 500, numbers[1] if len(numbers) > 1 else 5)
