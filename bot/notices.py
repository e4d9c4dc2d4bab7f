"""Tells the site that a lead waits: reference numbers and a link, by whatever apprise can reach. Nothing
else, ever.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from bot.log import logger
from bot.message import Text
from bot.notice_plan import target_of
from bot.outbox import Refused, SendLater
from bot.store.records import OutboxItem
from bot.wording import Wording

log = logger(__name__)

# After so many tries of one notice the log says so: at once, and when it goes on for minutes and hours.
SAID_AT = (0, 8, 64)
# Puts the leads of a digest into one row and gives their numbers: what is sent then is sent for all of them.
Gather = Callable[[int], Awaitable[Sequence[str]]]


class NoticeSender:
    """Sends the rows of channel "notice". An address is the name of a configured target, never the target
    itself: a position in `targets`, or a name of `others`, such as second:0.
    """

    def __init__(
        self,
        targets: Sequence[SecretStr],
        wording: Wording,
        language: str,
        others: Mapping[str, SecretStr] | None = None,
        gather: Gather | None = None,
    ) -> None:
        named = {str(position): target for position, target in enumerate(targets)} | dict(others or {})
        self._targets = {name: target.get_secret_value() for name, target in named.items()}
        self._wording = wording
        self._language = language
        self._gather = gather

    def is_message(self, item: OutboxItem) -> bool:
        return True

    async def send(self, item: OutboxItem) -> str | None:
        """Send one notice; SendLater if the service does not take it now, Refused if its target is not
        configured.
        """
        target = self._targets.get(target_of(item.address))
        if target is None:
            raise Refused("this target is no longer among BRASLE_NOTIFY")
        title, body = await self._words(item)
        import apprise

        # apprise logs addresses with their keys at some levels: its voice is ours to keep.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        # A redirect could carry the target's key to a host that nobody configured.
        service = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
        if not service.add(target):
            raise Refused("the target is not an address that apprise knows; run `brasle-prescreen doctor`")
        if not await service.async_notify(title=title, body=body):
            if item.attempts in SAID_AT:
                log.warning(
                    "A notice to the site is not taken and is tried again: the console's page Notices names the address.",
                    attempts=item.attempts + 1,
                )
            raise SendLater("the notice service did not take it")
        return None

    async def _words(self, item: OutboxItem) -> tuple[str, str]:
        if item.op != "digest":
            return self._about_one(item.op, item.payload)
        codes = list(await self._gather(item.id)) if self._gather else [str(item.payload["code"])]
        if len(codes) == 1:
            return self._about_one("lead", item.payload)
        url = str(item.payload.get("url", "")).partition("/leads/")[0]
        listed = "\n".join(codes)
        title = Text(key="notice.digest.title", values={"n": len(codes)})
        body = "notice.digest.body" if url else "notice.digest.body_no_url"
        return self._say(title), self._say(Text(key=body, values={"codes": listed, "url": url}))

    def _about_one(self, op: str, payload: Any) -> tuple[str, str]:
        values = {"code": str(payload["code"]), "url": str(payload.get("url", ""))}
        title = "notice.title" if op == "lead" else f"notice.{op}.title"
        body = "notice.body" if values["url"] else "notice.body_no_url"
        return self._say(Text(key=title, values=values)), self._say(Text(key=body, values=values))

    def _say(self, text: Text) -> str:
        return self._wording.say(text, self._language)
