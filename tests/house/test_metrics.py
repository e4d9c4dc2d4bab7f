"""Numbers for those who watch the machine: right, on the loopback alone, and without anybody in them."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.metrics import Metrics
from bot.store.backlog import Backlog
from bot.store.records import RawUpdate
from bot.store.store import Store


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics("0.1.0")
    yield made
    made.close()


def scraped(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
        return text


def test_turns_and_backlogs_are_told(metrics: Metrics) -> None:
    port = metrics.serve(0)
    metrics.took("browser", 0.02)
    metrics.waiting(Backlog(3, 1, {"telegram": 5}, {"telegram": 2}, {"new": 4}))
    text = scraped(port)
    for line in (
        'brasle_turn_seconds_count{channel="browser"} 1.0',
        'brasle_turn_seconds_bucket{channel="browser",le="0.025"} 1.0',
        "brasle_updates_waiting 3.0",
        "brasle_updates_quarantined 1.0",
        'brasle_messages_waiting{channel="telegram"} 5.0',
        'brasle_messages_given_up{channel="telegram"} 2.0',
        'brasle_leads{status="new"} 4.0',
        'brasle_info{version="0.1.0"} 1.0',
        "process_resident_memory_bytes",
    ):
        assert line in text


def test_what_is_gone_is_not_told_any_more(metrics: Metrics) -> None:
    port = metrics.serve(0)
    metrics.waiting(Backlog(0, 0, {"telegram": 5}, {}, {"new": 4}))
    metrics.waiting(Backlog(0, 0, {}, {}, {"closed": 4}))
    text = scraped(port)
    assert 'channel="telegram"' not in text
    assert 'status="new"' not in text


async def test_the_numbers_are_those_of_the_store(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    await store.keep_updates([RawUpdate(number, "77", '{"text": "canary"}') for number in (1, 2)])
    [first, _] = await store.pending(10)
    await store.quarantine(first.id, "ValueError at place.py:1")
    assert await store.backlog() == Backlog(1, 1, {}, {}, {})
    await store.close()
