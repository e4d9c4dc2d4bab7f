"""Reads the files of `locales/` as they stand now: which texts are complete and sound, and what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.wording_error import WordingError
from bot.wording_file import MASTER, Entry, WordingFile, may_use, read_file
from bot.wording_pairs import Pair, Pairs
from bot.wording_template import TemplateError, parse

# Texts that only people of the study team read.
OF_THE_TEAM = ("console.", "notice.", "command.")

_FUZZY_KEY = re.compile(r'^#,[^\n]*\bfuzzy\b(?:(?!\nmsgctxt|\n\n).)*\nmsgctxt "([^"]*)"', re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Sources:
    """`now` holds each text in every language whose wording belongs to the present English and is sound.

    `faults` say what is not, by key; those of a whole file stand under its name. `drafts`: languages with a text for
    families that nobody has looked through yet, and how many.
    """

    master: Mapping[str, Entry] = field(default_factory=dict)
    now: dict[str, dict[str, str]] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, int] = field(default_factory=dict)


def read_sources(folder: Path, known: Pairs) -> Sources:
    """What stands in `folder`. A wording that is the same as in `known` was looked at before and is taken as sound.

    Nothing is raised: a file that cannot be read is a fault, and the caller goes on with what it remembers.
    """
    sources = Sources()
    paths = sorted(folder.glob("*.po"))
    sources.languages = [path.stem for path in paths]
    try:
        master = read_file(folder / MASTER, for_editing=False)
    except WordingError as error:
        sources.faults[MASTER] = str(error)
        return sources
    sources.master = master.entries
    for key, entry in master.entries.items():
        fault = None if _is_known(known, key, entry.english, "en", entry.english) else _fault(master, entry, entry)
        if fault:
            sources.faults[key] = fault
        else:
            sources.now[key] = {"en": entry.english}
    running = {language for pair in known.values() for language in pair.texts}
    for path in paths:
        if path.stem not in running and (unseen := unseen_texts(path)):
            sources.drafts[path.stem] = unseen
            continue
        try:
            _add(sources, read_file(path, for_editing=False), known)
        except WordingError as error:
            sources.faults[path.name] = str(error)
    return sources


def unseen_texts(path: Path) -> int:
    """How many texts for families are marked fuzzy. A quick look, so that a draft costs a start next to nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return 0
    return sum(not key.startswith(OF_THE_TEAM) for key in _FUZZY_KEY.findall(text))


def _add(sources: Sources, file: WordingFile, known: Pairs) -> None:
    language = file.path.stem
    for key, entry in file.entries.items():
        english = sources.master.get(key)
        if english is None or key not in sources.now or not entry.translation.strip():
            continue
        if entry.fuzzy or entry.english != english.english:
            continue
        if not _is_known(known, key, english.english, language, entry.translation):
            fault = _fault(file, entry, english)
            if fault:
                sources.faults.setdefault(key, fault)
                continue
        sources.now[key][language] = entry.translation


def _is_known(known: Mapping[str, Pair], key: str, english: str, language: str, text: str) -> bool:
    pair = known.get(key)
    return pair is not None and pair.texts.get("en") == english and pair.texts.get(language) == text


def _fault(file: WordingFile, entry: Entry, english: Entry) -> str | None:
    """Why a wording cannot be shown, in one sentence: braces that do not close, or names that the program does not fill."""
    place = f"{file.path.name}, line {entry.line}, {entry.key}"
    try:
        names = set(parse(entry.translation if entry is not english else entry.english).names)
    except TemplateError as error:
        return f"{place}: {error}."
    allowed = may_use(english)
    strange = names - allowed
    if entry is english or not strange:
        return None
    listed = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "no placeholder"
    return f"{place}: the program has no {{{min(strange)}}} for this text; it may use {listed}."
