"""Accounts of those who work in the console: invited, with a role, disabled, set up anew.

Each change is in the trail.
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime

from bot.store import audit, codes, passkeys, sessions
from bot.store.account_records import (
    Account,
    Invitation,
    LastAdministrator,
    NameTaken,
    NewAccount,
    OpenLink,
    UnknownAccount,
)
from bot.store.audit_entry import Did, Hidden
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, to_micros
from bot.store.queries import load_queries

_SQL = load_queries("account")
_ID_LENGTH = 6
_TOKEN_BYTES = 32
ADMINISTRATOR = "administrator"


def invite(ledger: Ledger, new: NewAccount, expires: datetime, by: str) -> Invitation:
    """A new account and its link. NameTaken."""
    name = new.name.strip()
    mark = name_mark(ledger, name)
    if ledger.sql.execute(_SQL["by_name"], (mark,)).fetchall():
        raise NameTaken("Somebody else signs in with this name.")
    account, now = _new_id(ledger), ledger.now()
    sealed = ledger.keys.staff.close_text(audit.name_place(account), name)
    ledger.sql.execute(_SQL["add"], (account, mark, new.role, new.language, now, now, sealed))
    for field, value in (("name", Hidden(name)), ("role", new.role), ("state", "invited")):
        audit.append(ledger, by, Did("account.invite", account, field, None, value))
    return new_link(ledger, account, "invitation", expires)


def demo_link(ledger: Ledger, new: NewAccount, expires: datetime) -> Invitation:
    """A link that signs in at one press as an invented colleague. Only a demo may offer it."""
    found = ledger.sql.execute(_SQL["by_name"], (name_mark(ledger, new.name),)).fetchall()
    if found:
        return new_link(ledger, found[0][0], "demo", expires)
    account = invite(ledger, new, expires, audit.PROGRAM).account
    _set_state(ledger, audit.PROGRAM, Did("account.demo", account, "state", "invited", "active"))
    return new_link(ledger, account, "demo", expires)


def listing(ledger: Ledger, account: str | None = None) -> list[Account]:
    """All accounts, or the one with this id, the oldest first."""
    rows = ledger.sql.execute(_SQL["listing"], {"id": account, "now": ledger.now()}).fetchall()
    return [
        Account(
            id=id_,
            name=ledger.keys.staff.open_text(audit.name_place(id_), name),
            state=state,
            role=role,
            language=language,
            created=from_micros(created),
            signed_in=None if signed_in is None else from_micros(signed_in),
            invited_until=None if invited is None else from_micros(invited),
            sessions=open_sessions,
        )
        for id_, name, state, role, language, created, signed_in, invited, open_sessions in rows
    ]


def by_name(ledger: Ledger, name: str) -> Account | None:
    """The account that signs in with this name."""
    found = ledger.sql.execute(_SQL["by_name"], (name_mark(ledger, name),)).fetchall()
    return listing(ledger, found[0][0])[0] if found else None


def set_role(ledger: Ledger, account: str, role: str, by: str) -> None:
    """From the next page on. UnknownAccount, LastAdministrator."""
    state, before = _known(ledger, account)
    if before == role:
        return
    if state == "active":
        _keep_an_administrator(ledger, account, before, by)
    ledger.sql.execute(_SQL["set_role"], (role, ledger.now(), account))
    audit.append(ledger, by, Did("account.role", account, "role", before, role))


def set_language(ledger: Ledger, account: str, language: str) -> None:
    """The language of the pages. Says nothing about a lead or a right, so it is not in the trail."""
    ledger.sql.execute(_SQL["set_language"], (language, account))


def disable(ledger: Ledger, account: str, by: str) -> None:
    """No page opens any more, links and sessions end, passkeys are gone. UnknownAccount, LastAdministrator."""
    state, role = _known(ledger, account)
    if state == "disabled":
        return
    if state == "active":
        _keep_an_administrator(ledger, account, role, by)
    _set_state(ledger, by, Did("account.disable", account, "state", state, "disabled"))
    ledger.sql.execute(_SQL["drop_links"], (account,))
    passkeys.drop_all(ledger, account, by)
    sessions.end_all(ledger, account, by)


def enable(ledger: Ledger, account: str, by: str) -> None:
    """Back to work with the password and codes of before, without passkeys; who never had any needs a new invitation."""
    state, _ = _known(ledger, account)
    if state == "disabled":
        [(enrolled,)] = ledger.sql.execute(_SQL["is_enrolled"], (account,)).fetchall()
        after = "active" if enrolled else "invited"
        _set_state(ledger, by, Did("account.enable", account, "state", state, after))


def reset(ledger: Ledger, account: str, expires: datetime, by: str) -> Invitation:
    """A new invitation for somebody who lost password or telephone. What they had is worth nothing any more.

    UnknownAccount, LastAdministrator.
    """
    state, role = _known(ledger, account)
    if state == "active":
        _keep_an_administrator(ledger, account, role, by)
    ledger.sql.execute(_SQL["forget_proofs"], (ledger.now(), account))
    for statement in ("drop_recovery_codes", "drop_links", "drop_browsers", "drop_telegram"):
        ledger.sql.execute(_SQL[statement], (account,))
    passkeys.drop_all(ledger, account, by)
    sessions.end_all(ledger, account, by)
    _set_state(ledger, by, Did("account.reset", account, "state", state, "invited"))
    return new_link(ledger, account, "invitation", expires)


def new_link(ledger: Ledger, account: str, kind: str, expires: datetime) -> Invitation:
    """A secret for one use; links made before for this account open nothing any more."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    ledger.sql.execute(_SQL["drop_links"], (account,))
    ledger.sql.execute(_SQL["add_link"], (_link_mark(ledger, token), account, kind, to_micros(expires)))
    return Invitation(account, token, expires)


def open_link(ledger: Ledger, token: str) -> OpenLink | None:
    """What the secret opens; None if it is used, expired, replaced or invented. It is not used up by this."""
    found = ledger.sql.execute(_SQL["link"], (_link_mark(ledger, token),)).fetchall()
    if not found:
        return None
    account, name, language, kind, expires, state = found[0]
    if expires <= ledger.now() or state == "disabled":
        return None
    opened = ledger.keys.staff.open_text(audit.name_place(account), name)
    return OpenLink(account, opened, language, kind, from_micros(expires))


def use_link(ledger: Ledger, token: str, kind: str) -> OpenLink | None:
    """As `open_link`, for a link of this kind, once."""
    link = open_link(ledger, token)
    if link is None or link.kind != kind:
        return None
    ledger.sql.execute(_SQL["drop_link"], (_link_mark(ledger, token),))
    return link


def name_mark(ledger: Ledger, name: str) -> bytes:
    """Under what a name is looked up: capitals and full-width letters make no difference."""
    return ledger.marks.of("account", unicodedata.normalize("NFKC", name).strip().casefold())


def _new_id(ledger: Ledger) -> str:
    while True:
        id_ = "S-" + "".join(secrets.choice(codes.ALPHABET) for _ in range(_ID_LENGTH))
        if not ledger.sql.execute(_SQL["id_taken"], (id_,)).fetchall():
            return id_


def _known(ledger: Ledger, account: str) -> tuple[str, str]:
    found = ledger.sql.execute(_SQL["one"], (account,)).fetchall()
    if not found:
        raise UnknownAccount(f"There is no account {account}.")
    state, role = found[0]
    return state, role


def _keep_an_administrator(ledger: Ledger, account: str, role: str, by: str) -> None:
    """From the console nobody may shut out the last one; the command line can always invite another."""
    if role != ADMINISTRATOR or not by.startswith("account:"):
        return
    if not ledger.sql.execute(_SQL["other_administrators"], (account,)).fetchall()[0][0]:
        raise LastAdministrator("This is the last administrator: let another one in first.")


def _set_state(ledger: Ledger, by: str, did: Did) -> None:
    ledger.sql.execute(_SQL["set_state"], (did.became, ledger.now(), did.subject))
    audit.append(ledger, by, did)


def _link_mark(ledger: Ledger, token: str) -> bytes:
    return ledger.marks.of("account link", token)
