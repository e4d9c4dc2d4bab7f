"""docs/reading-level.md: how hard the texts for families are, how that is measured, and what is excepted and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.locale_checks.exceptions import EXCEPTIONS, Excepted, read_exceptions
from bot.locale_checks.figures import LEAFLETS_PER_100_WORDS, LEAFLETS_SENTENCE, Figures, figures, hsk_name
from bot.locale_checks.glossary_file import Glossary
from bot.locale_checks.reading_measures import Reader
from bot.locale_checks.shelf import Shelf

HEAD = """# How hard the texts are to read

Written by `make docs` from the texts in `locales/`; `brasle-prescreen locales check --figures` prints the same figures.
Only texts that families read are counted. `locales/rules.toml` holds the limits, `locales/exceptions.toml` the exceptions.

## Chinese sentences

| | characters a sentence |
|---|---|
{sentences}
| twenty Chinese leaflets about lupus (BMJ Open 2020, e038091) | {leaflets:g} |

A Chinese character counts as one, and so does a number or a Latin word. Texts without a full stop (buttons, labels,
lists of papers) are left out: they would flatter the mean. The leaflets had {per_100:g} sentences in 100 words; words are
not counted here, because Chinese does not write where a word ends.

## Chinese characters

The level of the HSK exam syllabus (in force since July 2026) at which a reader knows 95 % of the characters of a text,
measured with the library `hsk30`. Wanted: {hsk_target:g}; never above {hsk_limit:g}. In a text of fewer than twenty
characters one rare character is enough to raise it. The terms of `locales/glossary.csv` are left out, because a family
has to meet them: names of diseases, medicines and tests, plain words of the body and of care, a few words of every
phone screen ({terms} terms in all). The last column shows the same texts with nothing left out.

| level | texts | with every term counted |
|---|---|---|
{hsk}

## English

The Flesch-Kincaid grade: 0.39 x words a sentence + 11.8 x syllables a word - 15.59. Wanted: {grade_target:g}; never above
{grade_limit:g}. Terms of the glossary and placeholders count as one short word. A text of fewer than {words} words has no grade;
there ({labels} labels) no word may have more than {syllables:g} syllables. Syllables are counted by groups of vowels,
corrected by `locales/syllables.toml`; on the words of these texts that agrees with the CMU Pronouncing Dictionary.

| grade | texts | with every term counted |
|---|---|---|
{grades}

All graded texts read as one: grade {whole:g}; with every term counted {whole_unmasked:g}.

## Excepted, and what we would say instead

Wordings that the clinical document gives are shown word for word until the site agrees to plainer ones. This is our
proposal; {excepted} texts are above a limit, and each is listed here.

| text | measure | why it stays | plainer |
|---|---|---|---|
{exceptions}
"""
MEASURES = {
    "grade": "grade (English)",
    "syllables": "long word",
    "hsk": "HSK (Chinese)",
    "sentence": "sentence (Chinese)",
}


def reading_page(shelf: Shelf) -> str:
    """The page's text. WordingError if the library for Chinese is missing."""
    found = figures(shelf)
    unmasked = figures(dataclasses.replace(shelf, reader=Reader(Glossary(()), shelf.reader.syllables)))
    rules = shelf.rules.reading
    hard = [one for one in read_exceptions(shelf.folder / EXCEPTIONS) if one.check in MEASURES]
    return HEAD.format(
        sentences="\n".join(
            f"| our {count} sentences in {language}, mean (the longest has {longest}) | {mean:g} |"
            for language, (count, mean, longest) in found.sentences.items()
        ),
        leaflets=LEAFLETS_SENTENCE,
        per_100=LEAFLETS_PER_100_WORDS,
        hsk_target=rules.hsk.target,
        hsk_limit=rules.hsk.limit,
        terms=len(shelf.glossary.terms),
        hsk="\n".join(_hsk(found, unmasked)),
        grade_target=rules.grade.target,
        grade_limit=rules.grade.limit,
        words=rules.words,
        labels=found.labels,
        syllables=rules.syllables.target,
        grades="\n".join(_rows(found.grades, unmasked.grades)),
        whole=found.whole_grade,
        whole_unmasked=unmasked.whole_grade,
        excepted=sum(len(one.keys) for one in hard),
        exceptions="\n".join(_exception(one) for one in hard),
    )


def _hsk(found: Figures, unmasked: Figures) -> list[str]:
    rows = []
    for language, levels in found.hsk.items():
        rows += [f"| {language}, {row}" for row in _rows(levels, unmasked.hsk[language], name=True)]
    return rows


def _rows(these: Mapping[int, int], those: Mapping[int, int], *, name: bool = False) -> list[str]:
    levels = sorted({*these, *those})
    said = [hsk_name(level) if name else f"| {level or '0 or below'}" for level in levels]
    return [
        f"{label} | {these.get(level, 0)} | {those.get(level, 0)} |" for level, label in zip(levels, said, strict=True)
    ]


def _exception(one: Excepted) -> str:
    keys = ", ".join(f"`{key}`" for key in one.keys).replace("|", "\\|")
    return f"| {keys} | {MEASURES[one.check]} | {one.reason} | {one.plainer} |"
