"""Reading the lexicon, medicines.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brasle_prescreen.medicines import (
    NONE,
    Lexicon,
    Lookalike,
    Medicine,
    NameWords,
    Route,
    normalise,
)
from brasle_prescreen.trial_entry import Entry

# Marks that mean something to the program; the lexicon may have more, for rules to name.
MARKS = ("group", "pulse", "vaccine", "unnamed")
ROUTES = ("oral", "injection", "topical", "unsure")


def read_lexicon(file: str, data: Mapping[str, Any]) -> Lexicon:
    """Read medicines.toml; ProtocolError for an unknown class, flag or mark, or a name that two entries
    share.
    """
    top = Entry(file, "", data)
    classes = top.texts("classes", needed=True)
    top.text("as_of")
    marks = (*MARKS, *top.texts("more_marks"))
    values_entry = top.table("flag_values")
    flag_values = {flag: values_entry.texts(flag, needed=True) for flag in values_entry}
    top.mapping("sources")
    words = _name_words(top.table("names"))
    routes = {name: _route(top.table("route").table(name), flag_values, classes, marks) for name in _routes(top)}
    listed = top.table("medicine")
    medicines = [
        _medicine(Entry(file, id, listed.raw(id, "{ ... }")), id, classes, flag_values, marks) for id in listed
    ]
    by_name = _by_name(file, medicines)
    ids = {medicine.id for medicine in medicines}
    for medicine in medicines:
        if medicine.by_mouth is not None:
            listed.known(medicine.by_mouth, ids, f"{medicine.id}: 'by_mouth' names")
    unnamed = [medicine.id for medicine in medicines if "unnamed" in medicine.marks]
    if len(unnamed) != 1:
        raise top.wrong(
            f"{len(unnamed)} entries carry the mark 'unnamed'",
            "Give it to the one entry that stands for names nobody recognises",
        )
    confusable = tuple(_group(entry, ids) for entry in top.tables("confusable"))
    top.finish()
    return Lexicon(by_name, words, routes, confusable, unnamed[0])


def _name_words(entry: Entry) -> NameWords:
    beginnings, endings = entry.texts("beginnings"), entry.texts("endings")
    injected = entry.texts("injected")
    for word in injected:
        entry.known(word, (*beginnings, *endings), "'injected' names")
    entry.finish()
    return NameWords(
        tuple(map(normalise, beginnings)), tuple(map(normalise, endings)), frozenset(map(normalise, injected))
    )


def _routes(top: Entry) -> list[str]:
    names = list(top.table("route"))
    for name in names:
        top.known(name, ROUTES, "'route' has")
    return names


def _route(
    entry: Entry, flag_values: Mapping[str, tuple[str, ...]], classes: tuple[str, ...], marks: tuple[str, ...]
) -> Route:
    of_class = {}
    by_class = entry.table_or_none("of_class")
    for medicine_class in by_class or ():
        entry.known(medicine_class, classes, "'of_class' names the class")
        of_class[medicine_class] = _flags(entry, (by_class or entry).mapping(medicine_class), flag_values)
    soften = entry.texts("soften")
    for flag in soften:
        entry.known(flag, flag_values, "'soften' names the flag")
    found = Route(
        set_flags=_flags(entry, entry.mapping("set"), flag_values),
        soften=frozenset(soften),
        of_class=of_class,
        pulse_of_class=entry.one_of("pulse_of_class", classes) if "pulse_of_class" in entry else None,
        maybe_pulse_of_class=entry.one_of("maybe_pulse_of_class", classes) if "maybe_pulse_of_class" in entry else None,
        not_a_pulse=entry.yes("not_a_pulse"),
        own_medicine_if=frozenset(entry.texts("own_medicine_if")),
    )
    for mark in found.own_medicine_if:
        entry.known(mark, marks, "'own_medicine_if' names the mark")
    entry.finish()
    return found


def _flags(entry: Entry, given: Mapping[str, Any], flag_values: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    for flag, value in given.items():
        entry.known(flag, flag_values, "unknown flag")
        entry.known(
            value if isinstance(value, str) else str(value),
            (*flag_values[flag], NONE),
            f"the flag {flag!r} has",
        )
    return dict(given)


def _medicine(
    entry: Entry, id: str, classes: tuple[str, ...], flag_values: Mapping[str, tuple[str, ...]], known: tuple[str, ...]
) -> Medicine:
    marks = entry.texts("marks")
    for mark in marks:
        entry.known(mark, known, "'marks' has")
    found = Medicine(
        id=id,
        inn=entry.text("inn"),
        zh=entry.text("zh"),
        brands=entry.texts("brands_zh") + entry.texts("brands_en"),
        aliases=entry.texts("aliases"),
        medicine_class=entry.one_of("class", classes),
        strengths=entry.texts("strengths"),
        flags=dict.fromkeys(flag_values, NONE) | _flags(entry, entry.mapping("flags"), flag_values),
        marks=frozenset(marks),
        by_mouth=entry.text("by_mouth") if "by_mouth" in entry else None,
        verified=entry.texts("verified"),
        status=entry.text("status", ""),
        note=entry.text("note", ""),
    )
    entry.texts("source")
    entry.finish()
    return found


def _by_name(file: str, medicines: list[Medicine]) -> dict[str, Medicine]:
    """Every name as it is compared, with its entry; no name may belong to two."""
    found: dict[str, Medicine] = {}
    for medicine in medicines:
        for name in medicine.names:
            other = found.setdefault(normalise(name), medicine)
            if other is not medicine:
                what = f"the name {name!r} also belongs to {other.id!r}"
                raise Entry(file, medicine.id, {}).wrong(what, "Keep it in one of the two entries")
    return found


def _group(entry: Entry, ids: set[str]) -> tuple[Lookalike, ...]:
    members = []
    for member in entry.tables("members"):
        id = member.text("id") if "id" in member else None
        if id is not None:
            member.known(id, ids, "'id' names")
        members.append(Lookalike(member.text("name"), id))
        member.finish()
    entry.finish()
    if len(members) < 2:
        raise entry.wrong("a confusable group needs two members or more", "Add the names that look alike")
    return tuple(members)
