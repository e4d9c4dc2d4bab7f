"""Which message of a chat is its live card, as the store keeps it between sendings."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(\d+):(\d+):([01])")


@dataclass(frozen=True, slots=True)
class Live:
    """The live card: its message, the revision in its buttons, and whether it may not be forwarded."""

    message: int
    revision: int
    protected: bool

    def __str__(self) -> str:
        return f"{self.message}:{self.revision}:{self.protected:d}"

    @classmethod
    def read(cls, kept: str | None) -> Live | None:
        found = _FORM.fullmatch(kept or "")
        return cls(int(found[1]), int(found[2]), found[3] == "1") if found else None
