"""The web proxy on the way to Telegram: how its address is written, and what of it may be said."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr

SHOWN_AS = "write http://host:port, or http://name:password@host:port"


def checked(address: str) -> str:
    """The address of a proxy; ValueError says what one looks like, without repeating it: it may hold a password."""
    address = address.strip().rstrip("/")
    if not address.isascii() or not address.isprintable() or " " in address:
        raise ValueError(f"holds signs that no address may hold: write each as %XX, and {SHOWN_AS}")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        raise ValueError(f"is no address of a web proxy: {SHOWN_AS}") from None
    if parts.scheme.startswith("socks"):
        raise ValueError(f"names a SOCKS proxy, which we cannot use: give a web proxy, {SHOWN_AS}")
    if parts.scheme not in ("http", "https") or not host or port == 0 or parts.path or parts.query or parts.fragment:
        raise ValueError(f"is no address of a web proxy: {SHOWN_AS}")
    return address


def host_of(proxy: SecretStr) -> str:
    """Its host alone, which may be shown."""
    return urlsplit(proxy.get_secret_value()).hostname or ""


def address_of(proxy: SecretStr | None) -> str | None:
    """As an HTTP client takes it, with name and password; None without a proxy."""
    return None if proxy is None else proxy.get_secret_value()
