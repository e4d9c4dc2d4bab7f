"""By which version of the protocol a lead is judged: that of its interview, or a newer one that somebody has asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from brasle_prescreen.protocol import Protocol
from brasle_prescreen.question import load_questions
from brasle_prescreen.versions import Protocols, Version


def version_of(protocols: Protocols, packet: Mapping[str, Any], asked: str, on: date) -> Version:
    """The later of the packet's version and the one asked for (""); a packet without one is of the first."""
    told = packet.get("protocol")
    own = str(told.get("version", "")) if isinstance(told, Mapping) else ""
    return later_of(protocols, own, asked, on)


def later_of(protocols: Protocols, own: str, asked: str, on: date) -> Version:
    """The same for two numbers; either may be ""."""
    found = [protocols.find(own, on)]
    if asked:
        found.append(protocols.find(asked, on))
    return max(found, key=protocols.versions.index)


def as_protocols(given: Protocol | Protocols) -> Protocols:
    """One version alone, as all versions that there are."""
    return Protocols.alone(given, load_questions()) if isinstance(given, Protocol) else given
