"""The roster of the coordinators' group: which Telegram user is which account of the console."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import accounts, audit, codes, sign_in
from bot.store.account_records import UnknownAccount
from bot.store.audit_entry import Did, Hidden
from bot.store.errors import StoreError
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, in_micros
from bot.store.queries import load_queries

_SQL = load_queries("telegram_group")
CODE_WORKS = timedelta(minutes=15)
# Of 21 letters: 43 bits, for a quarter of an hour.
CODE_LENGTH = 10
# "at most 52 significant bits": https://core.telegram.org/bots/api#user
LARGEST_USER = 2**52 - 1


class TelegramTaken(StoreError, ValueError):
    """This Telegram user is somebody else's."""


@dataclass(frozen=True, slots=True)
class Presser:
    """Somebody on the roster. `may_work`: active, and not locked after wrong attempts to sign in."""

    account: str
    role: str
    language: str
    may_work: bool

    @property
    def by(self) -> str:
        return f"account:{self.account}"


def new_code(ledger: Ledger, account: str) -> str:
    """A code to be sent to the bot from one's own Telegram; an earlier one links nothing any more."""
    code = "".join(secrets.choice(codes.ALPHABET) for _ in range(CODE_LENGTH))
    expires = ledger.now() + in_micros(CODE_WORKS)
    ledger.sql.execute(_SQL["add_code"], (account, _code_mark(ledger, code), expires))
    return code


def use_code(ledger: Ledger, typed: str, user: int) -> str | None:
    """The account that made the code, linked with this Telegram user from now on; None if it links nothing."""
    account = _take_code(ledger, typed)
    if account is None or _state(ledger, account) != "active":
        return None
    holder = ledger.sql.execute(_SQL["linked"], (_user_mark(ledger, user),)).fetchall()
    if holder and holder[0][0] != account:  # whoever has code and telephone is both: the later one counts
        _unlink(ledger, holder[0][0], f"account:{account}")
    _link(ledger, account, user, f"account:{account}")
    return account


def burn_code(ledger: Ledger, typed: str) -> None:
    """The code was shown to others: it links nothing any more."""
    _take_code(ledger, typed)


def link(ledger: Ledger, account: str, user: int, by: str) -> None:
    """Link an account with a Telegram user's number. UnknownAccount, TelegramTaken."""
    if not _state(ledger, account):
        raise UnknownAccount(f"There is no account {account}.")
    holder = ledger.sql.execute(_SQL["linked"], (_user_mark(ledger, user),)).fetchall()
    if holder and holder[0][0] != account:
        raise TelegramTaken("This Telegram user is linked with another account: unlink that one first.")
    _link(ledger, account, user, by)


def unlink(ledger: Ledger, account: str, by: str) -> bool:
    """Nobody presses for this account any more; False if nobody could."""
    ledger.sql.execute(_SQL["drop_code_of"], (account,))
    return _unlink(ledger, account, by)


def since(ledger: Ledger, account: str) -> datetime | None:
    """Since when the account has a Telegram user; None if it has none."""
    found = ledger.sql.execute(_SQL["since"], (account,)).fetchall()
    return from_micros(found[0][0]) if found else None


def all_linked(ledger: Ledger) -> frozenset[str]:
    """Accounts that have a Telegram user."""
    return frozenset(account for (account,) in ledger.sql.execute(_SQL["all_linked"]).fetchall())


def presser(ledger: Ledger, user: int) -> Presser | None:
    """Who of the roster this Telegram user is; None for a stranger."""
    found = ledger.sql.execute(_SQL["linked"], (_user_mark(ledger, user),)).fetchall()
    if not found:
        return None
    account = found[0][0]
    [(state, role, language)] = ledger.sql.execute(_SQL["account"], (account,)).fetchall()
    may_work = state == "active" and not sign_in.is_locked(ledger, account)
    return Presser(account, role, language, may_work)


def name_of(ledger: Ledger, account: str) -> str:
    """The name with which the account signs in."""
    return accounts.listing(ledger, account)[0].name


def purge(ledger: Ledger) -> None:
    """Forget codes that nobody used."""
    ledger.sql.execute(_SQL["purge_codes"], (ledger.now(),))


def _take_code(ledger: Ledger, typed: str) -> str | None:
    mark = _code_mark(ledger, typed)
    found = ledger.sql.execute(_SQL["code"], (mark, ledger.now())).fetchall()
    ledger.sql.execute(_SQL["drop_code"], (mark,))
    return str(found[0][0]) if found else None


def _link(ledger: Ledger, account: str, user: int, by: str) -> None:
    ledger.sql.execute(_SQL["drop_code_of"], (account,))
    ledger.sql.execute(_SQL["link"], (account, _user_mark(ledger, user), ledger.now()))
    audit.append(ledger, by, Did("account.telegram", account, "telegram", None, Hidden(str(user))))


def _unlink(ledger: Ledger, account: str, by: str) -> bool:
    if not ledger.sql.execute(_SQL["unlink"], (account,)).rowcount:
        return False
    audit.append(ledger, by, Did("account.telegram", account, "telegram", "linked", None))
    return True


def _state(ledger: Ledger, account: str) -> str:
    found = ledger.sql.execute(_SQL["account"], (account,)).fetchall()
    return str(found[0][0]) if found else ""


def _code_mark(ledger: Ledger, typed: str) -> bytes:
    bare = "".join(letter for letter in typed.upper() if letter.isalnum())
    return ledger.marks.of("telegram code", bare)


def _user_mark(ledger: Ledger, user: int) -> bytes:
    return ledger.marks.of("telegram user", str(user))
