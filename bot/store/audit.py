"""The trail: every reading of a lead and every change, chained, written in the transaction of the change.

It is added to and never edited. `audit_check` finds out whether somebody did.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import codes
from bot.store.audit_entry import (
    RESTORED,
    START,
    Did,
    Entry,
    Hidden,
    Restored,
    TrailValue,
    chained,
    checked,
    head_mark,
)
from bot.store.connection import transaction
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, to_micros
from bot.store.queries import load_queries

_SQL = load_queries("audit")
PROGRAM = "program"
FAMILY = "family"
_OF_THE_PROGRAM = frozenset({PROGRAM, "outbox"})
_ACCOUNT = re.compile(r"account:[A-Z0-9-]{4,20}")
_CONDITIONS = {
    "subject": "subject = :subject",
    "who": "who = :who",
    "action": "action = :action",
    "since": "at >= :since",
    "until": "at < :until",
    "before": "seq < :before",
}
_NAME = b"audit_name.sealed"
_PRINTED = re.compile(r"([0-9]{1,15})[: ]\s*([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the trail ends. Printed and kept elsewhere, it shows later that nothing before it was touched."""

    seq: int
    hash: str

    @classmethod
    def read(cls, printed: str) -> Head | None:
        """`1234:9f3a...` as it was printed, copied by hand or by machine; None if it is something else."""
        found = _PRINTED.fullmatch(printed.strip().lower())
        return None if found is None else cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to list, newest first; `before` is the number of the last one already seen."""

    subject: str | None = None
    who: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


def append(ledger: Ledger, by: str, did: Did) -> None:
    """Add one entry, in the transaction of what it tells of.

    `by` is `account:<id>`, `program`, `family`, or the name of whoever uses the command line.
    """
    seq, before = _end(ledger)
    if seq is None:
        # Somebody has removed or forged the end. The program must go on; the break stays to be seen.
        seq, before = _after_a_break(ledger)
    _add(ledger, seq + 1, before, _actor(ledger, by), did)


def begin(ledger: Ledger) -> None:
    """The first entry of a new trail. One that was emptied gets none: its check goes on failing."""
    if ledger.sql.execute(_SQL["head"]).fetchall() or ledger.keys.anchor() is not None:
        return
    with transaction(ledger.sql):
        if not ledger.sql.execute(_SQL["head"]).fetchall() and _last(ledger) is None:
            _add(ledger, 1, START, (PROGRAM, ""), Did("trail.begun"))


def listing(ledger: Ledger, wanted: Wanted) -> list[Entry]:
    """Entries with the names of who did it."""
    known = names(ledger)
    values = {
        "subject": wanted.subject,
        "who": wanted.who,
        "action": wanted.action,
        "since": None if wanted.since is None else to_micros(wanted.since),
        "until": None if wanted.until is None else to_micros(wanted.until),
        "before": wanted.before,
        "limit": wanted.limit,
    }
    where = [condition for name, condition in _CONDITIONS.items() if values[name] is not None]
    statement = _SQL["listing"].replace("{where}", " AND ".join(where) or "true")
    return [_entry(row, known) for row in ledger.sql.execute(statement, values).fetchall()]


def actions(ledger: Ledger) -> list[str]:
    """Every kind of entry that occurs."""
    return [action for (action,) in ledger.sql.execute(_SQL["actions"]).fetchall()]


def head(ledger: Ledger) -> Head | None:
    """Where the trail ends now; None if that was removed or forged."""
    seq, hash_ = _end(ledger)
    return None if seq is None else Head(seq, hash_.hex())


def anchor(ledger: Ledger, seen: Head) -> bool:
    """Remember a committed end in the file of the keys.

    False if the trail does not carry the one remembered before: then that one stays.
    """
    known = ledger.keys.anchor()
    end = (seen.seq, bytes.fromhex(seen.hash))
    if known is not None and known != end:
        found = ledger.sql.execute(_SQL["hash_of"], (known[0],)).fetchall()
        if not found and any(one.first <= known[0] <= one.last for one in restored(ledger)):
            ledger.keys.move_anchor(*end)
            return True
        if not found or not hmac.compare_digest(found[0][0], known[1]):
            return False
    if known != end:
        ledger.keys.set_anchor(*end)
    return True


def note_restored(ledger: Ledger, by: str, backup: str, known: int) -> Restored:
    """A backup was put back: the trail goes on after the last entry known to have been, `known` at least.

    So no number is given twice, and what is missing between is what was lost. `backup`: when it was made.
    """
    seq, before = _end(ledger)
    if seq is None:
        seq, before = _after_a_break(ledger)
    lost = max(seq, known)
    # Grouped by underscores: a long row of digits might be a telephone number, and is refused.
    did = Did(RESTORED, field="database", was=f"{seq:_}", became=f"{lost:_}", reason=backup)
    _add(ledger, lost + 1, before, _actor(ledger, by), did)
    return restored(ledger)[-1]


def restored(ledger: Ledger) -> list[Restored]:
    """Every backup that was put back, the oldest first."""
    return [as_restored(row) for row in ledger.sql.execute(_SQL["of_action"], (RESTORED,)).fetchall()]


def as_restored(row: tuple[Any, ...]) -> Restored:
    """An entry of a restore, as it stands in the table."""
    seq, at, who, _, _, _, _, was, became, reason, _ = row
    return Restored(seq, from_micros(at), who, reason or "", int(was) + 1, int(became))


def anchor_now(ledger: Ledger) -> None:
    """Remember the end where nothing else is being written."""
    end = head(ledger)
    if end is not None:
        anchor(ledger, end)


def subject_of(typed: str) -> str:
    """A lead's reference number or an account's id, as anybody may type it."""
    bare = typed.strip().upper()
    return bare if bare.startswith("S-") else codes.as_code(bare)


def fingerprint(ledger: Ledger, text: str) -> str:
    """What stands in the trail for a value that must not."""
    return f"h:{ledger.marks.of('trail', text).hex()}"


def _end(ledger: Ledger) -> tuple[int | None, bytes]:
    found = ledger.sql.execute(_SQL["head"]).fetchall()
    if not found:
        return None, START
    seq, hash_, mark = found[0]
    if not hmac.compare_digest(mark, head_mark(ledger.keys.trail, seq, hash_)):
        return None, START
    return seq, hash_


def _after_a_break(ledger: Ledger) -> tuple[int, bytes]:
    last = _last(ledger) or (0, START)
    known = ledger.keys.anchor() or (0, START)
    seq, before = max(last, known)
    _add(ledger, seq + 1, before, (PROGRAM, ""), Did("trail.broken"))
    end, hash_ = _end(ledger)
    assert end is not None
    return end, hash_


def _add(ledger: Ledger, seq: int, before: bytes, actor: tuple[str, str], did: Did) -> None:
    row = (
        seq,
        ledger.now(),
        *actor,
        checked(did.action),
        checked(did.subject),
        checked(did.field),
        _value(ledger, did.was),
        _value(ledger, did.became),
        _value(ledger, did.reason),
    )
    hash_ = chained(ledger.keys.trail, before, row)
    ledger.sql.execute(_SQL["add"], (*row, hash_))
    ledger.sql.execute(_SQL["set_head"], (seq, hash_, head_mark(ledger.keys.trail, seq, hash_)))


def _value(ledger: Ledger, value: TrailValue) -> str | None:
    if value is None:
        return None
    if isinstance(value, Hidden):
        return fingerprint(ledger, value.text)
    return checked(str(value))


def _actor(ledger: Ledger, by: str) -> tuple[str, str]:
    """Who, and in which role. A name of the command line is kept sealed beside the trail, under its hash."""
    if by == FAMILY:
        return FAMILY, ""
    if by in _OF_THE_PROGRAM:
        return PROGRAM, ""
    if _ACCOUNT.fullmatch(by):
        found = ledger.sql.execute(_SQL["role_of"], (by.removeprefix("account:"),)).fetchall()
        return by, found[0][0] if found else ""
    name = by.removeprefix("command:")
    who = f"command:{ledger.marks.of('command', name).hex()}"
    ledger.sql.execute(_SQL["add_name"], (who, ledger.keys.staff.close_text(_NAME + who.encode(), name)))
    return who, ""


def names(ledger: Ledger) -> dict[str, str]:
    """Whom each `who` stands for."""
    staff = ledger.keys.staff
    known = {
        who: staff.open_text(_NAME + who.encode(), sealed)
        for who, sealed in ledger.sql.execute(_SQL["names"]).fetchall()
    }
    for id_, sealed in ledger.sql.execute(_SQL["account_names"]).fetchall():
        known[f"account:{id_}"] = staff.open_text(name_place(id_), sealed)
    return known


def name_place(account: str) -> bytes:
    """Where an account's sealed name stands: bound to the account, so that names cannot be exchanged."""
    return f"account.name {account}".encode()


def _entry(row: tuple[Any, ...], known: dict[str, str]) -> Entry:
    seq, at, who, role, action, subject, field, was, became, reason, hash_ = row
    return Entry(
        seq,
        from_micros(at),
        who,
        role,
        action,
        subject,
        field,
        was,
        became,
        reason,
        hash_.hex(),
        known.get(who, ""),
    )


def _last(ledger: Ledger) -> tuple[int, bytes] | None:
    found = ledger.sql.execute(_SQL["last"]).fetchall()
    return (found[0][0], found[0][1]) if found else None
