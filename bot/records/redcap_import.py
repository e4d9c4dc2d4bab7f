"""The leads as a REDCap import file that matches the data dictionary: one row a lead, a column a field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.records.given_answers import CODED, GivenAnswers, Openness, Said, given_answers
from bot.records.redcap import LISTED, OPEN_CODES, RECORD_ID, Column
from bot.records.study_form import NONE, StudyForm
from bot.store.lead_packets import Stored
from brasle_prescreen.question import Questions


def import_table(
    form: StudyForm,
    made: tuple[Column, ...],
    questions: Questions,
    leads: Iterable[Stored],
    openness: Openness = CODED,
) -> Iterator[list[str]]:
    """Heads, then the rows. A checkbox has one column a choice, `variable___code`, as REDCap imports it."""
    yield [head for one in made for head in heads(one)]
    for lead in leads:
        given = given_answers(lead.packet, form, questions, openness)
        yield [cell for one in made for cell in _cells(one, lead.code, given)]


def heads(column: Column) -> list[str]:
    """The names of the import columns of one field."""
    if column.type == "checkbox":
        return [f"{column.variable}___{option.code}" for option in column.options]
    return [column.variable]


def _cells(column: Column, code: str, given: GivenAnswers) -> list[str]:
    if column.variable == RECORD_ID:
        return [code]
    assert column.item is not None
    assert column.field is not None
    if column.part == "more":
        listed = given.entries[column.item.group][column.entry :]
        return [" ".join(one for entry in listed for one in _chosen(entry.get(f"{column.item.group}.name")))]
    said = _answers(column, given)
    if column.part == "open":
        reasons = [said[field.id].absent for field in column.item.fields if field.id in said]
        return [next((one for one in reasons if one), "")]
    one = said.get(column.field.id)
    if column.type == "checkbox":
        ticked = _chosen(one)
        return ["" if one is None else "1" if option.code in ticked else "0" for option in column.options]
    return [_cell(column, one)]


def _answers(column: Column, given: GivenAnswers) -> Mapping[str, Said]:
    assert column.item is not None
    if not column.item.group:
        return given.plain
    entries = given.entries[column.item.group]
    return entries[column.entry - 1] if column.entry <= len(entries) else {}


def _chosen(said: Said | None) -> tuple[str, ...]:
    if said is None:
        return ()
    return (*said.chosen, *((said.absent,) if said.absent in OPEN_CODES else ()))


def _cell(column: Column, said: Said | None) -> str:
    if said is None:
        return ""
    match column.part:
        case "from" | "to":
            return "" if said.days is None else said.days[column.part == "to"].isoformat()
        case "unit":
            return said.unit
    if column.field is not None and column.field.kind == "names":
        return said.chosen[0] if said.chosen == (NONE,) else LISTED if said.chosen or said.typed else said.absent
    if column.options:
        return next(iter(_chosen(said)), "")
    return "" if said.number is None else str(said.number)
