"""A site with a coordinators' group: the Telegram channel at work, a console beside it, colleagues with telephones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.channels.telegram import TelegramChannel
from bot.coordinator.telegram_group import TelegramGroup
from bot.pace import Pace
from bot.store.store import Store
from bot.wording import Wording
from tests.coordinator.site import Account, ConsoleSite, open_site
from tests.coordinator.work.families import hands_over
from tests.fake_telegram import FakeTelegram, Group, Message, Person, Tap

from .small_talk import SmallTalk

PUBLIC = "https://screening.example.org"
CLAIM, CALLED, NOT_REACHABLE = "认领", "已联系上", "未联系上"


@dataclass
class Colleague:
    """An account with a telephone."""

    account: Account
    person: Person


@dataclass
class GroupSite:
    """`part` is the group's part of the bot that runs at the moment."""

    site: ConsoleSite
    telegram: FakeTelegram
    group: Group
    admin: Person
    parts: list[TelegramGroup]

    @property
    def store(self) -> Store:
        return self.site.store

    @property
    def part(self) -> TelegramGroup:
        return self.parts[-1]

    async def colleague(self, name: str, role: str = "coordinator", *, linked: bool = True) -> Colleague:
        account = await asyncio.to_thread(self.site.account, role, name, "zh_Hans")
        person = self.telegram.person(name, "zh-hans")
        self.group.chat.members.append(person.account)
        if linked:
            await self.store.telegram_group.link(account.id, person.account.id, "command:test")
        return Colleague(account, person)

    async def family(self, **more: Any) -> str:
        """A family hands over; gives the reference number once its card stands in the group."""
        code = await hands_over(self.store, **more)
        self.part.wake()
        await self.card(code)
        await self.all_is_sent()
        return code

    async def card(self, code: str, says: str = "", without: str = "\0") -> Message:
        """The card of this code, once it says so."""

        def there() -> Message | None:
            found = (one for one in reversed(self.group.heard) if (one.text or "").startswith(code))
            card = next(found, None)
            return card if card and says in (card.text or "") and without not in (card.text or "") else None

        card: Message = await self.telegram.until(there)
        return card

    async def press(self, who: Person, button: str, card: Message) -> str:
        """What appears over the chat after a press."""
        return await who.answered(who.taps(button, in_chat=self.group.chat, message=card))

    async def forge(self, who: Person, card: Message, data: str, chat: Any = None) -> str:
        tap: Tap = who.presses(card, data, chat or self.group.chat)
        return await who.answered(tap)

    async def work(self, code: str) -> tuple[str, str, int]:
        """Status, holder and attempts."""
        [row] = [row for row in await self.store.desk.queue(ended=True) if row.code == code]
        return row.work.status.value, row.work.holder, row.work.attempts

    async def all_is_sent(self) -> None:
        """Wait until nothing of the group's waits any more."""
        async with asyncio.timeout(10):
            while any(one.channel == "telegram_group" for one in await self.store.desk.waiting()):
                self.part.wake()
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def group_site(telegram: FakeTelegram, folder: Path, pace: Pace | None = None) -> AsyncIterator[GroupSite]:
    """Everything at work until left. What is sent is not paced, unless the test wants it."""
    admin = telegram.person("Admin")
    group = telegram.group("Coordinators", [admin])
    stores: list[Store] = []
    site = open_site(
        folder,
        stores.append,
        bot_token=SecretStr(telegram.token),
        telegram_api_base=telegram.url,
        telegram_group=group.chat.id,
        public_url=PUBLIC,
    )
    wording, unpaced = Wording.load(), Pace(1e6, 1e6)
    parts: list[TelegramGroup] = []

    def beside(bot: Any) -> TelegramGroup:
        parts.append(
            TelegramGroup(
                bot, site.store, wording, site.settings, language="zh_Hans", clock=site.clock, pace=pace or unpaced
            )
        )
        return parts[-1]

    channel = TelegramChannel(site.store, wording, site.settings, clock=site.clock, pace=unpaced, beside=beside)
    talk = SmallTalk(site.store, committed=channel.wake)
    group.adds_bot(admin)
    running = asyncio.create_task(channel.run(talk))
    try:
        await telegram.until(lambda: parts)
        yield GroupSite(site, telegram, group, admin, parts)
    finally:
        await channel.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for store in stores:
            await store.close()
