"""What the registry's record says outside its eligibility text, and the codes under which other systems know it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from brasle_prescreen.trial_entry import Entry, read_toml

FILE = Path(__file__).parent / "trial" / "registry.toml"


class Code(NamedTuple):
    """A code of another system. `about` is what of the trial it names."""

    about: str
    system: str
    code: str
    display: str


class Registered(NamedTuple):
    """The shipped record in the registry's words. `takes_families`: statuses under which a family can be taken."""

    overall_status: str
    phases: tuple[str, ...]
    enrollment: int
    minimum_age: str
    sex: str
    start: str
    completion: str
    takes_families: tuple[str, ...]
    codes: tuple[Code, ...]

    def coded(self, about: str) -> tuple[Code, ...]:
        return tuple(code for code in self.codes if code.about == about)


@cache
def load_registered() -> Registered:
    """The shipped one. ProtocolError for any mistake in it."""
    return read_registered(read_toml(FILE))


def read_registered(data: Mapping[str, Any]) -> Registered:
    """From the tables of the file; ProtocolError names the entry and the likely fix."""
    file = Entry(FILE.name, "", data)
    record = file.table("record")
    found = Registered(
        overall_status=record.text("overall_status"),
        phases=record.texts("phases"),
        enrollment=record.whole("enrollment"),
        minimum_age=record.text("minimum_age"),
        sex=record.text("sex"),
        start=record.text("start"),
        completion=record.text("completion"),
        takes_families=record.texts("takes_families", needed=True),
        codes=tuple(_code(entry) for entry in file.tables("code")),
    )
    record.finish()
    file.finish()
    return found


def _code(entry: Entry) -> Code:
    found = Code(entry.text("about"), entry.text("system"), entry.text("code"), entry.text("display"))
    entry.finish()
    return found
