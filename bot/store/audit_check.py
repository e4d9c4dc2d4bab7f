"""Whether the trail is as it was written: finds edits, gaps, exchanges and a missing end.

Accounts that were changed beside the program are found too.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from bot.progress import Tell, untold
from bot.store import audit
from bot.store.audit import Head, fingerprint, name_place
from bot.store.audit_entry import HASH_BYTES, RESTORED, START, Restored, chained, head_mark
from bot.store.ledger import Ledger
from bot.store.queries import load_queries
from bot.store.sealing import CannotOpen

_SQL = load_queries("audit")
_GUARDS = 3
_MOST_SHOWN = 100

FaultKind = Literal[
    "changed",  # an entry is not what was written
    "missing",  # entries are gone between two others
    "end_missing",  # the trail ends before, or after, the end that was recorded
    "end_forged",  # the record of the end was not written by this program
    "broken",  # the program found the end removed, and had to go on from what was left
    "anchor",  # the trail does not hold the end remembered in the file of the keys
    "printed",  # the trail does not hold the end that was printed
    "unguarded",  # the database no longer refuses changes of the trail
    "account",  # an account is not what the trail says that it was made
    "unreadable",  # the file is damaged
]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: at which entry, or with which account and which of its fields."""

    kind: FaultKind
    seq: int | None = None
    account: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found. `faults` holds the first hundred; `found` counts all.

    `restored` are breaks that somebody answers for: backups put back. They are no faults.
    """

    entries: int
    head: Head | None
    faults: tuple[Fault, ...]
    found: int
    restored: tuple[Restored, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.found


def check(ledger: Ledger, printed: Head | None = None, tell: Tell = untold) -> Checked:
    """Read the whole trail. `printed`: an end noted earlier, which the trail must still hold.

    Reads one state of the file, whatever is written meanwhile.
    """
    faults: list[Fault] = []
    found = entries = 0
    ledger.sql.execute("BEGIN")
    try:
        for fault in _faults(ledger, printed, tell):
            if isinstance(fault, int):
                entries = fault
                continue
            found += 1
            if len(faults) < _MOST_SHOWN:
                faults.append(fault)
        head = audit.head(ledger)
        restored = tuple(audit.restored(ledger))
    except (sqlite3.Error, UnicodeDecodeError, CannotOpen, TypeError, ValueError):
        return Checked(entries, None, (*faults, Fault("unreadable")), found + 1)
    finally:
        if ledger.sql.in_transaction:
            ledger.sql.execute("ROLLBACK")
    return Checked(entries, head, tuple(faults), found, restored)


def _faults(ledger: Ledger, printed: Head | None, tell: Tell) -> Iterator[Fault | int]:
    """Every fault; an int is how many entries there are."""
    anchor = ledger.keys.anchor()
    marks = {seq: hash_ for seq, hash_ in [anchor or (0, START)] if seq}
    wanted = {} if printed is None else {printed.seq: bytes.fromhex(printed.hash)}
    seen_anchor = not marks
    seen_printed = not wanted
    accounts: dict[str, dict[str, str | None]] = {}
    before, last, count = START, 0, 0
    lost: list[Restored] = []
    [(whole,)] = ledger.sql.execute("SELECT count(*) FROM audit").fetchall()
    for row in ledger.sql.execute(_SQL["all"]):
        seq, hash_ = row[0], row[-1]
        if row[4] == RESTORED:
            lost.append(audit.as_restored(row))
            # What is missing just before it is what it says was lost.
            gap = (lost[-1].first, lost[-1].last + 1) == (last + 1, seq)
        else:
            gap = seq == last + 1
        if not gap:
            yield Fault("missing", last + 1)
        if len(hash_) != HASH_BYTES or not hmac.compare_digest(hash_, chained(ledger.keys.trail, before, row[:-1])):
            yield Fault("changed", seq)
        if row[4] == "trail.broken":
            yield Fault("broken", seq)
        seen_anchor = seen_anchor or marks.get(seq) == hash_
        seen_printed = seen_printed or wanted.get(seq) == hash_
        _remember(accounts, row)
        if count % 5000 == 0:
            tell("Reading the trail", count, whole)
        before, last, count = hash_, seq, count + 1
    yield count
    yield from _end_faults(ledger, last, before)
    if not seen_anchor and not _is_lost(lost, next(iter(marks))):
        yield Fault("anchor", next(iter(marks)))
    if not seen_printed and not _is_lost(lost, next(iter(wanted))):
        yield Fault("printed", next(iter(wanted)))
    if ledger.sql.execute(_SQL["guards"]).fetchall()[0][0] != _GUARDS:
        yield Fault("unguarded")
    yield from _account_faults(ledger, accounts)


def _is_lost(lost: list[Restored], seq: int) -> bool:
    return any(one.first <= seq <= one.last for one in lost)


def _end_faults(ledger: Ledger, last: int, hash_: bytes) -> Iterator[Fault]:
    found = ledger.sql.execute(_SQL["head"]).fetchall()
    if not found:
        yield Fault("end_missing", last)
        return
    seq, end, mark = found[0]
    if not hmac.compare_digest(mark, head_mark(ledger.keys.trail, seq, end)):
        yield Fault("end_forged", seq)
    elif (seq, end) != (last, hash_):
        yield Fault("end_missing", min(seq, last) + 1)


def _remember(accounts: dict[str, dict[str, str | None]], row: tuple[Any, ...]) -> None:
    """What the trail says an account was made: the last value of each of its fields."""
    _, _, _, _, action, subject, field, _, became, _, _ = row
    if action.startswith("account.") and field in ("name", "role", "state"):
        accounts.setdefault(subject, {})[field] = became


def _account_faults(ledger: Ledger, told: dict[str, dict[str, str | None]]) -> Iterator[Fault]:
    """Accounts that were made, renamed, promoted or let in beside the program."""
    there = set()
    for id_, sealed, role, state in ledger.sql.execute(_SQL["accounts"]).fetchall():
        there.add(id_)
        name = ledger.keys.staff.open_text(name_place(id_), sealed)
        is_now = {"name": fingerprint(ledger, name), "role": role, "state": state}
        for field, value in is_now.items():
            if told.get(id_, {}).get(field) != value:
                yield Fault("account", account=id_, field=field)
    for id_ in sorted(set(told) - there):
        yield Fault("account", account=id_, field="state")
