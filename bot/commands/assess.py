"""`brasle-prescreen assess`: structured answers on standard input, one provisional assessment a line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brasle_prescreen.protocol import Protocol
    from brasle_prescreen.versions import Protocols

_HELP = """\
Standard input holds one JSON object, or NDJSON (one object a line, blank lines ignored), as UTF-8:

  {"id": "any text, optional", "as_of": "2026-11-22", "answers": {...}}

Standard output holds one JSON object a line, in the same order: an assessment, or
{"id": ..., "error": {"key": ..., "message": ...}} for answers that cannot be taken.

Each is judged by the version of the protocol in force on its as_of, or all by the one of --protocol.

Exit status: 0; 2 if the only object is refused; 1 if the trial's data files hold a mistake.
"""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "assess",
        help="judge structured answers: JSON or NDJSON on standard input, one assessment a line",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--protocol",
        metavar="VERSION",
        help="an amendment's number, 'original', or a day (YYYY-MM-DD) on which it counts",
    )


def run(args: argparse.Namespace) -> int:
    from brasle_prescreen.assess import assess_lines
    from brasle_prescreen.trial_entry import ProtocolError

    count = good = 0
    out = sys.stdout.buffer
    try:
        protocol = _protocol(args.protocol)
    except (ProtocolError, ValueError) as error:  # no such version, or a setting or an amendment that cannot be read
        print(error, file=sys.stderr)
        return 1
    try:
        for assessed in assess_lines(sys.stdin.buffer, protocol):
            out.write(assessed.line.encode("utf-8") + b"\n")
            count += 1
            good += assessed.good
        out.flush()
    except ProtocolError as error:
        print(error, file=sys.stderr)
        return 1
    return 2 if count == 1 and not good else 0


def _protocol(named: str | None) -> Protocol | Protocols | None:
    """What to judge by; None where there is but the one version. ValueError if there is none of that name."""
    from brasle_prescreen.protocol import DIRECTORY

    set_up = any(name.upper() == _SETTING for name in os.environ) or _in_file()
    if named is None and not set_up and not (DIRECTORY / "amendments").is_dir():
        return None
    from brasle_prescreen.amendment_seal import seal_problems
    from brasle_prescreen.versions import load_protocols

    protocols = load_protocols(*(_folder() if set_up else ()))
    for one in seal_problems(protocols):
        print(f"Note: {one}", file=sys.stderr)
    return protocols if named is None else protocols.named(named).protocol


def _folder() -> list[Path]:
    """As the settings have it. They are slow to read, so only if this one is among them."""
    from bot.doctor import load_settings

    settings = load_settings()
    if isinstance(settings, str):
        raise ValueError(settings)
    return [] if settings.amendments is None else [settings.amendments]


_SETTING = "BRASLE_AMENDMENTS"


def _in_file() -> bool:
    try:
        return _SETTING in Path(".env").read_text(encoding="utf-8", errors="replace").upper()
    except OSError:
        return False
