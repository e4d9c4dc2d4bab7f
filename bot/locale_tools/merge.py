"""Brings one language's file in line with the English master. Texts are matched by key, never by likeness."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.locale_tools.po_file import PoEntry, PoFile
from bot.wording_pairs import Pairs


@dataclass(frozen=True, slots=True)
class Merged:
    """The file as it is to be; and the keys that were added, that wait for a new look, and that are gone."""

    file: PoFile
    added: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def merge(master: PoFile, old: PoFile, language: str, remembered: Pairs) -> Merged:
    """Every key of the master, in its order, with its notes. What the master no longer has stays as obsolete."""
    entries, added, stale = {}, [], []
    for key, english in master.entries.items():
        had = old.entries.get(key) or old.obsolete.get(key)
        if had is None:
            added.append(key)
        entry = _kept(english, had or PoEntry(key, english.english), language, remembered)
        if had is not None and entry.fuzzy and not had.fuzzy:
            stale.append(key)
        entries[key] = entry
    gone = {key: entry for key, entry in old.entries.items() if key not in entries}
    # A text that was never translated is nothing to keep.
    kept = {key: _obsolete(entry) for key, entry in gone.items() if entry.translation}
    obsolete = {key: entry for key, entry in old.obsolete.items() if key not in entries} | kept
    return Merged(PoFile(old.header, entries, obsolete), tuple(added), tuple(stale), tuple(gone))


def _kept(english: PoEntry, had: PoEntry, language: str, remembered: Pairs) -> PoEntry:
    """The translation under the present English; fuzzy, with the English it belonged to, if that was another."""
    entry = replace(
        had,
        english=english.english,
        notes=english.notes,
        flags=(had.flags & {"fuzzy"}) | (english.flags - {"fuzzy"}),
    )
    if not had.translation:
        return entry.cleared()
    pair = remembered.get(english.key)
    if pair is not None and pair.texts["en"] == english.english and pair.texts.get(language) == had.translation:
        # The English was put back to what this translation was made for.
        return entry.cleared() if had.previous is not None or not had.fuzzy else entry
    if had.english != english.english:
        return entry.marked(had.previous if had.fuzzy and had.previous is not None else had.english)
    return entry


def _obsolete(entry: PoEntry) -> PoEntry:
    return replace(entry, notes=(), flags=frozenset(), previous=None)
