"""Passkeys on the account page: adding, removing; and what the script asks for before it asks the browser.

These pages need JavaScript, and say so; everything else in the console works without it.
"""

from __future__ import annotations

from starlette.responses import Response

from bot.channels.browser_session import new_session
from bot.coordinator.access import Page, for_everybody, needs
from bot.coordinator.account import prove_again, show_account
from bot.coordinator.accounts import LONGEST_NAME, is_name
from bot.coordinator.sign_in import LONGEST_NAME_TYPED
from bot.coordinator.visit import ACCOUNT, NOBODY, Visit
from bot.message import Text
from bot.store.passkeys import MOST

NEW = f"{ACCOUNT}/passkeys/new"


@for_everybody()
async def challenge(visit: Visit) -> Response:
    """What the browser is to have signed, as JSON for the script. It is the same for a name that nobody has."""
    passkeys, staff = visit.console.passkeys, visit.store.staff
    if passkeys.party is None:
        return visit.not_found()
    await passkeys.load()
    name, known, credentials = visit.who.name, True, []
    if visit.who is NOBODY:
        name = visit.typed("name")[:LONGEST_NAME_TYPED]
        browser = visit.console.cookies.secret(visit.request, "staff-browser") or new_session()
        known = await staff.knows_browser(name, browser)
    else:
        credentials = [one.credential for one in await staff.passkeys(visit.who.account_id)]
    value = passkeys.challenges.give(visit.secret, "prove", name, known=known)
    return Response(passkeys.ask_to_sign(value, credentials), media_type="application/json")


@needs("account.own")
async def begin(visit: Visit) -> Response:
    """Who adds a passkey is asked for password and code first: an open browser must not be enough to come back by it."""
    if visit.console.passkeys.party is None:
        return visit.not_found()
    name = visit.typed("passkey_name")
    if not is_name(name):
        unfit = Text(key="console.passkey.name_unfit", values={"most": LONGEST_NAME})
        return await show_account(visit, {"passkey_name": unfit})
    if len(await visit.store.staff.passkeys(visit.who.account_id)) >= MOST:
        return await show_account(visit, {"passkey_form": Text(key="console.passkey.too_many", values={"most": MOST})})
    refusal = await prove_again(visit, "password_for_passkey")
    if refusal is not None:
        return await show_account(visit, {"passkey_form": refusal.problem}, status=refusal.status)
    await visit.console.passkeys.load()
    visit.console.passkeys.challenges.give(visit.secret, "add", visit.who.account_id, known=True, note=name)
    return visit.go(NEW)


@needs("account.own")
async def make(visit: Visit) -> Response:
    """The page on which the device makes the passkey."""
    passkeys, account = visit.console.passkeys, visit.who.account_id
    found = passkeys.challenges.look(visit.secret, "add", account)
    if found is None:
        return visit.go(ACCOUNT)
    value, name = found
    there = [one.credential for one in await visit.store.staff.passkeys(account)]
    user = await visit.store.staff.passkey_user(account)
    return visit.page("passkey_new.html", name=name, options=passkeys.ask_to_make(value, user, visit.who.name, there))


@needs("account.own")
async def keep(visit: Visit) -> Response:
    """Keep what the device has made."""
    passkeys, account = visit.console.passkeys, visit.who.account_id
    found = passkeys.challenges.take(visit.secret, "add", account)
    if found is None:
        return await show_account(visit, {"passkey_form": Text(key="console.passkey.late")})
    value, name = found
    made = passkeys.made(visit.typed("passkey_answer"), value, name)
    if made is None or not await visit.store.staff.add_passkey(account, made):
        return await show_account(visit, {"passkey_form": Text(key="console.passkey.not_made")})
    return visit.go(ACCOUNT, say=Text(key="console.passkey.added", values={"name": name}))


@needs("account.own")
async def remove(visit: Visit) -> Response:
    """Take one passkey away. Works without JavaScript."""
    account, mark = visit.who.account_id, visit.typed("passkey_mark")
    names = {one.mark: one.name for one in await visit.store.staff.passkeys(account)}
    if mark not in names:
        return await show_account(visit, {"passkey_mark": Text(key="console.passkey.which_missing")})
    refusal = await prove_again(visit, "password_to_remove")
    if refusal is not None:
        return await show_account(visit, {"passkey_remove_form": refusal.problem}, status=refusal.status)
    await visit.store.staff.remove_passkey(account, mark)
    return visit.go(ACCOUNT, say=Text(key="console.passkey.removed", values={"name": names[mark]}))


PAGES = (
    Page("/passkey", challenge, post=True),
    Page("/account/passkeys", begin, post=True),
    Page("/account/passkeys/new", make),
    Page("/account/passkeys/new", keep, post=True),
    Page("/account/passkeys/remove", remove, post=True),
)
