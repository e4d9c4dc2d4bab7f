"""Glossary: where the English uses a term of `glossary.csv`, the translation uses the term agreed for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.locale_checks.finding import Finding
from bot.locale_checks.glossary_file import FREE, GLOSSARY, Term, form_pattern
from bot.locale_checks.shelf import Pair, Shelf

NAME = "glossary"


def check(shelf: Shelf) -> Iterable[Finding]:
    for pair in shelf.pairs():
        terms = shelf.glossary.in_english(pair.english)
        for term in terms:
            yield from _agreed(pair, term)
            yield from _misleading(pair, term, terms)


def _agreed(pair: Pair, term: Term) -> Iterable[Finding]:
    forms = term.says.get(pair.language)
    if forms is None or term.kind in FREE or _pattern(forms).search(pair.translation):
        return
    what = f"“{term.english}” is not said as agreed in {GLOSSARY}"
    yield pair.finding(NAME, what, f"Use {' or '.join(forms)}")


def _misleading(pair: Pair, term: Term, terms: list[Term]) -> Iterable[Finding]:
    """A form to avoid counts unless another term of this English text prescribes it, or a longer word holds it."""
    never = term.never.get(pair.language, ())
    if not any(form in pair.translation for form in never):
        return
    allowed = tuple(form for other in terms for form in other.says.get(pair.language, ()))
    spans = [match.span() for match in _pattern(allowed).finditer(pair.translation)] if allowed else []
    for match in _pattern(never).finditer(pair.translation):
        if not any(begin <= match.start() and match.end() <= end for begin, end in spans):
            what = f"“{match[0]}” is not to be used for “{term.english}” ({GLOSSARY})"
            yield pair.finding(NAME, what, f"Use {' or '.join(term.says.get(pair.language, ('another word',)))}")


@lru_cache(maxsize=4096)
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    return form_pattern(forms)
