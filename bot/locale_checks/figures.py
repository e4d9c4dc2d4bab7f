"""How hard the shipped texts are to read, in numbers, beside what was measured of other leaflets for families."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.locale_checks.reading import measure
from bot.locale_checks.reading_hsk import BEYOND
from bot.locale_checks.reading_measures import chinese_sentences
from bot.locale_checks.shelf import Shelf

# BMJ Open 2020;10:e038091, twenty Chinese leaflets about lupus: mean characters of a sentence.
LEAFLETS_SENTENCE = 30.6
LEAFLETS_PER_100_WORDS = 3.4


@dataclass(frozen=True)
class Figures:
    """Of the texts that families read. `sentences`: without labels, which would flatter the mean."""

    grades: Mapping[int, int]
    mean_grade: float
    whole_grade: float
    labels: int
    hsk: Mapping[str, Mapping[int, int]]
    sentences: Mapping[str, tuple[int, float, int]]
    excepted: Mapping[str, int]


def figures(shelf: Shelf) -> Figures:
    """WordingError if a library is missing."""
    from bot.locale_checks.exceptions import EXCEPTIONS, read_exceptions

    grades: list[float] = []
    english: list[list[str]] = []
    labels = 0
    hsk: dict[str, Counter[int]] = {}
    lengths: dict[str, list[int]] = {}
    for one in measure(shelf):
        language = one.line.language
        if one.name == "grade":
            grades.append(one.value)
            english += shelf.reader.english_sentences(one.line.text)
        elif one.name == "syllables":
            labels += 1
        elif one.name == "hsk":
            hsk.setdefault(language, Counter())[int(one.value)] += 1
        else:
            lengths.setdefault(language, []).extend(chinese_sentences(one.line.text))
    excepted: Counter[str] = Counter()
    for exception in read_exceptions(shelf.folder / EXCEPTIONS):
        excepted[exception.check] += len(exception.keys)
    return Figures(
        grades=Counter(max(0, round(grade)) for grade in grades),
        mean_grade=round(sum(grades) / len(grades), 1) if grades else 0.0,
        whole_grade=round(shelf.reader.grade(english), 1),
        labels=labels,
        hsk=hsk,
        sentences={code: (len(each), round(sum(each) / len(each), 1), max(each)) for code, each in lengths.items()},
        excepted=excepted,
    )


def in_words(found: Figures) -> str:
    """For the terminal: a line each."""
    lines = [
        f"English: {sum(found.grades.values())} texts with a grade (Flesch-Kincaid), mean {found.mean_grade:g}, "
        f"read as one text {found.whole_grade:g}; "
        f"{found.labels} labels of fewer words, by their longest word.",
        "  " + ", ".join(f"grade {grade}: {count}" for grade, count in sorted(found.grades.items())),
    ]
    for language, levels in found.hsk.items():
        lines.append(f"{language}: HSK level at which 95 % of the characters are known:")
        lines.append("  " + ", ".join(f"{hsk_name(level)}: {count}" for level, count in sorted(levels.items())))
    for language, (count, mean, longest) in found.sentences.items():
        lines.append(
            f"{language}: {count} sentences of {mean:g} characters on average, the longest {longest}; "
            f"twenty Chinese lupus leaflets had {LEAFLETS_SENTENCE:g} (BMJ Open 2020, e038091)."
        )
    return "\n".join(lines)


def hsk_name(level: int) -> str:
    """`HSK 4`; the highest three are one level, and `nothing but terms` where no other character is left."""
    return {0: "nothing but terms", 7: "HSK 7-9", BEYOND: "beyond HSK 9"}.get(level, f"HSK {level}")
