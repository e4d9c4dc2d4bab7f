"""When things fail or somebody sends what no page sends: a kind answer, nothing lost, nothing told to the log."""

from __future__ import annotations

import logging
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.channels.browser import BrowserChannel
from bot.channels.web import web_app
from bot.store.errors import StoreUnavailable
from tests.browser.reading_pages import FORM, Family, encode, read
from tests.browser.serving import Links, Site
from tests.browser.stub_conversation import WORDS, StubConversation, StubWording

LANGUAGES = ("zh-CN", "en")


@pytest.fixture
def visitor(site: Site) -> Family:
    return Family(site)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_megabytes_get_a_kind_page_and_nothing_is_lost(site: Site, language: str) -> None:
    family = Family(site, language)
    family.stand_at("remark")
    response = family.post(("text", "长" * 3_500_000))
    assert response.status_code == 413
    assert {"zh-CN": "太长了", "en": "too long"}[language] in response.text
    assert site.conversation.said == []
    assert WORDS[language[:2]]["remark.ask"] in family.client.get("/").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_the_store_fails_the_same_form_can_be_sent_again(
    site: Site, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    family = Family(site, language)
    family.stand_at("remark")
    site.conversation.broken = True
    with caplog.at_level(logging.DEBUG):
        response = family.post(("text", "secret-canary\r\n<second> line"))
        assert family.client.get("/").status_code == 500
    assert response.status_code == 503
    assert {"zh-CN": "之前的回答都还在", "en": "are safe"}[language] in response.text
    assert "'A turn failed.', 'kind': 'OSError', 'place': 'stub_conversation.py" in caplog.text
    assert "secret-canary" not in caplog.text
    site.conversation.broken = False
    page = read(response)
    assert page.all("textarea")[0]["name"] == "text"
    kept = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", response.text, re.S)
    assert kept is not None
    form = [*page.hidden, ("text", kept[1].replace("&lt;", "<").replace("&gt;", ">"))]
    assert family.client.post("/answer", content=encode(form), headers=FORM).status_code == 200
    assert site.conversation.said[0].text == "secret-canary\r\n<second> line"


def test_a_page_that_fails_says_nothing_about_why(site: Site) -> None:
    family = Family(site)
    site.conversation.broken = True
    response = family.client.get("/")
    assert response.status_code == 500
    assert "secret-canary" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ud800 lone",
        "\u202eesrever",
        "１２３４５",
        "\ufeff",
        "<script>alert(1)</script>",
        "'\"&<>",
        "\r\n" * 50,
    ],
    ids=["NUL", "surrogate", "right-to-left", "full-width", "BOM", "script", "quotes", "lines"],
)
def test_odd_text_is_taken_and_shown_harmlessly(site: Site, text: str) -> None:
    family = Family(site)
    family.stand_at("number")
    page = family.send(("text", text + "7"))
    assert len(site.conversation.said) == 1
    assert len(page.all("script")) == 1
    assert page.all("h1")


def test_a_file_in_place_of_words_counts_as_nothing(site: Site) -> None:
    family = Family(site)
    family.stand_at("remark")
    form = dict(family.page.hidden)
    response = family.client.post("/answer", data=form, files={"text": ("a.txt", b"hello")}, follow_redirects=False)
    assert response.status_code in (303, 400)
    assert site.conversation.said == []


FIELDS = ("button", "aside", "choice", "text", "command", "language", "revision", "id", "card", "many", "zzz")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(more=st.lists(st.tuples(st.sampled_from(FIELDS), st.text(max_size=50)), max_size=8))
def test_no_form_whatever_its_fields_breaks_the_server(visitor: Family, more: list[tuple[str, str]]) -> None:
    token = dict(visitor.page.hidden)["token"]
    content = encode([("token", token), *more])
    response = visitor.client.post("/answer", content=content, headers=FORM, follow_redirects=False)
    assert response.status_code == 303
    assert visitor.client.get("/").status_code == 200


BODY_KINDS = ("application/json", "multipart/form-data; boundary=x", "text/plain", "")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), kind=st.sampled_from(BODY_KINDS))
def test_no_body_whatever_its_bytes_breaks_the_server(visitor: Family, body: bytes, kind: str) -> None:
    response = visitor.client.post("/answer", content=body, headers={"content-type": kind})
    assert response.status_code in (400, 403)


def test_health_says_that_the_program_answers_and_readiness_that_the_store_does(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        response = TestClient(site.app).get(path)
        assert (response.status_code, response.text) == (200, "ok")


async def unwell() -> bool:
    raise OSError("secret-canary")


def test_with_a_store_that_cannot_be_read_it_is_not_ready(caplog: pytest.LogCaptureFixture) -> None:
    channel = BrowserChannel(StubConversation(), StubWording(), Links().redeem)
    app = web_app(channel.routes(), channel.error_page, healthy=unwell)
    response = TestClient(app).get("/readyz")
    assert (response.status_code, response.text) == (503, "not well")
    assert TestClient(app).get("/healthz").status_code == 200
    assert "secret-canary" not in caplog.text


def test_the_log_says_once_why_it_is_not_ready_and_once_that_it_is_again(caplog: pytest.LogCaptureFixture) -> None:
    full = StoreUnavailable("The disk is full.")
    answers: list[StoreUnavailable | None] = [full, full, None, None]

    async def healthy() -> bool:
        if (problem := answers.pop(0)) is not None:
            raise problem
        return True

    channel = BrowserChannel(StubConversation(), StubWording(), Links().redeem)
    client = TestClient(web_app(channel.routes(), channel.error_page, healthy=healthy))
    assert [client.get("/readyz").status_code for _ in range(4)] == [503, 503, 200, 200]
    assert [caplog.text.count(words) for words in ("unwell", "The disk is full.", "well again")] == [1, 1, 1]
