"""Those who work in the console, as the rest of the program asks the store about them: `Store.staff`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.store import accounts, audit, passkeys, sessions, sign_in
from bot.store.account_records import (
    Account,
    Attempt,
    Enrolment,
    Invitation,
    Locked,
    NewAccount,
    NewPasskey,
    NewSession,
    OpenLink,
    Passkey,
    PasskeyKey,
    Proved,
    Session,
    SignIn,
    Stage,
)
from bot.store.ledger import Ledger

if TYPE_CHECKING:
    from bot.store.store import Store


class Staff:
    """Accounts, sessions and proofs. `by` is who does it: `account:<id>` or `command:<name>`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Accounts

    async def invite(self, new: NewAccount, expires: datetime, by: str) -> Invitation:
        """A new account and its link. NameTaken."""
        return await self._store._write(accounts.invite, new, expires, by)

    async def accounts(self) -> list[Account]:
        """All of them, the oldest first."""
        return self._store._read(accounts.listing)

    async def account(self, id: str) -> Account | None:
        found = self._store._read(accounts.listing, id)
        return found[0] if found else None

    async def names(self) -> dict[str, str]:
        """Whom each `by` stands for: `account:<id>`, and the hashed names of the command line."""
        return self._store._read(audit.names)

    async def named(self, name: str) -> Account | None:
        """Who signs in with this name."""
        return self._store._read(accounts.by_name, name)

    async def set_role(self, account: str, role: str, by: str) -> None:
        """UnknownAccount, LastAdministrator."""
        await self._store._write(accounts.set_role, account, role, by)

    async def set_language(self, account: str, language: str) -> None:
        await self._store._write(accounts.set_language, account, language)

    async def disable(self, account: str, by: str) -> None:
        """No page opens any more from now on. UnknownAccount, LastAdministrator."""
        await self._store._write(accounts.disable, account, by)

    async def enable(self, account: str, by: str) -> None:
        """UnknownAccount."""
        await self._store._write(accounts.enable, account, by)

    async def reset(self, account: str, expires: datetime, by: str) -> Invitation:
        """A new invitation; what they had is worth nothing. UnknownAccount, LastAdministrator."""
        return await self._store._write(accounts.reset, account, expires, by)

    # Signing in

    async def attempt(self, name: str, browser: str | None) -> Attempt | Locked:
        """Count an attempt and get what is needed to judge it."""
        return await self._store._write(sign_in.attempt, name, browser)

    async def knows_browser(self, name: str, browser: str) -> bool:
        """Whether somebody of this name has signed in in this browser before."""
        return self._store._read(sign_in.knows_browser, name, browser)

    async def refused(self, name: str, account: str) -> None:
        """The attempt was wrong; `account` is empty for a name that nobody has."""
        await self._store._write(sign_in.refused, name, account)

    async def succeed(self, proved: Proved, new: NewSession) -> bool:
        """The attempt was right: begin its session. False if the code was used meanwhile."""
        return await self._store._write(sign_in.succeed, proved, new)

    async def open_link(self, token: str) -> OpenLink | None:
        """What a link opens, without using it up."""
        return self._store._read(accounts.open_link, token)

    async def begin_enrolment(self, token: str, new: NewSession) -> bool:
        """Exchange an invitation for a session in which password and codes are set up."""
        return await self._store._write(sign_in.begin_enrolment, token, new)

    async def demo_link(self, new: NewAccount, expires: datetime) -> str:
        """The secret of a link that signs in at one press. Only a demo may offer it."""
        return (await self._store._write(accounts.demo_link, new, expires)).token

    async def enter_demo(self, token: str, new: NewSession) -> bool:
        """Exchange a demo's link for a session."""
        return await self._store._write(sign_in.enter_demo, token, new)

    async def enrol(self, account: str, enrolment: Enrolment, new: NewSession) -> bool:
        """Everything is set up: active, and signed in with the new session."""
        return await self._store._write(sign_in.enrol, account, enrolment, new)

    async def proofs(self, account: str) -> Attempt:
        """What is needed to judge whether somebody signed in is still the same person."""
        return self._store._read(sign_in.proofs, account)

    async def confirm(self, proved: Proved) -> bool:
        """Somebody signed in has proved again who they are. False if the code was used meanwhile."""
        return await self._store._write(sign_in.confirm, proved)

    async def change_password(self, account: str, password: str, token: str) -> None:
        """A new password, and the end of every session but the one with this secret."""
        await self._store._write(sign_in.change_password, account, password, token)

    async def new_recovery_codes(self, account: str, codes: Sequence[str]) -> None:
        """These codes instead of all earlier ones."""
        await self._store._write(sign_in.new_recovery_codes, account, codes)

    async def recovery_codes_left(self, account: str) -> int:
        return self._store._read(sign_in.recovery_codes_left, account)

    async def sign_ins(self, account: str, most: int = 20) -> list[SignIn]:
        """The last sign-ins, newest first."""
        return self._store._read(sign_in.sign_ins, account, most)

    # Passkeys

    async def add_passkey(self, account: str, new: NewPasskey) -> bool:
        """False if it is known already, or the account has as many as it may."""
        return await self._store._write(passkeys.add, account, new)

    async def passkeys(self, account: str) -> list[Passkey]:
        """The oldest first."""
        return self._store._read(passkeys.of_account, account)

    async def passkey_key(self, account: str, credential: bytes) -> PasskeyKey | None:
        """What a signature is checked with; None if the credential is none of this account's."""
        return self._store._read(passkeys.key_of, account, credential)

    async def passkey_user(self, account: str) -> bytes:
        """By what a device knows whose passkey it holds."""
        return self._store._read(passkeys.user_handle, account)

    async def remove_passkey(self, account: str, mark: str) -> bool:
        """False if this account has none of this mark."""
        return await self._store._write(passkeys.remove, account, mark)

    # Sessions

    async def session(self, token: str, stage: Stage, idle: timedelta) -> Session | None:
        """Who is at a browser, asked anew with each page; being asked keeps it from idling out."""
        session = self._store._read(sessions.find, token, stage, idle)
        if session is not None and self._store._read(_needs_touch, session):
            await self._store._write(sessions.touch, token)
        return session

    async def sessions(self, account: str, idle: timedelta) -> list[Session]:
        """Where the account is signed in, the last used first."""
        return self._store._read(sessions.of_account, account, idle)

    async def keep(self, token: str, kept: Mapping[str, Any]) -> None:
        """What this session alone is shown from now on."""
        await self._store._write(sessions.keep, token, kept)

    async def end_session(self, token: str, by: str) -> None:
        """Signed out."""
        await self._store._write(sessions.end, token, by)

    async def end_one(self, account: str, mark: str, by: str) -> bool:
        """Sign one browser of this account out."""
        return await self._store._write(sessions.end_one, account, mark, by)

    async def end_others(self, account: str, token: str, by: str) -> int:
        """Sign every other browser of this account out."""
        return await self._store._write(sessions.end_others, account, token, by)

    async def end_all(self, account: str, by: str) -> int:
        """Sign every browser of this account out."""
        return await self._store._write(sessions.end_all, account, by)

    async def end_every(self, by: str) -> int:
        """Sign everybody out."""
        return await self._store._write(sessions.end_every, by)


def _needs_touch(ledger: Ledger, session: Session) -> bool:
    return sessions.needs_touch(session, ledger.now())
