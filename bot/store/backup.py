"""A backup: the database at one moment with a manifest beside it. Never a person's key, never the master key.

Without the keys, which are copied apart and for a short time only, nobody can be read in it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.progress import Tell, untold
from bot.store.copying import CHECKING, copy_database, look_through, make_durable, sha256
from bot.store.errors import BadCopy
from bot.store.schema import STEPS

DATABASE = "brasle.sqlite3"
MANIFEST = "manifest.json"
PREFIX = "brasle-"
_FORM = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: when it was made by which version, and what must be in it. `made` is ISO 8601 in UTC."""

    form: int
    made: str
    program: str
    sqlite: str
    steps: int
    bytes: int
    sha256: str
    rows: dict[str, int]
    check: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made)


def stamp(now: datetime) -> str:
    """A moment as part of a file's name."""
    return f"{now:%Y%m%dT%H%M%SZ}"


def make_backup(folder: Path, to: Path, now: datetime, tell: Tell = untold) -> tuple[Path, Manifest]:
    """A checked backup in a folder of its own in `to`; it gets its name only when it is whole.

    FileExistsError if one was made in this very second.
    """
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = to / f"{PREFIX}{stamp(now)}"
    if place.exists():
        raise FileExistsError(place)
    draft = to / f".{place.name}.partial"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    copy = draft / DATABASE
    copy_database(folder / DATABASE, copy, tell)
    tell(CHECKING, 0, 0)
    manifest = Manifest(
        form=_FORM,
        made=now.isoformat(timespec="seconds"),
        program=program_version(),
        sqlite=sqlite3.sqlite_version,
        steps=_steps(copy),
        bytes=copy.stat().st_size,
        sha256=sha256(copy),
        rows=look_through(copy),
    )
    manifest = replace(manifest, check=_check(manifest))
    (draft / MANIFEST).write_text(_text(manifest), "utf-8")
    (draft / MANIFEST).chmod(0o600)
    make_durable(copy)
    make_durable(draft / MANIFEST)
    draft.replace(place)
    make_durable(place)
    return place, manifest


def verify_backup(place: Path, tell: Tell = untold) -> Manifest:
    """The manifest of a whole backup; BadCopy says what is wrong with another."""
    manifest = _manifest(place)
    copy = place / DATABASE
    if not copy.is_file():
        raise BadCopy(f"{copy} is missing: this backup cannot be used.")
    if copy.stat().st_size != manifest.bytes or sha256(copy) != manifest.sha256:
        raise BadCopy(f"{copy} is not what was written on {manifest.made}: it is damaged, take an older backup.")
    tell(CHECKING, 0, 0)
    if look_through(copy) != manifest.rows:
        raise BadCopy(f"{copy} does not hold the rows that its manifest names: take an older backup.")
    if _steps(copy) > len(STEPS["brasle"]):
        raise BadCopy(f"{place} was made by a newer version of this program ({manifest.program}): install that one.")
    return manifest


def _text(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), indent=2, sort_keys=True) + "\n"


def _check(manifest: Manifest) -> str:
    """A hash of the manifest itself: any damage of it is seen too."""
    return hashlib.sha256(_text(replace(manifest, check="")).encode()).hexdigest()


def program_version() -> str:
    try:
        return version("brasle-prescreen")
    except PackageNotFoundError:
        return "unknown"


def _manifest(place: Path) -> Manifest:
    try:
        text = (place / MANIFEST).read_text("utf-8")
        manifest = Manifest(**json.loads(text))
        if text != _text(manifest) or manifest.check != _check(manifest) or manifest.moment.tzinfo is None:
            raise ValueError("not what was written")
    except (FileNotFoundError, NotADirectoryError):
        raise BadCopy(
            f"{place} is no backup: it has no {MANIFEST}. A backup is a folder named {PREFIX}... with its moment."
        ) from None
    except (OSError, ValueError, TypeError):
        raise BadCopy(f"{place / MANIFEST} is damaged: take an older backup.") from None
    if manifest.form != _FORM:
        raise BadCopy(f"{place} was made by a newer version of this program: install that one.")
    return manifest


def _steps(copy: Path) -> int:
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as sql:
            steps: int = sql.execute("PRAGMA user_version").fetchall()[0][0]
            return steps
    except sqlite3.Error as error:
        raise BadCopy(f"{copy} is damaged: take an older one.") from error
