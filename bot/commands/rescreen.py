"""`brasle-prescreen rescreen`: whose stored verdicts a changed trial file or a decision of the site moves.
Contacts nobody.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.commands.beside_server import with_store


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("rescreen", help="list leads whose verdicts a changed trial file or decision moves")
    parser.add_argument("--json", action="store_true", help="one JSON object a lead")
    parser.add_argument("--private", action="store_true", help="name private criteria too")


def run(args: argparse.Namespace) -> int:
    return with_store(lambda store, settings: _act(store, args))


async def _act(store: Any, args: argparse.Namespace) -> int:
    from bot.commands.operator import operator
    from brasle_prescreen import load_protocol

    protocol = load_protocol()
    looked_at, rows = rescreen(protocol, await store.desk.every_packet(), await store.desk.decisions())
    await store.desk.note_rescreened([row["code"] for row in rows], looked_at, operator())
    private = frozenset() if args.private else frozenset(one.id for one in protocol.criteria if one.private)
    for row in rows:
        if args.json:
            print(json.dumps(_without(row, private), ensure_ascii=False))
        else:
            print("\n".join(_lines(_without(row, private))))
    print(f"{len(rows)} of {looked_at} leads move. Nobody was told.", file=sys.stderr)
    return 0


def rescreen(protocol: Any, stored: Iterable[Any], decisions: Iterable[Any]) -> tuple[int, list[dict[str, Any]]]:
    """How many leads were looked at, and those of which something moves, each with what moves and why.

    Judged as of the day of the hand-over, so that only the trial and the decisions differ. A coordinator's
    own verdicts stand, and are left out.
    """
    from bot.coordinator.grid import as_decision
    from brasle_prescreen.facts import AnswerError
    from brasle_prescreen.site_decision import look_again, moves

    settled = [as_decision(one) for one in decisions if one.verdict]
    rows: list[dict[str, Any]] = []
    looked_at = 0
    for lead in stored:
        looked_at += 1
        packet: Mapping[str, Any] = lead.packet
        before = {one["id"]: one["verdict"] for one in packet.get("criteria", ()) if one["id"] not in lead.overrides}
        row = {"code": lead.code, "status": lead.status, "tier": packet.get("tier")}
        try:
            look = look_again(protocol, packet["answers"], date.fromisoformat(packet["as_of"]), settled)
        except AnswerError as error:
            rows.append({**row, "moved": [], "cannot_be_judged": error.key})
            continue
        except KeyError:
            continue  # a call was asked for before anything was answered
        same = packet.get("protocol", {}).get("trial_sha256") == protocol.sha256
        moved = moves(look, before, same_trial=same)
        if moved:
            rows.append({**row, "tier_now": look.tier.value, "moved": [_moved(one) for one in moved]})
    return looked_at, rows


def _moved(one: Any) -> dict[str, Any]:
    told = {"criterion": one.criterion, "before": one.before, "after": one.after, "why": one.why.value}
    if one.decision is not None:
        told |= {"decided_on": one.decision.decided_on.isoformat(), "about": one.decision.about}
    return told


def _without(row: Mapping[str, Any], private: frozenset[str]) -> dict[str, Any]:
    """The row without naming private criteria: that one moved is said, not which or how."""
    shown = [one for one in row["moved"] if one["criterion"] not in private]
    hidden = len(row["moved"]) - len(shown)
    return {**row, "moved": shown} | ({"private_items_moved": hidden} if hidden else {})


_BECAUSE = {
    "trial": "the trial file has changed",
    "program": "the program judges it otherwise now",
    "decision": "the site decided",
}


def _lines(row: Mapping[str, Any]) -> Iterable[str]:
    tier = row["tier"] or "-"
    now = row.get("tier_now", tier)
    yield f"{row['code']}  {row['status']}  {tier if tier == now else f'{tier} -> {now}'}"
    if "cannot_be_judged" in row:
        yield f"    cannot be judged again: {row['cannot_be_judged']} is not taken any more"
    for one in row["moved"]:
        on = f" on {one['decided_on']} about {one['about']}" if "decided_on" in one else ""
        yield f"    {one['criterion']}: {one['before']} -> {one['after']}, because {_BECAUSE[one['why']]}{on}"
    if row.get("private_items_moved"):
        yield f"    private items moved: {row['private_items_moved']} (--private names them)"
