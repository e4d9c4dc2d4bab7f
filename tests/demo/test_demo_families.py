"""An empty demo is seeded with invented families, once; anything else is left alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from bot.app import App
from bot.demo.family_file import load_families
from bot.demo.seed import Demo, holds_invented, seed
from bot.settings import Settings
from bot.store.account_records import NewAccount
from bot.store.store import Store
from bot.wording import Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def demo_in(folder: Path) -> tuple[Demo, Store]:
    store = Store.open(folder)
    asyncio.run(store.staff.demo_link(NewAccount("Lin", "coordinator", "en"), datetime.now(UTC) + timedelta(days=1)))
    me = asyncio.run(store.staff.named("Lin"))
    assert me is not None
    return Demo(folder, load_protocol(), load_questions(), Wording.load(), me.id, "zh_Hans"), store


def test_the_queue_is_alive_and_seeded_once(tmp_path: Path) -> None:
    demo, store = demo_in(tmp_path)
    handed_over = sum(not one.leaves_at for one in load_families().family)
    made = seed(demo, NOW, Event())
    rows = asyncio.run(store.desk.queue(ended=True))
    # Two carers of one child are one row.
    assert made == len(rows) == handed_over - 1
    assert seed(demo, NOW, Event()) == 0
    assert len(asyncio.run(store.desk.queue(ended=True))) == made
    assert {row.tier for row in rows} == {"likely", "needs_review", "not_now", "unlikely"}
    assert {row.language for row in rows} == {"zh_Hans", "en"}
    statuses = Counter(row.work.status.value for row in rows)
    assert statuses["new"] >= 5
    assert {"claimed", "unreachable", "records_requested", "pi_review", "visit_booked", "closed"} <= set(statuses)
    assert any(row.work.holder == f"account:{demo.me}" for row in rows)
    assert any(row.work.snoozed_until for row in rows)
    assert sum(row.safety for row in rows) == 1
    for row in rows:
        lead = asyncio.run(store.lead(row.code))
        assert lead is not None
        assert any(mark in lead.contact["name"] for mark in ("invented", "\u865a\u6784"))
    store.close_now()


def test_a_store_that_holds_a_lead_is_left_alone(tmp_path: Path) -> None:
    demo, store = demo_in(tmp_path)
    stop = Event()
    seed(demo, NOW, stop)
    [first, *_] = asyncio.run(store.desk.queue())
    lead = asyncio.run(store.lead(first.code))
    assert lead is not None
    assert lead.person is not None
    asyncio.run(store.erase(lead.person))
    assert asyncio.run(holds_invented(store))
    before = len(asyncio.run(store.desk.queue(ended=True)))
    assert seed(demo, NOW, stop) == 0
    assert len(asyncio.run(store.desk.queue(ended=True))) == before
    store.close_now()


@pytest.mark.parametrize(
    ("settings", "is_seeded"), [({}, True), ({"demo": False}, False), ({"notify": "json://x"}, False)]
)
async def test_only_a_demo_that_tells_nobody_is_seeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], is_seeded: bool
) -> None:
    seeded = []
    monkeypatch.setattr("bot.demo.seed.seed", lambda demo, now, stop: seeded.append(demo.me))
    app = App(Settings(_env_file=None, data=tmp_path, port=0))
    await app.demo_link("http://localhost")
    app.settings = app.settings.model_copy(update=settings)
    await app._invent_families()
    assert bool(seeded) is is_seeded
    await app.store.close()
