"""Punctuation and spacing: Chinese marks in Chinese, English marks in English, pairs closed, no stray spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Line, Pair, Shelf

NAME = "punctuation"

HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
MARKS = r"[，。？！：；、（）“”‘’《》……]"
FULL_WIDTH = {",": "，", ".": "。", "?": "？", "!": "！", ":": "：", ";": "；", "(": "（", ")": "）"}
PAIRS = (("“", "”"), ("（", "）"), ("《", "》"), ("「", "」"), ("(", ")"))

_HALF_WIDTH = re.compile(
    rf"(?<={HAN})[,.?!:;()]|[,?!;()](?={HAN})|(?<=[”）》}}])[,?!;:]|(?<![A-Za-z0-9])\.(?={HAN})|(?<=[”）》]) ?\.(?!\w)"
)
_BETWEEN_HAN = re.compile(rf"{HAN} +{HAN}")
_AROUND_MARKS = re.compile(rf" +{MARKS}|{MARKS} +")
_DOUBLE = re.compile(r"  +")
_BEFORE_MARK = re.compile(r"\w +[,.?!;:](?!\w)")
_ELLIPSIS = re.compile(
    rf"(?<={HAN})\.{{2,}}|\.{{2,}}(?={HAN})|。{{2,}}|(?<=[{HAN[1:-1]}“])…(?!…)|(?<!…)…(?={HAN})|…{{3,}}"
)
_REPEATED = re.compile(r"([，。？！：；、,;:?!])\1+|[，、：；][。，？！]|[。？！][，、：；]")
_STRAIGHT = re.compile(rf"""(?<={HAN})["']|["'](?={HAN})|"[^"]*{HAN}""")
_FULL_WIDTH_LATIN = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_CHINESE_MARK = re.compile(r"[，。？！：；、（）《》]")
_AT_THE_END = re.compile(r"[?？]\s*\Z")


def check(shelf: Shelf) -> Iterable[Finding]:
    for line in shelf.lines():
        for what, mend in _of_line(line):
            yield Finding(line.file, line.entry.line, line.entry.key, what, mend, check=NAME)
    for pair in shelf.pairs():
        yield from _alike(pair)


def _of_line(line: Line) -> Iterable[tuple[str, str]]:
    text = line.text
    if text != text.strip():
        yield "a space or an empty line at the beginning or the end", "Delete it"
    if _DOUBLE.search(text):
        yield "two spaces in a row", "Keep one, or none"
    if line.language.startswith("zh"):
        yield from _chinese(text)
    elif line.language == "en":
        yield from _english(text)


def _chinese(text: str) -> Iterable[tuple[str, str]]:
    for match in _HALF_WIDTH.finditer(text):
        mark = match[0].strip()
        yield f"the half-width mark {mark} in “{_around(text, match)}”", f"Write “{FULL_WIDTH[mark]}”"
    for match in _BETWEEN_HAN.finditer(text):
        yield f"a space between Chinese characters in “{_around(text, match)}”", "Delete the space"
    for match in _AROUND_MARKS.finditer(text):
        yield f"a space beside a Chinese mark in “{_around(text, match)}”", "Delete the space"
    for match in _ELLIPSIS.finditer(text):
        yield f"{match[0]} for an ellipsis", "Write “……”"
    for match in _REPEATED.finditer(text):
        yield f"two marks in a row: {match[0]}", "Keep one"
    for match in _STRAIGHT.finditer(text):
        yield f"a straight quotation mark in “{_around(text, match)}”", "Write “ and ”"
    for match in _FULL_WIDTH_LATIN.finditer(text):
        yield f"full-width {match[0]}", "Write digits and Latin letters half-width"
    yield from _closed(text)


def _english(text: str) -> Iterable[tuple[str, str]]:
    for match in _CHINESE_MARK.finditer(text):
        if not re.search(HAN, text):
            yield f"the Chinese mark {match[0]} in an English text", "Write the English mark"
    for match in _BEFORE_MARK.finditer(text):
        yield f"a space before a mark in “{_around(text, match)}”", "Delete the space"
    yield from _closed(text)


def _closed(text: str) -> Iterable[tuple[str, str]]:
    for opening, closing in PAIRS:
        if text.count(opening) != text.count(closing):
            yield f"{opening} and {closing} do not pair up", "Open and close each of them"


def _alike(pair: Pair) -> Iterable[Finding]:
    if bool(_AT_THE_END.search(pair.english)) != bool(_AT_THE_END.search(pair.translation)):
        yield pair.finding(NAME, "only one of the two texts ends with a question mark", "End both alike")
    if pair.english.strip("\n").count("\n") != pair.translation.strip("\n").count("\n"):
        lines, theirs = (text.count("\n") + 1 for text in (pair.english, pair.translation))
        what = f"the English has {lines} lines, the translation {theirs}"
        yield pair.finding(NAME, what, "Break the lines at the same places")


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 4) : match.end() + 4].replace("\n", " ")
