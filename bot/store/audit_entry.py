"""One entry of the trail: who did what to which lead or account, without a name, an answer or free text."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

HASH_BYTES = 32
START = bytes(HASH_BYTES)  # what stands before the first entry

# Short codes only: no sentence, name or telephone number may stand in what is never erased.
_PLAIN = re.compile(r"[A-Za-z0-9 _.:+/|=,-]{0,80}")
_MANY_DIGITS = re.compile(r"[0-9]{7}")
_HIDDEN = re.compile(r"h:[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value of which only a keyed hash enters the trail: who has the value can show that it is the one."""

    text: str


TrailValue = str | int | Hidden | None


@dataclass(frozen=True, slots=True)
class Did:
    """What was read or changed. `subject` is a lead's code or an account's id.

    `was`, `became` and `reason` are short codes; anything that a person typed must be `Hidden`.
    """

    action: str
    subject: str = ""
    field: str = ""
    was: TrailValue = None
    became: TrailValue = None
    reason: TrailValue = None


RESTORED = "trail.restored"


@dataclass(frozen=True, slots=True)
class Restored:
    """A break of the trail that somebody answers for: a backup was put back. Entries `first` to `last` are lost
    (none, if `last` is smaller).
    """

    seq: int
    at: datetime
    who: str
    backup: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the trail. `name` is whom `who` stands for, if known; it is not hashed."""

    seq: int
    at: datetime
    who: str
    role: str
    action: str
    subject: str
    field: str
    was: str | None
    became: str | None
    reason: str | None
    hash: str
    name: str = ""


def checked(value: str) -> str:
    """The value, if it can be no more than a code; ValueError says what to do otherwise."""
    if _HIDDEN.fullmatch(value) or (_PLAIN.fullmatch(value) and not _MANY_DIGITS.search(value)):
        return value
    # The value itself is not repeated: it may be what must not be written anywhere.
    raise ValueError("a value for the trail is not a short code: wrap it in Hidden, so that only its hash is kept")


def chained(key: bytes, before: bytes, row: tuple[Any, ...]) -> bytes:
    """The hash of a row (all columns but `hash`) and of everything before it: HMAC-SHA-256."""
    said = json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return hmac.digest(key, before + said, "sha256")


def head_mark(key: bytes, seq: int, hash_: bytes) -> bytes:
    """Shows that the end of the trail was written by somebody with the key."""
    return hmac.digest(key, b"head" + seq.to_bytes(8, "big") + hash_, "sha256")
