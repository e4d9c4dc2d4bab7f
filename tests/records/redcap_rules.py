"""REDCap's documented rules for a data dictionary and an import file, as a reader of their own: it knows nothing of how
they are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HEADS = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?,"
    "Custom Alignment,Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation"
)
TYPES = {
    "text",
    "notes",
    "calc",
    "dropdown",
    "radio",
    "checkbox",
    "yesno",
    "truefalse",
    "file",
    "slider",
    "descriptive",
    "sql",
}
CHOOSING = {"dropdown", "radio", "checkbox"}
VALIDATIONS = {"", "integer", "number", "date_ymd", "date_mdy", "date_dmy", "datetime_ymd", "email", "phone", "time"}
NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")
LONGEST_NAME = 100
CODE = re.compile(r"[A-Za-z0-9_]+")
_REFERENCE = re.compile(r"\[([a-z0-9_]+)(?:\(([A-Za-z0-9_]+)\))?\]")
_TEST = re.compile(r"\[[a-z0-9_]+(?:\([A-Za-z0-9_]+\))?\] (?:=|<>|<|>|<=|>=) '[^']*'")
_PLAIN = re.compile(r"[ ()]*T(?:[ ()]+(?:and|or)[ ()]+T)*[ ()]*")


def choices(cell: str) -> dict[str, str]:
    """Code to label. ValueError where REDCap would refuse."""
    found: dict[str, str] = {}
    for one in cell.split("|"):
        code, comma, label = one.strip().partition(",")
        if not comma or not CODE.fullmatch(code.strip()) or not label.strip():
            raise ValueError(f"not 'code, label': {one!r}")
        if code in found:
            raise ValueError(f"the code {code} stands twice")
        found[code.strip()] = label.strip()
    return found


def faults(rows: list[dict[str, str]]) -> Iterator[str]:
    """Everything for which REDCap refuses a dictionary, or takes it and shows something else."""
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        name, type_ = row["Variable / Field Name"], row["Field Type"]
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            yield f"{name}: no name of a variable"
        if name in seen:
            yield f"{name}: stands twice"
        if not re.fullmatch("[a-z][a-z0-9_]*", row["Form Name"]):
            yield f"{name}: no name of a form"
        if type_ not in TYPES:
            yield f"{name}: no type {type_}"
        if not row["Field Label"].strip():
            yield f"{name}: no label"
        options: dict[str, str] = {}
        if type_ in CHOOSING:
            try:
                options = choices(row["Choices, Calculations, OR Slider Labels"])
            except ValueError as error:
                yield f"{name}: {error}"
        elif row["Choices, Calculations, OR Slider Labels"]:
            yield f"{name}: choices that nobody sees"
        validation = row["Text Validation Type OR Show Slider Number"]
        if validation not in VALIDATIONS or (validation and type_ != "text"):
            yield f"{name}: no validation {validation}"
        for limit in ("Text Validation Min", "Text Validation Max"):
            if row[limit] and not validation:
                yield f"{name}: a limit without a validation"
        if row["Identifier?"] not in ("", "y") or row["Required Field?"] not in ("", "y"):
            yield f"{name}: y or nothing"
        yield from branching(name, row["Branching Logic (Show field only if...)"], seen)
        seen[name] = options


def branching(name: str, logic: str, before: dict[str, dict[str, str]]) -> Iterator[str]:
    """Logic may name only fields above, a checkbox's choice in round brackets, and the codes that a field has."""
    if not logic:
        return
    if not _PLAIN.fullmatch(_TEST.sub("T", logic)) or logic.count("(") != logic.count(")"):
        yield f"{name}: logic that cannot be read: {logic}"
    for variable, code in _REFERENCE.findall(logic):
        if variable not in before:
            yield f"{name}: logic on {variable}, which does not stand above"
        elif code and code not in before[variable]:
            yield f"{name}: {variable} has no choice {code}"
    for variable, value in re.findall(r"\[([a-z0-9_]+)\] (?:=|<>) '([^']+)'", logic):
        if before.get(variable) and value not in before[variable]:
            yield f"{name}: {variable} has no choice {value}"


def import_faults(table: list[list[str]], rows: list[dict[str, str]]) -> Iterator[str]:
    """Columns and values that REDCap's import would refuse."""
    heads = table[0]
    allowed: dict[str, re.Pattern[str]] = {}
    for row in rows:
        name, type_ = row["Variable / Field Name"], row["Field Type"]
        options = choices(row["Choices, Calculations, OR Slider Labels"]) if type_ in CHOOSING else {}
        if type_ == "checkbox":
            allowed |= {f"{name}___{code.lower()}": re.compile("[01]?") for code in options}
        elif options:
            allowed[name] = re.compile("|".join(map(re.escape, ["", *options])))
        else:
            validation = row["Text Validation Type OR Show Slider Number"]
            shapes = {"integer": r"-?\d*", "number": r"(?:-?\d+(?:\.\d+)?)?", "date_ymd": r"(?:\d{4}-\d\d-\d\d)?"}
            allowed[name] = re.compile(shapes.get(validation, ".*"), re.DOTALL)
    if heads[0] != rows[0]["Variable / Field Name"]:
        yield "the first column is not the record id"
    if len(set(heads)) != len(heads):
        yield "a column stands twice"
    for line in table[1:]:
        for head, cell in zip(heads, line, strict=True):
            if head not in allowed:
                yield f"{head}: no such field"
            elif not allowed[head].fullmatch(cell):
                yield f"{head}: {cell!r} is refused"
    if len({line[0] for line in table[1:]}) != len(table) - 1:
        yield "a record stands twice"
