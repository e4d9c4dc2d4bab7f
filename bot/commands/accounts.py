"""`brasle-prescreen accounts`: who may work in the console. The first administrator is let in from here."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.commands.beside_server import with_store
from bot.commands.operator import operator
from bot.coordinator.rights import RIGHTS, ROLES


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("accounts", help="let people into the coordinators' console, or shut them out")
    actions = parser.add_subparsers(dest="action", required=True)
    inviting = actions.add_parser("invite", help="a new account; prints its one-time link")
    inviting.add_argument("name", help="the person signs in with it")
    inviting.add_argument("--role", required=True, choices=ROLES)
    inviting.add_argument("--language", default="zh_Hans", help="of the pages (default: zh_Hans)")
    actions.add_parser("list", help="everybody, with role and state")
    for name, purpose in (
        ("disable", "no page opens any more, at once"),
        ("enable", "back to work, with password and codes of before; passkeys have to be added anew"),
        ("reset", "password or telephone lost: a new one-time link, old proofs and passkeys are worth nothing"),
        ("revoke", "sign out of every browser, at once"),
    ):
        action = actions.add_parser(name, help=purpose)
        action.add_argument("name", nargs="?" if name == "revoke" else None)
        if name == "revoke":
            action.add_argument("--all", action="store_true", help="everybody")
    telegram = actions.add_parser(
        "telegram", help="link a Telegram user, who may then press in the coordinators' group"
    )
    telegram.add_argument("name")
    telegram.add_argument("user", help="the number of the Telegram user, or 'none' to unlink")
    roles = actions.add_parser("roles", help="which role may do what; with a name and a role: give it")
    roles.add_argument("name", nargs="?")
    roles.add_argument("role", nargs="?", choices=ROLES)


def run(args: argparse.Namespace) -> int:
    if args.action == "roles" and args.name is None:
        print(_table())
        return 0
    if (args.action == "roles" and args.role is None) or (args.action == "revoke" and bool(args.name) == args.all):
        print(f"Say whom: see 'brasle-prescreen accounts {args.action} --help'.", file=sys.stderr)
        return 2
    return with_store(lambda store, settings: _act(store, settings, args), may_begin=args.action == "invite")


async def _act(store: Any, settings: Any, args: argparse.Namespace) -> int:
    staff, by = store.staff, operator()
    if args.action == "list":
        return _print_list(await staff.accounts())
    until = datetime.now(UTC) + timedelta(hours=settings.console_invitation_hours)
    if args.action == "invite":
        return await _invite(staff, settings, args, until, by)
    if args.action == "revoke" and args.all:
        print(f"Signed out: {await staff.end_every(by)} browser(s).")
        return 0
    account = await staff.named(args.name)
    if account is None:
        print(f"Nobody signs in as {args.name!r}. 'brasle-prescreen accounts list' shows everybody.", file=sys.stderr)
        return 1
    if args.action == "reset":
        _print_link(settings, (await staff.reset(account.id, until, by)).token, account.name, until)
    elif args.action == "revoke":
        print(f"{account.name}: signed out of {await staff.end_all(account.id, by)} browser(s).")
    elif args.action == "telegram":
        return await _telegram(store, account, args.user, by)
    elif args.action == "roles":
        await staff.set_role(account.id, args.role, by)
        print(f"{account.name}: {args.role}")
    else:
        await (staff.disable if args.action == "disable" else staff.enable)(account.id, by)
        now = await staff.account(account.id)
        print(f"{account.name}: {now.state}")
    return 0


async def _invite(staff: Any, settings: Any, args: argparse.Namespace, until: datetime, by: str) -> int:
    from bot.coordinator.accounts import LONGEST_NAME, is_name
    from bot.store.account_records import NewAccount
    from bot.wording import Wording

    name = args.name.strip()
    if not is_name(name):
        print(f"A name has at most {LONGEST_NAME} characters, and none that cannot be seen.", file=sys.stderr)
        return 2
    languages = [code for code, _ in Wording.load().languages_of_the_team()]
    if args.language not in languages:
        print(f"The pages have no language {args.language!r}. There are: {', '.join(languages)}.", file=sys.stderr)
        return 2
    made = await staff.invite(NewAccount(name, args.role, args.language), until, by)
    _print_link(settings, made.token, name, until)
    return 0


async def _telegram(store: Any, account: Any, user: str, by: str) -> int:
    from bot.store.telegram_roster import LARGEST_USER

    if user == "none":
        done = await store.telegram_group.unlink(account.id, by)
        print(f"{account.name}: {'unlinked' if done else 'was not linked'}")
        return 0
    if not (user.isascii() and user.isdecimal() and 0 < int(user) <= LARGEST_USER):
        print("The number of a Telegram user has digits only, or write 'none'.", file=sys.stderr)
        return 2
    await store.telegram_group.link(account.id, int(user), by)
    print(f"{account.name}: linked")
    return 0


def _print_link(settings: Any, token: str, name: str, until: datetime) -> None:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    print(f"{base}/coordinator/invitation/{token}")
    till = f"{until.astimezone():%Y-%m-%d %H:%M}"
    print(f"Give this link to {name} alone. It works once, until {till}, and is not shown again.", file=sys.stderr)


def _print_list(accounts: Any) -> int:
    for account in accounts:
        last = f"{account.signed_in.astimezone():%Y-%m-%d %H:%M}" if account.signed_in else "never signed in"
        link = f", link until {account.invited_until.astimezone():%Y-%m-%d %H:%M}" if account.invited_until else ""
        print(f"{account.id}  {account.role:<14} {account.state:<9} {last:<17} {account.name}{link}")
    if not accounts:
        print("No accounts. Begin with: brasle-prescreen accounts invite NAME --role administrator")
    return 0


def _table() -> str:
    """The rights of each role, as a table."""
    width = max(map(len, RIGHTS))
    lines = [f"{'':<{width}}  {'  '.join(ROLES)}"]
    for right, holders in RIGHTS.items():
        cells = "  ".join(f"{'yes' if role in holders else '-':<{len(role)}}" for role in ROLES)
        lines.append(f"{right:<{width}}  {cells}".rstrip())
    return "\n".join(lines)
