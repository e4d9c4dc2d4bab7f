"""A real store with families in it, and two coordinators."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store.records import Committed
from bot.store.store import Store
from tests.store.conftest import Clock, Family, clock, folder, lead_record, open_store, store

__all__ = ["clock", "folder", "open_store", "store"]

LI, WANG = "account:LI11-2222", "account:WANG-3333"


class Hospital:
    """Families hand over, coordinators work."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.desk = store.desk
        self.families = 0

    async def lead(self, **more: Any) -> str:
        """A family hands over; gives the reference number."""
        _, code = await self.handed_over(**more)
        return code

    async def handed_over(self, **more: Any) -> tuple[Family, str]:
        self.families += 1
        family = Family(self.store, f"{self.families:04}")
        committed: Committed = await family.says(lead=lead_record(self.store, **more))
        assert committed.lead_code is not None
        return family, committed.lead_code

    async def claimed(self, by: str = LI, **more: Any) -> str:
        code = await self.lead(**more)
        await self.desk.claim(code, by)
        return code


@pytest.fixture
def hospital(store: Store, clock: Clock) -> Hospital:
    return Hospital(store, clock)
