"""`brasle-prescreen assess`: structured answers on standard input, one provisional assessment a line."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

_HELP = """\
Standard input holds one JSON object, or NDJSON (one object a line, blank lines ignored), as UTF-8:

  {"id": "any text, optional", "as_of": "2026-11-22", "answers": {...}}

Standard output holds one JSON object a line, in the same order: an assessment, or
{"id": ..., "error": {"key": ..., "message": ...}} for answers that cannot be taken.

Exit status: 0; 2 if the only object is refused; 1 if the trial's data files hold a mistake.
"""


def add_parser(commands: Any) -> None:
    commands.add_parser(
        "assess",
        help="judge structured answers: JSON or NDJSON on standard input, one assessment a line",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def run(args: argparse.Namespace) -> int:
    from brasle_prescreen.assess import assess_lines
    from brasle_prescreen.trial_entry import ProtocolError

    count = good = 0
    out = sys.stdout.buffer
    try:
        for assessed in assess_lines(sys.stdin.buffer):
            out.write(assessed.line.encode("utf-8") + b"\n")
            count += 1
            good += assessed.good
        out.flush()
    except ProtocolError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our lines has seen enough. Nothing may be written any more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 2 if count == 1 and not good else 0
