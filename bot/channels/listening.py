"""The address at which the server answers: taken before anything else starts, or refused in words."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from bot.plain_words import PlainWords

_REMEDIES = {
    errno.EADDRINUSE: "another program uses it. Stop that one, or choose another port with {setting}",
    errno.EACCES: "a port below 1024 is for the system's own account. Choose another with {setting}, "
    "and let the proxy answer at this one",
    errno.EADDRNOTAVAIL: "this machine has no such address. Set BRASLE_HOST to 127.0.0.1 with a proxy on this "
    "machine, or to one of the machine's own addresses",
}


class NoAddress(PlainWords):
    """The server cannot listen there; the text says why, and what to do."""


def listen(host: str, port: int, setting: str = "--port or BRASLE_PORT") -> list[socket.socket]:
    """A listening socket for each address of this host (a name may have two); NoAddress. `setting` chooses the port."""
    where = f"{host or 'every address'}, port {port}"
    if not 0 <= port <= 65535:
        raise NoAddress(f"The server cannot listen at {where}: a port is a number from 1 to 65535.")
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise NoAddress(
            f"The server cannot listen at {where}: no address is known by this name. Set BRASLE_HOST to 127.0.0.1 "
            "with a proxy on this machine, or to one of the machine's own addresses."
        ) from None
    with ExitStack() as taken:
        sockets = []
        for family, address in dict.fromkeys((one[0], one[4][:2]) for one in found):
            try:
                sockets.append(taken.enter_context(socket.create_server(address, family=family)))
            except OSError as error:
                why = _REMEDIES.get(error.errno or 0, error.strerror or "it is refused")
                raise NoAddress(f"The server cannot listen at {where}: {why.format(setting=setting)}.") from None
        taken.pop_all()
    return sockets
