"""`brasle-prescreen registry check FILE`: a newer record of the registry against the shipped listing. Changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brasle_prescreen.protocol import Protocol
    from brasle_prescreen.registry_check import Change, Checked

LARGEST = 8_000_000  # characters; records of studies are some ten thousand


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "registry",
        help="a newer record of the registry against the shipped listing",
        description="Says what changed, sentence by sentence, which criteria it touches and whether the trial still "
        "takes families; coordinators see it on the protocol page. Nothing changes by itself. Exit status: 0 nothing "
        "differs, 1 something does, 2 the record cannot be compared.",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    check = steps.add_parser("check", help="compare a record of ClinicalTrials.gov (API version 2, JSON)")
    check.add_argument("file", help="the record; - reads standard input")


def run(args: argparse.Namespace) -> int:
    from brasle_prescreen.registry import load_registered
    from brasle_prescreen.registry_check import RecordError, check_record

    try:
        found = check_record(_read(args.file), _in_force(), load_registered())
    except OSError as error:
        print(f"{args.file}: {error.strerror}.", file=sys.stderr)
        return 2
    except (RecordError, RecursionError, ValueError) as error:
        print(f"{args.file}: {error if isinstance(error, RecordError) else _why(error)}", file=sys.stderr)
        return 2
    print("\n".join(lines(found)), flush=True)
    return _keep(found) or (1 if found.changes else 0)


def lines(found: Checked) -> list[str]:
    """What came of it, for a terminal."""
    day = f" of {found.updated}" if found.updated else ""
    if not found.changes:
        return [f"The registry's record{day} says what the shipped listing says. Status: {found.status}."]
    told = [line for change in found.changes for line in _told(change)]
    touched = dict.fromkeys(id for change in found.changes for id in change.criteria)
    told.append(
        f"{len(found.changes)} differences to the record{day}; criteria touched: {', '.join(touched) or 'none'}."
    )
    if not found.takes_families:
        told.append(
            f"By its status ({found.status}) the trial no longer takes families. Ask the site, then: "
            "brasle-prescreen recruiting closed --as-of DAY"
        )
    return [*told, "Nothing was changed."]


def _told(change: Change) -> list[str]:
    about = f" ({', '.join(change.criteria)})" if change.criteria else ""
    told = [f"{change.kind.replace('_', ' ')}{about}"]
    told += [f"  - {change.before}"] if change.before else []
    return told + ([f"  + {change.after}"] if change.after else [])


def _read(name: str) -> object:
    if name == "-":
        text = sys.stdin.read(LARGEST + 1)
    else:
        with Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise ValueError("too long")
    return json.loads(text)


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"This is not JSON: {error.msg} in line {error.lineno}. Save the record with 'format=json'."
    if isinstance(error, UnicodeDecodeError):
        return "This is not JSON in UTF-8. Save the record with 'format=json'."
    return "This is too long or too deep for a record of one study."


def _in_force() -> Protocol:
    """What counts today: an amendment may have taken up the registry's words already."""
    from datetime import UTC, datetime

    from bot.doctor import load_settings
    from bot.flows.turn import SITE_ZONE
    from brasle_prescreen import load_protocols

    settings = load_settings()
    protocols = load_protocols() if isinstance(settings, str) else settings.protocols()
    return protocols.on(datetime.now(UTC).astimezone(SITE_ZONE).date()).protocol


def _keep(found: Checked) -> int:
    """Where the coordinators see it; 2 if that cannot be, with its sentence."""
    from bot.commands.beside_server import with_store
    from bot.commands.operator import operator

    async def kept(store: Any, settings: Any) -> int:
        await store.desk.keep_registry_check(found, _in_force().sha256, operator())
        return 0

    return 2 if with_store(kept) else 0
