"""From an invitation to an account: a password, then a code from the telephone, then recovery codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.responses import Response

from bot.channels.browser_session import new_session
from bot.coordinator.access import Page, for_enrolling, for_everybody, needs
from bot.coordinator.leaked_passwords import is_leaked
from bot.coordinator.one_time_codes import (
    as_written,
    bare_code,
    in_groups,
    matching_step,
    new_recovery_codes,
    new_secret,
    picture,
)
from bot.coordinator.passwords import LONGEST, SHORTEST
from bot.coordinator.sign_in import begin_session
from bot.coordinator.visit import ACCOUNT, HOME, START, Visit, without
from bot.message import Text
from bot.store.account_records import Enrolment, NewSession

_TIME_TO_ENROL = timedelta(hours=1)
ENROLMENT = f"{HOME}/enrolment"


@for_everybody()
async def invitation(visit: Visit) -> Response:
    """The page of a link. Being looked at does not use it up: messengers look at every link."""
    link = await visit.store.staff.open_link(visit.path("token"))
    if link is None or (link.kind == "demo" and not visit.console.settings.demo):
        return visit.refuse(410, "link_used")
    if visit.console.cookies.get(visit.request, "staff-language") is None:
        visit = replace(visit, language=link.language)
    return visit.page("invitation.html", link=link, token=visit.path("token"))


@for_everybody()
async def accept(visit: Visit) -> Response:
    """Exchange the link for a session in which password and codes are set up."""
    new = NewSession(
        token=new_session(), browser=begin_session(visit).browser, expires=visit.console.clock() + _TIME_TO_ENROL
    )
    if not await visit.store.staff.begin_enrolment(visit.typed("link"), new):
        return visit.refuse(410, "link_used")
    response = visit.go(ENROLMENT)
    visit.console.cookies.set(response, "staff", new.token)
    return response


@for_everybody()
async def enter_demo(visit: Visit) -> Response:
    """Sign in as the demo's invented colleague: one press, no password. Elsewhere there is no such way."""
    new = begin_session(visit)
    if not visit.console.settings.demo or not await visit.store.staff.enter_demo(visit.typed("link"), new):
        return visit.refuse(410, "link_used")
    response = visit.go(START)
    visit.console.cookies.set(response, "staff", new.token)
    return response


@for_enrolling()
async def step(visit: Visit) -> Response:
    """The step that comes next."""
    return _code_page(visit) if visit.kept else _password_page(visit)


@for_enrolling()
async def choose_password(visit: Visit) -> Response:
    """Keep the new password, hashed, until the code is confirmed."""
    problems = await new_password_problems(visit)
    if problems:
        return _password_page(visit, problems)
    kept = {
        "password": await visit.console.passwords.hash(visit.typed_as_is("password")),
        "secret": new_secret(),
    }
    await visit.store.staff.keep(visit.secret, kept)
    return visit.go(ENROLMENT)


@for_enrolling()
async def confirm_code(visit: Visit) -> Response:
    """The telephone shows the right code: the account is active, and signed in by a new session."""
    if not visit.kept:
        return visit.go(ENROLMENT)
    secret = visit.kept["secret"]
    found = matching_step(bare_code(visit.typed("code")), secret, visit.console.clock())
    if found is None:
        return _code_page(visit, {"code": Text(key="console.enrol.code_wrong")})
    codes = new_recovery_codes()
    new = begin_session(visit, codes=codes)
    browser = visit.console.cookies.secret(visit.request, "staff-browser") or new_session()
    enrolment = Enrolment(visit.kept["password"], secret, found, codes, browser)
    if not await visit.store.staff.enrol(visit.who.account_id, enrolment, new):
        return visit.refuse(410, "link_used")
    response = visit.go(f"{HOME}/recovery-codes")
    visit.console.cookies.set(response, "staff", new.token)
    visit.console.cookies.set(response, "staff-browser", browser)
    visit.console.cookies.set(response, "staff-language", visit.who.language)
    return response


@needs("account.own")
async def recovery_codes(visit: Visit) -> Response:
    """The codes, until somebody says that they are kept; then never again."""
    codes = visit.kept.get("codes")
    if not codes:
        return visit.go(ACCOUNT)
    return visit.page("recovery_codes.html", codes=[as_written(code) for code in codes])


@needs("account.own")
async def recovery_codes_kept(visit: Visit) -> Response:
    await visit.store.staff.keep(visit.secret, without(visit.kept, "codes"))
    return visit.go(START)


async def new_password_problems(visit: Visit) -> dict[str, Text]:
    """What is wrong with a new password, typed twice."""
    password = visit.typed_as_is("password")
    settings = visit.console.settings
    weak = await visit.console.passwords.weakness(password, visit.who.name, settings.site_name)
    if weak is None and await is_leaked(password, settings.leaked_passwords):
        weak = "easy"
    if weak is not None:
        return {"password": Text(key=f"console.password.{weak}", values={"least": SHORTEST, "most": LONGEST})}
    if visit.typed_as_is("password_again") != password:
        return {"password_again": Text(key="console.password.differs")}
    return {}


def _password_page(visit: Visit, problems: dict[str, Text] | None = None) -> Response:
    return visit.page("enrol_password.html", status=422 if problems else 200, problems=problems or {}, least=SHORTEST)


def _code_page(visit: Visit, problems: dict[str, Text] | None = None) -> Response:
    secret = visit.kept["secret"]
    return visit.page(
        "enrol_code.html",
        status=422 if problems else 200,
        problems=problems or {},
        secret=in_groups(secret),
        picture=picture(secret, visit.who.name),
    )


PAGES = (
    Page("/invitation/{token}", invitation),
    Page("/invitation", accept, post=True),
    Page("/demo", enter_demo, post=True),
    Page("/enrolment", step),
    Page("/enrolment/password", choose_password, post=True),
    Page("/enrolment/code", confirm_code, post=True),
    Page("/recovery-codes", recovery_codes),
    Page("/recovery-codes", recovery_codes_kept, post=True),
)
