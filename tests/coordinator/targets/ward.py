"""A console with every kind of lead in it, whose families typed what breaks careless pages; and where each page is.

A new page of the console has to be named here, under ADDRESSES if it is read, under FORMS or PRESSES if it is
posted: a test walks console.ROOMS and fails otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.channels.browser_session import new_session
from bot.coordinator.access import Page
from bot.coordinator.console import ROOMS
from bot.flows.dialogue import Remark
from bot.notice_plan import NoticePlan
from bot.store.account_records import NewAccount, NewPasskey, NewSession
from bot.store.announcing import Announcement
from bot.store.work_records import NewDecision, NewOverride
from brasle_prescreen.lead_work import Outcome
from tests.coordinator.site import Account, ConsoleSite
from tests.coordinator.work.families import Told, girl, hands_over

# Every part of a page is shown that a setting shows.
SETTINGS: Mapping[str, Any] = {"telegram_group": -1001234567890, "public_url": "http://localhost:8080"}
PAGES: tuple[Page, ...] = tuple(page for room in ROOMS for page in room)
READ = tuple(page for page in PAGES if not page.post)
POSTED = tuple(page for page in PAGES if page.post)


def hostile(mark: str) -> str:
    """What an attacker would type: it ends an attribute, opens tags and runs, wherever it is not escaped."""
    return f"""{mark}"'><img src=x onerror=pwned()><svg onload=pwned()></textarea></script><script>pwned()</script>{{{{7*7}}}}"""


# Words by which a test finds out whose page shows what. None is a part of another.
PHONE = "+8613812345678"
NAME, CITY, SAID, REMARK, MEDICINE = "zname", "zcity", "zsaid", "zremark", "zmedicine"
NOTE, CALLED, CLOSED, BECAUSE, ANSWER = "znote", "zcalled", "zclosed", "zbecause", "zanswer"
PRIVATE = "zprivate"  # why a coordinator judged a private item otherwise


@dataclass(frozen=True, slots=True)
class Typed:
    """One way to fill a form wrongly: the `field` that is said to be wrong, and everything typed."""

    field: str
    typed: Mapping[str, str]
    status: int = 422


@dataclass
class Ward:
    """`codes` has a lead of each kind; `{code}` and the other parts of an address come from `parts`."""

    site: ConsoleSite
    holder: Account
    codes: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    def path(self, page: Page | str, **parts: str) -> str:
        """An address of this page, with the parts of this ward unless they are given."""
        template = page if isinstance(page, str) else page.path
        return "/coordinator" + template.format(**{**self.parts, **parts})


def told() -> Told:
    """A girl with lupus nephritis; her mother types what breaks careless pages, wherever she can."""
    family = girl("zh_Hans").tap("organs", "clots").tap("clots", "syndrome").tap("mood", "current")
    family.takes(hostile(MEDICINE), None, "inadequate", current=True)
    family.given["diagnosis"] = family.given["diagnosis"].model_copy(update={"said": hostile(SAID)})
    family.more["remarks"] = (Remark(card="diagnosis", said=hostile(REMARK)),)
    return family


CONTACT = {"name": hostile(NAME), "way": "phone", "value": PHONE, "city": hostile(CITY), "best_time": "evenings"}


async def fill(site: ConsoleSite, account: Account) -> Ward:
    """Leads in every state; `account` holds the one that most pages are about."""
    desk, store = site.store.desk, site.store
    ward, holder = Ward(site, account), f"account:{account.id}"
    names = ("held", "new", "safety", "closed", "merged", "erased", "unreachable", "not_now")
    for name in names:
        more: dict[str, Any] = {"safety": True} if name == "safety" else {}
        family = girl("en") if name in ("new", "not_now") else told()
        ward.codes[name] = await hands_over(store, family, contact=CONTACT, source="clinic", **more)
    codes = ward.codes
    for name in ("held", "closed", "not_now"):
        await desk.claim(codes[name], holder)
    await desk.call(codes["held"], Outcome.REACHED, hostile(CALLED), holder)
    await desk.note(codes["held"], hostile(NOTE), holder)
    await desk.override(codes["held"], NewOverride("E13", "pass", hostile(BECAUSE)), holder)
    await desk.override(codes["held"], NewOverride("E21", "pass", hostile(PRIVATE)), holder)
    await desk.close(codes["closed"], "E21", hostile(CLOSED), holder)
    await desk.snooze(codes["not_now"], site.clock.now.date() + timedelta(days=40), site.clock.now.date(), holder)
    await desk.merge(codes["merged"], codes["held"], holder)
    today = site.clock.now.date()
    await desk.decide(NewDecision("E19", "", "", today, hostile(ANSWER)), holder)
    for name in ("erased", "unreachable"):
        lead = await store.lead(codes[name])
        assert lead is not None
        assert lead.person is not None
        await (store.erase(lead.person) if name == "erased" else store.unreachable(lead.person, "Forbidden: blocked"))
    rows = NoticePlan(first=("0",)).rows("pi", {"code": codes["new"], "url": ""}, site.clock.now)
    await desk.announce([Announcement(codes["new"], "pi", tuple(rows))])
    [item] = await store.due("notice", 9, site.clock.now)
    await store.give_up(item.id, hostile("zwhy"))
    await store.set_recruiting("waitlist", today, 3, holder)
    await store.staff.add_passkey(account.id, NewPasskey(b"one of hers", b"key", 0, hostile("zdevice")))
    until = site.clock.now + timedelta(days=1)
    invited = await store.staff.invite(NewAccount('Zhao "><i>Wu</i>', "coordinator", "zh_Hans"), until, "command:test")
    ward.parts = {
        "code": codes["held"],
        "criterion": "E21",
        "page": "1",
        "view": "mine",
        "token": invited.token,
        "id": invited.account,
    }
    return ward


SECRET_OF_ENROLLING = "JBSWY3DPEHPK3PXP" * 2


async def enrolling(site: ConsoleSite, language: str, *, has_password: bool = False) -> str:
    """The session's secret of somebody in the middle of setting up an account."""
    until = site.clock.now + timedelta(days=1)
    name = f"Qian {new_session()[:8]}"
    made = await site.store.staff.invite(NewAccount(name, "coordinator", language), until, "command:test")
    token = new_session()
    assert await site.store.staff.begin_enrolment(made.token, NewSession(token, "", until))
    if has_password:
        await site.store.staff.keep(token, {"password": "hashed", "secret": SECRET_OF_ENROLLING})
    return token


# Every page that is read, by its path in ROOMS: the addresses at which it looks different.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "": ("", "?tier=needs_review&status=claimed"),
    "/page/{page}": ("/page/1",),
    "/view/{view}": tuple(f"/view/{view}" for view in ("mine", "unclaimed", "overdue", "waiting", "resting", "closed")),
    "/view/{view}/page/{page}": ("/view/mine/page/1",),
    "/leads/{code}": tuple("/leads/{" + name + "}" for name in ("held", "new", "safety", "closed", "merged", "erased")),
    "/protocol": ("/protocol",),
    "/protocol/{criterion}": ("/protocol/E19", "/protocol/E21"),
    "/recruiting": ("/recruiting",),
    "/figures": ("/figures",),
    "/exports": ("/exports",),
    "/notices": ("/notices",),
    "/start": ("/start",),
    "/sign-in": ("/sign-in", "/sign-in?out=1"),
    "/invitation/{token}": ("/invitation/{token}", "/invitation/used"),
    "/enrolment": ("/enrolment",),
    "/recovery-codes": ("/recovery-codes",),
    "/account": ("/account",),
    "/account/passkeys/new": ("/account/passkeys/new",),
    "/accounts": ("/accounts",),
    "/trail": ("/trail", "/trail?day=2026-13-45", "/trail?action=lead.read"),
}

LONG = "x" * 2001
ODD = "\u202e\U0001f600'\"><b>&amp;\u0130"
# Wrong in a form, by the form's path: each with the field at which the sentence has to stand.
FORMS: dict[str, tuple[Typed, ...]] = {
    "/search": (Typed("search", {"search": " "}), Typed("search", {"search": "y" * 101})),
    "/leads/{code}/call": (
        Typed("outcome", {"remark": ODD}),
        Typed("outcome", {"outcome": ODD, "remark": ODD}),
        Typed("remark", {"outcome": "busy", "remark": LONG}),
    ),
    "/leads/{code}/move": (Typed("to", {}), Typed("to", {"to": ODD}), Typed("to", {"to": "withdrawn"}, 409)),
    "/leads/{code}/snooze": (
        Typed("until", {"until": ""}),
        Typed("until", {"until": ODD}),
        Typed("until", {"until": "2026-13-45"}),
        Typed("until", {"until": "0001-01-01"}, 409),
        Typed("until", {"until": "9999-12-31"}, 409),
    ),
    "/leads/{code}/close": (
        Typed("reason", {"reason": "", "detail": ODD}),
        Typed("reason", {"reason": ODD, "detail": ODD}),
        Typed("detail", {"reason": "labs", "detail": LONG}),
    ),
    "/leads/{code}/note": (Typed("note", {"note": ""}), Typed("note", {"note": LONG})),
    "/leads/{code}/override": (
        Typed("criterion", {"criterion": "", "verdict": "pass", "because": ODD}),
        Typed("verdict", {"criterion": "E13", "verdict": "", "because": ODD}),
        Typed("because", {"criterion": "E13", "verdict": "fail", "because": ""}),
        Typed("because", {"criterion": "E13", "verdict": "fail", "because": LONG}),
        Typed("verdict", {"criterion": "E13", "verdict": "pass", "because": ODD}, 409),
    ),
    "/leads/{code}/merge": (
        Typed("into", {"into": ""}),
        Typed("into", {"into": ODD}),
        Typed("into", {"into": LONG}),
    ),
    "/protocol/{criterion}/decide": (
        Typed("answer", {"answer": "", "decided_on": "2026-11-20", "about": "", "verdict": ""}),
        Typed("answer", {"answer": LONG, "decided_on": "2026-11-20", "about": "", "verdict": ""}),
        Typed("decided_on", {"answer": ODD, "decided_on": "2026-13-45", "about": "", "verdict": ""}),
        Typed("decided_on", {"answer": ODD, "decided_on": "", "about": "", "verdict": ""}),
        Typed("decided_on", {"answer": ODD, "decided_on": "2099-01-01", "about": "", "verdict": ""}),
        Typed("verdict", {"answer": ODD, "decided_on": "2026-11-20", "about": "", "verdict": "pass"}),
        Typed("about", {"answer": ODD, "decided_on": "2026-11-20", "about": ODD, "verdict": "pass"}),
    ),
    "/recruiting/set": (
        Typed("state", {"state": "", "as_of": "2026-11-20", "places": "7"}),
        Typed("state", {"state": ODD, "as_of": "2026-11-20", "places": "7"}),
        Typed("as_of", {"state": "open", "as_of": "", "places": "7"}),
        Typed("as_of", {"state": "open", "as_of": ODD, "places": "7"}),
        Typed("as_of", {"state": "open", "as_of": "2099-01-01", "places": "7"}),
        Typed("places", {"state": "open", "as_of": "2026-11-20", "places": "-1"}),
        Typed("places", {"state": "open", "as_of": "2026-11-20", "places": ODD}),
        Typed("places", {"state": "open", "as_of": "2026-11-20", "places": LONG}),
    ),
    "/exports/queue": (Typed("form", {"form": ODD}),),
    "/exports/queue-named": (Typed("form", {"form": "pdf"}),),
    "/exports/screening-log": (Typed("form", {}),),
    "/exports/fhir": (Typed("lead", {"lead": ODD}), Typed("lead", {"lead": LONG})),
    "/exports/redcap": (Typed("form", {"form": ODD}),),
    "/sign-in": (
        Typed("name", {"name": "", "password": "secret words", "code": "123456"}),
        Typed("password", {"name": ODD, "password": "", "code": "123456"}),
        Typed("code", {"name": ODD, "password": "secret words", "code": ""}),
        Typed("form", {"name": ODD, "password": LONG, "code": ODD}),
    ),
    "/account/password": (
        Typed("password", {"password_now": "a", "password": "short", "password_again": "short", "code": "1"}),
        Typed("password_again", {"password": "a lake without any wind 2", "password_again": ODD}),
        Typed(
            "password_form",
            {"password": "a lake without any wind 2", "password_again": "a lake without any wind 2", "code": ODD},
        ),
    ),
    "/account/telegram": (Typed("telegram_form", {"password_for_telegram": "wrong", "code": "000000"}),),
    "/account/recovery-codes": (Typed("codes_form", {"password_for_codes": "wrong", "code": "000000"}),),
    "/account/passkeys": (
        Typed("passkey_name", {"passkey_name": "", "password_for_passkey": "wrong", "code": "000000"}),
        Typed("passkey_name", {"passkey_name": "y" * 41}),
        Typed("passkey_name", {"passkey_name": ODD}),
        Typed("passkey_form", {"passkey_name": "Laptop", "password_for_passkey": "wrong", "code": "000000"}),
    ),
    "/account/passkeys/remove": (
        Typed("passkey_mark", {"passkey_mark": "", "password_to_remove": "wrong", "code": "000000"}),
        Typed("passkey_mark", {"passkey_mark": ODD}),
    ),
    "/accounts/invite": (
        Typed("name", {"name": "", "role": "pi", "language": "en"}),
        Typed("name", {"name": "y" * 41, "role": "pi", "language": "en"}),
        Typed("name", {"name": "half\u202e", "role": "pi", "language": "en"}),
        Typed("role", {"name": "Sun Li", "role": "", "language": "en"}),
        Typed("role", {"name": "Sun Li", "role": ODD, "language": "en"}),
    ),
    "/accounts/{id}/role": (Typed("accounts", {"role": ODD}),),
    "/enrolment/password": (
        Typed("password", {"password": "", "password_again": ""}),
        Typed("password", {"password": "y" * 2000, "password_again": "y" * 2000}),
        Typed("password_again", {"password": "a lake without any wind 2", "password_again": ODD}),
    ),
    "/enrolment/code": (Typed("code", {"code": ""}), Typed("code", {"code": ODD})),
    "/trail/check": (Typed("printed", {"printed": ODD}), Typed("printed", {"printed": "12:beef"})),
}
# Posts with nothing to type: one button, or one that was never shown.
PRESSES = frozenset(
    {
        "/leads/{code}/private/{criterion}",
        *("/leads/{code}/" + one for one in ("claim", "release", "wake", "reopen", "undo", "unmerge", "amend")),
        *("/accounts/{id}/" + one for one in ("disable", "enable", "sign-out", "reset")),
        "/view/{view}/claim",
        "/accounts/link",
        "/account/telegram/unlink",
        "/account/passkeys/new",
        "/passkey",
        "/account/sessions/end",
        "/account/sessions/end-others",
        "/sign-out",
        "/language",
        "/recovery-codes",
        "/invitation",
        "/demo",
    }
)
# Who fills a form in; the principal investigator fills in the others.
BY_ROLE = {
    # A new account each time: who guesses too often is locked.
    "/account/telegram": "coordinator",
    "/account/recovery-codes": "coordinator",
    "/account/passkeys": "coordinator",
    "/accounts/invite": "administrator",
    "/accounts/{id}/role": "administrator",
    "/trail/check": "administrator",
    "/accounts": "administrator",
    "/trail": "administrator",
    "/sign-in": "",
    "/invitation/{token}": "",
    "/enrolment": "enrolling",
    "/enrolment/password": "enrolling",
    "/enrolment/code": "enrolling",
}


def who(page: Page) -> str:
    """The role that the walks open a page in; "" is nobody's, "enrolling" has followed an invitation."""
    return BY_ROLE.get(page.path, "pi")
