"""The browser chat's promises that need no browser to see: headers, cookies, forms, failures."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup
from starlette.testclient import TestClient

from bot.channels.browser_memory import Briefly
from bot.channels.browser_pages import Voice
from bot.channels.web import STATIC
from tests.browser.reading_pages import FORM, Family, encode, read
from tests.browser.serving import Site, build
from tests.browser.stub_conversation import CARDS, WORDS, StubWording

LANGUAGES = ("zh-CN", "en")


def test_every_kind_of_response_carries_the_security_headers(site: Site) -> None:
    family = Family(site)
    responses = [
        family.client.get("/"),
        family.client.get("/nowhere"),
        family.client.get("/healthz"),
        family.client.get("/static/browser.css"),
        family.post(("button", "yes")),
        family.client.post("/answer", content=b"x" * (1 << 21), headers=FORM),
        family.client.put("/answer"),
    ]
    assert [response.status_code for response in responses] == [200, 404, 200, 200, 303, 413, 405]
    for response in responses:
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["cache-control"] == "no-store"


def test_a_static_file_asked_for_by_its_hash_may_be_kept(site: Site) -> None:
    family = Family(site)
    address = next(tag["href"] for tag in family.page.all("link") if tag["rel"] == "stylesheet")
    assert "max-age=31536000" in family.client.get(address).headers["cache-control"]
    assert family.client.get("/static/nothing.css?v=1").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card", CARDS)
def test_a_page_is_small_and_holds_nothing_inline_and_nothing_from_elsewhere(
    site: Site, card: str, language: str
) -> None:
    family = Family(site, language)
    page = family.stand_at(card)
    html = family.client.get("/").text
    weight = len(html.encode()) + sum(path.stat().st_size for path in STATIC.iterdir())
    assert weight < 100_000
    assert not page.all("style")
    for _, attributes in page.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    assert all("src" in script for script in page.all("script"))
    loaded = [tag.get("src") or tag.get("href", "") for name, tag in page.tags if name in ("script", "link", "img")]
    assert all(address.startswith("/static/") for address in loaded)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_or_address_tells_anything_about_health(site: Site, language: str) -> None:
    family = Family(site, language)
    allowed = {
        "zh-CN": r"(第\d部分，共5部分 – )?研究问卷",
        "en": r"(Part \d of 5 – )?Study questions",
    }[language]
    for _ in CARDS:
        assert re.fullmatch(allowed, family.page.title)
        response = family.post(("text", "hepatitis"))
        assert re.fullmatch(r"/card/\d+", response.headers["location"])
        family.page = read(family.client.get(response.headers["location"]))


@pytest.mark.parametrize(
    ("public_url", "name", "flags"),
    [
        (None, "talk", "httponly; max-age=7776000; path=/; samesite=lax"),
        ("https://study.example", "__Host-talk", "httponly; max-age=7776000; path=/; samesite=lax; secure"),
    ],
)
def test_the_cookie_is_random_and_closed_to_scripts_and_other_sites(
    public_url: str | None, name: str, flags: str
) -> None:
    app = build(public_url=public_url).app
    seen = set()
    for _ in range(3):
        cookies = TestClient(app).get("/").headers.get_list("set-cookie")
        value, _, rest = next(cookie for cookie in cookies if cookie.startswith(f"{name}=")).partition("; ")
        seen.add(value)
        assert re.fullmatch(rf"{name}=[A-Za-z0-9_-]{{43}}", value)
        assert rest.lower() == flags
    assert len(seen) == 3


def test_a_form_from_elsewhere_is_refused(site: Site) -> None:
    family = Family(site)
    good = dict(family.fields(("button", "yes")))
    for change in ({"token": ""}, {"token": "0" * 32}, {"token": "\ud800"}):
        assert (
            family.client.post("/answer", content=encode([*(good | change).items()]), headers=FORM).status_code == 403
        )
    for header in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        answer = family.client.post("/answer", data=good, headers=header)
        assert answer.status_code == 403
    other = Family(site)
    assert family.client.post("/answer", data=good | {"token": dict(other.page.hidden)["token"]}).status_code == 403
    assert site.conversation.said == []


@pytest.mark.parametrize("origin", ["null", "http://testserver", None])
def test_our_own_form_is_taken_whatever_the_browser_says_of_its_origin(site: Site, origin: str | None) -> None:
    family = Family(site)
    headers = {"origin": origin} if origin else {}
    answer = family.client.post("/answer", data=dict(family.fields(("button", "yes"))), headers=headers)
    assert answer.status_code == 200
    assert len(site.conversation.said) == 1


def test_without_cookies_a_kind_page_explains(site: Site) -> None:
    family = Family(site)
    form = dict(family.fields(("button", "yes")))
    family.client.cookies.clear()
    answer = family.client.post("/answer", data=form)
    assert answer.status_code == 400
    assert "Cookie" in answer.text
    assert site.conversation.said == []


def test_sending_a_form_twice_is_one_message_and_another_button_of_it_is_stale(site: Site) -> None:
    family = Family(site)
    family.stand_at("choice")
    old = family.page
    family.press("choose:girl")
    family.page = old
    family.press("choose:girl")
    assert [said.button for said in site.conversation.said] == ["choose:girl"]
    family.page = old
    page = family.press("choose:boy")
    assert [said.revision for said in site.conversation.said] == [1, 1]
    assert WORDS["zh"]["stale"] in page.words
    assert site.conversation.at[family.session] == 2


def test_an_old_cards_address_shows_the_card_that_is_due_and_says_why(site: Site) -> None:
    family = Family(site)
    family.stand_at("date")
    assert "点了手机的返回" in read(family.client.get("/card/1")).words
    assert "点了手机的返回" not in read(family.client.get("/card/3")).words
    assert WORDS["zh"]["vaccine.ask"] in read(family.client.get("/card/1")).words


@pytest.mark.parametrize("path", ["/card/3", "/answer"])
def test_odd_ways_in_lead_to_the_card(site: Site, path: str) -> None:
    client = TestClient(site.app)
    response = client.get(path, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/")


def test_boxes_words_and_press_arrive_together(site: Site) -> None:
    family = Family(site)
    family.stand_at("medicines")
    family.press("done", ("choice", "pick:hcq"), ("choice", "pick:mmf"), ("text", "赛能"))
    said = site.conversation.said[-1]
    assert (said.button, said.choices, said.text) == ("done", ("pick:hcq", "pick:mmf"), "赛能")


def test_a_press_beside_the_question_sends_no_half_sentence_and_keeps_it_in_the_field(site: Site) -> None:
    family = Family(site)
    family.stand_at("date")
    page = family.press("why", ("text", 'March "2025" <b>'))
    said = site.conversation.said[-1]
    assert (said.button, said.text, said.choices) == ("why", None, None)
    assert page.all("input")[-1]["value"] == 'March "2025" <b>'
    page = family.send(("text", "March 2025"))
    family.stand_at("date")
    assert family.page.all("input")[-1]["value"] == ""


def test_a_reply_that_was_not_understood_stays_in_its_field(site: Site) -> None:
    family = Family(site)
    family.stand_at("number")
    page = family.send(("text", "unreadable"))
    assert page.all("input")[-1]["value"] == "unreadable"


def test_ticks_survive_a_look_at_why(site: Site) -> None:
    family = Family(site)
    family.stand_at("multiple")
    page = family.press("why", ("choice", "tick:oxygen"))
    ticked = {box["value"] for box in page.all("input") if box.get("type") == "checkbox" and "checked" in box}
    assert "tick:oxygen" in ticked


@pytest.mark.parametrize(("card", "sentence"), [("number", "这里还没有填"), ("multiple", "还没有选")])
def test_an_empty_form_is_explained_at_its_field_and_reaches_nobody(site: Site, card: str, sentence: str) -> None:
    family = Family(site)
    family.stand_at(card)
    page = family.send(("text", "  \u3000 "))
    assert sentence in page.words
    assert site.conversation.said == []
    assert any(tag.get("aria-invalid") == "true" for _, tag in page.tags)


def test_a_command_can_be_pressed_or_typed(site: Site) -> None:
    family = Family(site)
    family.press("privacy")
    family.stand_at("remark")
    family.send(("text", " /language en "))
    assert [(said.command, said.argument, said.text) for said in site.conversation.said] == [
        ("privacy", None, None),
        ("language", "en", None),
    ]


def test_the_language_changes_by_one_press_and_what_was_typed_stays(site: Site) -> None:
    family = Family(site)
    family.stand_at("remark")
    page = family.press("en", ("text", "她怕打针"))
    assert page.all("html")[0]["lang"] == "en"
    assert "她怕打针" in page.words
    assert read(family.client.get("/nowhere")).all("html")[0]["lang"] == "en"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB", "en"),
        ("de,en;q=0.3", "en"),
        ("*", "en"),
        ("\x00;;;q=,q=9" * 500, "en"),
    ],
)
def test_the_first_page_is_in_the_browsers_language(site: Site, accept: str, expected: str) -> None:
    client = TestClient(site.app)
    page = read(client.get("/", headers={"accept-language": accept}))
    assert page.all("html")[0]["lang"] == expected


def test_the_poster_is_remembered_without_a_trace_in_the_address(site: Site) -> None:
    client = TestClient(site.app)
    response = client.get("/?from=singlemessage&from=ward7&isappinstalled=0", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    family = Family(site)
    family.client = client
    family.page = read(client.get("/"))
    family.press("yes")
    family.press("choose:girl")
    assert [said.source for said in site.conversation.said] == ["ward7", None]


@pytest.mark.parametrize("query", ["from=timeline", "from=" + "a" * 65, "from=%3Cscript%3E", "fbclid=1"])
def test_other_marks_in_the_address_are_ignored(site: Site, query: str) -> None:
    assert TestClient(site.app).get(f"/?{query}", follow_redirects=False).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resume_link_works_by_one_press_and_once(site: Site, language: str) -> None:
    site.links.good["a-private-link-0123456789"] = "person"
    family = Family(site, language)
    before = family.session
    for _ in range(2):  # looking at it, as link previews do, uses nothing up
        page = read(family.client.get("/r/a-private-link-0123456789"))
    assert site.links.followed == {}
    form = dict(page.hidden)
    assert family.client.post("/r", data=form | {"token": "forged"}).status_code == 403
    response = family.client.post("/r", data=form, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert site.links.followed == {family.session: "person"}
    assert family.session != before
    again = read(family.client.get("/r/a-private-link-0123456789"))
    used = family.client.post("/r", data=dict(again.hidden))
    assert used.status_code == 410
    assert "a-private-link" not in used.text


def test_a_resume_link_opens_in_a_browser_that_was_never_here(site: Site) -> None:
    site.links.good["fresh-link"] = "person"
    client = TestClient(site.app)
    form = dict(read(client.get("/r/fresh-link")).hidden)
    assert client.post("/r", data=form, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("card", ["choice", "multiple", "date", "medicines"])
def test_not_sure_stands_among_the_answers_and_is_as_large(site: Site, card: str) -> None:
    page = Family(site).stand_at(card)
    ids = [value for _, value in page.buttons]
    (not_sure,) = [tag for tag in page.all("button") if tag.get("value") == "unsure"]
    assert not_sure["class"] == "button choice"
    assert ids.index("unsure") < ids.index("skip")
    last = [at for at, id in enumerate(ids) if id.startswith("choose:")]
    assert not last or ids.index("unsure") == max(last) + 1


@pytest.mark.parametrize("card", ["choice", "permission", "phone", "delete", "quiet", "urgent"])
def test_a_person_is_one_press_away_on_every_page(site: Site, card: str) -> None:
    page = Family(site).stand_at(card)
    assert len({"person", "contact"} & {value for _, value in page.buttons}) == 1


def test_a_reference_number_stays_on_one_line_and_what_was_typed_stays_escaped() -> None:
    voice = Voice(StubWording(), "zh_Hans")
    assert voice.whole_codes(Markup("您的登记号是BR-JQ6NDG。")) == '您的登记号是<span class="code">BR-JQ6NDG</span>。'
    assert voice.whole_codes("<b>BR-JQ6NDG") == '&lt;b&gt;<span class="code">BR-JQ6NDG</span>'


def test_runs_in_the_other_language_say_so(site: Site) -> None:
    family = Family(site, "en")
    page = family.stand_at("review")
    html = family.client.get("/").text
    assert '<div class="lines" lang="zh-Hans">Hydroxychloroquine 羟氯喹' in html
    assert [tag["lang"] for tag in page.all("button") if tag.get("name") == "language"] == ["zh-Hans"]
    chinese = Family(site)
    chinese.stand_at("remark")
    assert "lang=" not in chinese.client.get("/").text.partition("<main")[2].partition("<form")[0]


def test_the_lines_about_demo_and_draft_go_when_they_no_longer_hold(site: Site) -> None:
    family = Family(site)
    assert "这是试用" in family.page.words
    assert "还没有最后定" in family.page.words
    site.conversation.demo = site.conversation.draft = False
    live = read(family.client.get("/"))
    assert "这是试用" not in live.words
    assert "还没有最后定" not in live.words


def test_what_is_kept_for_a_moment_goes_by_time_and_by_number() -> None:
    now = 0.0
    kept: Briefly[int] = Briefly(seconds=10, most=3, clock=lambda: now)
    for number in range(5):
        kept.put(f"session {number}", number)
    assert [kept.get(f"session {number}") for number in range(5)] == [None, None, 2, 3, 4]
    assert (kept.take("session 4"), kept.take("session 4")) == (4, None)
    now = 11.0
    assert kept.get("session 3") is None
