"""`brasle-prescreen audit`: the trail of what was read and changed; its end, printed and kept elsewhere, proves it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bot.commands.argument import moment, whole_number
from bot.commands.beside_server import with_store
from bot.commands.operator import operator
from bot.progress import progress

# What is wrong, in words for whoever runs the server.
FAULTS = {
    "changed": "entry {seq} is not what was written",
    "missing": "entries are missing from number {seq} on",
    "end_missing": "it does not end where its end was recorded: the difference begins at entry {seq}",
    "end_forged": "the record of its end was not written by this program",
    "broken": "before entry {seq} its end had been removed",
    "anchor": "entry {seq}, remembered in keys.sqlite3, is gone or changed: an older state was put back",
    "printed": "entry {seq} as it was printed is gone or changed",
    "unguarded": "the database no longer refuses changes of it",
    "account": "account {account} was changed beside the program ({field})",
    "unreadable": "the file is damaged and cannot be read to its end: restore the last backup",
}


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("audit", help="the trail of what was read and changed: list, check, print its end")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="entries, oldest first")
    listing.add_argument("--of", help="a lead's reference number or an account's id")
    listing.add_argument("--action", dest="kind", help="such as lead.read")
    listing.add_argument("--since", type=moment, help="a day or moment, like 2026-11-22 or 2026-11-22T08:00")
    listing.add_argument(
        "--limit", type=whole_number(1, 10**9), default=1000, help="the newest so many (default: 1000)"
    )
    listing.add_argument("--json", action="store_true")
    actions.add_parser("head", help="number and hash of the last entry: keep them in another place, best daily")
    verifying = actions.add_parser("verify", help="find any change, gap, exchange or missing end")
    verifying.add_argument("--head", help="an end printed earlier, as NUMBER:HASH; it must still be there")


def run(args: argparse.Namespace) -> int:
    from bot.store.audit import Head

    printed = None
    if args.action == "verify" and args.head is not None:
        printed = Head.read(args.head)
        if printed is None:
            print("--head is like 1234:9f3a..., with 64 characters after the colon.", file=sys.stderr)
            return 2
    return with_store(lambda store, settings: _act(store, args, printed))


async def _act(store: Any, args: argparse.Namespace, printed: Any) -> int:
    from bot.store.audit_entry import Did

    if args.action == "head":
        head = await store.trail.head()
        if head is None:
            print("The end of the trail was removed or forged: see 'brasle-prescreen audit verify'.", file=sys.stderr)
            return 1
        print(f"{head.seq}:{head.hash}")
        return 0
    if args.action == "verify":
        return await _verify(store, printed)
    await store.trail.record(operator(), Did("trail.read"))
    return await _list(store, args)


async def _verify(store: Any, printed: Any) -> int:
    with progress() as tell:
        checked = await store.trail.check(printed, tell)
    if checked.is_whole:
        print(f"The trail is whole: {checked.entries} entries, none changed, none missing.")
        print(f"It ends with {checked.head.seq}:{checked.head.hash}")
        await _say_restored(store, checked)
        return 0
    print(f"The trail is NOT whole. Faults found: {checked.found}.", file=sys.stderr)
    for fault in checked.faults:
        words = FAULTS[fault.kind].format(seq=fault.seq, account=fault.account, field=fault.field)
        print(f"- {words}", file=sys.stderr)
    return 1


async def _say_restored(store: Any, checked: Any) -> None:
    """Breaks that somebody answers for."""
    from bot.store.audit import Wanted

    names = {entry.seq: entry.name for entry in await store.trail.entries(Wanted(action="trail.restored"))}
    for one in checked.restored:
        lost = (
            f"entries {one.first} to {one.last} are lost" if one.last >= one.first else "no entry is known to be lost"
        )
        by = names.get(one.seq) or one.who
        print(f"Restored on {one.at:%Y-%m-%d %H:%M:%S}Z from the backup of {one.backup} by {by}: {lost}.")


async def _list(store: Any, args: argparse.Namespace) -> int:
    from bot.store.audit import Wanted, subject_of

    wanted = Wanted(
        subject=subject_of(args.of) if args.of else None, action=args.kind, since=args.since, limit=args.limit
    )
    for entry in reversed(await store.trail.entries(wanted)):
        who = entry.name or entry.who
        if args.json:
            row = {
                "seq": entry.seq,
                "at": entry.at.isoformat(),
                "who": entry.who,
                "name": entry.name,
                "role": entry.role,
                "action": entry.action,
                "subject": entry.subject,
                "field": entry.field,
                "before": entry.was,
                "after": entry.became,
                "reason": entry.reason,
                "hash": entry.hash,
            }
            print(json.dumps(row, ensure_ascii=False))
            continue
        change = f"{entry.was or '-'} -> {entry.became or '-'}" if entry.was or entry.became else ""
        line = f"{entry.seq:>6}  {entry.at:%Y-%m-%d %H:%M:%S}Z  {who:<20} {entry.action:<22} {entry.subject:<10}"
        print(f"{line} {change}".rstrip())
    return 0
