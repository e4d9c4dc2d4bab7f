"""The study form as a REDCap data dictionary: one instrument, its 18 columns in REDCap's order.

Uploading a data dictionary replaces a project's fields: the console and the command say so beside the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from bot.records.study_form import NONE, PART, ByLanguage, Field, Item, Option, StudyForm, Test

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
INSTRUMENT = "brasle_prescreening"
RECORD_ID = "record_id"
LISTED = "listed"
OPEN_CODES = ("unsure", "skipped", "masked")
Part = Literal["value", "from", "to", "unit", "open", "more"]
FieldType = Literal["text", "radio", "checkbox", "dropdown"]
_PART_OF_GROUP = re.compile(r"(medicine|vaccine)\.")


@dataclass(frozen=True, slots=True)
class Column:
    """One REDCap field. `field` and `part` say what of the form it holds; `entry` which medicine or vaccine (from 1)."""

    variable: str
    type: FieldType
    label: ByLanguage
    item: Item | None = None
    field: Field | None = None
    part: Part = "value"
    entry: int = 0
    options: tuple[Option, ...] = ()
    validation: str = ""
    least: str = ""
    most: str = ""
    branching: str = ""
    identifier: bool = False
    annotation: str = ""


def variable(field: str, entry: int = 0, part: str = "value") -> str:
    """A REDCap name: small letters, digits and single underscores, begun with a letter."""
    if entry:
        field = _PART_OF_GROUP.sub(lambda found: f"{found[1][:3]}{entry}.", field)
    name = re.sub("[^a-z0-9]+", "_", f"bp_{field}".lower()).strip("_")
    return name if part == "value" else f"{name}_{part}"


def columns(form: StudyForm) -> tuple[Column, ...]:
    """All fields, in the order of the questions."""
    open_words = form.beside
    opened = tuple(Option(code, open_words[code]) for code in OPEN_CODES)
    found: list[Column] = [Column(RECORD_ID, "text", open_words[RECORD_ID])]
    for group, together in groupby(form.items, lambda item: item.group):
        members = list(together)
        if not group:
            for item in members:
                found += _of_item(form, item, 0, opened, open_words)
            continue
        for entry in range(1, form.most[group] + 1):
            for item in members:
                found += _of_item(form, item, entry, opened, open_words)
        more = Field(f"{group}.more", "name", open_words["more"])
        found.append(
            Column(variable(f"{group}s_more"), "text", open_words["more"], members[0], more, "more", form.most[group])
        )
    return tuple(found)


def dictionary(made: tuple[Column, ...]) -> list[list[str]]:
    """The table with its heads. Every label says the question in both languages."""
    rows = [list(COLUMNS)]
    section = ""
    for one in made:
        header = ""
        ask = one.item.ask if one.item is not None and len(one.item.fields) > 1 else None
        here = f"{one.item.id} {one.entry}" if one.item is not None and ask else ""
        if ask and here != section:
            header = bilingual(ask, one.entry)
        section = here
        rows.append(
            [
                one.variable,
                INSTRUMENT,
                header,
                one.type,
                bilingual(one.label, one.entry),
                " | ".join(f"{option.code}, {_choice(option.words)}" for option in one.options),
                "",
                one.validation,
                one.least,
                one.most,
                "y" if one.identifier else "",
                one.branching,
                "",
                "",
                "",
                "",
                "",
                one.annotation,
            ]
        )
    return rows


def bilingual(words: ByLanguage, entry: int = 0) -> str:
    """Every language one below the other, English first."""
    number = f"{entry}. " if entry else ""
    return "\n".join(number + text for text in words.values())


def _choice(words: ByLanguage) -> str:
    return " / ".join(text.replace("|", "/").replace("\n", " ") for text in words.values())


def _of_item(
    form: StudyForm, item: Item, entry: int, opened: tuple[Option, ...], words: Mapping[str, ByLanguage]
) -> Iterator[Column]:
    shown = _branching(form, item, entry)
    note = f"Asked only if: {'; '.join(item.when.unsaid)}" if item.when.unsaid else ""
    first = True
    for field in item.fields:
        for made in _of_field(item, field, entry, opened, words):
            # A choice holds "not sure" itself; anything else has a field beside it that says why it is empty.
            yield replace(made, branching=shown, annotation=note if first else "")
            first = False
    if item.fields[0].kind not in ("choice", "multiple", "names", "name"):
        why = Column(variable(item.id, entry, "open"), "radio", words["open"], item, item.fields[0], "open", entry)
        yield replace(why, options=opened, branching=shown)


def _of_field(
    item: Item, field: Field, entry: int, opened: tuple[Option, ...], words: Mapping[str, ByLanguage]
) -> Iterator[Column]:
    name, label = variable(field.id, entry), field.label
    match field.kind:
        case "choice":
            yield Column(name, "radio", label, item, field, "value", entry, (*field.options, *opened))
        case "multiple":
            yield Column(name, "checkbox", label, item, field, "value", entry, (*field.options, *opened))
        case "names":
            # Which ones stands below, one by one.
            none = next(option for option in field.options if option.code == NONE)
            listed = (Option(LISTED, words[LISTED]), none, *opened)
            yield Column(name, "radio", label, item, field, "value", entry, listed)
        case "name":
            yield Column(name, "dropdown", label, item, field, "value", entry, (*field.options, *opened))
        case "date":
            ends: tuple[Part, ...] = ("from", "to")
            for part in ends:
                both = _part(label, words, part)
                end = Column(variable(field.id, entry, part), "text", both, item, field, part, entry, (), "date_ymd")
                # Of all days only a birth is the child's own for life.
                yield replace(end, identifier=item.fields[-1].kind == "whole")
        case "whole":
            least, most = ("" if limit is None else str(limit) for limit in (field.least, field.most))
            yield Column(name, "text", label, item, field, "value", entry, (), "integer", least, most)
        case "decimal":
            yield Column(name, "text", label, item, field, "value", entry, (), "number", "0")
        case "quantity":
            yield Column(name, "text", label, item, field, "value", entry, (), "number")
            yield Column(
                variable(field.id, entry, "unit"), "text", _part(label, words, "unit"), item, field, "unit", entry
            )


def _part(label: ByLanguage, words: Mapping[str, ByLanguage], part: str) -> ByLanguage:
    return {
        language: words[PART][language].format(item=text, part=words[part][language])
        for language, text in label.items()
    }


def _branching(form: StudyForm, item: Item, entry: int) -> str:
    """All conditions of the item; a medicine's questions show once its name is chosen."""
    kinds = {field.id: field.kind for one in form.items for field in one.fields}
    groups = []
    if item.group and item.id != f"{item.group}.name":
        groups.append(f"[{variable(f'{item.group}.name', entry)}] <> ''")
    elif entry > 1:
        groups.append(f"[{variable(f'{item.group}.name', entry - 1)}] <> ''")
    for group in item.when.groups:
        tests = [_test(test, kinds[test.field], entry) for test in group]
        groups.append(f"({' or '.join(tests)})" if len(tests) > 1 else tests[0])
    return " and ".join(groups)


def _test(test: Test, kind: str, entry: int) -> str:
    name = variable(test.field, entry if _PART_OF_GROUP.match(test.field) else 0)
    if test.operator == "exists":
        return f"[{name}] <> ''"
    if kind == "multiple":
        return f"[{name}({test.option})] {'=' if test.operator == '=' else '<>'} '1'"
    return f"[{name}] {'=' if test.operator == '=' else '<>'} '{test.option}'"
