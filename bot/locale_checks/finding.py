"""One thing to mend in a locale file, told to the person who edits it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`file` as it is to be opened, `line` from 1 (0: the file as a whole), `mend` says what to do.

    `check` names what `exceptions.toml` may except; `advice` is listed and does not fail.
    """

    file: str
    line: int
    key: str
    what: str
    mend: str
    check: str = ""
    advice: bool = False

    @property
    def language(self) -> str:
        """The language of the file: the master is English."""
        name = self.file.rpartition("/")[2]
        return name.removesuffix(".po") if name.endswith(".po") else "en"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        advice = "advice: " if self.advice else ""
        check = f" [{self.check}]" if self.check else ""
        return f"{place}: {self.key}: {advice}{self.what}. {self.mend}.{check}"
