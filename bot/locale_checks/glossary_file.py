"""`locales/glossary.csv`: the terms of the trial, what each language calls them, and what it never does."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.wording_error import WordingError

GLOSSARY = "glossary.csv"
NEVER = "_never"
BETWEEN = ";"
# The column `from`: a `word` of the body or of care, or of the `screen`, may be said in other ways, and only the
# reading level takes it as known. Every other term is said as agreed.
KIND = "from"
FREE = ("word", "screen")
_OTHER_COLUMNS = (KIND, "note")


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One row: `says` are the forms of each language, the best first; `never` those that would mislead."""

    line: int
    kind: str
    says: Mapping[str, tuple[str, ...]]
    never: Mapping[str, tuple[str, ...]]

    @property
    def english(self) -> str:
        return self.says["en"][0]


@dataclass(frozen=True)
class Glossary:
    terms: tuple[Term, ...]

    @classmethod
    def read(cls, path: Path) -> Glossary:
        """WordingError in one sentence if the file is missing, is not CSV, or a row has no English."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise WordingError(f"{path}: cannot be read ({error.strerror}); the checks need it.") from error
        except UnicodeDecodeError as error:
            raise WordingError(f"{path.name}: byte {error.start} is not UTF-8; save it as “CSV UTF-8”.") from error
        rows = csv.DictReader(text.splitlines())
        if "en" not in (rows.fieldnames or ()):
            raise WordingError(f"{path.name}, line 1: the first line names the columns, and one of them is “en”.")
        return cls(tuple(_term(path, rows.line_num, row) for row in rows))

    def mask(self, text: str, language: str, by: str) -> str:
        """The text with every term of this language, longest first, replaced by `by`."""
        pattern = self._patterns.get(language)
        return pattern.sub(by, text) if pattern else text

    def without_names(self, text: str) -> str:
        """An English text without the names that another language writes in the same letters: HIV, mg, Telegram."""
        return self._names.sub("", text)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return form_pattern(
            form
            for term in self.terms
            for form in term.says["en"]
            if any(form in forms for code, forms in term.says.items() if code != "en")
        )

    def in_english(self, text: str) -> list[Term]:
        """The terms that an English text uses: the longest at each place, so `lupus nephritis` is not `lupus`."""
        found = {match[0].lower(): None for match in self._patterns["en"].finditer(text)}
        return list(dict.fromkeys(term for form in found for term in self._by_form.get(form, ())))

    @cached_property
    def _by_form(self) -> dict[str, list[Term]]:
        by_form: dict[str, list[Term]] = {}
        for term in self.terms:
            for form in term.says["en"]:
                by_form.setdefault(form.lower(), []).append(term)
        return by_form

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        languages = {language for term in self.terms for language in term.says}
        return {
            language: form_pattern(form for term in self.terms for form in term.says.get(language, ()))
            for language in languages
        }


def form_pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Any of the forms, the longest first; Latin ones as whole words, whatever their case."""
    ordered = sorted(set(forms), key=len, reverse=True)
    latin = [f"{re.escape(form)}{_end(form)}" for form in ordered if form[0].isascii()]
    other = [f"{re.escape(form)}{_end(form)}" for form in ordered if not form[0].isascii()]
    pieces = [rf"(?<![A-Za-z0-9])(?:{'|'.join(latin)})"] if latin else []
    return re.compile("|".join(pieces + other) or r"(?!)", re.IGNORECASE)


def _end(form: str) -> str:
    return r"(?![A-Za-z0-9])" if form[-1].isascii() else ""


def _term(path: Path, line: int, row: dict[str | None, str | list[str] | None]) -> Term:
    if None in row:
        raise WordingError(
            f"{path.name}, line {line}: more columns than the first line names; put a value with a comma in quotes."
        )
    says: dict[str, tuple[str, ...]] = {}
    never: dict[str, tuple[str, ...]] = {}
    for column, value in row.items():
        if column is None or column in _OTHER_COLUMNS or not isinstance(value, str):
            continue
        forms = tuple(form.strip() for form in value.split(BETWEEN) if form.strip())
        if forms and column.endswith(NEVER):
            never[column.removesuffix(NEVER)] = forms
        elif forms:
            says[column] = forms
    if "en" not in says:
        raise WordingError(f"{path.name}, line {line}: the column “en” is empty; write the English term there.")
    return Term(line, str(row.get(KIND) or ""), says, never)
