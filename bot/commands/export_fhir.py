"""`brasle-prescreen export-fhir --to FILE`: the answers as a FHIR R4B bundle, without identities."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.commands.beside_server import with_store
from bot.commands.new_file import write_new
from bot.commands.operator import operator


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "export-fhir",
        help="the answers as a FHIR R4B bundle, without identities",
        description="All leads that no family has taken back, as a FHIR R4B bundle: numbers instead of names, private "
        "answers and typed words left out, births cut to the year and other days to the month.",
    )
    parser.add_argument("--to", type=Path, required=True, help="a new file; nobody else may read it")
    parser.add_argument("--lead", default="", help="only the lead with this reference number")
    parser.add_argument("--random-ids", action="store_true", help="numbers of this file only, not reference numbers")
    parser.add_argument(
        "--whole", action="store_true", help="with --lead: private answers, typed medicines and exact days, too"
    )


def run(args: argparse.Namespace) -> int:
    if args.whole and not args.lead:
        print("--whole goes with --lead: private answers are taken out one lead at a time.", file=sys.stderr)
        return 2
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    from bot.records.fhir_check import FhirError, FhirMissing
    from bot.records.given_answers import CODED, WHOLE
    from bot.records.taking_out import fhir_file
    from bot.store.audit_entry import Did
    from bot.store.moments import utc_now
    from bot.wording import Wording
    from brasle_prescreen import load_protocol

    if args.lead:
        found = await store.desk.one_packet(args.lead)
        leads = [found] if found else []
        if not leads:
            print(f"There is no lead {args.lead}, or its family has taken it back.", file=sys.stderr)
            return 1
    else:
        leads = await store.desk.every_packet()
    recruiting = (await store.recruiting()).state
    openness = WHOLE if args.whole else CODED
    try:
        made = fhir_file(
            Wording.load(), load_protocol(), recruiting, leads, utc_now(), openness, random_ids=args.random_ids
        )
    except (FhirMissing, FhirError) as error:
        print(error, file=sys.stderr)
        return 1
    code = leads[0].code if args.lead else ""
    action = "export.fhir_whole" if args.whole else "export.fhir"
    status: int = await write_new(args.to, made, store, operator(), Did(action, code, "json", None, len(leads)))
    return status
