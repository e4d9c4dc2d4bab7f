"""Every language has every text, once, filled in and up to date with the English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf
from bot.wording_file import MASTER, WordingFile


def check(shelf: Shelf) -> Iterable[Finding]:
    yield from _well_formed(shelf, shelf.master)
    name = shelf.name(shelf.master)
    for entry in shelf.master.entries.values():
        if not entry.notes:
            yield Finding(
                name, entry.line, entry.key, "no note for translators", "Say in a '#.' line where it is shown"
            )
    for file in shelf.translations.values():
        yield from _well_formed(shelf, file)
        yield from _translated(shelf, file)


def progress(shelf: Shelf) -> Iterable[tuple[str, int]]:
    """For each language that nobody calls finished: how many texts of the master it has, reviewed."""
    for language, file in shelf.translations.items():
        if language not in shelf.rules.finished:
            done = [key for key, entry in file.entries.items() if entry.translation.strip() and not entry.fuzzy]
            yield language, len(set(done) & set(shelf.master.entries))


def _well_formed(shelf: Shelf, file: WordingFile) -> Iterable[Finding]:
    name = shelf.name(file)
    for entry in file.repeated:
        yield Finding(name, entry.line, entry.key, "this key stands here a second time", "Keep one of the two")
    for entry in file.unnamed:
        short = entry.english[:40]
        yield Finding(
            name,
            entry.line,
            "(no key)",
            f"the text “{short}” has no msgctxt",
            "Put its key in a msgctxt line above",
        )


def _translated(shelf: Shelf, file: WordingFile) -> Iterable[Finding]:
    name = shelf.name(file)
    finished = file.path.stem in shelf.rules.finished
    for key, english in shelf.master.entries.items():
        if finished and key not in file.entries:
            what = f"missing; the English is “{english.english[:60]}”"
            yield Finding(name, 0, key, what, f"Copy its lines from {MASTER} and translate")
    for key, entry in file.entries.items():
        master = shelf.master.entries.get(key)
        if master is None:
            near = get_close_matches(key, shelf.master.entries, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            yield Finding(name, entry.line, key, f"{MASTER} has no such key", f"{hint}Remove it, or mend the msgctxt")
        elif not finished and (entry.fuzzy or not entry.translation.strip()):
            continue  # work still to do, not a mistake: progress() counts it
        elif not entry.translation.strip():
            yield Finding(name, entry.line, key, "not translated yet", "Write the translation into msgstr")
        elif entry.fuzzy:
            what = "marked fuzzy: the English changed, or somebody is not sure"
            yield Finding(name, entry.line, key, what, "Compare with the English, then remove the word fuzzy")
        elif entry.english != master.english:
            what = f"the English has changed; it is now “{master.english[:60]}”"
            yield Finding(
                name,
                entry.line,
                key,
                what,
                "Copy the new English into msgid and look at the translation again",
            )
