"""Updates as they came in.

Kept before they are confirmed, shrunk to a keyed hash once handled, or else set aside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from bot.store.ledger import Ledger
from bot.store.moments import from_micros, in_micros
from bot.store.queries import load_queries
from bot.store.records import InboxItem, Quarantined, RawUpdate

_SQL = load_queries("inbox")
_CONTENT = b"inbox.sealed"
_WHY = b"inbox.why"
CHANNEL = "telegram"
UNREADABLE = -1
REMEMBERED = timedelta(days=7)  # Telegram itself forgets after 24 hours
QUARANTINE_KEPT = timedelta(days=30)


def keep(ledger: Ledger, updates: Sequence[RawUpdate]) -> int:
    """Store what was not seen in the last seven days; returns how many that were."""
    return sum(_keep_one(ledger, update) for update in updates)


def keep_unreadable(ledger: Ledger, raw: str, why: str) -> int:
    """Set aside something that has no update id or is no JSON at all; 0 if it was seen before."""
    now = ledger.now()
    if not _is_new(ledger, ledger.marks.of("unreadable", raw), now):
        return 0
    sealed = _sealed(ledger, RawUpdate(UNREADABLE, None, raw))
    ledger.sql.execute(_SQL["add"], (None, now, now, ledger.intake.close_text(_WHY, why), sealed))
    return 1


def pending(ledger: Ledger, limit: int, after: int, since: int | None = None) -> list[InboxItem]:
    """What waits, in the order in which it came, from the first row after `after`.

    With `since`, only of the chats that have written since that row: the chat that wrote last first, each in its order.
    """
    query = _SQL["pending" if since is None else "pending_of_latest"]
    rows = ledger.sql.execute(query, {"after": after, "since": since, "limit": limit}).fetchall()
    return [_opened(ledger, number, sealed) for number, sealed in rows]


def is_pending(ledger: Ledger, inbox_id: int) -> bool:
    """Whether this update still waits."""
    return bool(ledger.sql.execute(_SQL["is_pending"], (inbox_id,)).fetchall())


def quarantine(ledger: Ledger, inbox_id: int, why: str) -> None:
    """Set an update aside, so that the rest go on."""
    ledger.sql.execute(_SQL["quarantine"], (ledger.now(), ledger.intake.close_text(_WHY, why), inbox_id))


def quarantined(ledger: Ledger) -> list[Quarantined]:
    """Everything set aside, oldest first."""
    return [
        Quarantined(_opened(ledger, number, sealed), ledger.intake.open_text(_WHY, why), from_micros(at))
        for number, sealed, why, at in ledger.sql.execute(_SQL["quarantined"]).fetchall()
    ]


def replay(ledger: Ledger, inbox_id: int) -> int | None:
    """Put a quarantined update at the end of what waits, under a new number; None if there is no such one."""
    made = ledger.sql.execute(_SQL["replay"], (inbox_id,))
    if not made.rowcount:
        return None
    drop(ledger, inbox_id)
    return made.lastrowid


def drop(ledger: Ledger, inbox_id: int) -> None:
    """The update is handled: only its keyed hash stays."""
    ledger.sql.execute(_SQL["drop"], (inbox_id,))


def of_person(ledger: Ledger, person: int) -> list[str]:
    """The updates of this person's chats that are still kept, as they came."""
    rows = ledger.sql.execute(_SQL["of_person"], (person,)).fetchall()
    return [_opened(ledger, number, sealed).raw for number, sealed in rows]


def is_first(ledger: Ledger, kind: str, *parts: str) -> bool:
    """Whether this was not seen in the last seven days; from now on it was."""
    return _is_new(ledger, ledger.marks.of(kind, *parts), ledger.now())


def troubles_of(ledger: Ledger, person: int) -> list[str]:
    """Why updates of this person's chats were set aside."""
    rows = ledger.sql.execute(_SQL["troubles_of_person"], (person,)).fetchall()
    return [ledger.intake.open_text(_WHY, why) for (why,) in rows]


def purge(ledger: Ledger) -> None:
    """Forget hashes after seven days and quarantined updates after thirty."""
    now = ledger.now()
    ledger.sql.execute(_SQL["purge_seen"], (now - in_micros(REMEMBERED),))
    ledger.sql.execute(_SQL["purge_quarantined"], (now - in_micros(QUARANTINE_KEPT),))


def _keep_one(ledger: Ledger, update: RawUpdate) -> bool:
    now = ledger.now()
    if not _is_new(ledger, ledger.marks.of("update", str(update.update_id), update.chat or "", update.mark), now):
        return False
    chat = None if update.chat is None else ledger.chat(CHANNEL, update.chat)
    ledger.sql.execute(_SQL["add"], (chat, now, None, None, _sealed(ledger, update)))
    return True


def _is_new(ledger: Ledger, mark: bytes, now: int) -> bool:
    bounds = {"hash": mark, "now": now, "too_old": now - in_micros(REMEMBERED)}
    return ledger.sql.execute(_SQL["see"], bounds).rowcount == 1


def _sealed(ledger: Ledger, update: RawUpdate) -> bytes:
    """Number and chat get a line of their own: so the update's JSON needs no second layer of quotes."""
    return ledger.intake.close_text(_CONTENT, json.dumps([update.update_id, update.chat]) + "\n" + update.raw)


def _opened(ledger: Ledger, number: int, sealed: bytes) -> InboxItem:
    head, _, raw = ledger.intake.open_text(_CONTENT, sealed).partition("\n")
    update_id, chat = json.loads(head)
    return InboxItem(number, update_id, chat, raw)
