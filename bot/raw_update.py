"""Telegram's updates as raw text, read just far enough to store them: no oddity can stop the intake."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.store.records import RawUpdate

LARGEST_ID = 2**63 - 1
# Characters of an update as it is stored: a message at its longest takes a tenth of that.
LARGEST = 1 << 20
# Levels kept of what is nested too deep to be written; Telegram's own updates have about ten.
DEEPEST = 50
# What Telegram gives once to a message, a press, a change: however often it sends one, these stay the same.
MARKS = ("message_id", "id", "date", "edit_date")


@dataclass(slots=True)
class Batch:
    """One answer of getUpdates: updates (as sent, ready to store), what is no update (text, why), the last number
    seen.
    """

    updates: list[tuple[dict[str, Any], RawUpdate]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    last_id: int | None = None

    @property
    def empty(self) -> bool:
        return not self.updates and not self.unreadable


def read_batch(result: Any) -> Batch:
    """Take the `result` of getUpdates apart; anything that is no update is set aside, never raised."""
    batch = Batch()
    if not isinstance(result, list):
        return batch
    for update in result:
        raw = as_raw(update)
        if raw is None:
            batch.unreadable.append((as_text(update), "an update without a number"))
            continue
        if len(raw.raw) > LARGEST:
            batch.unreadable.append((raw.raw, "larger than any update"))
        else:
            batch.updates.append((update, raw))
        batch.last_id = raw.update_id
    return batch


def as_raw(update: Any) -> RawUpdate | None:
    """An update ready to store, or None if it has no usable number."""
    if not isinstance(update, dict):
        return None
    id = update.get("update_id")
    if not isinstance(id, int) or isinstance(id, bool) or not 0 <= id <= LARGEST_ID:
        return None
    return RawUpdate(update_id=id, chat=chat_of(update), raw=as_text(update), mark=mark_of(update))


def mark_of(update: dict[str, Any]) -> str:
    """What tells this update from another one of the same number: which message it is, which press, of which moment."""
    for kind, part in update.items():
        if isinstance(part, dict):
            return _as_json([kind, *(part.get(name) for name in MARKS)])
    return ""


def as_text(update: Any) -> str:
    """JSON as short as it can be: what is beyond ASCII stays as it is, half a surrogate pair included, and NUL is escaped."""
    return _as_json(update, separators=(",", ":"), ensure_ascii=False)


def _as_json(value: Any, **form: Any) -> str:
    try:
        return json.dumps(value, **form)
    except RecursionError:  # what could be read a moment ago is a step too deep to be written: no Telegram sends that
        return json.dumps(_cut(value, DEEPEST), **form)


def _cut(value: Any, depth: int) -> Any:
    """The value down to so many levels."""
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        return None
    if isinstance(value, list):
        return [_cut(one, depth - 1) for one in value]
    return {name: _cut(one, depth - 1) for name, one in value.items()}


def chat_of(update: dict[str, Any]) -> str | None:
    """The chat in whose order this update belongs; for what has no chat, the person; None without either."""
    for part in update.values():
        if not isinstance(part, dict):
            continue
        for holder in (part, part.get("message")):
            if isinstance(holder, dict) and (id := _id(holder.get("chat"))) is not None:
                return id
        for who in ("from", "user"):
            if (id := _id(part.get(who))) is not None:
                return id
    return None


def _id(holder: Any) -> str | None:
    id = holder.get("id") if isinstance(holder, dict) else None
    return str(id) if isinstance(id, int) and not isinstance(id, bool) else None
