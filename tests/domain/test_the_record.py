"""The data against the registry's words, and the shapes of answers against the contract's schema."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

import brasle_prescreen
from brasle_prescreen import load_protocol
from brasle_prescreen.answer_shape import Shape
from brasle_prescreen.criterion import Criterion
from tests.domain.schemas import INPUT

PROTOCOL = load_protocol()


def test_every_sentence_of_the_registry_is_carried_by_exactly_one_criterion() -> None:
    carried = Counter(line for criterion in PROTOCOL.criteria for line in criterion.text)
    assert carried == Counter(PROTOCOL.eligibility.lines)
    assert set(carried.values()) == {1}
    assert len(carried) == 50


def test_nothing_else_stands_in_the_registry_text() -> None:
    """What is left of the text without its sentences is headings, numbers and bullets."""
    left = PROTOCOL.eligibility.text
    for line in sorted((*PROTOCOL.eligibility.lines, *PROTOCOL.eligibility.headings), key=len, reverse=True):
        assert line in left
        left = left.replace(line, "", 1)
    assert set(left) <= set(" \n.•0123456789")


def test_the_record_names_31_criteria() -> None:
    ids = [criterion.id for criterion in PROTOCOL.criteria]
    assert ids == [f"I{n}" for n in range(1, 10)] + [f"E{n}" for n in range(1, 23)]
    assert [criterion.line for criterion in PROTOCOL.criteria] == sorted(one.line for one in PROTOCOL.criteria)


@pytest.mark.parametrize("criterion", PROTOCOL.criteria, ids=lambda criterion: criterion.id)
def test_every_criterion_is_read_in_both_languages(criterion: Criterion) -> None:
    assert criterion.reading
    assert criterion.reading_zh
    assert bool(criterion.ask_site) is bool(criterion.ask_site_zh)


def test_private_criteria() -> None:
    assert {one.id for one in PROTOCOL.criteria if one.private} == {"E10", "E11", "E18", "E21"}


def schema_of(shape: Shape) -> dict[str, Any]:
    """A shape as the contract's schema writes it."""
    options: list[dict[str, Any]] = []
    if shape.words:
        options.append({"enum": list(shape.words)})
    if shape.is_boolean:
        options.append({"type": "boolean"})
    if shape.integer is not None:
        least, most = shape.integer
        options.append({"type": "integer", "minimum": least} | ({"maximum": most} if most is not None else {}))
    if shape.number is not None:
        limit, included = shape.number
        options.append({"type": "number", "minimum" if included else "exclusiveMinimum": int(limit)})
    if shape.fields is not None:
        options.append(_object(shape))
    if shape.items is not None:
        inner = _object(shape.items) if shape.items.fields else {"enum": list(shape.items.words)}
        rest = ({"minItems": shape.fewest} if shape.fewest else {}) | ({"uniqueItems": True} if shape.no_twins else {})
        options.append({"type": "array", "items": inner} | rest)
    if shape.is_text:
        options.append({"type": "string", "minLength": 1})
    known = {"$ref": "#/$defs/date"} if shape.is_date else {"$ref": "#/$defs/not_known"}
    return known if shape.is_date and not options else {"anyOf": [known, *options]}


def _object(shape: Shape) -> dict[str, Any]:
    fields = {}
    for name, inner in (shape.fields or {}).items():
        fields[name] = schema_of(inner)
        if name in shape.required:
            fields[name] = _known(inner)
    required = {"required": sorted(shape.required)} if shape.required else {}
    return {"type": "object", "additionalProperties": False, "properties": fields} | required


def _known(shape: Shape) -> dict[str, Any]:
    """A required field is never unknown."""
    if shape.is_text:
        return {"type": "string", "minLength": 1, "not": {"enum": ["unsure", "skipped"]}}
    found: dict[str, Any] = schema_of(shape)["anyOf"][1]
    return found


def canonical(value: Any) -> Any:
    """Without the order of keys, of enums and of alternatives; enums of one schema joined."""
    if isinstance(value, dict):
        found = {key: canonical(inner) for key, inner in value.items()}
        if "anyOf" in found:
            found["anyOf"] = sorted(found["anyOf"], key=lambda one: json.dumps(one, sort_keys=True, default=str))
        if "required" in found:
            found["required"] = sorted(found["required"])
        if "const" in found:
            found["enum"] = [found.pop("const")]
        if "enum" in found:
            found["enum"] = sorted(map(str, found["enum"]))
        return found
    if isinstance(value, list):
        return [canonical(inner) for inner in value]
    return int(value) if isinstance(value, Decimal) else value


CONTRACT = INPUT["properties"]["answers"]["properties"]


def test_the_keys_are_the_contract_s() -> None:
    assert list(PROTOCOL.answers.shapes) == list(CONTRACT)


@pytest.mark.parametrize("key", CONTRACT)
def test_every_answer_has_the_contract_s_shape(key: str) -> None:
    assert canonical(schema_of(PROTOCOL.answers.shapes[key])) == canonical(CONTRACT[key])


def test_importing_the_package_costs_next_to_nothing() -> None:
    code = "import sys, brasle_prescreen; print(*sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "tomllib" not in found
    assert "brasle_prescreen.protocol" not in found


def test_screening_needs_only_the_standard_library() -> None:
    code = "import sys; from brasle_prescreen import load_protocol; load_protocol(); print(*sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "yaml", "aiogram", "starlette", "sqlite_utils", "bot", "asyncio"} & set(found)


def test_every_public_name_is_there() -> None:
    for name in brasle_prescreen.__all__:
        assert getattr(brasle_prescreen, name) is not None
    with pytest.raises(AttributeError):
        brasle_prescreen.nothing_of_the_kind  # noqa: B018
