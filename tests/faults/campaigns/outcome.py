"""What a campaign found, as one line that reads the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """`worst` is the longest anybody waited, in seconds. `wrong` holds a sentence for each promise that broke,
    `not_measured` why some of it cannot be seen on this machine.
    """

    what: str
    count: int = 0
    lost: int = 0
    duplicated: int = 0
    worst: float = 0.0
    figures: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    not_measured: str = ""

    def check(self, is_so: bool, promise: str) -> None:
        """Note a promise that does not hold."""
        if not is_so:
            self.wrong.append(promise)

    def line(self) -> str:
        figures = "".join(f", {name} {value}" for name, value in self.figures.items())
        return (
            f"{self.what}: {self.count}, lost {self.lost}, duplicated {self.duplicated}, "
            f"worst recovery {self.worst:.2f} s{figures}"
            + (f", NOT MEASURED: {self.not_measured}" if self.not_measured else "")
        )
