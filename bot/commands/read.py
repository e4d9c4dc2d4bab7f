"""`brasle-prescreen read`: typed replies on standard input, how the bot reads each of them on standard output."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import Any

_HELP = """\
Standard input holds NDJSON, one typed reply a line (blank lines ignored), as UTF-8:

  {"id": "s1", "lang": "zh", "kind": "when", "question": "...", "as_of": "2026-11-22", "text": "last March"}

Kinds: age, yes_no, sex, when, drugs, steroid_dose, quantity, ana, phone, red_flag. `lang` is only a hint.
Standard output holds one line each, in the same order: {"id": ..., "predicted": ...}. It is the same reading that the
conversation uses; "ask_back" means that the bot would ask again. A line that is no such object gets {"id": ..., "error": ...}.
"""


def add_parser(commands: Any) -> None:
    commands.add_parser(
        "read",
        help="read typed replies: NDJSON on standard input, one reading a line",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def run(args: argparse.Namespace) -> int:
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        if line.strip():
            out.write(json.dumps(read_line(line)).encode() + b"\n")
    out.flush()
    return 0


def read_line(line: bytes) -> dict[str, Any]:
    """One line of input as one line of output; what is wrong with a line is said in its place."""
    from brasle_prescreen.reading.by_kind import KINDS, predicted

    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return _refused(None, "this line is no JSON object")
    if not isinstance(asked, dict):
        return _refused(None, "this line is no JSON object")
    id = asked.get("id")
    kind, text, question = asked.get("kind"), asked.get("text"), asked.get("question", "")
    if kind not in KINDS:
        return _refused(id, f"'kind' must be one of: {', '.join(KINDS)}")
    if not isinstance(text, str) or not isinstance(question, str):
        return _refused(id, "'text' and 'question' must be texts")
    try:
        on = date.fromisoformat(str(asked.get("as_of")))
    except ValueError:
        return _refused(id, "'as_of' must be a day, such as 2026-11-22")
    return {"id": id, "predicted": predicted(kind, text, question=question, on=on)}


def _refused(id: Any, message: str) -> dict[str, Any]:
    return {"id": id, "error": {"message": message}}
