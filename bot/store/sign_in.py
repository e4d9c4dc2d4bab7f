"""Proving who somebody is: attempts counted, codes taken once, passwords and secrets sealed.

Whether a password or a code is right is found out in `bot.coordinator`; here stands what must happen with it
in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.store import accounts, audit, passkeys, sessions
from bot.store.account_records import Attempt, Enrolment, Locked, NewSession, Proof, Proved, SignIn
from bot.store.audit_entry import Did
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, in_micros
from bot.store.queries import load_queries

_SQL = load_queries("account")
FREE_TRIES = 5
_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(hours=1)
_DAY = timedelta(days=1)
_BROWSERS_KNOWN = timedelta(days=180)
_SIGN_INS_KEPT = timedelta(days=365)
# Names that nobody has share so many counters: inventing names neither fills the disk nor tells which exist.
_COUNTER_BYTES_OF_STRANGERS = 2


def attempt(ledger: Ledger, name: str, browser: str | None) -> Attempt | Locked:
    """Count an attempt, and give what is needed to judge it. A known browser has a count of its own.

    So whoever guesses elsewhere cannot lock a colleague out of the browser that they always use.
    """
    found = ledger.sql.execute(_SQL["by_name"], (accounts.name_mark(ledger, name),)).fetchall()
    account = found[0][0] if found else ""
    known = bool(account) and browser is not None and _knows(ledger, account, browser)
    mark = _counter(ledger, name, account, browser if known else None)
    now = ledger.now()
    tried = ledger.sql.execute(_SQL["attempt"], (mark,)).fetchall()
    tries, locked_until = tried[0] if tried else (0, 0)
    if _locks(locked_until, now):
        return Locked(from_micros(locked_until))
    tries += 1
    lock = 0 if tries < FREE_TRIES else now + in_micros(_lock_after(tries))
    ledger.sql.execute(_SQL["keep_attempt"], (mark, tries, now, lock))
    if lock and account:
        audit.append(ledger, audit.PROGRAM, Did("account.locked", account, became=tries))
    return proofs(ledger, account, known) if account else Attempt()


def knows_browser(ledger: Ledger, name: str, browser: str) -> bool:
    """Whether somebody of this name has signed in in this browser before."""
    found = ledger.sql.execute(_SQL["by_name"], (accounts.name_mark(ledger, name),)).fetchall()
    return bool(found) and _knows(ledger, found[0][0], browser)


def is_locked(ledger: Ledger, account: str) -> bool:
    """Whether so many attempts to sign in with this name were wrong that none is looked at now."""
    tried = ledger.sql.execute(_SQL["attempt"], (_counter(ledger, "", account, None),)).fetchall()
    return bool(tried) and _locks(tried[0][1], ledger.now())


def proofs(ledger: Ledger, account: str, known_browser: bool = False) -> Attempt:
    """What is needed to judge whether somebody is who they say; empty if they may not work now."""
    [(state, password, secret, step)] = ledger.sql.execute(_SQL["proofs"], (account,)).fetchall()
    if state != "active" or password is None or secret is None:
        return Attempt()
    staff = ledger.keys.staff
    return Attempt(
        account,
        staff.open_text(_password_place(account), password),
        staff.open_text(_secret_place(account), secret),
        step,
        known_browser,
    )


def refused(ledger: Ledger, name: str, account: str) -> None:
    """The attempt was wrong.

    Something is written for a name that nobody has, too: the flush takes as long, and tells nothing.
    """
    ledger.sql.execute(_SQL["touch_attempt"], (ledger.now(), _counter(ledger, name, account, None)))
    if account:
        audit.append(ledger, audit.PROGRAM, Did("sign_in.refused", account))


def succeed(ledger: Ledger, proved: Proved, new: NewSession) -> bool:
    """The attempt was right: begin its session. False if the code was used or the account closed."""
    account, browser, now = proved.account, proved.browser, ledger.now()
    if _state(ledger, account) != "active" or not _use(ledger, account, proved.proof):
        refused(ledger, proved.name, account)
        return False
    is_new = not _knows(ledger, account, browser)
    _keep_browser(ledger, account, browser)
    counter = _counter(ledger, proved.name, account, None if is_new else browser)
    ledger.sql.execute(_SQL["forget_attempts"], (counter,))
    if proved.rehashed is not None:
        _set_password(ledger, account, proved.rehashed)
    sessions.begin(ledger, account, "signed_in", new)
    by_recovery_code, by_passkey = proved.proof.recovery_code is not None, proved.proof.passkey is not None
    row = (account, now, new.browser, int(is_new), int(by_recovery_code), int(by_passkey))
    ledger.sql.execute(_SQL["add_sign_in"], row)
    by = " by recovery code" if by_recovery_code else " by passkey" if by_passkey else ""
    how = ("new browser" if is_new else "known browser") + by
    audit.append(ledger, f"account:{account}", Did("sign_in", account, reason=how))
    return True


def begin_enrolment(ledger: Ledger, token: str, new: NewSession) -> bool:
    """Exchange an invitation for a session in which password and codes are set up."""
    link = accounts.use_link(ledger, token, "invitation")
    if link is None:
        return False
    sessions.begin(ledger, link.account, "enrolling", new)
    return True


def enrol(ledger: Ledger, account: str, enrolment: Enrolment, new: NewSession) -> bool:
    """Everything is set up: the account is active and signed in. False if it was not invited."""
    if _state(ledger, account) != "invited":
        return False
    staff = ledger.keys.staff
    password = staff.close_text(_password_place(account), enrolment.password)
    secret = staff.close_text(_secret_place(account), enrolment.secret)
    ledger.sql.execute(_SQL["enrol"], (password, secret, enrolment.step, ledger.now(), account))
    by = f"account:{account}"
    audit.append(ledger, by, Did("account.enrolled", account, "state", "invited", "active"))
    _set_recovery_codes(ledger, account, enrolment.recovery_codes)
    ledger.sql.execute(_SQL["drop_links"], (account,))
    sessions.end_all(ledger, account, by)
    _keep_browser(ledger, account, enrolment.browser)
    begin_first(ledger, account, new, "enrolled")
    return True


def begin_first(ledger: Ledger, account: str, new: NewSession, how: str) -> None:
    """A session that no password began: after the enrolment, or by a link into a demo."""
    sessions.begin(ledger, account, "signed_in", new)
    ledger.sql.execute(_SQL["add_sign_in"], (account, ledger.now(), new.browser, 1, 0, 0))
    audit.append(ledger, f"account:{account}", Did("sign_in", account, reason=how))


def enter_demo(ledger: Ledger, token: str, new: NewSession) -> bool:
    """Exchange a demo's link for a session. False if it opens nothing."""
    link = accounts.use_link(ledger, token, "demo")
    if link is None or _state(ledger, link.account) != "active":
        return False
    begin_first(ledger, link.account, new, "demo link")
    return True


def confirm(ledger: Ledger, proved: Proved) -> bool:
    """Somebody signed in has proved again who they are. False if the code was used meanwhile."""
    if not _use(ledger, proved.account, proved.proof):
        return False
    known = _knows(ledger, proved.account, proved.browser)
    counter = _counter(ledger, proved.name, proved.account, proved.browser if known else None)
    ledger.sql.execute(_SQL["forget_attempts"], (counter,))
    return True


def change_password(ledger: Ledger, account: str, password: str, token: str) -> None:
    """A new password, and the end of every other session."""
    by = f"account:{account}"
    _set_password(ledger, account, password)
    audit.append(ledger, by, Did("account.password", account))
    sessions.end_others(ledger, account, token, by)


def new_recovery_codes(ledger: Ledger, account: str, codes: Sequence[str]) -> None:
    """These codes instead of all earlier ones."""
    _set_recovery_codes(ledger, account, codes)
    audit.append(ledger, f"account:{account}", Did("account.recovery_codes", account, became=len(codes)))


def recovery_codes_left(ledger: Ledger, account: str) -> int:
    left: int = ledger.sql.execute(_SQL["recovery_codes_left"], (account,)).fetchall()[0][0]
    return left


def sign_ins(ledger: Ledger, account: str, most: int) -> list[SignIn]:
    """The last sign-ins, newest first."""
    rows = ledger.sql.execute(_SQL["sign_ins"], (account, most)).fetchall()
    return [SignIn(from_micros(at), browser, *map(bool, how)) for at, browser, *how in rows]


def purge(ledger: Ledger) -> None:
    """Forget attempts of yesterday, links that have expired, browsers and sign-ins of long ago."""
    now = ledger.now()
    ledger.sql.execute(_SQL["purge_attempts"], {"day_ago": now - in_micros(_DAY), "now": now})
    ledger.sql.execute(_SQL["purge_links"], (now,))
    ledger.sql.execute(_SQL["purge_browsers"], (now - in_micros(_BROWSERS_KNOWN),))
    ledger.sql.execute(_SQL["purge_sign_ins"], (now - in_micros(_SIGN_INS_KEPT),))


def _lock_after(tries: int) -> timedelta:
    """One minute after the fifth wrong attempt, twice as long after each further one, an hour at most."""
    doubled: int = 2 ** min(tries - FREE_TRIES, 10)
    return min(_FIRST_LOCK * doubled, _LONGEST_LOCK)


def _locks(until: int, now: int) -> bool:
    """Whether the lock still holds. No lock of ours lasts longer than an hour: one that would was set by a clock that has
    been put back since.
    """
    return now < until <= now + in_micros(_LONGEST_LOCK)


def _state(ledger: Ledger, account: str) -> str:
    found = ledger.sql.execute(_SQL["one"], (account,)).fetchall()
    return found[0][0] if found else ""


def _counter(ledger: Ledger, name: str, account: str, browser: str | None) -> bytes:
    if not account:
        return accounts.name_mark(ledger, name)[:_COUNTER_BYTES_OF_STRANGERS]
    return ledger.marks.of("attempt", account, browser or "")


def _knows(ledger: Ledger, account: str, browser: str) -> bool:
    mark = _browser_mark(ledger, account, browser)
    return bool(ledger.sql.execute(_SQL["knows_browser"], (mark, account)).fetchall())


def _keep_browser(ledger: Ledger, account: str, browser: str) -> None:
    mark = _browser_mark(ledger, account, browser)
    ledger.sql.execute(_SQL["keep_browser"], (mark, account, ledger.now()))


def _use(ledger: Ledger, account: str, proof: Proof) -> bool:
    """Take a code once: of two requests with the same one, the second finds it used. A passkey's count goes up only."""
    if proof.passkey is not None:
        return passkeys.use(ledger, account, proof.passkey, proof.count)
    if proof.step is not None:
        return bool(ledger.sql.execute(_SQL["use_step"], {"step": proof.step, "id": account}).rowcount)
    if proof.recovery_code is None:
        return False
    mark = _recovery_mark(ledger, account, proof.recovery_code)
    return bool(ledger.sql.execute(_SQL["use_recovery_code"], (mark, account)).rowcount)


def _set_password(ledger: Ledger, account: str, password: str) -> None:
    sealed = ledger.keys.staff.close_text(_password_place(account), password)
    ledger.sql.execute(_SQL["set_password"], (sealed, ledger.now(), account))


def _set_recovery_codes(ledger: Ledger, account: str, codes: Sequence[str]) -> None:
    ledger.sql.execute(_SQL["drop_recovery_codes"], (account,))
    rows = [(_recovery_mark(ledger, account, code), account) for code in codes]
    ledger.sql.executemany(_SQL["add_recovery_code"], rows)


def _recovery_mark(ledger: Ledger, account: str, code: str) -> bytes:
    return ledger.marks.of("recovery code", account, code)


def _browser_mark(ledger: Ledger, account: str, browser: str) -> bytes:
    return ledger.marks.of("browser", account, browser)


def _password_place(account: str) -> bytes:
    return f"account.password {account}".encode()


def _secret_place(account: str) -> bytes:
    return f"account.secret {account}".encode()
