"""The texts as they stand in the files right now, half-finished ones too, and a note of every text that is said."""

from __future__ import annotations

import html
from collections.abc import Mapping

from bot.locale_checks.shelf import Shelf
from bot.message import Day, Joined, Text, Value
from bot.wording import ENGLISH, SELF, Wording
from bot.wording_day import pattern
from bot.wording_template import Template, TemplateError, parse


class DraftWords(Wording):
    """The wording of files that somebody is writing: a mistake is shown, not refused, and nothing is held back.

    `said` is every key that was worded since it was last emptied, in the order in which it was.
    """

    def __init__(self, shelf: Shelf) -> None:
        english = {key: _template(entry.english) for key, entry in shelf.master.entries.items()}
        texts: dict[str, Mapping[str, Template]] = {ENGLISH: english}
        names = {}
        for language, file in shelf.translations.items():
            own = {
                key: _template(entry.translation)
                for key, entry in file.entries.items()
                if entry.translation.strip() and key in english
            }
            names[language] = _own_name(own, language)
            # A language with gaps is not offered to families. Here its gaps are English, and marked as such.
            texts[language] = {key: own.get(key) or own.get(key.removesuffix(SELF)) or english[key] for key in english}
        super().__init__(texts)
        self._master = english
        self._every = ((ENGLISH, _own_name(english, ENGLISH)), *((code, names[code]) for code in shelf.translations))
        self.said: dict[str, None] = {}

    def languages(self) -> tuple[tuple[str, str], ...]:
        """English, then every translation, finished or not."""
        return self._every

    def guess(self, hint: str | None) -> str:
        return ENGLISH

    def say(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        self._note(text, self_answering)
        return super().say(text, language, self_answering=self_answering)

    def say_html(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        self._note(text, self_answering)
        return super().say_html(text, language, self_answering=self_answering)

    def _note(self, value: Value, adult: bool) -> None:
        if isinstance(value, Text):
            key = value.key + SELF if adult and value.key + SELF in self._master else value.key
            if key not in self._master:
                return
            self.said[key] = None
            for name in self._master[key].names:
                if name in value.values:
                    self._note(value.values[name], adult)
        elif isinstance(value, Joined):
            for item in value.items:
                self._note(item, adult)
            if not value.lines and len(value.items) > 1:
                self.said["list.separator"] = None
        elif isinstance(value, Day):
            key, days = pattern(value)
            self.said[key] = None
            if set(days) != {"date"}:
                self.said["date.day"] = None


def _template(source: str) -> Template:
    try:
        return parse(source)
    except TemplateError:
        # A brace was left open while writing: the text stands as it is typed.
        return Template(source=source, names=(), plain=(source,), markup=(html.escape(source, quote=False),))


def _own_name(texts: Mapping[str, Template], code: str) -> str:
    name = texts.get("language.name")
    return name.source if name else code
