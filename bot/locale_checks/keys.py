"""Keys: every one that the program or the questions name has a text, and every text is named somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from bot.locale_checks.finding import Finding
from bot.locale_checks.question_keys import needed
from bot.locale_checks.shelf import Shelf
from bot.locale_checks.source_keys import CONSOLE, Named, named_in
from bot.wording import SELF
from bot.wording_file import MASTER, Entry
from bot.wording_template import TemplateError, parse
from brasle_prescreen.question import load_questions

SOURCE = Path(__file__).resolve().parent.parent
# Their texts are worked out from the questions file, not from what the source spells out.
OF_QUESTIONS = "card."
# Where a dotted name that begins like a key can only be one; elsewhere it may be an entry of the audit trail.
SPEAKING = ("flows", "channels")
# File names and the like look like keys; these endings are none.
FILES = (
    ".toml",
    ".sql",
    ".html",
    ".py",
    ".css",
    ".js",
    ".json",
    ".md",
    ".po",
    ".pot",
    ".db",
    ".sqlite",
    ".txt",
    ".key",
)


def check(shelf: Shelf) -> Iterable[Finding]:
    texts = shelf.master.entries
    wanted = needed(load_questions())
    named = _named_in_program()
    yield from _of_questions(shelf, wanted)
    groups = {key.partition(".")[0] for key in texts if "." in key}
    for one in named:
        yield from _of_source(one, texts, groups)
    yield from _unused(shelf, wanted, named)


@lru_cache(maxsize=1)
def _named_in_program() -> tuple[Named, ...]:
    """Read once: the program does not change while its texts are checked."""
    return tuple(named_in(SOURCE))


def _of_questions(shelf: Shelf, wanted: dict[str, frozenset[str]]) -> Iterable[Finding]:
    name = shelf.name(shelf.master)
    for key, filled in wanted.items():
        entry = shelf.master.entries.get(key)
        if entry is None:
            yield Finding(name, 0, key, "a question needs this text and it is missing", f"Add it to {MASTER}")
            continue
        for each in (entry, shelf.master.entries.get(key + SELF)):
            strange = _names(each) - filled if each is not None else set()
            if each is not None and strange:
                what = f"nothing fills {{{min(strange)}}} here"
                yield Finding(name, each.line, each.key, what, "Only .ask and .short of a medicine or vaccine name it")


def _of_source(one: Named, texts: Mapping[str, Entry], groups: set[str]) -> Iterable[Finding]:
    """`groups` are the first words of the known keys: a dotted name that begins so is meant as a key."""
    if one.key is None or one.key.endswith(FILES):
        return
    entry = texts.get(one.key)
    place = f"{SOURCE.name}/{one.file.relative_to(SOURCE).as_posix()}"
    if entry is None:
        meant = one.file.parent.name in SPEAKING and "." in one.key and one.key.partition(".")[0] in groups
        if one.sure or meant:
            near = get_close_matches(one.key, texts, n=1)
            mend = f"Did you mean {near[0]}? If not, add it to {MASTER}" if near else f"Add it to {MASTER}"
            yield Finding(place, one.line, one.key, "the program names this text and it is missing", mend)
        return
    if one.sure and one.values is not None:
        for name in sorted(_names(entry) - one.values):
            what = f"the English text has {{{name}}}, but the program gives it no such value here"
            yield Finding(place, one.line, one.key, what, "Rename one of the two")


def _unused(shelf: Shelf, wanted: dict[str, frozenset[str]], named: tuple[Named, ...]) -> Iterable[Finding]:
    spelled = {one.key for one in named if one.key is not None}
    patterns = {one.pattern for one in named if one.pattern is not None}

    def is_named(key: str) -> bool:
        forms = {key, key.removeprefix(CONSOLE)}
        return bool(forms & spelled) or any(pattern.match(form) for form in forms for pattern in patterns)

    for key, entry in shelf.master.entries.items():
        plain = key.removesuffix(SELF)
        if key.endswith(SELF) and plain not in shelf.master.entries:
            what = f"there is no {plain} that this is a variant of"
            yield Finding(shelf.name(shelf.master), entry.line, key, what, "Add the plain key or remove this one")
        elif plain.startswith(OF_QUESTIONS) and plain not in wanted and plain not in spelled:
            what = "no question and no part of the program uses this text"
            yield Finding(shelf.name(shelf.master), entry.line, key, what, "Remove it, or mend its key")
        elif not plain.startswith(OF_QUESTIONS) and not is_named(plain):
            what = "no part of the program uses this text"
            yield Finding(shelf.name(shelf.master), entry.line, key, what, "Remove it, or mend its key")


def _names(entry: Entry | None) -> set[str]:
    try:
        return set(parse(entry.english).names) if entry is not None else set()
    except TemplateError:
        return set()
