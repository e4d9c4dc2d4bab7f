"""Sessions of the console: who is at a browser, and until when. Ended here is ended with the next request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.store import audit
from bot.store.account_records import NewSession, Session, Stage
from bot.store.audit_entry import Did
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, in_micros, to_micros
from bot.store.queries import load_queries

_SQL = load_queries("session")
_KEPT = b"account_session.kept "
# Every page would cost a flush to the disk; half a minute more or less of idleness harms nobody.
_TOUCHED_EVERY = timedelta(seconds=30)
_STATE_OF_STAGE = {"enrolling": "invited", "signed_in": "active"}


def begin(ledger: Ledger, account: str, stage: Stage, new: NewSession) -> None:
    """A session whose secret the browser has not had before: nobody can have fixed it."""
    mark, now = mark_of(ledger, new.token), ledger.now()
    kept = _sealed(ledger, mark, new.kept)
    row = (mark, account, stage, new.browser, now, now, to_micros(new.expires), kept)
    ledger.sql.execute(_SQL["add"], row)


def find(ledger: Ledger, token: str, stage: Stage, idle: timedelta) -> Session | None:
    """Who is there; None if the session has ended, idled too long, or its account may not work now."""
    found = ledger.sql.execute(_SQL["find"], (mark_of(ledger, token),)).fetchall()
    if not found:
        return None
    row = found[0]
    state, is_stage, seen, expires = row[5], row[6], row[9], row[10]
    now = ledger.now()
    if is_stage != stage or state != _STATE_OF_STAGE[stage]:
        return None
    if expires <= now or seen + in_micros(idle) <= now:
        return None
    return _session(ledger, row)


def of_account(ledger: Ledger, account: str, idle: timedelta) -> list[Session]:
    """Where the account is signed in now, the last used first."""
    now = ledger.now()
    rows = ledger.sql.execute(_SQL["of_account"], (account, now)).fetchall()
    return [_session(ledger, row) for row in rows if row[9] + in_micros(idle) > now]


def needs_touch(session: Session, now: int) -> bool:
    return now - to_micros(session.seen) >= in_micros(_TOUCHED_EVERY)


def touch(ledger: Ledger, token: str) -> None:
    """It is in use."""
    ledger.sql.execute(_SQL["touch"], (ledger.now(), mark_of(ledger, token)))


def keep(ledger: Ledger, token: str, kept: Mapping[str, Any]) -> None:
    """What this session alone is shown from now on."""
    mark = mark_of(ledger, token)
    ledger.sql.execute(_SQL["keep"], (_sealed(ledger, mark, kept), mark))


def end(ledger: Ledger, token: str, by: str) -> None:
    """Signed out."""
    if ledger.sql.execute(_SQL["end"], (mark_of(ledger, token),)).rowcount:
        audit.append(ledger, by, Did("sign_out", by.removeprefix("account:")))


def end_one(ledger: Ledger, account: str, mark: str, by: str) -> bool:
    """End one session of this account, by its mark as `Session` tells it."""
    try:
        number = bytes.fromhex(mark)
    except ValueError:
        return False
    ended = ledger.sql.execute(_SQL["end_one_of"], (number, account)).rowcount
    if ended:
        audit.append(ledger, by, Did("account.sessions_ended", account, became=1))
    return bool(ended)


def end_others(ledger: Ledger, account: str, token: str, by: str) -> int:
    """End all but the one with this secret."""
    ended: int = ledger.sql.execute(_SQL["end_others"], (account, mark_of(ledger, token))).rowcount
    audit.append(ledger, by, Did("account.sessions_ended", account, became=ended))
    return ended


def end_all(ledger: Ledger, account: str, by: str) -> int:
    """Revoke every session of the account."""
    ended: int = ledger.sql.execute(_SQL["end_all_of"], (account,)).rowcount
    audit.append(ledger, by, Did("account.sessions_ended", account, became=ended))
    return ended


def end_every(ledger: Ledger, by: str) -> int:
    """Revoke all sessions of everybody."""
    ended: int = ledger.sql.execute(_SQL["end_every"]).rowcount
    audit.append(ledger, by, Did("account.sessions_ended", "", became=ended, reason="all accounts"))
    return ended


def drop(ledger: Ledger, token: str) -> None:
    """An end that tells nobody anything: another session takes its place."""
    ledger.sql.execute(_SQL["end"], (mark_of(ledger, token),))


def mark_of(ledger: Ledger, token: str) -> bytes:
    """Of a secret only this is kept: who reads the database cannot take a session over."""
    return ledger.marks.of("account session", token)


def purge(ledger: Ledger) -> None:
    ledger.sql.execute(_SQL["purge"], (ledger.now(),))


def _sealed(ledger: Ledger, mark: bytes, kept: Mapping[str, Any]) -> bytes | None:
    return ledger.keys.staff.close_json(_KEPT + mark, kept) if kept else None


def _session(ledger: Ledger, row: tuple[Any, ...]) -> Session:
    mark, account, name, role, language, _, stage, browser, created, seen, expires, kept = row
    staff = ledger.keys.staff
    return Session(
        mark=mark.hex(),
        account=account,
        name=staff.open_text(audit.name_place(account), name),
        role=role,
        language=language,
        stage=stage,
        browser=browser,
        created=from_micros(created),
        seen=from_micros(seen),
        expires=from_micros(expires),
        kept={} if kept is None else staff.open_json(_KEPT + mark, kept),
    )
