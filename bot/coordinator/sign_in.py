"""Signing in with name, password and a code from the telephone or a passkey; signing out; the language of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from bot.channels.browser_session import new_session
from bot.coordinator.access import Page, for_everybody, needs
from bot.coordinator.browser_name import browser_name
from bot.coordinator.one_time_codes import proof_of
from bot.coordinator.passkeys import credential_of
from bot.coordinator.visit import HOME, NOBODY, START, Visit, ours
from bot.message import Text
from bot.store.account_records import Locked, NewSession, Proof, Proved

LONGEST_NAME_TYPED = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt that was not let in. It never says whether the name, the password or the code was wrong."""

    status: int
    problem: Text


@for_everybody()
async def show(visit: Visit) -> Response:
    """The form; for who is signed in already, the way on."""
    after = ours(visit.query("next", START))
    if visit.who is not NOBODY:
        return visit.go(after)
    return visit.page("sign_in.html", after=after, signed_out=visit.query("out") == "1")


@for_everybody()
async def sign_in(visit: Visit) -> Response:
    """Let somebody in, with a session that did not exist before."""
    after = ours(visit.typed("next"))
    problems = {
        field: Text(key=f"console.sign_in.{field}_missing")
        for field in ("name", "password") + (() if visit.typed("by_passkey") else ("code",))
        if not visit.typed_as_is(field).strip()
    }
    if problems:
        return visit.page(
            "sign_in.html", status=422, after=after, signed_out=False, problems=problems, typed=visit.form
        )
    browser = visit.console.cookies.secret(visit.request, "staff-browser") or new_session()
    proved = await prove(visit, visit.typed("name"), browser, password=visit.typed_as_is("password"))
    new = begin_session(visit)
    if isinstance(proved, Proved) and not await visit.store.staff.succeed(proved, new):
        proved = wrong(proved.proof.passkey is not None)
    if isinstance(proved, Refusal):
        return visit.page(
            "sign_in.html",
            status=proved.status,
            after=after,
            signed_out=False,
            problems={"form": proved.problem},
            typed=visit.form,
        )
    if visit.who is not NOBODY:
        await visit.store.staff.end_session(visit.secret, visit.who.by)
    response = visit.go(after)
    cookies = visit.console.cookies
    cookies.set(response, "staff", new.token)
    cookies.set(response, "staff-browser", browser)
    account = await visit.store.staff.account(proved.account)
    if account is not None:
        cookies.set(response, "staff-language", account.language)
    return response


async def prove(visit: Visit, name: str, browser: str, *, password: str) -> Proved | Refusal:
    """Whether password and code, or a passkey in place of the code, are those of this name. A code is not used up yet, a
    challenge is.
    """
    staff, passwords = visit.store.staff, visit.console.passwords
    came = visit.console.clock()  # waiting for the comparison must not cost a code its last seconds
    name = name[:LONGEST_NAME_TYPED]
    by_passkey = bool(visit.typed("by_passkey"))
    if by_passkey and not password.strip():
        return Refusal(422, Text(key="console.sign_in.password_missing"))
    asked = visit.console.passkeys.challenges.take(visit.secret, "prove", name) if by_passkey else None
    if by_passkey and asked is None:
        return Refusal(422, Text(key="console.passkey.late"))  # nothing was looked at, so nothing is counted
    if passwords.is_busy(await staff.knows_browser(name, browser)):
        return Refusal(503, Text(key="console.sign_in.busy"))
    attempt = await staff.attempt(name, browser)
    if isinstance(attempt, Locked):
        return Refusal(429, locked(attempt, visit.console.clock()))
    right = await passwords.is_right(attempt.password, password, attempt.known_browser)
    if asked is None:
        proof = proof_of(visit.typed("code"), attempt.secret, attempt.step, came)
    else:
        proof = await _passkey(visit, attempt.account, asked[0])
    if not right or proof is None:
        await staff.refused(name, attempt.account)
        return wrong(by_passkey)
    rehashed = await passwords.hash(password) if passwords.is_outdated(attempt.password) else None
    return Proved(name, attempt.account, proof, browser, rehashed)


async def _passkey(visit: Visit, account: str, challenge: bytes) -> Proof | None:
    """What the browser's answer proves; a credential of somebody else's proves nothing."""
    answer = visit.typed("passkey_answer")
    credential = credential_of(answer)
    key = await visit.store.staff.passkey_key(account, credential) if credential is not None else None
    return visit.console.passkeys.proof_of(answer, challenge, key) if key is not None else None


def wrong(by_passkey: bool = False) -> Refusal:
    return Refusal(422, Text(key="console.sign_in.wrong_passkey" if by_passkey else "console.sign_in.wrong"))


def locked(attempt: Locked, now: datetime) -> Text:
    minutes = max(1, -(-int((attempt.until - now).total_seconds()) // 60))
    return Text(key="console.sign_in.locked", values={"minutes": minutes})


def begin_session(visit: Visit, **kept: object) -> NewSession:
    """A session with a secret of its own, not the one that the browser had."""
    return NewSession(
        token=new_session(),
        browser=browser_name(visit.request.headers.get("user-agent", "")),
        expires=visit.console.clock() + visit.console.session_length,
        kept=kept,
    )


@needs("account.own")
async def sign_out(visit: Visit) -> Response:
    """End this session, here and in the store."""
    await visit.store.staff.end_session(visit.secret, visit.who.by)
    response = visit.go(f"{HOME}/sign-in?out=1")
    visit.console.cookies.forget(response, "staff")
    return response


@for_everybody()
async def set_language(visit: Visit) -> Response:
    """The language of the pages, for this browser and, if somebody is signed in, for their account."""
    wanted = visit.typed("language")
    response = visit.go(ours(visit.typed("back")))
    if wanted in visit.console.languages():
        visit.console.cookies.set(response, "staff-language", wanted)
        if visit.who is not NOBODY:
            await visit.store.staff.set_language(visit.who.account_id, wanted)
    return response


PAGES = (
    Page("/sign-in", show),
    Page("/sign-in", sign_in, post=True),
    Page("/sign-out", sign_out, post=True),
    Page("/language", set_language, post=True),
)
