"""The contract's two JSON schemas, as checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import brasle_prescreen

CONTRACT = Path(brasle_prescreen.__file__).parent / "contract"
INPUT = json.loads((CONTRACT / "answers.schema.json").read_text(encoding="utf-8"))
OUTPUT = json.loads((CONTRACT / "assessment.schema.json").read_text(encoding="utf-8"))
_input, _output = Draft202012Validator(INPUT), Draft202012Validator(OUTPUT)


def check_input(request: dict[str, Any]) -> None:
    """Raise if the request is not what the contract describes."""
    _input.validate(json.loads(json.dumps(request)))


def allows(request: Any) -> bool:
    return bool(_input.is_valid(request))


def check_output(output: dict[str, Any]) -> None:
    """Raise if the output is not what the contract describes, as JSON and not only as Python."""
    _output.validate(json.loads(json.dumps(output)))
