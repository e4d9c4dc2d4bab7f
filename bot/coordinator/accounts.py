"""The administrator's page: who may work in the console, invitations, roles, shutting out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from bot.coordinator.access import Page, needs
from bot.coordinator.rights import ROLES
from bot.coordinator.visit import HOME, Visit, without
from bot.message import Text
from bot.store.account_records import Invitation, LastAdministrator, NameTaken, NewAccount, UnknownAccount

ACCOUNTS = f"{HOME}/accounts"
LONGEST_NAME = 40


@needs("accounts.manage")
async def everybody(visit: Visit) -> Response:
    return await _page(visit)


@needs("accounts.manage")
async def invite(visit: Visit) -> Response:
    """A new account. Its link is shown once, to be handed over by a safe way."""
    name, role = visit.typed("name"), visit.typed("role")
    language = visit.console.language(visit.typed("language"))
    problems = {}
    if not is_name(name):
        problems["name"] = Text(key="console.accounts.name_unfit", values={"most": LONGEST_NAME})
    if role not in ROLES:
        problems["role"] = Text(key="console.accounts.role_missing")
    if problems:
        return await _page(visit, problems)
    expires = visit.console.clock() + visit.console.invitation_length
    try:
        made = await visit.store.staff.invite(NewAccount(name, role, language), expires, visit.who.by)
    except NameTaken:
        return await _page(visit, {"name": Text(key="console.accounts.name_taken")})
    return await _show_link(visit, made)


@needs("accounts.manage")
async def set_role(visit: Visit) -> Response:
    role = visit.typed("role")
    if role not in ROLES:
        return await _page(visit, {"accounts": Text(key="console.accounts.role_missing")})
    return await _do(visit, "role_set", lambda account: visit.store.staff.set_role(account, role, visit.who.by))


@needs("accounts.manage")
async def disable(visit: Visit) -> Response:
    return await _do(visit, "disabled", lambda account: visit.store.staff.disable(account, visit.who.by))


@needs("accounts.manage")
async def enable(visit: Visit) -> Response:
    return await _do(visit, "enabled", lambda account: visit.store.staff.enable(account, visit.who.by))


@needs("accounts.manage")
async def sign_out(visit: Visit) -> Response:
    """Sign the account out of every browser, at once."""

    async def end_all(account: str) -> None:
        await visit.store.staff.end_all(account, visit.who.by)

    return await _do(visit, "signed_out", end_all)


@needs("accounts.manage")
async def reset(visit: Visit) -> Response:
    """A new invitation for somebody who lost password or telephone."""
    expires = visit.console.clock() + visit.console.invitation_length
    try:
        made = await visit.store.staff.reset(visit.path("id"), expires, visit.who.by)
    except UnknownAccount:
        return visit.not_found()
    except LastAdministrator:
        return await _page(visit, {"accounts": Text(key="console.accounts.last_administrator")})
    return await _show_link(visit, made)


@needs("accounts.manage")
async def link_handed_over(visit: Visit) -> Response:
    """The link is not shown any more."""
    await visit.store.staff.keep(visit.secret, without(visit.kept, "link", "account"))
    return visit.go(ACCOUNTS)


def is_name(name: str) -> bool:
    """Something that a person can be called and can type again."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


async def _show_link(visit: Visit, made: Invitation) -> Response:
    await visit.store.staff.keep(visit.secret, {**visit.kept, "link": made.token, "account": made.account})
    return visit.go(ACCOUNTS)


async def _do(visit: Visit, said: str, change: Callable[[str], Awaitable[None]]) -> Response:
    account = await visit.store.staff.account(visit.path("id"))
    if account is None:
        return visit.not_found()
    try:
        await change(account.id)
    except LastAdministrator:
        return await _page(visit, {"accounts": Text(key="console.accounts.last_administrator")})
    return visit.go(ACCOUNTS, say=Text(key=f"console.accounts.{said}", values={"name": account.name}))


async def _page(visit: Visit, problems: dict[str, Text] | None = None) -> Response:
    accounts = await visit.store.staff.accounts()
    token = visit.kept.get("link")
    return visit.page(
        "accounts.html",
        status=422 if problems else 200,
        problems=problems or {},
        typed=visit.form,
        accounts=accounts,
        roles=ROLES,
        link=None if token is None else visit.console.link_to(token, visit.request),
        link_of=next((account for account in accounts if account.id == visit.kept.get("account")), None),
        hours=visit.console.settings.console_invitation_hours,
    )


PAGES = (
    Page("/accounts", everybody),
    Page("/accounts/invite", invite, post=True),
    Page("/accounts/link", link_handed_over, post=True),
    Page("/accounts/{id}/role", set_role, post=True),
    Page("/accounts/{id}/disable", disable, post=True),
    Page("/accounts/{id}/enable", enable, post=True),
    Page("/accounts/{id}/sign-out", sign_out, post=True),
    Page("/accounts/{id}/reset", reset, post=True),
)
