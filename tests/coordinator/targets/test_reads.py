"""Who sees what of a family: every page and every form in every role, searched for every word that a family or a
coordinator wrote; and whatever showed something of a lead stands in the trail.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from httpx2 import Response

from bot.coordinator.access import Page
from bot.coordinator.rights import ROLES, may
from bot.store.audit import Wanted
from tests.coordinator.site import Stranger, wait_for
from tests.coordinator.targets.conftest import enter
from tests.coordinator.targets.ward import (
    ADDRESSES,
    ANSWER,
    BECAUSE,
    CALLED,
    CITY,
    CLOSED,
    FORMS,
    MEDICINE,
    NAME,
    NOTE,
    PAGES,
    PHONE,
    PRIVATE,
    REMARK,
    SAID,
    Ward,
)

NOBODY = ""
# Which right somebody needs to see each of these words, on whatever page.
SEEN_WITH = {
    **dict.fromkeys((PHONE, NAME, CITY, SAID, REMARK, MEDICINE, NOTE, CALLED, CLOSED), "lead.contact.read"),
    BECAUSE: "lead.read",
    PRIVATE: "lead.private.read",
    ANSWER: "protocol.read",
}
# What is sent where a form would be refused for being empty; these end a session or an account, and are left out.
ENDS = frozenset({"/sign-out", "/account/sessions/end-others", "/accounts/{id}/reset", "/language"})
SENT = {
    "/search": {"search": PHONE},
    "/exports/queue": {"form": "csv"},
    "/exports/queue-named": {"form": "xlsx"},
    "/exports/screening-log": {"form": "csv"},
    "/exports/redcap": {"form": "data"},
    "/leads/{code}/merge": {"into": "BR-346779"},
}
LEAD = re.compile(r"BR-[0-9A-Z]{6}")
READINGS = frozenset(
    {"lead.read", "lead.contact.read", "lead.private.read", "lead.search", "queue.read", "queue.search"}
    | {"trail.read", "trail.checked", "notices.read", "export.queue", "export.queue_named", "export.screening_log"}
    | {"export.fhir", "export.redcap_data"}
)


def asked(ward: Ward, page: Page) -> Iterator[tuple[str, dict[str, str]]]:
    """Every way to open the page, as address and form."""
    if not page.post:
        for address in ADDRESSES[page.path]:
            yield "/coordinator" + address.format(**ward.codes, **ward.parts), {}
        return
    yield ward.path(page), SENT.get(page.path, {})
    for wrong in FORMS.get(page.path, ())[:1]:
        yield ward.path(page), dict(wrong.typed)


def words_of(answer: Response) -> str:
    """What was sent, also inside of a spreadsheet."""
    if answer.content[:2] == b"PK":
        book = zipfile.ZipFile(io.BytesIO(answer.content))
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return unquote(answer.text) + unquote(str(answer.headers))


@pytest.mark.parametrize("role", [*ROLES, "enrolling", NOBODY])
def test_nobody_sees_what_they_may_not_and_whoever_sees_stands_in_the_trail(ward: Ward, role: str) -> None:
    somebody = enter(ward, role)
    seen: set[str] = set()
    for page in PAGES:
        if page.path in ENDS:
            continue
        for address, form in asked(ward, page):
            before = wait_for(ward.site.store.trail.head())
            assert before is not None
            answer = somebody.post(address, form) if page.post else somebody.get(address)
            assert answer.status_code < 500, (page.path, form)
            words = words_of(answer)
            shown = {word for word in SEEN_WITH if word in words and word not in str(form)}
            assert all(role in ROLES and may(role, SEEN_WITH[word]) for word in shown), (role, page.path, shown)
            if PRIVATE in shown:
                assert page.path == "/leads/{code}/private/{criterion}"
            codes = set(LEAD.findall(words)) - set(LEAD.findall(address + str(form)))
            if answer.status_code < 400 or shown - {ANSWER}:
                noted(ward, somebody, before.seq, page, shown - {ANSWER}, codes)
            seen |= shown
    # The search above does find what is there.
    assert seen == {word for word, right in SEEN_WITH.items() if role in ROLES and may(role, right)}


def noted(ward: Ward, somebody: Stranger, before: int, page: Page, shown: set[str], codes: set[str]) -> None:
    """Whatever was shown of a lead has an entry of this person, of this very request."""
    entries = wait_for(ward.site.store.trail.entries(Wanted(limit=50)))
    now = [one for one in entries if one.seq > before]
    if shown or codes:
        account = getattr(somebody, "account", None)
        assert account is not None, page.path
        mine = {one.action for one in now if one.who == f"account:{account.id}"}
        assert mine & READINGS, (page.path, shown, codes, mine)
        if shown & {PHONE, NAME, NOTE, CALLED, SAID} and "export" not in page.path:
            assert "lead.contact.read" in mine, page.path
        if PRIVATE in shown:
            assert "lead.private.read" in mine


def test_the_other_carer_s_number_is_read_by_name(ward: Ward) -> None:
    pi = enter(ward, "pi")
    assert ward.codes["merged"] in pi.get(f"/coordinator/leads/{ward.codes['held']}").text
    entries = wait_for(ward.site.store.trail.entries(Wanted(subject=ward.codes["merged"], limit=3)))
    assert "lead.contact.read" in {one.action for one in entries}


def test_the_menu_shows_where_one_is(ward: Ward) -> None:
    pi = enter(ward, "pi")
    for address, here in {
        "": "",
        "/view/mine": "",
        "/leads/" + ward.codes["held"]: "",
        "/protocol/E19": "/protocol",
        "/figures": "/figures",
        "/account": None,
        "/nothing": None,
    }.items():
        menu = pi.get(f"/coordinator{address}").text.partition("</nav>")[0]
        found = re.findall(r'<a href="([^"]+)" aria-current="\w+"', menu)
        assert found == ([] if here is None else [f"/coordinator{here}"]), address
