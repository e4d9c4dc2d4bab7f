"""`brasle-prescreen leads list|show|set-status`: the queue, until the console is open. Works while the server runs."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import Any

from bot.commands.beside_server import with_store

STATUSES = (
    "new", "claimed", "contacting", "unreachable", "records_requested",
    "pi_review", "visit_booked", "screening", "closed",
)  # fmt: skip


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("leads", help="list, show or set the status of leads")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="all leads, whom to call first on top")
    listing.add_argument("--status", choices=STATUSES)
    listing.add_argument("--json", action="store_true")
    showing = actions.add_parser("show", help="one lead with its packet and how to reach the family")
    showing.add_argument("code")
    showing.add_argument("--json", action="store_true")
    setting = actions.add_parser("set-status", help="move a lead on")
    setting.add_argument("code")
    setting.add_argument("status", choices=STATUSES)
    setting.add_argument("--reason", help="for closed: a criterion's id or a category; the family never sees it")
    setting.add_argument("--by", default=None, help="who (default: the name of this account)")


def run(args: argparse.Namespace) -> int:
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    from bot.commands.operator import operator
    from bot.store.audit_entry import Did

    actor = operator()
    if args.action == "set-status":
        # The trail names who ran the command, whoever --by names.
        by = args.by or getpass.getuser()
        await store.set_lead_status(args.code, args.status, by, args.reason, actor=actor)
        print(f"{args.code}: {args.status}")
        return 0
    if args.action == "show":
        lead = await store.read_lead(args.code, actor)
        if lead is None:
            print(
                f"There is no lead {args.code}. 'brasle-prescreen leads list' shows them all.",
                file=sys.stderr,
            )
            return 1
        row = {**_row(lead), "contact": lead.contact, "packet": lead.packet}
        print(json.dumps(row, ensure_ascii=False, indent=None if args.json else 2))
        return 0
    rows = [_row(lead) for lead in await store.leads(args.status)]
    await store.trail.record(actor, Did("queue.read", became=len(rows)))
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        flag = "!" if row["safety"] else " "
        asked = "asked for a call" if row["asked_for_call"] else ""
        score = "-" if row["score"] is None else row["score"]
        print(
            f"{flag} {row['code']}  {row['status']:<18} {row['tier'] or '-':<13} {score:>3}  {row['created'][:16]}  {asked}"
        )
    if not rows:
        print("No leads.")
    return 0


def _row(lead: Any) -> dict[str, Any]:
    return {
        "code": lead.code,
        "status": lead.status,
        "safety": lead.safety,
        "asked_for_call": lead.asked_for_call,
        "tier": lead.tier,
        "score": lead.score,
        "earliest_date": lead.earliest_date.isoformat() if lead.earliest_date else None,
        "language": lead.language,
        "created": lead.created.isoformat(),
        "changed": lead.changed.isoformat(),
    }
