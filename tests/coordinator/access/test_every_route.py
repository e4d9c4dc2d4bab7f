"""Whatever is sent to whatever page by whomever: an answer, never a fault of the server."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.coordinator.access import Page
from bot.coordinator.console import ROOMS
from bot.coordinator.layout import HERE
from bot.coordinator.rights import ROLES
from bot.store.audit import Wanted
from tests.coordinator.site import FORM, Colleague, ConsoleSite, Reading, wait_for
from tests.coordinator.work.families import girl, hands_over

PAGES = [page for room in ROOMS for page in room]
# Names of fields and filters, as the templates and the handlers name them.
_NAMED = re.compile(r"""(?:name="|typed(?:_as_is|_all)?\("|query\("|parts\.\w+\(")([a-z_]+)""")
NAMES = sorted(
    {name for path in (*HERE.glob("*.py"), *HERE.glob("templates/*.html")) for name in _NAMED.findall(path.read_text())}
)
TEXTS = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["", "0", "-1", "1e9", "\x00", "\ud800", "\u202e", "9" * 400, "2026-13-45", "2026-11-22", "BR-346779", "E13", "claimed",
     "' OR 1=1 --", "<script>alert(1)</script>", "=HYPERLINK(\"http://evil.example\")", "../../etc/passwd", "\uff11\uff12", "S-346779"]
)  # fmt: skip
# More of them, for a long night: BRASLE_EXAMPLES=10000.
EXAMPLES = int(os.environ.get("BRASLE_EXAMPLES", "300"))
PHONE = "+8613812345678"
SENT = st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=8)


@dataclass
class Ward:
    """A console with one lead and somebody of each role."""

    site: ConsoleSite
    people: dict[str, Colleague]
    code: str

    def somebody(self, role: str) -> Colleague:
        """Of this role and signed in, whatever an earlier example has done to the last one."""
        colleague = self.people[role]
        staff, idle = self.site.store.staff, self.site.console.idle
        session = wait_for(staff.session(colleague.cookie("staff"), "signed_in", idle))
        if session is None or session.role != role:
            self.people[role] = self.site.sign_in(role)
        return self.people[role]


@pytest.fixture
def ward(site: ConsoleSite) -> Ward:
    code = wait_for(hands_over(site.store, girl(), contact={"value": PHONE}))
    return Ward(site, {role: site.sign_in(role) for role in ROLES}, code)


def path_of(page: Page, part: str) -> str:
    return "/coordinator" + re.sub(r"\{[a-z_]+(:[a-z]+)?\}", quote(part, safe="", errors="replace"), page.path)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(page=st.sampled_from(PAGES), role=st.sampled_from(ROLES), sent=SENT, part=TEXTS, known=st.booleans())
def test_no_page_fails(ward: Ward, page: Page, role: str, sent: dict[str, str], part: str, known: bool) -> None:
    colleague = ward.somebody(role)
    path = path_of(page, ward.code if known else part)
    words = urlencode({name: value.encode("utf-8", "replace") for name, value in sent.items()})
    if page.post:
        headers = FORM | {"origin": ward.site.base}
        form = f"token={colleague.token}&{words}"
        answer = colleague.client.post(path, content=form, headers=headers, follow_redirects=False)
    else:
        answer = colleague.client.get(f"{path}?{words}", follow_redirects=False)
    assert answer.status_code < 500, (page.path, role, sent)
    assert "<script>alert" not in answer.text
    if "location" in answer.headers:
        assert re.match(r"/coordinator|http://testserver/coordinator", answer.headers["location"])


def test_nobody_without_the_right_ever_read_the_lead(ward: Ward) -> None:
    pages = [page for page in PAGES if not page.post]
    for page in pages:
        for reader in (ward.people["administrator"], ward.site.stranger()):
            answer = reader.client.get(path_of(page, ward.code), follow_redirects=False)
            assert PHONE not in Reading(answer.text).words, page.path
            if page.path.startswith("/leads"):
                assert answer.status_code in (303, 403), page.path
        auditor = ward.people["auditor"].client.get(path_of(page, ward.code), follow_redirects=False)
        assert PHONE not in auditor.text, page.path
    reads = wait_for(ward.site.store.trail.entries(Wanted(action="lead.read", limit=500)))
    assert {entry.role for entry in reads} <= {"coordinator", "pi", "auditor"}
    calling = ward.people["coordinator"].client.get(f"/coordinator/leads/{ward.code}")
    assert PHONE in calling.text  # the search above does find what is there
