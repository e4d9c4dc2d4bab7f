"""How hard a text is to read: the Flesch-Kincaid grade of English, HSK level and sentence length of Chinese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.locale_checks import syllables
from bot.locale_checks.glossary_file import Glossary
from bot.wording_error import WordingError

SYLLABLES = "syllables.toml"
# A masked term or a placeholder counts as one short word (English), or as nothing (HSK).
MASK = "it"

_PLACEHOLDER = re.compile(r"\{[a-z][a-z0-9_]*\}")
_TAG = re.compile(r"</?[a-z]+>")
_COMMAND = re.compile(r"(?<![\w/])/[a-z]+")
_ADDRESS = re.compile(r"\S+@\S+")
_WORD = re.compile(r"[A-Za-z0-9]+(?:['’.,:/-][A-Za-z0-9]+)*")
_HYPHENED = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
_ENGLISH_END = re.compile(r"[.?!…]+(?=[\s”’\"')]|$)|\n")
_CHINESE_END = re.compile(r"[。？！…]+[”’）]?|\n")
_CHINESE_UNIT = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9]+(?:[./:-][A-Za-z0-9]+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Reader:
    """What the measures need to know: which terms cannot be avoided, and which words break the spelling rules."""

    glossary: Glossary
    syllables: Mapping[str, int]

    @classmethod
    def read(cls, folder: Path, glossary: Glossary) -> Reader:
        path = folder / SYLLABLES
        try:
            return cls(glossary, tomllib.loads(path.read_text(encoding="utf-8"))["syllables"])
        except OSError as error:
            raise WordingError(f"{path}: cannot be read ({error.strerror}); the checks need it.") from error
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise WordingError(
                f"{path.name}: not a table [syllables] of TOML ({error}); undo its last edit."
            ) from error

    def english_sentences(self, text: str) -> list[list[str]]:
        """Words of each sentence, the terms of the trial and placeholders as one short word each."""
        plain = _plain(self.glossary.mask(text, "en", MASK), MASK)
        pieces = [_WORD.findall(_HYPHENED.sub(" ", piece)) for piece in _ENGLISH_END.split(plain)]
        return [words for words in pieces if words]

    def grade(self, sentences: list[list[str]]) -> float:
        """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid 1975)."""
        words = [word for sentence in sentences for word in sentence]
        if not words:
            return 0.0
        spoken = sum(syllables.count(word, self.syllables) for word in words)
        return 0.39 * len(words) / len(sentences) + 11.8 * spoken / len(words) - 15.59

    def longest_word(self, sentences: list[list[str]]) -> tuple[str, int]:
        """The word with the most syllables, and how many; for a label, which is no sentence to be graded."""
        counted = [(word, syllables.count(word, self.syllables)) for sentence in sentences for word in sentence]
        return max(counted, key=lambda pair: pair[1], default=("", 0))

    def han(self, text: str, language: str) -> str:
        """The Chinese characters that are measured: without the terms of the trial and placeholders."""
        return "".join(_HAN.findall(_plain(self.glossary.mask(text, language, ""), "")))


def chinese_sentences(text: str) -> list[int]:
    """Length of each sentence in characters as the leaflets were counted; a Latin word or number counts as one."""
    lengths = [len(_CHINESE_UNIT.findall(piece)) for piece in _CHINESE_END.split(_plain(text, "\u5b83"))]
    return [length for length in lengths if length]


def is_prose(text: str) -> bool:
    """Whether a Chinese text has a sentence at all: labels, hints and lists of papers have none."""
    return bool(re.search("[。？！]", text))


def _plain(text: str, by: str) -> str:
    for pattern in (_TAG, _COMMAND, _ADDRESS):
        text = pattern.sub(by if pattern is _ADDRESS else " ", text)
    return _PLACEHOLDER.sub(by, text)
