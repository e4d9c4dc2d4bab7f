"""Schemathesis sends whatever to every page in every role: never a fault of the server, never a lead to somebody
without the right. `make fuzz-console` goes on for longer.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from bot.coordinator.rights import ROLES, may
from tests.coordinator.site import FORM, Stranger, wait_for
from tests.coordinator.targets.conftest import enter
from tests.coordinator.targets.description import described
from tests.coordinator.targets.test_reads import SEEN_WITH, words_of
from tests.coordinator.targets.ward import Ward

EXAMPLES = int(os.environ.get("BRASLE_EXAMPLES", "250"))
OURS = re.compile(r"(http://testserver)?/(coordinator|static)(/|\?|$)")


class People:
    """Somebody of each role, whatever an earlier example has done to the last one's session."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._people: dict[str, Stranger] = {}

    def of(self, role: str) -> Stranger:
        staff, idle = self._ward.site.store.staff, self._ward.site.console.idle
        known = self._people.get(role)
        if known is not None and role in ROLES:
            session = wait_for(staff.session(known.cookie("staff"), "signed_in", idle))
            if session is not None and session.role == role:
                return known
        made = self._ward.site.sign_in(role) if role in ROLES else enter(self._ward, role)
        self._people[role] = made
        return made


def test_no_page_fails_and_no_lead_is_read_without_the_right(ward: Ward) -> None:
    schema = schemathesis.openapi.from_dict(described(ward))
    people = People(ward)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=schema.as_strategy(), role=st.sampled_from([*ROLES, "enrolling", ""]), forged=st.booleans())
    def send(case: schemathesis.Case[Any], role: str, forged: bool) -> None:
        somebody = people.of(role)
        answer = sent(case, somebody, token="forged" if forged and role else somebody.token)
        case.validate_response(answer, checks=[not_a_server_error])
        words = words_of(answer)
        shown = {word for word in SEEN_WITH if word in words and word not in str(case.body)}
        assert all(role in ROLES and may(role, SEEN_WITH[word]) for word in shown), (role, case.path, shown)
        assert "<script>alert" not in answer.text
        assert OURS.match(answer.headers.get("location", "/coordinator"))
        assert not {"x", "Set-cookie"} & set(answer.cookies)

    send()


def sent(case: schemathesis.Case[Any], somebody: Stranger, *, token: str) -> Any:
    """The request that Schemathesis made up, with the token that our forms carry."""
    query = urlencode(plain(case.query), errors="replace")
    address = case.formatted_path + (f"?{query}" if query else "")
    if case.method == "GET":
        return somebody.client.get(address, follow_redirects=False)
    content = urlencode({**plain(case.body), "token": token}, errors="replace")
    headers = FORM | {"origin": somebody.site.base}
    return somebody.client.post(address, content=content, headers=headers, follow_redirects=False)


def plain(given_: object) -> dict[str, str]:
    return {name: str(value) for name, value in given_.items()} if isinstance(given_, dict) else {}


@pytest.mark.parametrize("path", ["/coordinator/..%2f", "/coordinator/leads/..%2f..%2f", "/coordinator//evil.example",
                                  "/coordinator/leads/%00", "/coordinator/%ff%fe", "/static/console/../../../etc/passwd",
                                  "/static/console/%2e%2e/%2e%2e/console.py", "/coordinator/leads/BR-1\r\nx: y"])  # fmt: skip
def test_tricks_with_the_path_lead_nowhere(ward: Ward, path: str) -> None:
    answer = enter(ward, "pi").client.get(path.replace("\r\n", "%0d%0a"), follow_redirects=False)
    assert answer.status_code in (404, 303, 307)
    assert OURS.match(answer.headers.get("location", "/coordinator"))
    assert "root:" not in answer.text
    assert "x" not in answer.headers
