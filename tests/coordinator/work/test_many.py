"""Ten thousand leads in the store: every page still answers at once."""

from __future__ import annotations

import asyncio
import time

from bot.store.records import LeadRecord
from tests.coordinator.site import Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import girl, hands_over, talks

MANY = 10_000
MOST_SECONDS = 0.2
TIERS = ("likely", "needs_review", "not_now", "unlikely")


async def fill(site: ConsoleSite, holder: str) -> list[str]:
    """Most with an empty packet, for the sake of the test's own time: the lists open none."""
    codes = [await hands_over(site.store) for _ in range(5)]

    async def small(number: int) -> str:
        return await talks(
            site.store,
            LeadRecord(
                code=site.store.new_lead_code(),
                child=1,
                language="zh_Hans",
                asked_for_call=number % 7 == 0,
                safety=number % 500 == 0,
                tier=TIERS[number % 4],
                score=number % 101,
                earliest_date=None,
                packet=girl().packet() if number % 1000 == 0 else {},
                contact={"name": f"family {number}", "way": "phone", "value": f"+86138{number:08}"},
            ),
        )

    for start in range(0, MANY, 1000):
        codes += await asyncio.gather(*(small(number) for number in range(start, start + 1000)))
    await asyncio.gather(*(site.store.desk.claim(code, holder) for code in codes[::10]))
    await site.store.desk.counting.anew()
    return codes


def test_every_page_is_made_in_less_than_200_ms(site: ConsoleSite) -> None:
    li = site.sign_in("pi", "Li Min")
    codes = wait_for(fill(site, f"account:{li.account.id}"))
    pages = [
        "",
        "/page/150",
        "?tier=likely&status=new",
        *(f"/view/{view}" for view in ("mine", "unclaimed", "overdue", "waiting", "resting", "closed")),
        f"/leads/{codes[0]}",
        "/recruiting",
        "/protocol",
        "/protocol/E13",
        "/figures",
        "/exports",
    ]
    slow = {path: seconds for path in pages if (seconds := fastest(li, path)) > MOST_SECONDS}
    assert slow == {}


def fastest(colleague: Colleague, path: str) -> float:
    """Of a few tries, by the processor's clock: other programs on this machine must not decide."""
    tries = []
    for _ in range(4):
        begun = time.process_time()
        response = colleague.get(f"/coordinator{path}")
        tries.append(time.process_time() - begun)
        assert response.status_code == 200, path
    return min(tries)
