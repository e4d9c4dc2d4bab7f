"""`locales/exceptions.toml`: findings that may stay, each with its reason; one that is no longer needed is found."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.locale_checks.finding import Finding
from bot.wording_error import WordingError

EXCEPTIONS = "exceptions.toml"
# What can be excepted. Placeholders, tags, forbidden words and lengths never can: they break what a family sees.
CHECKS = ("grade", "syllables", "hsk", "sentence", "numbers", "negation", "glossary", "same", "punctuation")


class Excepted(BaseModel):
    """Texts that one check leaves alone. `plainer` is what we would say instead, once the site agrees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    language: str
    keys: tuple[str, ...] = Field(min_length=1)
    reason: str = Field(min_length=10)
    plainer: str = ""
    line: int = 0


def read_exceptions(path: Path) -> tuple[Excepted, ...]:
    """The exceptions in their order, with the line each begins at. WordingError in one sentence if it is broken."""
    try:
        text = path.read_text(encoding="utf-8")
        entries = tomllib.loads(text).get("exception", [])
    except OSError as error:
        raise WordingError(f"{path}: cannot be read ({error.strerror}); the checks need it.") from error
    except tomllib.TOMLDecodeError as error:
        raise WordingError(f"{path.name}: this is not TOML ({error}); undo its last edit.") from error
    begins = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[exception]]"]
    read = []
    for entry, line in zip(entries, begins, strict=False):
        try:
            read.append(Excepted.model_validate({**entry, "line": line}))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise WordingError(f"{path.name}, line {line}, {field}: {first['msg']}; compare its neighbours.") from error
        if read[-1].check not in CHECKS:
            raise WordingError(f"{path.name}, line {line}: check is one of {', '.join(CHECKS)}.")
    return tuple(read)


def without_excepted(folder: str, found: Iterable[Finding], exceptions: Iterable[Excepted]) -> list[Finding]:
    """The findings that stay, and one for each exception that excepts nothing."""
    excepted = {(one.check, one.language, key): one for one in exceptions for key in one.keys}
    used = set()
    kept = []
    for finding in found:
        place = (finding.check, finding.language, finding.key)
        if place in excepted:
            used.add(place)
        else:
            kept.append(finding)
    for (check, language, key), one in excepted.items():
        if (check, language, key) not in used:
            what = f"the exception for “{check}” in {language} is no longer needed"
            kept.append(
                Finding(
                    f"{folder}/{EXCEPTIONS}", one.line, key, what, "Remove this key from its list of keys", "", True
                )
            )
    return kept
