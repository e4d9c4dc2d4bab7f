"""One thing that `doctor` has to say of a setting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the setting, what is wrong, what to do. `stops`: the server does not start with it."""

    setting: str
    wrong: str
    remedy: str
    stops: bool = False

    def line(self) -> str:
        return f"{'STOP ' if self.stops else 'note '} {self.setting}: {self.wrong} {self.remedy}".rstrip()
