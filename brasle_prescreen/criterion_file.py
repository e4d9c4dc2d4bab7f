"""Reading inclusion.toml and exclusion.toml: one table a criterion, its parts below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brasle_prescreen.criterion import DECIDERS, Criterion, Part
from brasle_prescreen.rule import Rule, Trial
from brasle_prescreen.rule_choice import SiteOnly
from brasle_prescreen.rule_words import read_rule
from brasle_prescreen.trial_entry import Entry, ProtocolError, did_you_mean


def read_criteria(
    files: Mapping[str, tuple[str, Mapping[str, Any]]], ids: tuple[str, ...], trial: Trial
) -> tuple[Criterion, ...]:
    """All criteria in the record's order. `files` holds file name and tables, by category."""
    found: dict[str, Criterion] = {}
    for category, (file, data) in files.items():
        for id, table in data.items():
            entry = Entry(file, id, table)
            if id not in ids:
                raise entry.wrong("the record in study.toml has no such criterion", did_you_mean(id, ids))
            if id in found:
                raise entry.wrong("this criterion also stands in another file", "Remove one of the two")
            found[id] = _criterion(entry, id, category, trial)
    for id in ids:
        if id not in found:
            names = " or ".join(file for file, _ in files.values())
            raise ProtocolError(f"{names}: the criterion {id} of the record is missing. Add a table [{id}].")
    return tuple(found[id] for id in ids)


def _criterion(entry: Entry, id: str, category: str, trial: Trial) -> Criterion:
    parts_entry = entry.table_or_none("part")
    parts = tuple(_part(parts_entry.table(part), part, id, trial) for part in parts_entry) if parts_entry else ()
    rule: Rule | None = None
    if "rule" in entry:
        rule = read_rule(entry.table("rule"), trial)
        _check_part_ids(entry, id, [part for part in rule.reach if part])
    if (rule is None) is (not parts):
        raise entry.wrong(
            "a criterion has either a rule or parts", f"Write [{id}.rule], or [{id}.part.{id}a] and so on"
        )
    found = Criterion(
        id=id,
        category=category,
        line=entry.whole("line"),
        text=entry.texts("text", needed=True),
        reading=entry.text("reading"),
        reading_zh=entry.text("reading_zh", ""),
        ask_site=entry.text("ask_site", ""),
        ask_site_zh=entry.text("ask_site_zh", ""),
        decided_by=entry.one_of("decided_by", DECIDERS),
        private=entry.yes("private"),
        counts=not entry.yes("likely_without_it"),
        rule=rule,
        parts=parts,
    )
    entry.finish()
    return found


def _part(entry: Entry, id: str, criterion: str, trial: Trial) -> Part:
    _check_part_ids(entry, criterion, [id])
    rule = read_rule(entry.table("rule"), trial)
    found = Part(
        id=id,
        rule=rule,
        decided_by=entry.one_of("decided_by", DECIDERS),
        site_only=isinstance(getattr(rule, "rule", rule), SiteOnly),
    )
    entry.finish()
    return found


def _check_part_ids(entry: Entry, criterion: str, ids: list[str]) -> None:
    for id in ids:
        letters = id.removeprefix(criterion)
        if letters == id or not letters[:1].islower() or not letters.isalnum():
            raise entry.wrong(
                f"the part {id!r} does not belong to {criterion}",
                f"Name it {criterion} and a letter, such as {criterion}a",
            )


def text_lines(text: str, headings: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of a registry text, without numbers, bullets, headings and empty lines."""
    found = []
    for line in text.splitlines():
        plain = line.strip().removeprefix("•").strip()
        number, point, rest = plain.partition(". ")
        if point and number.isdigit():
            plain = rest.strip()
        if plain and plain not in headings:
            found.append(plain)
    return tuple(found)


def check_text(file: str, lines: tuple[str, ...], criteria: tuple[Criterion, ...]) -> None:
    """Every line of the eligibility text must be carried by exactly one criterion, word for word."""
    carried: dict[str, str] = {}
    for criterion in criteria:
        for line in criterion.text:
            if line in carried:
                both = f"{criterion.id} and {carried[line]}"
                raise ProtocolError(f"{file}: {both} both carry {_short(line)}. Leave it in one of them.")
            if line not in lines:
                raise ProtocolError(
                    f"{file}: the eligibility text has no {_short(line)}, which {criterion.id} carries. "
                    "Copy the registry's words exactly, mistakes included."
                )
            carried[line] = criterion.id
    for line in lines:
        if line not in carried:
            fix = "Add it to the text of its criterion"
            raise ProtocolError(f"{file}: no criterion carries the line {_short(line)}. {fix}.")


def _short(line: str) -> str:
    return repr(line if len(line) <= 60 else line[:57] + "...")
