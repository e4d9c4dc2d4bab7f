"""Another site can send our forms, but never with the right token and from the right place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.channels.browser_session import form_token, new_session
from bot.coordinator.access import Page
from bot.coordinator.console import ROOMS
from tests.coordinator.site import ConsoleSite, Reading, wait_for

POSTS = [page for room in ROOMS for page in room if page.post and page.admission.who != "enrolling"]
FORGED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "without a token": ({"token": ""}, {}),
    "with a token made up": ({"token": "0" * 32}, {}),
    "with somebody else's token": ({"token": form_token(new_session())}, {}),
    "from another site": ({}, {"sec-fetch-site": "cross-site"}),
    "from a neighbouring host": ({}, {"sec-fetch-site": "same-site"}),
    "from another origin": ({}, {"origin": "https://evil.example"}),
    "from another port": ({}, {"origin": "http://testserver:8081"}),
    "from nowhere, by an old browser": ({}, {"origin": "null", "sec-fetch-site": ""}),
    "with a token that is no text": ({"token": "\udcff" * 32}, {}),
}


def path_of(page: Page) -> str:
    return "/coordinator" + re.sub(r"\{[a-z]+\}", "none", page.path)


@pytest.mark.parametrize("how", FORGED)
def test_no_form_is_taken_that_is_not_ours(site: ConsoleSite, how: str) -> None:
    fields, headers = FORGED[how]
    roles = {role: site.sign_in(role) for role in ("coordinator", "administrator", "auditor")}
    head = wait_for(site.store.trail.head())
    refused = 0
    for page in POSTS:
        for role, colleague in roles.items():
            right = page.admission.right
            if page.admission.who == "signed_in" and not _may(role, right):
                continue
            answer = colleague.post(path_of(page), fields, headers=headers)
            assert answer.status_code == 403, (page.path, role)
            refused += 1
    assert refused > len(POSTS)
    assert wait_for(site.store.trail.head()) == head  # nothing was changed


def _may(role: str, right: str) -> bool:
    from bot.coordinator.rights import may

    return may(role, right)


def test_a_real_browser_s_post_is_taken(site: ConsoleSite) -> None:
    for headers in (
        {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
    ):
        lin = site.sign_in("auditor")
        assert lin.post("/coordinator/sign-out", headers=headers).status_code == 303


def test_behind_a_proxy_the_public_address_counts(open_console: Callable[..., ConsoleSite]) -> None:
    site = open_console(public_url="https://screening.example.org")
    lin = site.sign_in("auditor")
    headers = {"origin": "https://screening.example.org", "host": "127.0.0.1:8080"}
    assert lin.post("/coordinator/sign-out", headers=headers).status_code == 303


def test_what_was_typed_is_shown_when_the_session_has_ended(site: ConsoleSite) -> None:
    lin = site.sign_in("administrator")
    site.clock.pass_by(hours=2)
    answer = lin.post(
        "/coordinator/accounts/invite", name="<b>Wang Fang</b>", role="auditor", password_x="secret words"
    )
    assert answer.status_code == 403
    page = Reading(answer.text)
    assert "You were signed out" in page.words
    assert "<b>Wang Fang</b>" in page.words
    assert "secret words" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"])
def test_other_methods_do_nothing(site: ConsoleSite, method: str) -> None:
    lin = site.sign_in("administrator")
    for path in ("/coordinator/account", "/coordinator/accounts", "/coordinator/trail"):
        assert lin.client.request(method, path).status_code == 405


def test_a_page_that_is_not_there_is_ours_below_coordinator_only(site: ConsoleSite) -> None:
    stranger = site.stranger()
    ours = stranger.get("/coordinator/nothing")
    assert ours.status_code == 404
    assert "There is no such page" in ours.text
    assert stranger.get("/elsewhere").text == "families: 404"
    assert stranger.get("/coordinatorx").text == "families: 404"


def test_a_body_too_large_is_refused_with_a_page(site: ConsoleSite) -> None:
    lin = site.sign_in("administrator")
    answer = lin.post("/coordinator/accounts/invite", name="x" * 1_200_000, role="auditor")
    assert answer.status_code == 413
    assert "Too much at once" in answer.text


def test_an_upload_counts_as_nothing(site: ConsoleSite) -> None:
    lin = site.sign_in("administrator")
    answer = lin.client.post(
        "/coordinator/accounts/invite",
        files={"name": ("a.txt", b"x")},
        data={"token": lin.token, "role": "auditor"},
        headers={"origin": "http://testserver"},
    )
    assert answer.status_code in (400, 422)
