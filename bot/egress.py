"""Nothing leaves this machine but to the listed hosts: every connection of this process, a library's too, is asked.

Python tells an audit hook of each name that is looked up and each connection before it is made; raising there ends it.
A hook cannot be taken away again, so a library cannot undo it either.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Sequence
from typing import Any

from bot.log import logger
from bot.plain_words import PlainWords

log = logger(__name__)

CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKS_UP = ("socket.gethostbyname", "socket.gethostbyaddr")


class LeavesHome(PlainWords, PermissionError):
    """A connection to a host that is not listed. Says only the name or address of the host."""


def is_this_machine(host: str) -> bool:
    """Whether a name or address stands for this very machine."""
    name = host.strip("[]").rstrip(".").casefold()
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Border:
    """Which hosts may be reached. The addresses of a listed name are learnt when it is looked up."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = frozenset(host.strip("[]").rstrip(".").casefold() for host in hosts)
        self._addresses: set[str] = set()
        self._told: set[str] = set()

    def name(self, host: object) -> None:
        """A look-up; LeavesHome if the name is not listed."""
        text = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host or "")
        if not self.listed(text):
            self._refuse(text)

    def address(self, address: object) -> None:
        """A connection; LeavesHome if it goes neither to this machine nor to a listed host."""
        if not isinstance(address, tuple) or not address:
            return  # a Unix socket: this machine
        host = str(address[0])
        if not self.listed(host) and host not in self._addresses:
            self._refuse(host)

    def listed(self, host: str) -> bool:
        return is_this_machine(host) or host.strip("[]").rstrip(".").casefold() in self._hosts

    def learn(self, found: Sequence[tuple[Any, ...]]) -> None:
        self._addresses.update(str(one[4][0]) for one in found)

    def _refuse(self, host: str) -> None:
        if host not in self._told and len(self._told) < 1000:
            self._told.add(host)
            # Said without the host: it may come from a setting that holds a password beside it.
            log.error("A connection was refused: with BRASLE_RESIDENCY only BRASLE_MAY_REACH is reached.")
        raise LeavesHome(f"the host {host} is not among BRASLE_MAY_REACH")


def keep_home(hosts: Sequence[str]) -> Border:
    """From now on, and for good, this process reaches this machine and `hosts` only."""
    border = Border(hosts)
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        border.name(host)
        found = look_up(host, *args, **kwargs)
        border.learn(found)
        return found

    socket.getaddrinfo = getaddrinfo

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event in CONNECTS:
            if args[1] is not None:
                border.address(args[1])
        elif event == "socket.getaddrinfo" or event in LOOKS_UP:
            border.name(args[0])

    sys.addaudithook(watch)
    return border
