"""How long what is kept, as the operator has set it and families are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Keep:
    """Since the family's last word, or the site's last word on its lead.

    `declined`: no permission was given. `unfinished`: answers, no result. `finished`: a result, and no call asked
    for. `closed`: the site has ended the lead, or the family took it back. `key_copies`: copies of the keys.
    """

    declined: timedelta
    unfinished: timedelta
    finished: timedelta
    closed: timedelta
    key_copies: timedelta


@dataclass(frozen=True, slots=True)
class Purged:
    """What one housekeeping removed: families whose time had run out, and old copies of keys."""

    people: int = 0
    key_copies: int = 0
