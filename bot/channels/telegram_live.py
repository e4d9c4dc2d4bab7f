"""Which message of a chat is its live card, as the store keeps it between sendings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# open: may be forwarded. question: may not, it will hold its answer. list: holds answers now.
Kind = Literal["open", "question", "list"]

_FORM = re.compile(r"(\d+):(\d+):(open|question|list)")


@dataclass(frozen=True, slots=True)
class Live:
    """The live card: its message, the revision in its buttons, and what kind of card it is."""

    message: int
    revision: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.message}:{self.revision}:{self.kind}"

    @classmethod
    def read(cls, kept: str | None) -> Live | None:
        found = _FORM.fullmatch(kept or "")
        return cls(int(found[1]), int(found[2]), found[3]) if found else None  # type: ignore[arg-type]

    def may_become(self, kind: Kind) -> bool:
        """Whether an edit is enough: Telegram can neither forbid forwarding later nor allow it again."""
        return (self.kind == "open") == (kind == "open")
