"""`brasle-prescreen rescreen`: whom an amendment, a changed trial file or a decision of the site moves, and why.
Contacts nobody.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.commands.beside_server import with_store

if TYPE_CHECKING:
    from bot.settings import Settings
    from brasle_prescreen.versions import Protocols, Version


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "rescreen",
        help="list leads that an amendment, a changed trial file or a decision of the site moves",
        description="Judges every stored lead as of the day of its hand-over, by the version of the protocol in force "
        "today, and says who moves from which tier to which, and why. Nobody is told, and without --apply nothing "
        "changes.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a lead")
    parser.add_argument("--private", action="store_true", help="name private criteria too")
    parser.add_argument(
        "--protocol",
        metavar="VERSION",
        help="by this version: an amendment's number, 'original', or a day (YYYY-MM-DD)",
    )
    parser.add_argument(
        "--apply",
        action="store_true",
        help="from now on the console judges these leads by the version in force; families are not told",
    )


def run(args: argparse.Namespace) -> int:
    return with_store(lambda store, settings: _act(store, settings, args))


async def _act(store: Any, settings: Settings, args: argparse.Namespace) -> int:
    from bot.commands.operator import operator
    from bot.flows.turn import SITE_ZONE
    from bot.progress import followed, progress
    from bot.rescreening import rescreen
    from brasle_prescreen.amendment_seal import seal_problems

    protocols = settings.protocols()
    in_force = protocols.on(datetime.now(UTC).astimezone(SITE_ZONE).date())
    try:
        target = in_force if args.protocol is None else protocols.named(args.protocol)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    unsealed = seal_problems(protocols)
    for one in unsealed:
        print(f"Note: {one}", file=sys.stderr)
    if args.apply and (why := _why_not(target, in_force, unsealed=bool(unsealed) and not settings.demo)):
        print(why, file=sys.stderr)
        return 2
    stored, decisions = await store.desk.every_packet(), await store.desk.decisions()
    with progress() as tell:
        judging = followed(stored, "Judging the leads", tell)
        looked_at, rows = rescreen(protocols, judging, decisions, target)
    await store.desk.note_rescreened([row["code"] for row in rows], looked_at, operator())
    private = frozenset() if args.private else frozenset(one.id for one in target.protocol.criteria if one.private)
    for row in rows:
        if args.json:
            print(json.dumps(_without(row, private), ensure_ascii=False))
        else:
            print("\n".join(_lines(_without(row, private))))
    if len(protocols.versions) > 1:
        print(f"Judged by {_named(target)}.", file=sys.stderr)
    if args.apply:
        await _apply(store, protocols, target, [one.code for one in stored], operator())
    print(f"{len(rows)} of {looked_at} leads move. Nobody was told.", file=sys.stderr)
    return 0


def _why_not(target: Version, in_force: Version, *, unsealed: bool) -> str:
    if target is not in_force:
        return (
            f"Only the version in force can be applied, and that is {_named(in_force)}. "
            "Without --apply you see what another one would move."
        )
    if unsealed:
        return "An amendment that is not sealed cannot be applied: 'brasle-prescreen amendment check' tells more."
    return ""


async def _apply(store: Any, protocols: Protocols, target: Version, codes: list[str], by: str) -> None:
    """The leads stand by that version from now on; the queue shows it at once."""
    from bot.lead_keeper import LeadKeeper
    from bot.store.moments import utc_now

    if target.amendment is None:
        print("The first version is in force: every lead stands by it already.", file=sys.stderr)
        return
    changed = await store.desk.judge_by(codes, target.number, by)
    await LeadKeeper(store, protocols, clock=utc_now).look()
    print(f"{changed} leads are judged by {_named(target)} from now on.", file=sys.stderr)


def _named(version: Version) -> str:
    return "the first version" if version.amendment is None else f"amendment {version.number}"


def _without(row: Mapping[str, Any], private: frozenset[str]) -> dict[str, Any]:
    """The row without naming private criteria: that one moved is said, not which or how."""
    shown = [one for one in row["moved"] if one["criterion"] not in private]
    hidden = len(row["moved"]) - len(shown)
    told = {**row, "moved": shown} | ({"private_items_moved": hidden} if hidden else {})
    otherwise = [one for one in row.get("otherwise", ()) if one["criterion"] not in private]
    return told | ({"otherwise": otherwise} if "otherwise" in row else {})


_BECAUSE = {
    "amendment": "the amendment changes it",
    "trial": "the trial file has changed",
    "program": "the program judges it otherwise now",
    "decision": "the site decided",
}


def _lines(row: Mapping[str, Any]) -> Iterable[str]:
    tier = row["tier"] or "-"
    now = row.get("tier_now", tier)
    yield f"{row['code']}  {row['status']}  {tier if tier == now else f'{tier} -> {now}'}"
    if "version" in row:
        yield f"    judged by {row['version']} so far, now by {row['version_now']}"
    if "cannot_be_judged" in row:
        yield f"    cannot be judged again: {row['cannot_be_judged']} is not taken any more"
    if "earliest_date_now" in row:
        yield f"    window over on: {row['earliest_date'] or '-'} -> {row['earliest_date_now'] or '-'}"
    for one in row["moved"]:
        on = f" on {one['decided_on']} about {one['about']}" if "decided_on" in one else ""
        yield f"    {one['criterion']}: {one['before']} -> {one['after']}, because {_BECAUSE[one['why']]}{on}"
        yield from _changes(one)
    for one in row.get("otherwise", ()):
        yield f"    {one['criterion']}: {one['verdict']} as before, but judged otherwise, because the amendment changes it"
        yield from _changes(one)
    if row.get("private_items_moved"):
        yield f"    private items moved: {row['private_items_moved']} (--private names them)"


def _changes(one: Mapping[str, Any]) -> Iterable[str]:
    for change in one.get("changes", ()):
        yield f"        {change['where']}: {change['before'] or '-'} -> {change['after'] or '-'}"
