"""Tells the site that a lead waits: the reference number and a link, by whatever apprise can reach."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from bot.message import Text
from bot.outbox import Refused, SendLater
from bot.store.records import OutboxItem
from bot.wording import Wording

log = logging.getLogger(__name__)


class NoticeSender:
    """Sends the rows of channel "notice". Their address is the position of a target in the settings."""

    def __init__(self, targets: Sequence[SecretStr], wording: Wording, language: str) -> None:
        self._targets = [target.get_secret_value() for target in targets]
        self._wording = wording
        self._language = language

    def is_message(self, item: OutboxItem) -> bool:
        return True

    async def send(self, item: OutboxItem) -> str | None:
        """Send one notice. SendLater: not taken now. Refused: its target is no longer configured."""
        if not item.address.isdecimal() or int(item.address) >= len(self._targets):
            raise Refused("this target is no longer among BRASLE_NOTIFY")
        title, body = self._words(item.op, item.payload)
        import apprise

        # apprise logs addresses with their keys at some levels: its voice is ours to keep.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        service = apprise.Apprise()
        if not service.add(self._targets[int(item.address)]):
            raise Refused("the target is not an address that apprise knows; run `brasle-prescreen doctor`")
        if not await service.async_notify(title=title, body=body):
            raise SendLater("the notice service did not take it")
        return None

    def _words(self, op: str, payload: Any) -> tuple[str, str]:
        values = {"code": str(payload["code"]), "url": str(payload.get("url", ""))}
        title = "notice.title" if op == "lead" else f"notice.{op}.title"
        body = "notice.body" if values["url"] else "notice.body_no_url"
        say = self._wording.say
        return say(Text(key=title, values=values), self._language), say(Text(key=body, values=values), self._language)
