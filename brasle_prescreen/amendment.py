"""One amendment of the protocol as data: a folder with its number, the day from which it counts, what the site said, and
the trial files that change, whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from brasle_prescreen.trial_entry import Entry, ProtocolError, did_you_mean, read_toml

FILE = "amendment.toml"
SEAL = "amendment.seal.json"
ORIGINAL = "original"
"""The number of the first version: the trial files themselves."""

# What an amendment may hold beside FILE. The answers and units that questions fill are the program's.
MAY_CHANGE = (
    "eligibility.toml",
    "exclusion.toml",
    "glucocorticoids.toml",
    "inclusion.toml",
    "medicines.toml",
    "questions.toml",
    "score.toml",
    "study.toml",
)
# Short, and no digits in a row like those of a telephone: it stands in the trail.
_NUMBER = re.compile(r"(?!.*[0-9]{7})[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_PLACE = re.compile(r"\A(?P<file>\w+\.toml)(?:, (?P<entry>[\w.-]+(?:\[\d+\])?))?: (?P<rest>.*)\Z", re.DOTALL)
_KEY = re.compile(r"'(\w+)'")


class Amendment(NamedTuple):
    """What amendment.toml says. `files` are the trial files that stand in the folder, in order."""

    number: str
    counts_from: date
    approval: str
    said: str
    said_zh: str
    folder: Path
    files: tuple[str, ...]

    @property
    def places(self) -> dict[str, Path]:
        return {name: self.folder / name for name in self.files}


def read_amendment(folder: Path) -> Amendment:
    """Read a folder; ProtocolError names the file, the line where it can, and the likely fix."""
    try:
        return _read(folder)
    except ProtocolError as error:
        raise located(error, folder, {FILE: folder / FILE}) from None


def _read(folder: Path) -> Amendment:
    files = _files(folder)
    entry = Entry(FILE, "", read_toml(folder / FILE))
    number = entry.text("number")
    if not _NUMBER.fullmatch(number) or number == ORIGINAL:
        raise entry.wrong(
            f"'number' is {number!r}", "Write it as the site calls it, in letters and figures, such as number = '1'"
        )
    found = Amendment(
        number=number,
        counts_from=entry.day("counts_from"),
        approval=_told(entry, "approval"),
        said=_told(entry, "said"),
        said_zh=_told(entry, "said_zh"),
        folder=folder,
        files=files,
    )
    entry.finish()
    if not files:
        raise entry.wrong("the folder holds no trial file", f"Put in those that change: {', '.join(MAY_CHANGE)}")
    return found


def _told(entry: Entry, key: str) -> str:
    said = entry.text(key).strip()
    if not said:
        raise entry.wrong(f"{key!r} is empty", "The coordinators read it on the protocol page: write it out")
    return said


def _files(folder: Path) -> tuple[str, ...]:
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ProtocolError(
            f"the folder cannot be read ({error.strerror}). Name the folder of one amendment."
        ) from None
    for name in names:
        if name in (FILE, SEAL, *MAY_CHANGE):
            continue
        if name in ("answers.toml", "analytes.toml"):
            why = "the answers and units belong to the questions, and those to the program: ask its developers"
        else:
            why = f"{did_you_mean(name, (FILE, *MAY_CHANGE))}"
        raise ProtocolError(f"{name}: this is no file of an amendment. {why[:1].upper()}{why[1:]}.")
    if FILE not in names:
        raise ProtocolError(f"{FILE}: the file is missing. It says the number and from which day the amendment counts.")
    return tuple(name for name in names if name in MAY_CHANGE)


def folders(places: Sequence[Path]) -> tuple[Path, ...]:
    """The folders of amendments below these places; a place that is not there holds none."""
    found = [one for place in places if place.is_dir() for one in sorted(place.iterdir()) if one.is_dir()]
    return tuple(one for one in found if not one.name.startswith("."))


def located(error: ProtocolError, folder: Path, places: Mapping[str, Path]) -> ProtocolError:
    """The same complaint with the folder and, where the file tells it, the line."""
    found = _PLACE.match(str(error))
    if found is None or found["file"] not in places:
        return ProtocolError(f"amendment {folder.name}: {error}")
    line = _line(places[found["file"]], found["entry"] or "", found["rest"])
    entry = f", {found['entry']}" if found["entry"] else ""
    return ProtocolError(f"amendment {folder.name}: {found['file']}{line}{entry}: {found['rest']}")


def _line(path: Path, entry: str, rest: str) -> str:
    """Where the table of an entry begins, or the key in it that the complaint quotes first."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    start, key = 0, _KEY.search(rest)
    steps = re.sub(r"\[\d+\]", "", entry).split(".") if entry else []
    for length in range(len(steps), 0, -1):
        head = re.compile(rf"\s*\[\[?\s*(?:\w+\.)?{re.escape('.'.join(steps[:length]))}\s*\]")
        at = next((number for number, line in enumerate(lines, 1) if head.match(line)), 0)
        if at:
            start = at
            break
    if steps and not start:  # a card of the questions carries its id inside
        card = re.compile(rf"\s*id\s*=\s*[\"']{re.escape(steps[-1])}[\"']")
        start = next((number for number, line in enumerate(lines, 1) if card.match(line)), 0)
        if not start:
            return ""
    for number, line in enumerate(lines[start:], start + 1):
        if line.lstrip().startswith("["):
            break
        if key and re.match(rf"\s*{re.escape(key[1])}\b", line):
            return f", line {number}"
    return f", line {start}" if start else ""
