"""A store in a folder of its own, a clock that tests set, and short ways to say a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store.records import Commit, Committed, LeadRecord
from bot.store.store import Store


@dataclass
class Clock:
    """Stands still until it is told to go on."""

    now: datetime = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@dataclass
class Family:
    """One chat that talks with the store: each turn loads, says something and commits."""

    store: Store
    address: str
    channel: str = "telegram"
    said: int = field(default=0)

    async def says(self, dialogue: str | None = None, **more: Any) -> Committed:
        person = await self.store.load(self.channel, self.address)
        self.said += 1
        given: dict[str, Any] = {
            "person": person.id if person else None,
            "channel": self.channel,
            "address": self.address,
            "revision": person.revision if person else 0,
            "dialogue": f'{{"said":{self.said}}}' if dialogue is None else dialogue,
            "incoming": (self.channel, f"{self.address}:{self.said}"),
        }
        return await self.store.commit(Commit(**(given | more)))

    async def person(self) -> str:
        person = await self.store.load(self.channel, self.address)
        assert person is not None
        return person.id


def lead_record(store: Store, **more: Any) -> LeadRecord:
    given: dict[str, Any] = {
        "code": store.new_lead_code(),
        "child": 1,
        "language": "zh",
        "asked_for_call": False,
        "safety": False,
        "tier": "likely",
        "score": 80,
        "earliest_date": None,
        "packet": {"why": "all points met"},
        "contact": {"phone": "+8613800000000"},
    }
    return LeadRecord(**(given | more))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def open_store(folder: Path, clock: Clock) -> Iterator[Callable[..., Store]]:
    """Open the folder, as often as wanted; everything is closed at the end."""
    opened: list[Store] = []

    def open_it(**more: Any) -> Store:
        opened.append(Store.open(folder, clock=clock, **more))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close_now()


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    return open_store()


@pytest.fixture
def family(store: Store) -> Family:
    return Family(store, "1001")
