"""`brasle-prescreen leads list|show|set-status`: the queue, until the console is open. Works while the server runs."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Any

from bot.commands.beside_server import with_store
from bot.commands.operator import a_name
from brasle_prescreen.lead import CloseCategory, LeadStatus, may_close_for
from brasle_prescreen.lead_queue import Tier

# The family's word cannot be given for it.
STATUSES = tuple(one.value for one in LeadStatus if one is not LeadStatus.WITHDRAWN)


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
    setting.add_argument("--by", type=a_name, help="who (default: the name of this account)")


def run(args: argparse.Namespace) -> int:
    return with_store(lambda store, settings: _act(store, settings, args))


async def _act(store: Any, settings: Any, args: argparse.Namespace) -> int:
    from bot.commands.operator import operator
    from bot.flows.turn import SITE_ZONE
    from bot.store.audit_entry import Did

    actor = operator()
    if args.action == "set-status":
        # The trail names who ran the command, whoever --by names.
        problem = _reason_missing(args)
        if problem:
            print(problem, file=sys.stderr)
            return 2
        by = args.by or getpass.getuser()
        await store.desk.set_status(args.code, LeadStatus(args.status), by, args.reason or "", actor)
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
    rows = [_listed(row) for row in await _in_order(store, settings) if args.status in (None, row.work.status)]
    await store.trail.record(actor, Did("queue.read", became=len(rows)))
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        flag = "!" if row["safety"] else " "
        asked = "asked for a call" if row["asked_for_call"] else ""
        score = "-" if row["score"] is None else row["score"]
        created = datetime.fromisoformat(row["created"]).astimezone(SITE_ZONE)
        print(
            f"{flag} {row['code']}  {row['status']:<18} {row['tier'] or '-':<13} {score:>3}  "
            f"{created:%Y-%m-%d %H:%M}  {asked}"
        )
    if not rows:
        print("No leads.")
    return 0


async def _in_order(store: Any, settings: Any) -> list[Any]:
    """All leads in the console's order, ended ones at the end."""
    from bot.coordinator.plan import plan_of
    from bot.flows.turn import SITE_ZONE
    from brasle_prescreen.lead_clock import Limits
    from brasle_prescreen.lead_queue import order, place

    now = datetime.now(UTC)
    today = now.astimezone(SITE_ZONE).date()
    plan = plan_of(settings)
    limits = Limits(plan, now)
    rows = await store.desk.queue(ended=True)
    placed = [place(row, plan, limits, now, today) for row in rows]
    placed.sort(key=lambda one: (not one.row.work.is_open, *order(one, today)))
    return [one.row for one in placed]


def _listed(row: Any) -> dict[str, Any]:
    """As it stands today: with what the site has decided, and the windows that are over."""
    return {
        "code": row.code,
        "status": row.work.status.value,
        "safety": row.safety,
        "asked_for_call": row.asked_for_call,
        "tier": row.tier,
        "own_tier": row.own_tier,
        "score": row.score,
        "earliest_date": row.clears_on.isoformat() if row.clears_on and row.tier == Tier.NOT_NOW else None,
        "language": row.language,
        "created": row.created.isoformat(),
        "changed": row.work.moved_at.isoformat(),
    }


def _reason_missing(args: argparse.Namespace) -> str:
    """Why a lead cannot be closed so; empty where it can."""
    if args.status != LeadStatus.CLOSED:
        return ""
    from brasle_prescreen import load_protocol

    criteria = [one.id for one in load_protocol().criteria]
    if args.reason and may_close_for(args.reason, frozenset(criteria)):
        return ""
    categories = ", ".join(one.value for one in CloseCategory)
    return (
        f"Say why it is closed with --reason: a criterion ({criteria[0]} to {criteria[-1]}), or one of: {categories}."
    )


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
