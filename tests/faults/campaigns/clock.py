"""A clock that leaps by an hour or by ten years, servers in five time zones, leap days and ends of years: every window is
judged by Hangzhou's day, and the site and the families are told in time and once.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.flows.turn import Surroundings
from brasle_prescreen import load_protocol
from brasle_prescreen.judgement import Verdict
from brasle_prescreen.question import load_questions
from tests.faults.campaigns._engine import in_memory, quietly
from tests.faults.campaigns._plain_time import AHEAD, day_in_hangzhou, later
from tests.faults.campaigns._site import Site
from tests.faults.campaigns.outcome import Outcome

ZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati")
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
LEAPS = [sign * span for span in (HOUR, 8 * HOUR, DAY, 31 * DAY, YEAR, 10 * YEAR) for sign in (1, -1)]
TICK = timedelta(minutes=10)
BEGIN = datetime(2026, 11, 23, 1, tzinfo=UTC)
# Around these, in Hangzhou, a day can be taken for another.
EDGES = [
    datetime(year, month, day, tzinfo=UTC) - AHEAD
    for year in (2024, 2026, 2027, 2028)
    for month, day in ((1, 1), (2, 28), (3, 1), (5, 31), (8, 31), (12, 31))
] + [datetime(year, 2, 29, tzinfo=UTC) - AHEAD for year in (2024, 2028)]


class Window(NamedTuple):
    """A window of the protocol as the registry prints it, and the answers in which its event stands."""

    criterion: str
    part: str
    length: int
    unit: str
    answers: Any


WINDOWS = (
    Window("E2", "E2a", 3, "months", lambda day: {"dialysis": {"kind": "dialysis", "last": day}}),
    Window("E4", "E4b", 6, "months", lambda day: {"heart": {"infarction": day}}),
    Window("E6", "", 7, "days", lambda day: {"infection": {"systemic_treatment_last_day": day}}),
    Window("E7", "E7a", 3, "months", lambda day: {"transplant": {"date": day}}),
    Window("E3", "", 12, "months", lambda day: {"antiphospholipid": {"kind": "catastrophic", "last": day}}),
    Window("E12", "", 1, "months", lambda day: {"mas": {"status": "confirmed", "ended": day}}),
)


async def run(folder: Path, *, long: bool) -> Outcome:
    outcome = Outcome("decisions of windows")
    began = time.monotonic()
    outcome.count = 10_000
    wrong = await asyncio.to_thread(_windows, outcome.count)
    with quietly(), tempfile.TemporaryDirectory(dir=in_memory()) as quick:
        told = Counter[str]()
        for course in range(40 if long else 3):
            place = Path(quick) / str(course)
            told += await _course(place, random.Random(course), outcome)
    outcome.figures = {
        "wrong": len(wrong),
        "zones": len(ZONES),
        **told,
        "seconds": round(time.monotonic() - began, 1),
    }
    outcome.check(not wrong, f"every window is judged by Hangzhou's day: {wrong[:3]}")
    return outcome


def _windows(count: int) -> list[str]:
    protocol, questions = load_protocol(), load_questions()
    around = Surroundings(protocol, questions, BEGIN, (("en", "English"),))
    chance = random.Random(29)
    wrong = []
    for place, zone in enumerate(ZONES):
        with _server_in(zone):
            for _ in range(count // len(ZONES) + (place < count % len(ZONES))):
                now, window = _moment(chance), chance.choice(WINDOWS)
                there = datetime.fromtimestamp(now.timestamp(), ZoneInfo(zone))
                today = replace(around, now=there).today
                event = min(_near_the_edge(day_in_hangzhou(now), window, chance), day_in_hangzhou(now))
                found = protocol.criterion(window.criterion).judge(
                    protocol.reading.read(window.answers(event.isoformat()), today)
                )
                judged = next((part.judgement for part in found.parts if part.id == window.part), found)
                end = later(event, window.length, window.unit)
                fails = day_in_hangzhou(now) < end
                clears = judged.clears_on.earliest if judged.verdict is Verdict.FAIL and judged.clears_on else None
                if (judged.verdict is Verdict.FAIL) != fails or (fails and clears != end + DAY):
                    wrong.append(f"{window.criterion} {event} on {now} in {zone}: {judged.verdict}, clears {clears}")
    return wrong


def _moment(chance: random.Random) -> datetime:
    """Near a midnight of Hangzhou half of the time, and then a leap of the clock now and then."""
    if chance.random() < 0.5:
        moment = chance.choice(EDGES) + timedelta(seconds=chance.randint(-7200, 7200))
    else:
        moment = BEGIN + timedelta(seconds=chance.randint(-2 * 365 * 86_400, 4 * 365 * 86_400))
    return moment + chance.choice(LEAPS) if chance.random() < 0.3 else moment


def _near_the_edge(today: date, window: Window, chance: random.Random) -> date:
    """A day whose window is over about today."""
    back = window.length if window.unit == "days" else window.length * 30
    return today - timedelta(days=back + chance.randint(-5, 9))


@contextmanager
def _server_in(zone: str) -> Iterator[None]:
    """As on a machine that stands elsewhere."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


async def _course(folder: Path, chance: random.Random, outcome: Outcome) -> Counter[str]:
    """Some days of a site whose clock leaps and is set right again, with restarts; families come and wait."""
    site = Site(folder, BEGIN)
    reminded: Counter[str] = Counter()
    expected: set[tuple[str, str]] = set()
    remind_at: dict[str, datetime] = {}
    to_remind: set[str] = set()
    counted: Counter[str] = Counter()
    wrongly = timedelta()
    for _ in range(int(4 * DAY / TICK)):
        site.now += TICK
        if chance.random() < 0.03:
            site.now -= wrongly
            wrongly = chance.choice(LEAPS) if not wrongly else timedelta()
            site.now += wrongly
            counted["leaps"] += 1
        if chance.random() < 0.02:
            await site.begin_anew()
            counted["restarts"] += 1
        if chance.random() < 0.05 and len(site.waiting) < 25:
            remind_at[await site.lead(remind=True)] = site.now + DAY
        if site.waiting and chance.random() < 0.01:
            await site.called(chance.choice(sorted(site.waiting)))
        # Further ahead than anybody asks for: noted by a clock that was put back since.
        to_remind |= {code for code, at in remind_at.items() if at <= site.now or at > site.now + 3 * DAY}
        for reminder in await site.store.reminders_due(site.now):
            await site.store.reminder_done(reminder.person)
            reminded[reminder.person] += 1
        expected |= site.overdue()
        await site.look()
        late, early = expected - site.told.keys(), site.told.keys() - expected
        outcome.lost += len(late)
        outcome.check(not late, f"told too late of {sorted(late)[:2]} at {site.now}")
        outcome.check(not early, f"told too early of {sorted(early)[:2]} at {site.now}")
        outcome.check(len(reminded) == len(to_remind), f"reminders go out in time, at {site.now}")
    outcome.duplicated += sum(times - 1 for times in site.told.values())
    outcome.duplicated += sum(times - 1 for times in reminded.values())
    counted["escalations"] += sum(site.told.values())
    counted["reminders"] += sum(reminded.values())
    counted["leads"] += len(site.due) // 2
    await site.store.close()
    return counted
