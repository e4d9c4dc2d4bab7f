"""One's own account: where it is signed in, the password, new recovery codes, the Telegram user."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.responses import Response

from bot.channels.browser_session import new_session
from bot.coordinator.access import Page, needs
from bot.coordinator.browser_name import browser_name
from bot.coordinator.enrolment import new_password_problems
from bot.coordinator.one_time_codes import new_recovery_codes
from bot.coordinator.passwords import SHORTEST
from bot.coordinator.sign_in import Refusal, prove, wrong
from bot.coordinator.visit import ACCOUNT, HOME, Visit, without
from bot.message import Text
from bot.store.account_records import Proved
from bot.store.passkeys import MOST
from bot.store.telegram_roster import CODE_WORKS

_SIGN_INS_SHOWN = 10


@needs("account.own")
async def own(visit: Visit) -> Response:
    return await show_account(visit)


@needs("account.own")
async def change_password(visit: Visit) -> Response:
    """A new password; whoever else is signed in with the old one is signed out."""
    problems = await new_password_problems(visit)
    if problems:
        return await show_account(visit, problems)
    refusal = await prove_again(visit, "password_now")
    if refusal is not None:
        return await show_account(visit, {"password_form": refusal.problem}, status=refusal.status)
    hashed = await visit.console.passwords.hash(visit.typed_as_is("password"))
    await visit.store.staff.change_password(visit.who.account_id, hashed, visit.secret)
    return visit.go(ACCOUNT, say=Text(key="console.account.password_changed"))


@needs("account.own")
async def renew_recovery_codes(visit: Visit) -> Response:
    refusal = await prove_again(visit, "password_for_codes")
    if refusal is not None:
        return await show_account(visit, {"codes_form": refusal.problem}, status=refusal.status)
    codes = new_recovery_codes()
    await visit.store.staff.new_recovery_codes(visit.who.account_id, codes)
    await visit.store.staff.keep(visit.secret, {**visit.kept, "codes": codes})
    return visit.go(f"{HOME}/recovery-codes")


@needs("account.own")
async def end_session(visit: Visit) -> Response:
    """Sign one other browser out."""
    await visit.store.staff.end_one(visit.who.account_id, visit.typed("session"), visit.who.by)
    return visit.go(ACCOUNT, say=Text(key="console.account.session_ended"))


@needs("account.own")
async def end_others(visit: Visit) -> Response:
    """Sign every browser but this one out."""
    await visit.store.staff.end_others(visit.who.account_id, visit.secret, visit.who.by)
    return visit.go(ACCOUNT, say=Text(key="console.account.others_ended"))


@needs("account.own")
async def new_telegram_code(visit: Visit) -> Response:
    """A code for linking one's own Telegram, shown in this session until it is used or too old."""
    refusal = await prove_again(visit, "password_for_telegram")
    if refusal is not None:
        return await show_account(visit, {"telegram_form": refusal.problem}, status=refusal.status)
    code = await visit.store.telegram_group.new_code(visit.who.account_id)
    until = (visit.console.clock() + CODE_WORKS).isoformat()
    await visit.store.staff.keep(visit.secret, {**visit.kept, "telegram_code": code, "telegram_code_until": until})
    return visit.go(ACCOUNT)


@needs("account.own")
async def unlink_telegram(visit: Visit) -> Response:
    """Nobody presses in the group for this account any more."""
    await visit.store.telegram_group.unlink(visit.who.account_id, visit.who.by)
    return visit.go(ACCOUNT, say=Text(key="console.account.telegram_unlinked_now"))


async def prove_again(visit: Visit, field: str) -> Refusal | None:
    """Ask for password and code once more: a browser left open must not be enough to take the account over."""
    browser = visit.console.cookies.secret(visit.request, "staff-browser") or new_session()
    proved = await prove(visit, visit.who.name, browser, password=visit.typed_as_is(field))
    if isinstance(proved, Proved):
        return None if await visit.store.staff.confirm(proved) else wrong(proved.proof.passkey is not None)
    return proved


async def show_account(visit: Visit, problems: dict[str, Text] | None = None, *, status: int = 422) -> Response:
    staff, account = visit.store.staff, visit.who.account_id
    group, room = visit.console.settings.telegram_group, visit.store.telegram_group
    linked_since = await room.linked_since(account)
    code = await _telegram_code(visit, linked_since)
    return visit.page(
        "account.html",
        status=status if problems else 200,
        problems=problems or {},
        typed=visit.form,
        least=SHORTEST,
        sessions=await staff.sessions(account, visit.console.idle),
        sign_ins=await staff.sign_ins(account, _SIGN_INS_SHOWN),
        codes_left=await staff.recovery_codes_left(account),
        passkeys=await staff.passkeys(account),
        most_passkeys=MOST,
        browser=browser_name(visit.request.headers.get("user-agent", "")),
        has_group=group is not None,
        linked_since=linked_since,
        telegram_code=code,
        code_minutes=CODE_WORKS // timedelta(minutes=1),
        bot_name=(await room.standing(group)).bot if group is not None else "",
    )


async def _telegram_code(visit: Visit, linked_since: datetime | None) -> str:
    """The code made in this session, as often as the page is looked at, until it is used or no longer works."""
    code = str(visit.kept.get("telegram_code", ""))
    if not code:
        return ""
    until = datetime.fromisoformat(str(visit.kept["telegram_code_until"]))
    if until > visit.console.clock() and (linked_since is None or linked_since < until - CODE_WORKS):
        return code
    await visit.store.staff.keep(visit.secret, without(visit.kept, "telegram_code", "telegram_code_until"))
    return ""


PAGES = (
    Page("/account", own),
    Page("/account/password", change_password, post=True),
    Page("/account/recovery-codes", renew_recovery_codes, post=True),
    Page("/account/telegram", new_telegram_code, post=True),
    Page("/account/telegram/unlink", unlink_telegram, post=True),
    Page("/account/sessions/end", end_session, post=True),
    Page("/account/sessions/end-others", end_others, post=True),
)
