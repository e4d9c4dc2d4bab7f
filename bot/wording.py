"""Message key and values in, the sentence in the reader's language out, from `locales/`."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bot.log import logger
from bot.message import Day, Joined, Term, Text, Value
from bot.wording_choice import SELF
from bot.wording_day import parts, pattern
from bot.wording_error import WordingError
from bot.wording_file import MASTER
from bot.wording_script import in_script_of
from bot.wording_sources import OF_THE_TEAM
from bot.wording_template import Template

__all__ = ["ENGLISH", "FOLDER", "SELF", "State", "Wording", "WordingError"]

ENGLISH = "en"
# The hospital's own language stands first in every menu.
OF_THE_SITE = "zh_Hans"
FOLDER = Path(__file__).resolve().parent.parent / "locales"

_log = logger(__name__)


class _Style(NamedTuple):
    language: str
    self_answering: bool
    markup: bool


@dataclass(frozen=True, slots=True)
class State:
    """How the texts came about.

    `held`: keys whose present wording waits, and why. `faults`: what is wrong in the files, in sentences. `drafts`:
    languages with texts for families that nobody has looked through yet, and how many. `unapproved`: texts that real
    families may not be shown. `families`: only approved texts are served.
    """

    held: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    drafts: tuple[tuple[str, int], ...] = ()
    unapproved: tuple[str, ...] = ()
    families: bool = False


class Wording:
    """The texts of every language, read once. Immutable: a corrected file is a new `Wording`."""

    def __init__(
        self, texts: Mapping[str, Mapping[str, Template]], *, strict: bool = False, state: State | None = None
    ) -> None:
        self._texts = texts
        self._strict = strict
        self.state = state or State()
        self._languages = self._offered()
        self._instead = {code: code for code, _ in self._languages}
        self._still: dict[tuple[str, str, bool, bool], str] = {}

    @classmethod
    def load(
        cls, folder: Path | None = None, *, strict: bool = False, memory: Path | None = None, families: bool = False
    ) -> Wording:
        """Read `locales/`. A text that is half edited or not sound keeps its last complete wording in every language.

        `memory` is the file in which a server remembers what it served. `families`: only texts on the manifest of
        approved ones. `strict` (tests) raises where a family would otherwise see a gap: an unknown key, a missing
        value. WordingError if a text is broken and no earlier wording is known.
        """
        from bot.wording_load import load

        return load(folder or FOLDER, strict=strict, memory=memory, families=families)

    def languages(self) -> tuple[tuple[str, str], ...]:
        """The languages offered, each as (code, its own name); the site's own first, English last."""
        return self._languages

    def languages_of_the_team(self) -> tuple[tuple[str, str], ...]:
        """The offered languages that also have every text of the coordinators' pages."""
        wanted = {key for key in self._texts.get(ENGLISH, {}) if key.startswith(OF_THE_TEAM)}
        return tuple((code, name) for code, name in self._languages if wanted <= self._texts[code].keys())

    def has(self, key: str, language: str = ENGLISH) -> bool:
        return key in self._texts.get(language, {})

    def all_keys(self) -> tuple[str, ...]:
        return tuple(self._texts[ENGLISH])

    def source(self, key: str, language: str) -> str | None:
        """A text as it stands in its file, before anything is filled in; None if this language has none."""
        template = self._texts.get(language, {}).get(key)
        return template.source if template else None

    def say(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        """The sentence as plain text: tags removed, the family's own words as they were typed."""
        return self._worded(text, language, self_answering, markup=False)

    def say_html(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        """The sentence with its allowed tags (b, i, u, blockquote) kept and everything else escaped."""
        return self._worded(text, language, self_answering, markup=True)

    def value(self, value: Value, language: str, *, self_answering: bool = False) -> str:
        """One value in words, as plain text."""
        return self._value(value, _Style(self._reads(language), self_answering, markup=False))

    def text_hash(self, key: str, language: str, *, self_answering: bool = False) -> str:
        """SHA-256 of the wording shown for a key: kept with a permission, as proof of what was read."""
        template = self._find(key, _Style(self._reads(language), self_answering, markup=False))
        return hashlib.sha256((template.source if template else "").encode()).hexdigest()

    def guess(self, hint: str | None) -> str:
        """The offered language nearest to a hint such as `zh-hans` or `zh-CN,zh;q=0.9`; else English."""
        from bot.wording_guess import nearest

        return nearest(hint or "", tuple(code for code, _ in self._languages)) or ENGLISH

    def _offered(self) -> tuple[tuple[str, str], ...]:
        """A language with a gap is not offered at all: no card is in two languages."""
        english = self._texts.get(ENGLISH, {})
        needed = [key for key in english if not key.startswith(OF_THE_TEAM)]
        offered = []
        for code, texts in self._texts.items():
            missing = [key for key in needed if key not in texts]
            if missing:
                _log.warning(
                    "A language with gaps is not offered.", language=code, missing=len(missing), key=missing[0]
                )
                continue
            name = texts.get("language.name")
            offered.append((code, name.source if name else code))
        return tuple(sorted(offered, key=lambda one: (one[0] == ENGLISH, one[0] != OF_THE_SITE, one[0])))

    def _reads(self, language: str) -> str:
        """The offered language in which somebody is served who chose one that is no longer there."""
        if language not in self._instead:
            self._instead[language] = self.guess(language)
        return self._instead[language]

    def _find(self, key: str, style: _Style) -> Template | None:
        for language in (style.language, ENGLISH):
            texts = self._texts.get(language)
            if texts is None:
                continue
            found = (texts.get(key + SELF) if style.self_answering else None) or texts.get(key)
            if found is not None:
                return found
        return None

    def _worded(self, text: Text, language: str, self_answering: bool, *, markup: bool) -> str:
        """A sentence into which nothing is filled is worded once; a gap in it is complained of once, too."""
        if text.values:
            return self._say(text, _Style(self._reads(language), self_answering, markup))
        known = self._still.get((text.key, language, self_answering, markup))
        if known is None:
            known = self._say(text, _Style(self._reads(language), self_answering, markup))
            self._still[text.key, language, self_answering, markup] = known
        return known

    def _say(self, text: Text, style: _Style) -> str:
        template = self._find(text.key, style)
        if template is None:
            self._complain(f"there is no text with the key {text.key!r}; add it to {MASTER}")
            return f"[{html.escape(text.key) if style.markup else text.key}]"
        if not template.names:
            return template.fill({}, markup=style.markup)
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
        _log.error("A text has a gap.", cause=WordingError(what))


def _nearest_name(by_language: Mapping[str, str], language: str) -> str:
    """A data file's name in this language, in a relative of it (`zh_Hans` for `zh_Hant`), or in English."""
    if language in by_language:
        return by_language[language]
    root = language.partition("_")[0]
    for code, name in by_language.items():
        if code.partition("_")[0] == root:
            return in_script_of(language, name)
    return by_language.get(ENGLISH) or next(iter(by_language.values()), "")
