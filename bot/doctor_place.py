"""Whether data folder, master key, address and ports are such that a server can start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.doctor_problem import Problem
from bot.secret_files import secret

if TYPE_CHECKING:
    from bot.settings import Settings


def data_folder(settings: Settings) -> Iterator[Problem]:
    """The folder can be written, or made."""
    folder = nearest = settings.data.absolute()
    while not os.path.lexists(nearest) and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        yield Problem(
            "BRASLE_DATA", f"{nearest} is not a folder.", "Name a folder on a disk of this machine.", stops=True
        )
    elif not os.access(nearest, os.W_OK | os.X_OK):
        if nearest == folder:
            wrong = "names a folder that cannot be written."
            yield Problem("BRASLE_DATA", wrong, "Check its owner and rights.", stops=True)
        else:
            remedy = f"Make it, owned by the account of the server, or let that one write in {nearest}."
            yield Problem("BRASLE_DATA", f"{folder} is not there and cannot be made.", remedy, stops=True)


def master_key(settings: Settings) -> Iterator[Problem]:
    """It can be read where there is something to open, or somebody has set it."""
    from bot.store.errors import MasterKeyError
    from bot.store.keyring import FILE_NAME as KEYS
    from bot.store.master_key import VARIABLE, read_master_key

    try:
        if secret(VARIABLE) or (settings.data / KEYS).exists():
            read_master_key(settings.data, may_create=False)
    except MasterKeyError as error:
        remedy = "It is 44 characters of base64, such as 'openssl rand -base64 32' prints."
        yield Problem(VARIABLE, str(error), remedy, stops=True)
    except OSError as error:
        wrong = f"{error.filename}: {error.strerror}."
        yield Problem(VARIABLE, wrong, "Check owner and rights of the data folder.", stops=True)


def ports(settings: Settings) -> Iterator[Problem]:
    """They are free, unless our own server has them; plain http is not offered to a whole network unsaid."""
    from bot.channels.listening import NoAddress, listen
    from bot.store.server_lock import holder_of

    if settings.metrics_port and settings.metrics_port == settings.port:
        wrong = "is the port of the browser chat, too."
        yield Problem("BRASLE_METRICS_PORT", wrong, "Choose another.", stops=True)
    if not _is_loopback(settings.host):
        yield Problem(
            "BRASLE_HOST",
            "lets other machines reach the server by plain http.",
            "Let nobody but the proxy reach it: 127.0.0.1 with a proxy on this machine, or a firewall.",
        )
    if holder_of(settings.data) is not None:
        return
    wanted = [("BRASLE_PORT", settings.host, settings.port)]
    if settings.metrics_port:
        wanted.append(("BRASLE_METRICS_PORT", "127.0.0.1", settings.metrics_port))
    for name, host, port in wanted:
        try:
            for one in listen(host, port, name):
                one.close()
        except NoAddress as error:
            yield Problem(name, str(error), "", stops=True)


def host_alone(address: str) -> str | None:
    """The host of an address that names a server and nothing more; None for any other."""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    rest = parts.path or parts.query or parts.fragment or parts.username or parts.password
    known = parts.scheme in ("http", "https") and address.isascii() and " " not in address and port != 0
    return host if known and not rest else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
