"""One thing to mend in a locale file, told to the person who edits it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`file` as it is to be opened, `line` from 1 (0: the file as a whole), `mend` says what to do."""

    file: str
    line: int
    key: str
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.what}. {self.mend}."
