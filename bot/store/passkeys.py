"""Passkeys of those who work in the console: added, used, removed. The public key is sealed to its account.

Whether a signature is right is found out in `bot.coordinator`; here stands what must happen in one transaction.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from bot.store import audit
from bot.store.account_records import NewPasskey, Passkey, PasskeyKey
from bot.store.audit_entry import Did, Hidden
from bot.store.ledger import Ledger
from bot.store.moments import from_micros
from bot.store.queries import load_queries
from bot.store.sealing import CannotOpen

_SQL = load_queries("passkey")
MOST = 10


def add(ledger: Ledger, account: str, new: NewPasskey) -> bool:
    """Keep a passkey. False if it is known already, whoever has it, or the account has MOST of them."""
    if how_many(ledger, account) >= MOST:
        return False
    mark = _mark(ledger, new.credential)
    what = {"credential": _written(new.credential), "key": _written(new.public_key), "name": new.name}
    sealed = ledger.keys.staff.close_json(_place(account, mark), what)
    if not ledger.sql.execute(_SQL["add"], (mark, account, new.count, ledger.now(), sealed)).rowcount:
        return False
    audit.append(ledger, f"account:{account}", Did("account.passkey_added", account, "passkey", None, Hidden(new.name)))
    return True


def of_account(ledger: Ledger, account: str) -> list[Passkey]:
    """Every passkey of the account, the oldest first."""
    rows = ledger.sql.execute(_SQL["of_account"], (account,)).fetchall()
    found = []
    for mark, added, used, sealed in rows:
        what = ledger.keys.staff.open_json(_place(account, mark), sealed)
        last = None if used is None else from_micros(used)
        found.append(Passkey(mark.hex(), _read(what["credential"]), what["name"], from_micros(added), last))
    return found


def how_many(ledger: Ledger, account: str) -> int:
    """How many passkeys the account has."""
    found: int = ledger.sql.execute(_SQL["how_many"], (account,)).fetchall()[0][0]
    return found


def key_of(ledger: Ledger, account: str, credential: bytes) -> PasskeyKey | None:
    """What a signature of this credential is checked with; None if it is none of this account's, or was sealed to another."""
    mark = _mark(ledger, credential)
    found = ledger.sql.execute(_SQL["one"], (mark, account)).fetchall()
    if not found:
        return None
    count, sealed = found[0]
    try:
        what = ledger.keys.staff.open_json(_place(account, mark), sealed)
    except CannotOpen:
        return None
    return PasskeyKey(_read(what["key"]), user_handle(ledger, account), count)


def use(ledger: Ledger, account: str, credential: bytes, count: int) -> bool:
    """The credential has signed, and its device counts so many signatures. False if it was removed meanwhile, or the count
    went back: then somebody has a copy of it, and the trail says so.
    """
    mark = _mark(ledger, credential)
    given = {"mark": mark, "account": account, "count": count, "now": ledger.now()}
    if ledger.sql.execute(_SQL["use"], given).rowcount:
        return True
    found = ledger.sql.execute(_SQL["one"], (mark, account)).fetchall()
    if found:
        audit.append(ledger, audit.PROGRAM, Did("account.passkey_copied", account, "count", found[0][0], count))
    return False


def remove(ledger: Ledger, account: str, mark: str) -> bool:
    """Take one passkey of this account away, by its mark as `Passkey` tells it. False if it has none of it."""
    try:
        number = bytes.fromhex(mark)
    except ValueError:
        return False
    if not ledger.sql.execute(_SQL["remove"], (number, account)).rowcount:
        return False
    audit.append(
        ledger, f"account:{account}", Did("account.passkey_removed", account, became=how_many(ledger, account))
    )
    return True


def drop_all(ledger: Ledger, account: str, by: str) -> None:
    """Take all passkeys of the account away: it is disabled or set up anew."""
    if ledger.sql.execute(_SQL["drop_of"], (account,)).rowcount:
        audit.append(ledger, by, Did("account.passkey_removed", account, became=0))


def user_handle(ledger: Ledger, account: str) -> bytes:
    """By what a device knows whose passkey it holds: says nothing to anybody else."""
    return ledger.marks.of("passkey user", account)


def _mark(ledger: Ledger, credential: bytes) -> bytes:
    return ledger.marks.of("passkey", credential.hex())


def _place(account: str, mark: bytes) -> bytes:
    # Copied to another account's row, a key opens nothing.
    return f"passkey.sealed {account} {mark.hex()}".encode()


def _written(value: bytes) -> str:
    return urlsafe_b64encode(value).decode("ascii")


def _read(value: str) -> bytes:
    return urlsafe_b64decode(value)
