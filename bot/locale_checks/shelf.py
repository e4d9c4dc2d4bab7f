"""All files of `locales/` as they stand, for the checks: the English master, every translation, the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.locale_checks.finding import Finding
from bot.locale_checks.glossary_file import GLOSSARY, Glossary
from bot.locale_checks.language_words import WORDS, LanguageWords, read_words
from bot.locale_checks.reading_measures import Reader
from bot.wording_error import WordingError
from bot.wording_file import MASTER, Entry, WordingFile, read_file

RULES = "rules.toml"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Length(_Model):
    """How long the texts of some keys may be: in display `width` or in `characters`."""

    kind: str
    keys: tuple[str, ...]
    width: int | None = None
    characters: int | None = None


class Limit(_Model):
    """Above the `target` a text is listed, above the `limit` it fails."""

    target: float
    limit: float


class Reading(_Model):
    """How hard a text for families may be. `words`: from so many words on an English text has a grade."""

    not_for: tuple[str, ...]
    words: int
    grade: Limit
    syllables: Limit
    hsk: Limit
    sentence: Limit


class Rules(_Model):
    finished: tuple[str, ...]
    reading: Reading
    forbidden: dict[str, tuple[str, ...]]
    forbidden_to_families: dict[str, tuple[str, ...]]
    length: tuple[Length, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One text as somebody reads it: `text` is the English of the master, or a translation."""

    file: str
    language: str
    entry: Entry
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation beside the English of the master that it stands for."""

    file: str
    language: str
    entry: Entry
    english: str

    @property
    def translation(self) -> str:
        return self.entry.translation

    def finding(self, check: str, what: str, mend: str, *, advice: bool = False) -> Finding:
        return Finding(self.file, self.entry.line, self.entry.key, what, mend, check, advice)


@dataclass(frozen=True, slots=True)
class Shelf:
    folder: Path
    master: WordingFile
    translations: Mapping[str, WordingFile]
    rules: Rules
    glossary: Glossary
    words: Mapping[str, LanguageWords]
    reader: Reader

    @classmethod
    def read(cls, folder: Path) -> Shelf:
        """WordingError in one sentence if a file cannot be read at all."""
        translations = {path.stem: read_file(path) for path in sorted(folder.glob("*.po"))}
        glossary = Glossary.read(folder / GLOSSARY)
        return cls(
            folder,
            read_file(folder / MASTER),
            translations,
            _rules(folder / RULES),
            glossary,
            read_words(folder / WORDS),
            Reader.read(folder, glossary),
        )

    def name(self, file: WordingFile) -> str:
        return f"{self.folder.name}/{file.path.name}"

    def lines(self) -> Iterator[Line]:
        """Every text that is there, in every language; the empty ones are the business of `complete`."""
        for entry in (*self.master.entries.values(), *self.master.repeated):
            yield Line(self.name(self.master), "en", entry, entry.english)
        for language, file in self.translations.items():
            for entry in (*file.entries.values(), *file.repeated):
                if entry.translation and not self.is_draft(language, entry):
                    yield Line(self.name(file), language, entry, entry.translation)

    def pairs(self) -> Iterator[Pair]:
        """Every translation whose key the master knows, beside the master's English."""
        for language, file in self.translations.items():
            for entry in file.entries.values():
                master = self.master.entries.get(entry.key)
                if master is not None and entry.translation.strip() and not self.is_draft(language, entry):
                    yield Pair(self.name(file), language, entry, master.english)

    def is_draft(self, language: str, entry: Entry) -> bool:
        """A fuzzy text of a language that nobody calls finished: shown to nobody, so not yet checked."""
        return entry.fuzzy and language not in self.rules.finished


def _rules(path: Path) -> Rules:
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WordingError(f"{path}: cannot be read ({error.strerror}); the checks need it.") from error
    except tomllib.TOMLDecodeError as error:
        raise WordingError(f"{path.name}: this is not TOML ({error}); undo its last edit.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise WordingError(f"{path.name}, {place}: {first['msg']}; compare it with its neighbours.") from error
