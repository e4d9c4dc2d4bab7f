"""The flood limits as a family meets them in the browser: a page that says so, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.app import App
from bot.channels.browser_session import form_token, new_session
from bot.flood import NEWCOMERS_BURST, PERSON_BURST, STRANGERS_LOOKS_BURST, Gate
from bot.settings import Settings


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """For the limits, no time goes by: a slow machine would give room again meanwhile."""
    monkeypatch.setattr(Gate, "_clock", lambda gate: gate.since)
    app = App(Settings(_env_file=None, data=tmp_path))
    with TestClient(app.web(), follow_redirects=False) as client:
        yield client
    app.store.close_now()


def post(client: TestClient, session: str, number: int, **fields: str) -> Any:
    whole = {"token": form_token(session), "id": f"form-number-{number}", "card": "x", "revision": "1", **fields}
    return client.post("/answer", data=whole, headers={"cookie": f"talk={session}", "accept-language": "en"})


def test_who_presses_too_fast_is_asked_to_wait_and_sends_the_same_again(client: TestClient) -> None:
    session = new_session()
    statuses = [post(client, session, number, button="language:en").status_code for number in range(PERSON_BURST)]
    assert set(statuses) == {303}
    for _ in range(60):
        answer = post(client, session, 99, text="my child's card says: " + "a & b")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "20"
    assert "Please wait half a minute" in answer.text
    assert 'value="my child&#39;s card says: a &amp; b"' in answer.text, "what was typed can be sent again"
    assert len(re.findall('name="token"', answer.text)) == 1


def test_danger_is_heard_all_the_same(client: TestClient) -> None:
    session = new_session()
    for number in range(PERSON_BURST + 3):
        post(client, session, number, button="language:en")
    assert post(client, session, 98, text="hello").status_code == 429
    assert post(client, session, 99, text="I want to kill myself").status_code == 303


def test_many_newcomers_at_once_wait_and_those_who_have_begun_go_on(client: TestClient) -> None:
    mine = new_session()
    post(client, mine, 0, button="language:en")
    others = [post(client, new_session(), number, button="language:en") for number in range(NEWCOMERS_BURST + 5)]
    assert {one.status_code for one in others} == {303, 429}
    refused = next(one for one in others if one.status_code == 429)
    assert "Many people are here just now" in refused.text
    assert post(client, mine, 1, button="agree").status_code == 303


def test_thousands_of_looks_do_not_keep_a_family_from_its_card(client: TestClient) -> None:
    mine = new_session()
    post(client, mine, 0, button="language:en")
    looks = [
        client.get("/", headers={"cookie": f"talk={new_session()}"}).status_code
        for _ in range(STRANGERS_LOOKS_BURST + 60)
    ]
    assert set(looks) == {200, 429}
    assert client.get("/", headers={"cookie": f"talk={mine}"}).status_code == 200
