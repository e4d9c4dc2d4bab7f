"""`locales/words.toml`: how each language says numbers, units, comparisons and negation, as the checks read it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.wording_error import WordingError

WORDS = "words.toml"
# At least, more than, at most, less than: what a number is compared with.
COMPARISONS = ("least", "more", "most", "less")


@dataclass(frozen=True)
class LanguageWords:
    """Patterns of one language, compiled once; `numbers` and `soft_numbers` are words with their values."""

    numbers: Mapping[str, str]
    soft_numbers: Mapping[str, str]
    one_of: re.Pattern[str]
    not_numbers: re.Pattern[str]
    numeral: re.Pattern[str]
    soft_digits: str
    measures: re.Pattern[str]
    units: tuple[tuple[str, re.Pattern[str]], ...]
    before: tuple[tuple[str, re.Pattern[str]], ...]
    after: tuple[tuple[str, re.Pattern[str]], ...]
    says_no: re.Pattern[str]
    may_say_no: re.Pattern[str]
    neutral: re.Pattern[str]


def read_words(path: Path) -> dict[str, LanguageWords]:
    """Language code -> its words. WordingError in one sentence if the file or a pattern in it is broken."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return {code: _words(table) for code, table in data.items()}
    except OSError as error:
        raise WordingError(f"{path}: cannot be read ({error.strerror}); the checks need it.") from error
    except tomllib.TOMLDecodeError as error:
        raise WordingError(f"{path.name}: this is not TOML ({error}); undo its last edit.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise WordingError(f"{path.name}: a language lacks {error}; compare it with its neighbour.") from error
    except re.error as error:
        raise WordingError(f"{path.name}: the pattern {error.pattern!r} cannot be read ({error.msg}).") from error


def words_of(words: Mapping[str, LanguageWords], language: str) -> LanguageWords | None:
    """The words of a language, or of its first part (`zh` for `zh_Hant`); None where there are none yet."""
    return words.get(language) or words.get(language.partition("_")[0])


def _words(table: Mapping[str, Any]) -> LanguageWords:
    compare = table["compare"]
    measure = f"(?:{table['measures']})?" if "measures" in table else ""
    return LanguageWords(
        numbers={word.lower(): str(value) for word, value in table["numbers"].items()},
        soft_numbers={word.lower(): str(value) for word, value in table["soft_numbers"].items()},
        one_of=_pattern(table["one_of"]),
        not_numbers=_pattern(table["not_numbers"]),
        numeral=_numeral(table),
        soft_digits=table.get("soft_digits", ""),
        measures=_pattern(table.get("measures", "")),
        units=tuple((name, _pattern(pattern)) for name, pattern in table["units"].items()),
        before=tuple((name, _pattern(rf"(?:{compare[f'before_{name}']})\s*\Z")) for name in COMPARISONS),
        after=tuple((name, _pattern(rf"{measure}\s*(?:{compare[f'after_{name}']})")) for name in COMPARISONS),
        says_no=_pattern(table["negation"]["says"]),
        may_say_no=_pattern(table["negation"]["may"]),
        neutral=_pattern(table["negation"]["neutral"]),
    )


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern or r"(?!)", re.IGNORECASE)


def _numeral(table: Mapping[str, Any]) -> re.Pattern[str]:
    """A number in digits, a number in words, or a placeholder."""
    spoken = sorted({*table["numbers"], *table["soft_numbers"]}, key=len, reverse=True)
    words = rf"|\b(?:{'|'.join(map(re.escape, spoken))})\b" if spoken else ""
    digits = rf"|[{table['digits']}]+" if "digits" in table else ""
    more = f"{table['after_digits']}?" if "after_digits" in table else ""
    return re.compile(rf"\{{[a-z0-9_]+\}}|\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?{more}{words}{digits}", re.IGNORECASE)
