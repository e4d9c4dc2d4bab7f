"""`brasle-prescreen export-redcap`: a data dictionary for REDCap, and an import file that matches it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.commands.beside_server import with_store
from bot.commands.new_file import write_new
from bot.commands.operator import operator

WARNING = (
    "Careful: uploading a data dictionary replaces all fields of a REDCap project; fields that the file lacks are "
    "deleted with their data. Use a new project, or add these rows below those of your own dictionary, without the row "
    "record_id."
)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "export-redcap",
        help="a data dictionary for REDCap, and an import file that matches it",
        description=f"One instrument, and one row a lead, without identities. {WARNING}",
    )
    parser.add_argument("--dictionary", type=Path, help="a new file for the data dictionary")
    parser.add_argument("--data", type=Path, help="a new file for the answers; nobody else may read it")


def run(args: argparse.Namespace) -> int:
    if args.dictionary is None and args.data is None:
        print("Say what to write: --dictionary FILE, --data FILE, or both.", file=sys.stderr)
        return 2
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    from bot.records.taking_out import redcap_data, redcap_dictionary
    from bot.store.audit_entry import Did
    from bot.wording import Wording
    from brasle_prescreen import load_protocol

    wording, protocol = Wording.load(), load_protocol()
    if args.dictionary is not None:
        print(WARNING, file=sys.stderr)
        made = redcap_dictionary(wording, protocol)
        did = Did("export.redcap_dictionary", "", "csv", None, made.count(b"\r\n") - 1)
        if status := await write_new(args.dictionary, made, store, operator(), did):
            return status
    if args.data is not None:
        leads = await store.desk.every_packet()
        did = Did("export.redcap_data", "", "csv", None, len(leads))
        return await write_new(args.data, redcap_data(wording, protocol, leads), store, operator(), did)
    return 0
