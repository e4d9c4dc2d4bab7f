"""The words of all languages, from `words/*.toml`, as regular expressions that are compiled once, when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

FOLDER = "words"
# No Latin word begins at a Chinese character: saying so first saves trying them all there.
NO_LETTER_BEFORE, NO_LETTER_AFTER = "(?![\u3400-\u9fff])(?<![a-z])", r"(?![a-z])"
_LANGUAGE_FILE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]+)?\.toml")
_LATIN = re.compile(r"[a-z]")
_CJK = re.compile("[\u3400-\u9fff]")


class WordsError(Exception):
    """A word file holds a mistake: the message names the file, the list and the entry."""


@cache
def languages() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Every language's file, such as zh.toml, in the order of the names. The other files are read where they are used."""
    folder = files(__package__) / FOLDER
    names = sorted(entry.name for entry in folder.iterdir() if _LANGUAGE_FILE.fullmatch(entry.name))
    return tuple((name, load(name)) for name in names)


@cache
def load(name: str) -> dict[str, Any]:
    """One file of the folder, by its name."""
    source = (files(__package__) / FOLDER / name).read_text(encoding="utf-8")
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise WordsError(f"{name}: {error}. A list looks like: never = ['not once', 'never']") from None


def look_up(data: Mapping[str, Any], path: str) -> Any:
    """`path` is dotted, such as "when.never"; None where the language leaves it out."""
    here: Any = data
    for part in path.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return None
        here = here[part]
    return here


@cache
def phrases(path: str) -> tuple[str, ...]:
    """All languages' phrases of one list, numerals folded as in what was typed; the longest first, so that it wins."""
    from brasle_prescreen.reading.numerals import fold_numerals

    gathered: dict[str, None] = {}
    for name, data in languages():
        listed = look_up(data, path)
        if listed is None:
            continue
        if not isinstance(listed, list) or not all(isinstance(phrase, str) for phrase in listed):
            raise WordsError(f"{name}: {path} must be a list of words in quotation marks")
        for phrase in listed:
            gathered[fold_numerals(phrase)] = None
    return tuple(sorted(gathered, key=len, reverse=True))


def _edges(phrase: str) -> tuple[bool, bool]:
    """Whether a phrase begins and ends at the edge of a word: Latin words match whole words only, Chinese has no edges."""
    latin = _LATIN.search(phrase) is not None and _CJK.search(phrase) is None
    before = (latin and not phrase.startswith((" ", ",", ":", "(?: "))) or _LATIN.match(phrase) is not None
    return before, latin or _LATIN.match(phrase[-1:]) is not None


def bounded(phrase: str) -> str:
    """The source of a pattern for one phrase, with its edges."""
    before, after = _edges(phrase)
    return f"{NO_LETTER_BEFORE * before}(?:{phrase}){NO_LETTER_AFTER * after}"


def united(alternatives: Iterable[str]) -> str:
    """One pattern for all phrases, the longest first; the edges are tested once for all that have them."""
    groups: dict[tuple[bool, bool], list[str]] = {}
    for phrase in sorted(alternatives, key=len, reverse=True):
        groups.setdefault(_edges(phrase), []).append(phrase)
    sources = [
        f"{NO_LETTER_BEFORE * before}(?:{'|'.join(group)}){NO_LETTER_AFTER * after}"
        for (before, after), group in groups.items()
    ]
    return f"(?:{'|'.join(sources)})" if sources else r"(?!)"


@cache
def any_of(*paths: str) -> str:
    """The source of a pattern that matches any phrase of these lists; one that never matches when all are empty."""
    return united(phrase for path in paths for phrase in phrases(path))


@cache
def matcher(*paths: str) -> re.Pattern[str]:
    try:
        return re.compile(any_of(*paths))
    except re.error as error:
        raise WordsError(f"{', '.join(paths)}: a phrase is no valid pattern: {error}") from None


def says(text: str, *paths: str) -> bool:
    """Whether the folded text holds a phrase of one of these lists."""
    return matcher(*paths).search(text) is not None


def is_only(text: str, *paths: str) -> bool:
    """Whether the folded text is nothing but one phrase, apart from punctuation and particles."""
    return _only(*paths).fullmatch(text) is not None


@cache
def _only(*paths: str) -> re.Pattern[str]:
    edge = rf"(?:{any_of('particles')}|[\s.,!;:~。、()\"'-])*"
    return re.compile(rf"{edge}{any_of(*paths)}{edge}")


@cache
def table(path: str) -> Mapping[str, str]:
    """A table of lists, turned over: phrase -> name, for phrases that stand for a value, such as a unit of time."""
    names: set[str] = set()
    for name, data in languages():
        listed = look_up(data, path)
        if listed is None:
            continue
        if not isinstance(listed, Mapping):
            raise WordsError(f"{name}: {path} must be a table of lists")
        names |= set(listed)
    return {phrase: name for name in sorted(names) for phrase in phrases(f"{path}.{name}")}


@cache
def names(path: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table(path).values()))


@cache
def any_in(path: str) -> str:
    """The source of a pattern that matches any phrase of a table."""
    return united(table(path))


@cache
def _named(path: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, matcher(f"{path}.{name}")) for name in names(path))


def name_of(path: str, said: str) -> str | None:
    """Which name of a table a matched piece of text stands for."""
    for name, pattern in _named(path):
        if pattern.fullmatch(said):
            return name
    return None


@cache
def rewrites(path: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Pairs [pattern, replacement] that bring the ways of saying one thing into one form, in the order of the files."""
    from brasle_prescreen.reading.numerals import fold_numerals

    pairs = []
    for name, data in languages():
        for pair in look_up(data, path) or []:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WordsError(f"{name}: {path} must hold pairs: ['what is typed', 'what it becomes']")
            pairs.append((re.compile(fold_numerals(pair[0])), pair[1]))
    return tuple(pairs)


def rewrite(text: str, path: str) -> str:
    for pattern, replacement in rewrites(path):
        text = pattern.sub(replacement, text)
    return text
