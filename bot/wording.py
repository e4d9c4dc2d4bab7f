"""Message key and values in, the sentence in the reader's language out, from `locales/`."""

from __future__ import annotations

import hashlib
import html
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.message import Day, Joined, Term, Text, Value
from bot.wording_day import parts, pattern
from bot.wording_error import WordingError
from bot.wording_file import MASTER, Entry, WordingFile, may_use, read_file
from bot.wording_template import Template, TemplateError, parse

__all__ = ["ENGLISH", "REQUIRED", "SELF", "Wording", "WordingError"]

ENGLISH = "en"
# Wording for an adult who answers about himself or herself: the key with this ending, where there is one.
SELF = "|self"
FOLDER = Path(__file__).resolve().parent.parent / "locales"

# A language without every text of these is not offered: safety, permission and the questions themselves.
REQUIRED = (
    "language.",
    "alarm.",
    "permission.",
    "private.",
    "card.",
    "window.",
    "span.",
    "date.",
    "multiple.",
    "confirm.",
    "nav.",
    "ongoing",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Style:
    language: str
    self_answering: bool
    markup: bool


class Wording:
    """The texts of every language, read once. Immutable: a corrected file is a new `Wording`."""

    def __init__(self, texts: Mapping[str, Mapping[str, Template]], *, strict: bool = False) -> None:
        self._texts = texts
        self._strict = strict
        self._languages = tuple(self._offered())

    @classmethod
    def load(cls, folder: Path | None = None, *, strict: bool = False) -> Wording:
        """Read `locales/`. WordingError if a file is broken or a placeholder is unknown to the English text.

        `strict` (tests) raises where a family would otherwise see a gap: an unknown key, a missing value.
        """
        folder = folder or FOLDER
        master = read_file(folder / MASTER, for_editing=False)
        texts = {ENGLISH: {key: _template(master, key, entry.english) for key, entry in master.entries.items()}}
        for path in sorted(folder.glob("*.po")):
            texts[path.stem] = _translated(read_file(path, for_editing=False), master)
        return cls(texts, strict=strict)

    def languages(self) -> tuple[tuple[str, str], ...]:
        """The languages offered, each as (code, its own name); English is the master and comes last."""
        return self._languages

    def has(self, key: str, language: str = ENGLISH) -> bool:
        return key in self._texts.get(language, {})

    def all_keys(self) -> tuple[str, ...]:
        return tuple(self._texts[ENGLISH])

    def say(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        """The sentence as plain text: tags removed, the family's own words as they were typed."""
        return self._say(text, _Style(language, self_answering, markup=False))

    def say_html(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        """The sentence with its allowed tags (b, i, u, blockquote) kept and everything else escaped."""
        return self._say(text, _Style(language, self_answering, markup=True))

    def value(self, value: Value, language: str, *, self_answering: bool = False) -> str:
        """One value in words, as plain text."""
        return self._value(value, _Style(language, self_answering, markup=False))

    def value_html(self, value: Value, language: str, *, self_answering: bool = False) -> str:
        """One value in words, escaped."""
        return self._value(value, _Style(language, self_answering, markup=True))

    def text_hash(self, key: str, language: str, *, self_answering: bool = False) -> str:
        """SHA-256 of the wording shown for a key: kept with a permission, as proof of what was read."""
        template = self._find(key, _Style(language, self_answering, markup=False))
        return hashlib.sha256((template.source if template else "").encode()).hexdigest()

    def guess(self, hint: str | None) -> str:
        """The offered language nearest to a hint such as `zh-hans` or `zh-CN,zh;q=0.9`; else English."""
        from bot.wording_guess import nearest

        return nearest(hint or "", tuple(code for code, _ in self._languages)) or ENGLISH

    def _offered(self) -> list[tuple[str, str]]:
        english = self._texts[ENGLISH]
        needed = [key for key in english if key.startswith(REQUIRED)]
        offered = []
        for code, texts in self._texts.items():
            missing = [key for key in needed if key not in texts]
            if missing:
                _log.warning(
                    "%s.po is not offered: it lacks %d texts of safety, permission and questions, first %s",
                    code,
                    len(missing),
                    missing[0],
                )
                continue
            name = texts.get("language.name")
            offered.append((code, name.source if name else code))
        return sorted(offered, key=lambda language: language[0] == ENGLISH)

    def _find(self, key: str, style: _Style) -> Template | None:
        wanted = (key + SELF, key) if style.self_answering else (key,)
        for language in (style.language, ENGLISH):
            texts = self._texts.get(language)
            if texts is None:
                continue
            for name in wanted:
                if name in texts:
                    return texts[name]
        return None

    def _say(self, text: Text, style: _Style) -> str:
        template = self._find(text.key, style)
        if template is None:
            self._complain(f"there is no text with the key {text.key!r}; add it to {MASTER}")
            return f"[{html.escape(text.key) if style.markup else text.key}]"
        values = {}
        for name in template.names:
            if name in text.values:
                values[name] = self._value(text.values[name], style)
            else:
                self._complain(f"{text.key}: nothing was given for {{{name}}}")
        return template.fill(values, markup=style.markup)

    def _value(self, value: Value, style: _Style) -> str:
        if isinstance(value, str):
            return html.escape(value, quote=False) if style.markup else value
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Text):
            return self._say(value, style)
        if isinstance(value, Day):
            return self._day(value, style)
        if isinstance(value, Term):
            return self._value(_nearest_name(value.by_language, style.language), style)
        return self._joined(value, style)

    def _joined(self, joined: Joined, style: _Style) -> str:
        items = [self._value(item, style) for item in joined.items]
        if joined.lines:
            return "\n".join(items)
        separator = self._find("list.separator", style)
        # Editors trim spaces at the end of a text, so the separator is written between two words: "{a}, {b}".
        between = separator.plain[1] if separator and len(separator.names) == 2 else ", "
        return between.join(items)

    def _day(self, day: Day, style: _Style) -> str:
        key, days = pattern(day)
        values: dict[str, Value] = {}
        for name, each in days.items():
            values |= self._day_values(name, each, style)
        return self._say(Text(key=key, values=values), style)

    def _day_values(self, name: str, day: date, style: _Style) -> dict[str, Value]:
        if name == "date":
            return dict(parts(day, style.language))
        return {name: Text(key="date.day", values=dict(parts(day, style.language)))}

    def _complain(self, what: str) -> None:
        if self._strict:
            raise WordingError(what)
        _log.error("%s", what)


def _nearest_name(by_language: Mapping[str, str], language: str) -> str:
    """A data file's name in this language, in a relative of it (`zh_Hans` for `zh_Hant`), or in English."""
    if language in by_language:
        return by_language[language]
    root = language.partition("_")[0]
    for code, name in by_language.items():
        if code.partition("_")[0] == root:
            return name
    return by_language.get(ENGLISH) or next(iter(by_language.values()), "")


def _template(file: WordingFile, key: str, source: str) -> Template:
    try:
        return parse(source)
    except TemplateError as error:
        line = file.entries[key].line
        raise WordingError(f"{file.path.name}, line {line}, {key}: {error}.") from error


def _translated(file: WordingFile, master: WordingFile) -> dict[str, Template]:
    """The texts that this file has words for; a key that the master does not know is left out."""
    texts = {}
    for key, entry in file.entries.items():
        english = master.entries.get(key)
        if not entry.translation or english is None:
            continue
        template = _template(file, key, entry.translation)
        if template.names and not set(parse(english.english).names).issuperset(template.names):
            _refuse_strange(file, master, entry, template)
        texts[key] = template
    return texts


def _refuse_strange(file: WordingFile, master: WordingFile, entry: Entry, template: Template) -> None:
    """WordingError unless the master's notes allow what the English text itself does not use."""
    allowed = may_use(master.entries[entry.key])
    strange = set(template.names) - allowed
    if strange:
        listed = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "no placeholder"
        raise WordingError(
            f"{file.path.name}, line {entry.line}, {entry.key}: the program has no {{{min(strange)}}} "
            f"for this text; it may use {listed}."
        )
