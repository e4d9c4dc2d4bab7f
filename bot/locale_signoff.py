"""Who read the texts of one language, when, and what exactly stood there: `locales/signoff/`.

Two files a language: `<language>.toml` is the record, one entry a sign-off and never rewritten; `<language>.json` holds
the wording of each text as it was last read, in the form of `wording_pairs`.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.locale_checks.shelf import Shelf
from bot.locale_texts import state_of
from bot.wording import ENGLISH
from bot.wording_error import WordingError
from bot.wording_pairs import Pair, Pairs, pair_hash, read_pairs, write_pairs

FOLDER = "signoff"
HEAD = (
    "# Who read these texts, and when. Written by `brasle-prescreen locales sign-off`; entries are only ever added.\n"
)


class SignOff(BaseModel):
    """One reading. `keys` are the patterns of the texts that were read, `sha256` is over all of their wordings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    role: str
    date: date
    keys: tuple[str, ...] = ("*",)
    texts: int
    sha256: str


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sign_off: tuple[SignOff, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A text that no longer reads as it did at its last sign-off. `had` is None if nobody ever signed it."""

    key: str
    had: Mapping[str, str] | None
    now: Mapping[str, str]


def read_record(folder: Path, language: str) -> tuple[SignOff, ...]:
    """All sign-offs of a language, the oldest first; WordingError if the record is damaged."""
    path = folder / FOLDER / f"{language}.toml"
    try:
        return _Record.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).sign_off
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise WordingError(f"{path.name}: the record of sign-offs is damaged; fetch its last version.") from error


def as_read(folder: Path, language: str) -> Pairs:
    """The wording of each text as it was last signed."""
    return read_pairs(folder / FOLDER / f"{language}.json")


def changes(shelf: Shelf, language: str) -> list[Change]:
    """What is not, or not any more, as somebody signed it; in the order of the master."""
    had = as_read(shelf.folder, language)
    found = []
    for key in shelf.master.entries:
        pair = had.get(key)
        now = wording_of(shelf, language, key)
        if pair is None or dict(pair.texts) != now:
            found.append(Change(key, pair.texts if pair else None, now))
    return found


def sign_off(shelf: Shelf, language: str, by: str, role: str, on: date, keys: tuple[str, ...] = ("*",)) -> SignOff:
    """Write down that these texts were read as they stand. What is open (missing, fuzzy, stale) is not signed."""
    read = {
        key: Pair(wording_of(shelf, language, key))
        for key in shelf.master.entries
        if fits(key, keys) and not state_of(shelf, language, key)
    }
    signed = SignOff(by=by, role=role, date=on, keys=keys, texts=len(read), sha256=_hash_of(read))
    record = (*read_record(shelf.folder, language), signed)
    known = {**as_read(shelf.folder, language), **read}
    (shelf.folder / FOLDER).mkdir(exist_ok=True)
    write_pairs(
        shelf.folder / FOLDER / f"{language}.json", {key: known[key] for key in shelf.master.entries if key in known}
    )
    path = shelf.folder / FOLDER / f"{language}.toml"
    path.write_text(HEAD + "".join(_entry(one) for one in record), encoding="utf-8")
    return signed


def wording_of(shelf: Shelf, language: str, key: str) -> dict[str, str]:
    """A text in English and in this language, as it stands in the files."""
    wording = {ENGLISH: shelf.master.entries[key].english}
    if language != ENGLISH:
        entry = shelf.translations[language].entries.get(key)
        wording[language] = entry.translation if entry else ""
    return wording


def fits(key: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _hash_of(read: Pairs) -> str:
    return hashlib.sha256(
        "\n".join(pair_hash(key, pair.texts) for key, pair in sorted(read.items())).encode()
    ).hexdigest()


def _entry(one: SignOff) -> str:
    # A JSON string is a TOML string, too.
    words = {"by": one.by, "role": one.role}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
    keys = json.dumps(list(one.keys), ensure_ascii=False)
    lines += [f"date = {one.date.isoformat()}", f"keys = {keys}", f"texts = {one.texts}", f'sha256 = "{one.sha256}"']
    return "\n[[sign_off]]\n" + "\n".join(lines) + "\n"
