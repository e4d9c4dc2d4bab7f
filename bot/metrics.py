"""Numbers about the machine for Prometheus, on a port of the loopback alone. No label can hold anything personal:
channels, outcomes and statuses are words of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info, start_http_server
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from bot.store.backlog import Backlog

LOOPBACK = "127.0.0.1"
# Seconds of a turn, from the message to its commit. What a family waits for begins to be felt at half a second.
TURN_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """`took` is called after every turn, `waiting` now and then; `serve` answers GET /metrics."""

    def __init__(self, version: str) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        Info("brasle", "The program that is running.", registry=registry).info({"version": version})
        self._turns = Histogram(
            "brasle_turn_seconds",
            "From a family's message to its committed turn.",
            ["channel"],
            buckets=TURN_SECONDS,
            registry=registry,
        )
        self._updates = Gauge("brasle_updates_waiting", "Stored updates not yet handled.", registry=registry)
        self._quarantined = Gauge("brasle_updates_quarantined", "Updates set aside for a person.", registry=registry)
        self._messages = Gauge("brasle_messages_waiting", "Messages to be sent.", ["channel"], registry=registry)
        self._given_up = Gauge("brasle_messages_given_up", "Messages nobody took.", ["channel"], registry=registry)
        self._turned_away = Gauge(
            "brasle_messages_turned_away",
            "By the flood limits, since the start.",
            ["channel", "why"],
            registry=registry,
        )
        self._leads = Gauge("brasle_leads", "Leads by status.", ["status"], registry=registry)
        self._server: WSGIServer | None = None

    def took(self, channel: str, seconds: float) -> None:
        self._turns.labels(channel).observe(seconds)

    def waiting(self, backlog: Backlog) -> None:
        self._updates.set(backlog.updates)
        self._quarantined.set(backlog.quarantined)
        _set(self._messages, backlog.messages)
        _set(self._given_up, backlog.given_up)
        _set(self._leads, backlog.leads)

    def turned_away(self, channel: str, numbers: Mapping[str, int]) -> None:
        for why, number in numbers.items():
            self._turned_away.labels(channel, why).set(number)

    def serve(self, port: int) -> int:
        """Answer from a thread of its own; gives the port. OSError if it is taken."""
        self._server, _ = start_http_server(port, LOOPBACK, self._registry)
        return self._server.server_port

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def _set(gauge: Gauge, numbers: Mapping[str, int]) -> None:
    gauge.clear()
    for label, number in numbers.items():
        gauge.labels(label).set(number)
