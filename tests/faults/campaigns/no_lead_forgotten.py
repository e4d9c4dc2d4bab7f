"""Leads that come at all hours, over the National Day and the New Year, some called and some not, with restarts: of each
that is overdue the second person hears once and the principal investigator once, within a minute.
"""

from __future__ import annotations

import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.campaigns._engine import in_memory, quietly
from tests.faults.campaigns._site import LEVELS, Site
from tests.faults.campaigns.outcome import Outcome

BEGIN = datetime(2026, 9, 21, 0, 0, tzinfo=UTC)
LOOK_EVERY = timedelta(seconds=30)
WITHIN = timedelta(seconds=60)
BEFORE = timedelta(seconds=1)


async def run(folder: Path, *, long: bool) -> Outcome:
    with quietly(), tempfile.TemporaryDirectory(dir=in_memory()) as quick:
        return await _run(Path(quick), *((10_000, 25, 120) if long else (240, 8, 120)))


async def _run(folder: Path, count: int, together: int, days: int) -> Outcome:
    """`together` families hand over in the same minute, `count` in all, over so many days."""
    outcome = Outcome("leads", count=count)
    began, chance, site = time.monotonic(), random.Random(10), Site(folder, BEGIN)
    begins = sorted(
        BEGIN + timedelta(minutes=chance.randrange(days * 24 * 60)) for _ in range((count + together - 1) // together)
    )
    expected: set[tuple[str, str]] = set()
    restarts = acts = late = early = 0
    while begins or site.waiting:
        dues = {site.due[code, level] for code in site.waiting for level in LEVELS if (code, level) not in site.told}
        coming = min([*dues, *begins[:1]])
        if begins and begins[0] == coming:
            site.now = begins.pop(0)
            for _ in range(min(together, count - len(site.due) // len(LEVELS))):
                await site.lead()
            continue
        site.now = coming - BEFORE
        await site.look()
        early += len(site.told.keys() - expected)
        for code in chance.sample(sorted(site.waiting), min(len(site.waiting), chance.randrange(3))):
            await site.called(code)
            acts += 1
        if chance.random() < 0.1:
            await site.begin_anew()
            restarts += 1
        site.now = coming + LOOK_EVERY * chance.random()  # the look after the moment
        expected |= site.overdue()
        await site.look()
        late += len(expected - site.told.keys())
        for code in [code for code in site.waiting if all((code, level) in site.told for level in LEVELS)]:
            site.done_with(code)
    await site.store.close()
    late += sum(site.first[one] > site.due[one] + WITHIN for one in site.told)
    outcome.lost = late
    outcome.duplicated = sum(times - 1 for times in site.told.values())
    outcome.worst = max((site.first[one] - site.due[one]).total_seconds() for one in site.told)
    outcome.figures = {
        "told to the second person": sum(level == "second_person" for _, level in site.told),
        "told to the investigator": sum(level == "pi" for _, level in site.told),
        "called in time": acts,
        "restarts": restarts,
        "too early": early,
        "days": days,
        "seconds": round(time.monotonic() - began, 1),
    }
    outcome.check(late == 0, "nobody is forgotten, or told of later than a minute")
    outcome.check(early == 0, "nobody is told too early")
    outcome.check(site.told.keys() == expected, "who is told is who must be")
    return outcome
