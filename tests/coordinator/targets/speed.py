"""How long each page of the console takes at the server with ten thousand leads: `make console-speed`."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.coordinator.access import Page
from bot.store.records import LeadRecord
from bot.store.store import Store
from tests.coordinator.site import ConsoleSite, Stranger, open_site, wait_for
from tests.coordinator.targets.conftest import enter
from tests.coordinator.targets.ward import ADDRESSES, PAGES, SETTINGS, Ward, fill, told, who
from tests.coordinator.work.families import girl, talks

MANY = 10_000
MOST_SECONDS = 0.2
TRIES = 9
# Files are made in another thread, and take as long as they are.
POSTED = {"/search": {"search": "8000"}, "/leads/{code}/note": {"note": ""}, "/trail/check": {}}
FILES = {"/exports/queue": "csv", "/exports/queue-named": "xlsx", "/exports/screening-log": "xlsx"}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of one page: by the wall's clock, and the least by the processor's, which other programs do not touch."""

    address: str
    middle: float
    longest: float
    processor: float


async def many(site: ConsoleSite, ward: Ward, leads: int = MANY, *, packets: bool = True) -> list[str]:
    """So many leads, a tenth of them held by the ward's holder. Without `packets` they are made in a third of the time."""
    families = [one.lead() | ({} if packets else {"packet": {}}) for one in (told(), girl(), girl("en"))]

    given: set[str] = set()

    def free_code() -> str:
        """A thousand are given out at once, before any of them is stored."""
        code = next(code for code in iter(site.store.new_lead_code, "") if code not in given)
        given.add(code)
        return code

    async def one(number: int) -> str:
        lead = families[number % 3] | {
            "tier": ("likely", "needs_review", "not_now", "unlikely")[number % 4],
            "safety": number % 500 == 0,
            "asked_for_call": number % 7 == 0,
            "score": number % 101,
            "contact": {"name": f"family {number}", "way": "phone", "value": f"+86138{number:08}", "city": ""},
        }
        return await talks(site.store, LeadRecord(code=free_code(), child=1, **lead))

    codes: list[str] = []
    for start in range(0, leads, 1000):
        codes += await asyncio.gather(*(one(number) for number in range(start, min(start + 1000, leads))))
    holder = f"account:{ward.holder.id}"
    await asyncio.gather(*(site.store.desk.claim(code, holder) for code in codes[::10]))
    await site.store.desk.counting.anew()
    return codes


def measured(ward: Ward, tries: int = TRIES) -> Iterator[Measured]:
    """Every page that is read, and the forms that read."""
    for page in PAGES:
        somebody = enter(ward, who(page))
        if page.post:
            if page.path in POSTED:
                yield timed(somebody, ward.path(page), tries, POSTED[page.path])
            continue
        for address in ADDRESSES[page.path]:
            yield timed(somebody, "/coordinator" + address.format(**ward.codes, **ward.parts), tries)


def timed(somebody: Stranger, address: str, tries: int, form: dict[str, str] | None = None) -> Measured:
    walls, processors = [], []
    for _ in range(tries):
        wall, processor = time.perf_counter(), time.process_time()
        answer = somebody.get(address) if form is None else somebody.post(address, form)
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
        assert answer.status_code < 500, address
    return Measured(address, statistics.median(walls), max(walls), min(processors))


def files(ward: Ward) -> Iterator[Measured]:
    by_path: dict[str, Page] = {page.path: page for page in PAGES}
    for path, form in FILES.items():
        yield timed(enter(ward, who(by_path[path])), ward.path(path), 1, {"form": form})


def main(leads: int) -> int:
    stores: list[Store] = []
    with tempfile.TemporaryDirectory() as folder:
        site = open_site(Path(folder) / "data", stores.append, **SETTINGS)
        begun = time.perf_counter()
        ward = wait_for(fill(site, site.account("pi", "Zhou Yi", "en")))
        wait_for(many(site, ward, leads))
        print(f"{leads} leads made in {time.perf_counter() - begun:.0f} s")
        print(f"{'page':<55}{'p50 ms':>8}{'max ms':>8}{'CPU ms':>8}")
        slow = 0
        for one in measured(ward):
            is_slow = one.processor > MOST_SECONDS
            slow += is_slow
            times = "".join(f"{seconds * 1000:>8.0f}" for seconds in (one.middle, one.longest, one.processor))
            print(f"{one.address[:54]:<55}{times}{'  slow' if is_slow else ''}", flush=True)
        print("files, which are no pages:")
        for one in files(ward):
            print(f"{one.address[:54]:<55}{one.middle * 1000:>8.0f}")
        stores[0].close_now()
    print(f"{slow} pages take more than {MOST_SECONDS * 1000:.0f} ms")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
