"""Reading level of what families read: grade of the English, HSK level and sentence length of the Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.locale_checks import reading_hsk
from bot.locale_checks.finding import Finding
from bot.locale_checks.reading_measures import chinese_sentences, is_prose
from bot.locale_checks.shelf import RULES, Limit, Line, Shelf
from bot.wording_error import WordingError


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one text. `hard` names the words or characters that drive it."""

    line: Line
    name: str
    value: float
    limit: Limit
    hard: str = ""


def check(shelf: Shelf) -> Iterable[Finding]:
    try:
        for measured in measure(shelf):
            if measured.value > measured.limit.target:
                yield _finding(measured)
    except WordingError as error:
        yield Finding(
            f"{shelf.folder.name}/{RULES}", 0, "reading", str(error).rstrip("."), "Then check again", "", True
        )


def measure(shelf: Shelf) -> Iterator[Measured]:
    """Every measure of every text that families read. WordingError if a library is missing."""
    rules = shelf.rules.reading
    for line in shelf.lines():
        if line.entry.key.startswith(rules.not_for):
            continue
        if line.language == "en":
            yield from _english(shelf, line)
        elif line.language.startswith("zh"):
            yield from _chinese(shelf, line)


def _english(shelf: Shelf, line: Line) -> Iterator[Measured]:
    rules = shelf.rules.reading
    sentences = shelf.reader.english_sentences(line.text)
    words = sum(len(sentence) for sentence in sentences)
    if words >= rules.words:
        yield Measured(line, "grade", round(shelf.reader.grade(sentences), 1), rules.grade)
    elif words:
        longest, syllables = shelf.reader.longest_word(sentences)
        yield Measured(line, "syllables", syllables, rules.syllables, longest)


def _chinese(shelf: Shelf, line: Line) -> Iterator[Measured]:
    rules = shelf.rules.reading
    # The syllabus lists simplified characters; a traditional text would look harder than it is.
    if not line.language.startswith(("zh_Hant", "zh_TW", "zh_HK")):
        level, hard = reading_hsk.level(shelf.reader.han(line.text, line.language))
        yield Measured(line, "hsk", level, rules.hsk, hard)
    lengths = chinese_sentences(line.text)
    # A label or a list of names without a full stop is no sentence.
    if lengths and is_prose(line.text):
        yield Measured(line, "sentence", round(sum(lengths) / len(lengths), 1), rules.sentence)


def _finding(measured: Measured) -> Finding:
    limit, value = measured.limit, measured.value
    what = {
        "grade": f"English of grade {value:g}; families should need {limit.target:g}, and never more than {limit.limit:g}",
        "syllables": f"the word “{measured.hard}” has {value:g} syllables; {limit.target:g} are enough for a label",
        "hsk": f"Chinese of HSK {_hsk(value)} (hard: {measured.hard}); families should need {limit.target:g},"
        f" and never more than {limit.limit:g}",
        "sentence": f"its sentences have {value:g} characters on average; about {limit.target:g} are easy to read",
    }[measured.name]
    mend = {
        "grade": "Use shorter words and sentences",
        "syllables": "Find a shorter word",
        "hsk": "Say it in more common words",
        "sentence": "Make two sentences of a long one",
    }[measured.name]
    line = measured.line
    advice = value <= limit.limit
    return Finding(line.file, line.entry.line, line.entry.key, what, mend, measured.name, advice)


def _hsk(level: float) -> str:
    return {7: "7-9", reading_hsk.BEYOND: "beyond 9"}.get(int(level), f"{level:g}")
