"""The coordinators' group on Telegram, as the rest of the program asks the store about it:
`Store.telegram_group`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.store import group_cards, telegram_roster
from bot.store.group_cards import Allowed, GroupCard, Press, Said
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries

if TYPE_CHECKING:
    from bot.store.store import Store

_SQL = load_queries("telegram_group")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the group is now and how we stand with it. `trouble`: what Telegram says, empty if all is well."""

    chat: int
    bot: str = ""
    trouble: str = ""
    trouble_since: datetime | None = None


class TelegramGroupRoom:
    """Roster, cards and the group itself. `group` is always the number in the settings."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Who may press

    async def new_code(self, account: str) -> str:
        """A code for linking this account's Telegram, good for a quarter of an hour."""
        return await self._store._write(telegram_roster.new_code, account)

    async def use_code(self, typed: str, user: int, language: str, inbox_id: int) -> bool:
        """Somebody sent a code from their Telegram; they are told what came of it."""
        return await self._store._write(_use_code, typed, user, language, inbox_id)

    async def burn_code(self, typed: str) -> None:
        """A code was shown to others: it links nothing any more."""
        await self._store._write(telegram_roster.burn_code, typed)

    async def link(self, account: str, user: int, by: str) -> None:
        """UnknownAccount, TelegramTaken."""
        await self._store._write(telegram_roster.link, account, user, by)

    async def unlink(self, account: str, by: str) -> bool:
        """Nobody presses for this account any more; False if nobody could."""
        return await self._store._write(telegram_roster.unlink, account, by)

    async def linked_since(self, account: str) -> datetime | None:
        """Since when the account has a Telegram user."""
        return self._store._read(telegram_roster.since, account)

    async def all_linked(self) -> frozenset[str]:
        """Accounts that have a Telegram user."""
        return self._store._read(telegram_roster.all_linked)

    # Cards

    async def press(self, pressed: Press, allowed: Allowed, inbox_id: int) -> Said | None:
        """Carry a press out, once, and answer it; None if that was done before."""
        return await self._store._write(group_cards.press, pressed, allowed, inbox_id)

    async def refuse(self, press_id: str, said: Said, inbox_id: int) -> None:
        """Answer a press that comes from where none may come from."""
        await self._store._write(group_cards.answer, press_id, said, inbox_id)

    async def show(self, code: str, line: str = group_cards.BOARD) -> None:
        """Let a lead's card be brought up to date; the empty code is the card about the rest."""
        await self._store._write(group_cards.show, code, line)

    async def card(self, code: str) -> GroupCard:
        """The lead's card, also one that is not there yet."""
        return await self._store._write(group_cards.card, code)

    async def cards(self) -> dict[str, GroupCard]:
        """Every card by its lead's code."""
        return self._store._read(group_cards.cards)

    async def put_up(self, card: GroupCard) -> None:
        """A card stands there now."""
        await self._store._write(group_cards.put_up, card)

    async def take_down(self, code: str) -> None:
        """A card is not there any more."""
        await self._store._write(group_cards.take_down, code)

    # The group

    async def standing(self, group: int) -> Standing:
        """Where the group is now."""
        return self._store._read(_standing, group)

    async def begin(self, group: int, bot: str) -> None:
        """The bot of this name is at work."""
        await self._store._write(_begin, group, bot)

    async def moved(self, group: int, chat: int) -> None:
        """Telegram has given the group another number. Its cards stay behind: those that wait come anew."""
        await self._store._write(_moved, group, chat)

    async def set_trouble(self, group: int, why: str) -> bool:
        """Nothing can be said there, for this reason; empty: all is well. Whether that is news."""
        if self._store._read(_standing, group).trouble == why:
            return False
        return await self._store._write(_set_trouble, group, why)


def _use_code(ledger: Ledger, typed: str, user: int, language: str, inbox_id: int) -> bool:
    account = telegram_roster.use_code(ledger, typed, user)
    if account is None:
        group_cards.say(ledger, user, "link_refused", {}, language, inbox_id)
        return False
    group_cards.say(ledger, user, "linked", {"name": telegram_roster.name_of(ledger, account)}, language, inbox_id)
    return True


def _standing(ledger: Ledger, group: int) -> Standing:
    found = ledger.sql.execute(_SQL["group"], (group,)).fetchall()
    if not found:
        return Standing(group)
    chat, bot, trouble, since = found[0]
    return Standing(chat, bot, trouble, None if since is None else from_micros(since))


def _begin(ledger: Ledger, group: int, bot: str) -> None:
    ledger.sql.execute(_SQL["add_group"], {"configured": group})
    ledger.sql.execute(_SQL["name_bot"], (bot, group))


def _moved(ledger: Ledger, group: int, chat: int) -> None:
    ledger.sql.execute(_SQL["add_group"], {"configured": group})
    ledger.sql.execute(_SQL["move_group"], (chat, group))


def _set_trouble(ledger: Ledger, group: int, why: str) -> bool:
    ledger.sql.execute(_SQL["add_group"], {"configured": group})
    values = {"configured": group, "trouble": why, "now": ledger.now()}
    return ledger.sql.execute(_SQL["set_trouble"], values).rowcount == 1


def purge(ledger: Ledger) -> None:
    """Forget codes and cards that are over."""
    telegram_roster.purge(ledger)
    group_cards.purge(ledger)
