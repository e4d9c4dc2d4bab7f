"""Which settings contradict BRASLE_RESIDENCY: every host that they would reach must be listed in BRASLE_MAY_REACH."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.egress import Border
from bot.extras import is_there
from bot.web_proxy import host_of

if TYPE_CHECKING:
    from bot.settings import Settings

_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)")
# What a service of apprise says of itself to people, and never connects to.
_FOR_PEOPLE = ("service_url", "setup_url", "image_url_logo", "image_url_mask", "app_url")


def contradictions(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(setting, what is wrong, what to do), for every setting that would let data leave unlisted."""
    if not settings.residency:
        return
    border = Border(settings.may_reach)
    if settings.bot_token is not None:
        host = urlsplit(settings.telegram_api_base).hostname or ""
        if not border.listed(host):
            yield (
                "BOT_TOKEN",
                f"is set, but {host or 'its server'} is not among BRASLE_MAY_REACH.",
                "Leave the token out (the browser chat is whole by itself), or list the host.",
            )
        proxy = "" if settings.telegram_proxy is None else host_of(settings.telegram_proxy)
        if proxy and not border.listed(proxy):
            yield (
                "TELEGRAM_PROXY",
                f"leads through {proxy}, which is not among BRASLE_MAY_REACH.",
                "List the proxy's host too: it is what this server connects to.",
            )
        if not settings.telegram_minimal:
            yield (
                "BRASLE_TELEGRAM_MINIMAL",
                "is not true: with BRASLE_RESIDENCY=cn nothing about health may pass through Telegram.",
                "Set it to true: the bot then only shows the way to the browser.",
            )
    for name, targets in (
        ("BRASLE_NOTIFY", settings.notify),
        ("BRASLE_NOTIFY_SECOND", settings.notify_second),
        ("BRASLE_NOTIFY_PI", settings.notify_pi),
    ):
        for position, target in enumerate(targets, start=1):
            hosts = hosts_of(target)
            unlisted = sorted(host for host in hosts if not border.listed(host))
            if unlisted or not hosts:
                # What has no dot in it may be a key, standing where others have their host.
                where = ", ".join(one for one in unlisted if "." in one) or "a host that cannot be told"
                yield (
                    name,
                    f"address number {position} reaches {where}, which is not among BRASLE_MAY_REACH.",
                    "List the host, or leave the address out.",
                )


def hosts_of(target: SecretStr) -> set[str]:
    """The hosts that a notice to this address would reach; empty if they cannot be told."""
    if not is_there("notices"):
        return set()
    import logging

    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise.instantiate(target.get_secret_value(), suppress_exceptions=True)
    if service is None:
        return set()
    named = {host for value in _texts(service) for host in _HOST.findall(value)}
    own = getattr(service, "smtp_host", None) or getattr(service, "host", None)
    # A service with an address of its own keeps it in the class; there, what stands as its host is often a key.
    return {host.casefold() for host in named} or ({str(own).casefold()} if own else set())


def _texts(service: Any) -> Iterator[str]:
    for kind in type(service).__mro__:
        if kind.__module__.startswith("apprise.plugins.base") or not kind.__module__.startswith("apprise.plugins."):
            continue
        for name, value in vars(kind).items():
            if isinstance(value, str) and not name.startswith("__") and name not in _FOR_PEOPLE:
                yield value
