"""The queue and the lead page over real HTTP: what each shows, what its forms do, and what they refuse."""

from __future__ import annotations

import re
from datetime import date
from html import escape, unescape

import pytest
from httpx2 import Response

from bot.coordinator.console import ROOMS
from bot.coordinator.lead_page import GLYPHS
from bot.coordinator.packet import Packet
from bot.message import Text
from bot.store.audit import Wanted
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_queue import View
from brasle_prescreen.question import load_questions
from tests.coordinator.site import WORDING, Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL, girl, hands_over

HOME = "/coordinator"


def text_of(html: str) -> str:
    """What stands on a page, without tags; several spaces are one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def sees(colleague: Colleague, path: str = "") -> str:
    response = colleague.get(HOME + path)
    assert response.status_code == 200, (path, response.status_code)
    return text_of(response.text)


def post(colleague: Colleague, code: str, what: str, typed: dict[str, str], *, follow: bool = False) -> Response:
    return colleague.post(f"{HOME}/leads/{code}/{what}", typed, follow=follow)


def does(colleague: Colleague, code: str, what: str, **typed: str) -> str:
    """Send a form of the lead page; gives what the page after it says."""
    response = post(colleague, code, what, typed, follow=True)
    assert response.status_code in (200, 409), (what, response.status_code, text_of(response.text))
    return text_of(response.text)


def refused(colleague: Colleague, code: str, what: str, **typed: str) -> str:
    """Send a form that is refused: the page comes back with what was typed."""
    response = post(colleague, code, what, typed)
    assert response.status_code in (409, 422), (what, response.status_code)
    return response.text


@pytest.fixture
def li(site: ConsoleSite) -> Colleague:
    return site.sign_in("coordinator", "Li Min")


@pytest.fixture
def wang(site: ConsoleSite) -> Colleague:
    return site.sign_in("coordinator", "Wang")


@pytest.fixture
def code(site: ConsoleSite) -> str:
    return wait_for(hands_over(site.store))


def status(site: ConsoleSite, code: str) -> str:
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    return lead.status


def test_the_queue_says_why_each_lead_stands_where_it_does(site: ConsoleSite, li: Colleague) -> None:
    plain = wait_for(hands_over(site.store, tier="likely", score=88, earliest_date=None))
    grave = wait_for(hands_over(site.store, safety=True))
    early = wait_for(hands_over(site.store, tier=None, score=None, earliest_date=None, asked_for_call=True))
    page = sees(li)
    assert re.findall(r"BR-\w+", page)[::2][:3] == [grave, plain, early]  # each stands twice: its link and its button
    assert "Safety" in page
    assert "asked for a call" in page
    assert "due in 4 working hours" in page
    assert "first call" in page


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize("view", View)
def test_every_view_opens_empty_in_both_languages(site: ConsoleSite, language: str, view: View) -> None:
    colleague = site.sign_in("auditor", language=language)
    assert "console." not in sees(colleague, f"/view/{view.value}")


def test_views_filters_and_pages(site: ConsoleSite, li: Colleague, wang: Colleague) -> None:
    for _ in range(60):
        wait_for(hands_over(site.store, tier="likely", score=50, earliest_date=None))
    mine = wait_for(hands_over(site.store, tier="needs_review", score=1, earliest_date=None))
    does(li, mine, "claim")
    assert mine in sees(li, "/view/mine")
    assert mine not in sees(wang, "/view/mine")
    assert mine not in sees(li, "/view/unclaimed")
    assert "Page 1 of 2" in sees(li)
    assert mine in sees(li, "/page/2")
    assert li.get(f"{HOME}/page/3").status_code == 404
    assert mine in sees(li, "?tier=needs_review")
    assert mine not in sees(li, "?status=new")
    assert "Page 1 of 2" in sees(li, "?status=new")
    assert 'href="/coordinator/page/2?status=new"' in li.get(f"{HOME}?status=new").text
    assert li.get(f"{HOME}/view/nonsense").status_code == 404
    site.clock.pass_by(hours=8)
    assert len(set(re.findall(r"BR-\w+", sees(site.signed_in(wang.account), "/view/overdue")))) == 50
    assert site.signed_in(li.account).get(f"{HOME}?code={mine}").headers["location"] == f"{HOME}/leads/{mine}"


def test_searching_by_name_or_number_leaves_no_address_behind(site: ConsoleSite, li: Colleague) -> None:
    found = wait_for(hands_over(site.store, contact={"name": "王小明妈妈", "value": "+8613912345678"}))
    other = wait_for(hands_over(site.store))
    for typed in ("王小明妈妈", "139 1234 5678", "5678"):
        response = li.post(f"{HOME}/search", search=typed)
        assert response.status_code == 200
        assert found in response.text
        assert other not in response.text
        assert str(response.url).endswith(f"{HOME}/search")
    assert "Nothing found" in text_of(li.post(f"{HOME}/search", search="somebody").text)
    empty = li.post(f"{HOME}/search", search="  ")
    assert (empty.status_code, "Type a name" in empty.text) == (422, True)
    assert site.sign_in("auditor").post(f"{HOME}/search", search="5678").status_code == 403
    entries = wait_for(site.store.trail.entries(Wanted(action="queue.search")))
    assert len(entries) == 4
    assert not any(typed in str(entries) for typed in ("王", "5678", "somebody"))


def test_the_lead_page_holds_what_a_call_needs(site: ConsoleSite, li: Colleague) -> None:
    told = girl("en").tap("clots", "syndrome").tap("organs", "clots")
    code = wait_for(hands_over(site.store, told, contact={"name": "Anna B.", "city": "Ningbo", "best_time": "evening"}))
    html = li.get(f"{HOME}/leads/{code}").text
    page = text_of(html)
    for words in (
        "Anna B.",
        "+8613800138000",
        WORDING.say(Text(key="contact.time.evening"), "en"),
        "Ningbo",
        "11 years 7 months",
        "a parent",
    ):
        assert words in page
    for criterion in PROTOCOL.criteria:
        assert f'href="#row-{criterion.id}"' in html
        for line in criterion.text:
            assert line in unescape(html)
        assert criterion.reading in unescape(html)
    assert "look at first" in page  # the syndrome
    assert "“2015年3月" in unescape(html).replace('<q lang="zh-CN">', "“").replace('<q lang="en">', "“")  # as typed
    assert "read as March 2015" in page
    assert "window over: between 2026-12-02 and 2026-12-31" in page
    assert "In the last 12 months, was any of these positive" in page  # the family's language,
    assert "最近12个月，抗核抗体" in page  # and Chinese beside it
    assert "Discharge summary" in page
    assert "<svg" in html
    assert "rituximab" in page


def test_private_items_are_folded_until_opened_and_opening_them_is_noted(site: ConsoleSite, li: Colleague) -> None:
    told = girl("en").tap("hepatitis_b", "surface_antigen_positive").tap("mood", "history").tap("contraception", "yes")
    code = wait_for(hands_over(site.store, told))
    closed = li.get(f"{HOME}/leads/{code}").text
    choices = ("hepatitis_b.choice.surface_antigen_positive", "mood.choice.history", "contraception.choice.yes")
    hidden = [escape(WORDING.say(Text(key=f"card.{choice}"), "en"), quote=False) for choice in choices[:2]]
    assert not [word for word in hidden if word in closed]
    assert closed.count("private item") >= 4
    opened = li.post(f"{HOME}/leads/{code}/private/E10")
    assert opened.status_code == 200
    assert hidden[0] in opened.text
    assert hidden[1] not in opened.text
    assert "not met" in text_of(re.search(r'id="row-E10".*?</details>', opened.text, re.DOTALL)[0])  # type: ignore[index]
    assert "private" in text_of(re.search(r'id="row-E21".*?</summary>', opened.text, re.DOTALL)[0])  # type: ignore[index]
    entries = wait_for(site.store.trail.entries(Wanted(action="lead.private.read")))
    assert [(entry.subject, entry.field, entry.who) for entry in entries] == [(code, "E10", f"account:{li.account.id}")]
    again = li.get(f"{HOME}/leads/{code}").text
    assert not [word for word in hidden if word in again]
    assert li.post(f"{HOME}/leads/{code}/private/I4").status_code == 404
    assert site.sign_in("auditor").post(f"{HOME}/leads/{code}/private/E10").status_code == 403


def test_an_auditor_sees_no_name_no_number_and_no_word_of_the_family(site: ConsoleSite, li: Colleague) -> None:
    told = girl("en").typed("sledai", "canary one", {}, "canary one")
    code = wait_for(hands_over(site.store, told, contact={"name": "canary two", "city": "canary three"}))
    does(li, code, "claim")
    does(li, code, "call", outcome="reached", remark="canary four")
    does(li, code, "note", note="canary five")
    does(li, code, "close", reason="travel", detail="canary six")
    page = sees(site.sign_in("auditor"), f"/leads/{code}")
    assert "canary" not in page
    assert "13800138000" not in page
    assert "Spoke with the family" in page


def test_every_reading_of_a_lead_stands_in_the_trail_first(site: ConsoleSite, li: Colleague, code: str) -> None:
    sees(li, f"/leads/{code}")
    sees(site.sign_in("auditor", "Qian"), f"/leads/{code}")
    entries = wait_for(site.store.trail.entries(Wanted(subject=code)))
    assert [entry.action for entry in entries][:3] == ["lead.read", "lead.contact.read", "lead.read"]
    assert li.get(f"{HOME}/leads/BR-999999").status_code == 404


def test_claim_call_and_close(site: ConsoleSite, li: Colleague, wang: Colleague, code: str) -> None:
    assert "You have the lead now." in does(li, code, "claim")
    assert "Li Min has this lead. Nothing was changed." in does(wang, code, "claim")
    assert "Li Min works on this lead." in sees(wang, f"/leads/{code}")
    assert "The call is noted." in does(li, code, "call", outcome="no_answer", remark="")
    assert "overdue" not in sees(li, f"/leads/{code}")
    assert "The status is changed" in does(li, code, "move", to="records_requested")
    assert status(site, code) == "records_requested"
    assert "Closed. The family does not see the reason." in does(li, code, "close", reason="E13", detail="again")
    page = sees(wang, f"/leads/{code}")
    assert "Closed for E13" in page
    assert "Records requested → Closed (E13)" in page
    assert code in sees(wang, "/view/closed")
    assert "Open again, and yours." in does(wang, code, "reopen")
    assert "Undone." in does(wang, code, "undo")
    assert status(site, code) == "closed"


def test_a_private_reason_is_not_named_on_the_page(site: ConsoleSite, li: Colleague, code: str) -> None:
    does(li, code, "claim")
    does(li, code, "close", reason="E10")
    page = sees(li, f"/leads/{code}")
    assert "Closed for private item" in page
    assert "(E10)" not in page


def test_putting_aside_and_taking_up_again(site: ConsoleSite, li: Colleague, code: str) -> None:
    does(li, code, "claim")
    assert "Choose a day after today" in refused(li, code, "snooze", until="2026-11-23")
    assert "Give a day" in refused(li, code, "snooze", until="tomorrow")
    assert "Put aside." in does(li, code, "snooze", until="2026-12-01")
    assert code in sees(li, "/view/resting")
    assert code not in sees(li)
    assert "Taken up again" in does(li, code, "wake")
    assert "Put aside." in does(li, code, "snooze", window="yes")
    assert "Put aside until 2026-12-31" in sees(li, f"/leads/{code}")


def test_an_own_verdict_counts_and_can_be_taken_back(site: ConsoleSite, li: Colleague, code: str) -> None:
    before = wait_for(site.store.lead(code))
    does(li, code, "override", criterion="E13", verdict="pass", because="seen <b>letter</b>")
    html = li.get(f"{HOME}/leads/{code}").text
    assert "seen &lt;b&gt;letter&lt;/b&gt;" in html
    assert '<span class="tag">own verdict</span>' in html
    assert "Needs review" in text_of(html)  # nothing speaks against any more
    after = wait_for(site.store.lead(code))
    assert before is not None
    assert after is not None
    assert (after.packet, after.tier) == (before.packet, before.tier)
    assert "It is so already" in refused(li, code, "override", criterion="E13", verdict="pass", because="again")
    does(li, code, "override", criterion="E13", verdict="none", because="it was another child's")
    assert '<span class="tag">' not in li.get(f"{HOME}/leads/{code}").text


def test_two_carers_of_one_child(site: ConsoleSite, li: Colleague, code: str) -> None:
    other = wait_for(hands_over(site.store, contact={"name": "the father", "value": "+8613900000000"}))
    assert "There is no lead with this number" in refused(li, other, "merge", into="BR-000000")
    assert "Merged." in does(li, other, "merge", into=code.removeprefix("BR-").lower())
    page = sees(li, f"/leads/{code}")
    assert "the father" in page
    assert "+8613900000000" in page
    assert other not in sees(li)
    assert "Another carer of the same child" in sees(li, f"/leads/{other}")
    assert "Separate again" in does(li, other, "unmerge")
    assert other in sees(li)


LONG = "x" * 2001


@pytest.mark.parametrize(
    ("what", "typed", "says"),
    [
        ("call", {"outcome": "", "remark": "kept <i>words</i>"}, "Choose how the call ended"),
        ("call", {"outcome": "nonsense", "remark": "kept <i>words</i>"}, "Choose how the call ended"),
        ("call", {"outcome": "busy", "remark": LONG}, "At most 2000"),
        ("move", {"to": "nonsense"}, "Choose a status"),
        ("move", {"to": "screening"}, "not possible from the present status"),
        ("move", {"to": "withdrawn"}, "not possible from the present status"),
        ("close", {"reason": "E99", "detail": "kept <i>words</i>"}, "Choose why"),
        ("close", {"reason": "", "detail": "kept <i>words</i>"}, "Choose why"),
        ("close", {"reason": "I4", "detail": LONG}, "At most 2000"),
        ("snooze", {"until": "2028-01-01"}, "within a year"),
        ("note", {"note": "   "}, "The note is empty"),
        ("note", {"note": LONG}, "At most 2000"),
        ("override", {"criterion": "E99", "verdict": "pass", "because": "kept <i>words</i>"}, "Choose a criterion"),
        ("override", {"criterion": "E13", "verdict": "yes", "because": "kept <i>words</i>"}, "Choose a verdict"),
        ("override", {"criterion": "E13", "verdict": "pass", "because": ""}, "Write why"),
        ("merge", {"into": ""}, "no lead with this number"),
    ],
)
def test_a_bad_form_says_so_at_the_field_and_keeps_what_was_typed(
    site: ConsoleSite, li: Colleague, code: str, what: str, typed: dict[str, str], says: str
) -> None:
    does(li, code, "claim")
    before = wait_for(site.store.desk.open(code, "test"))
    html = refused(li, code, what, **typed)
    assert says in unescape(html)
    field = re.search(r'<(?:input|select|textarea)[^>]*aria-invalid="true"[^>]*>', html)
    assert field is not None
    described = re.search(r'aria-describedby="([^"]+)"', field[0])
    assert described is not None
    problem = described[1].split()[-1]
    assert f'id="{problem}"' in html
    assert '<details class="act" open>' in html or what == "note"
    if "kept" in str(typed):
        assert "kept &lt;i&gt;words&lt;/i&gt;" in html
    after = wait_for(site.store.desk.open(code, "test"))
    assert before == after


@pytest.mark.parametrize("what", ["call", "move", "snooze", "close", "wake", "undo", "release"])
def test_nothing_is_done_with_a_colleagues_lead(
    site: ConsoleSite, li: Colleague, wang: Colleague, code: str, what: str
) -> None:
    does(li, code, "claim")
    typed = {"outcome": "busy", "to": "pi_review", "until": "2026-12-01", "reason": "labs"}
    response = post(wang, code, what, typed, follow=True)
    said = "nothing of yours to undo" if what == "undo" else "Li Min has this lead"
    assert said in unescape(response.text)
    assert response.status_code == 409
    assert status(site, code) == "claimed"


def test_what_was_typed_about_a_lead_that_a_colleague_took_is_shown_again(
    site: ConsoleSite, li: Colleague, wang: Colleague, code: str
) -> None:
    does(li, code, "claim")
    does(li, code, "release")
    does(wang, code, "claim")
    html = refused(li, code, "call", outcome="reached", remark="a long <b>talk</b>")
    assert "Wang has this lead" in html
    assert "a long &lt;b&gt;talk&lt;/b&gt;" in html


def test_the_principal_investigator_takes_a_lead_from_an_absent_colleague(
    site: ConsoleSite, li: Colleague, code: str
) -> None:
    does(li, code, "claim")
    pi = site.sign_in("pi", "Mao")
    assert "Release it from Li Min" in sees(pi, f"/leads/{code}")
    assert "The lead is free again." in does(pi, code, "release")
    assert status(site, code) == "new"


@pytest.mark.parametrize("status_", [status for status in LeadStatus if status is not LeadStatus.WITHDRAWN])
@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_lead_page_in_every_status_and_both_languages(
    site: ConsoleSite, status_: LeadStatus, language: str
) -> None:
    code = wait_for(hands_over(site.store))
    wait_for(site.store.set_lead_status(code, status_.value, "Zhou", "E13"))
    html = site.sign_in("coordinator", language=language).get(f"{HOME}/leads/{code}").text
    assert "console." not in text_of(html)


def test_a_page_weighs_less_than_100_kb_and_holds_nothing_inline(site: ConsoleSite, li: Colleague) -> None:
    told = girl("en")
    for number in range(9):
        told.takes(f"medicine {number}", None, "inadequate", current=False, last_dose="2026-08")
    code = wait_for(hands_over(site.store, told))
    does(li, code, "claim")
    for path in ("", f"/leads/{code}"):
        html = li.get(HOME + path).text
        assert len(html.encode()) < 100_000
        assert not re.search(r"<[^>]+\sstyle=|<[^>]+\son[a-z]+=|<style|<script(?![^>]+src=)", html)


def test_an_erased_familys_lead_shows_what_is_left(site: ConsoleSite, li: Colleague, code: str) -> None:
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    assert lead.person is not None
    wait_for(site.store.erase(lead.person))
    assert "The family has erased its data" in sees(li, f"/leads/{code}")
    assert "Erased by the family" in sees(li, "/view/closed")
    assert li.post(f"{HOME}/leads/{code}/claim").status_code == 404


def test_answers_of_another_version_are_shown_as_they_were_judged(site: ConsoleSite, li: Colleague) -> None:
    packet = girl("en").packet()
    packet["answers"] = {"a key that nobody knows any more": 1}
    packet["said"]["a card that is gone"] = {"said": "x", "choices": [], "sets": {}, "shown": "x"}
    packet["said"]["sex"] = {"a field": "that is gone"}
    code = wait_for(hands_over(site.store, packet=packet))
    page = sees(li, f"/leads/{code}")
    assert "cannot be judged again" in page
    assert "E13 × not met" in page
    bare = wait_for(hands_over(site.store, packet={}))
    assert bare in sees(li, f"/leads/{bare}")


def test_every_mark_has_its_own_glyph() -> None:
    assert len(set(GLYPHS.values())) == len(GLYPHS)


def test_no_handler_of_the_work_is_for_everybody() -> None:
    work = [page for room in ROOMS for page in room if page.path.startswith(("/leads", "/view", "/search"))]
    assert len(work) > 15
    assert {page.admission.who for page in work} == {"signed_in"}


def test_the_day_of_a_permission_is_the_sites_day_not_that_of_greenwich() -> None:
    agreed = {"state": "given", "at": "2026-11-22T22:57:00Z", "language": "zh_Hans", "text_hash": "0"}
    packet = Packet({"permissions": {"health": agreed}}, load_questions(), PROTOCOL.medicines)
    assert packet.permissions == [("health", "given", date(2026, 11, 23))]
