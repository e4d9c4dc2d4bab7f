"""Letting people in and shutting them out, from the administrator's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from bot.store.account_records import NewAccount, NewSession
from bot.store.audit import Wanted
from tests.coordinator.site import PASSWORD, Colleague, ConsoleSite, Reading, Stranger, wait_for


def link_on(page: str) -> str:
    found = re.search(r"<code>(http[^<]+)</code>", page)
    assert found is not None
    return found[1]


def invite(wu: Colleague, name: str, role: str, language: str = "en") -> str:
    """The path of the link, as the administrator reads it on the page."""
    answer = wu.post("/coordinator/accounts/invite", follow=True, name=name, role=role, language=language)
    return link_on(answer.text).removeprefix(wu.site.base)


def enrol(site: ConsoleSite, path: str, password: str = PASSWORD) -> tuple[Stranger, str]:
    """Go through the whole set-up as a browser does; the browser, signed in, and the secret of its codes."""
    browser = site.stranger()
    assert browser.get(path).status_code == 200
    assert browser.post("/coordinator/invitation", link=path.rsplit("/", 1)[1]).status_code == 303
    typed = {"password": password, "password_again": password}
    assert browser.post("/coordinator/enrolment/password", typed).status_code == 303
    page = browser.get("/coordinator/enrolment").text
    found = re.search(r'class="secret"><code>([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert "<svg" in page
    answer = browser.post("/coordinator/enrolment/code", code=pyotp.TOTP(secret).at(site.clock.now))
    assert answer.headers["location"] == "/coordinator/recovery-codes"
    return browser, secret


def test_from_the_invitation_to_the_first_page(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator", "Wu")
    path = invite(wu, "Wang Fang", "auditor")
    assert path.rsplit("/", 1)[1] not in wu.post("/coordinator/accounts/link", follow=True).text  # shown once
    browser, secret = enrol(site, path)
    codes = re.findall(
        r"<code>((?:[a-z0-9]{4}-){6}[a-z0-9]{2})</code>", browser.get("/coordinator/recovery-codes").text
    )
    assert len(set(codes)) == 10
    assert browser.post("/coordinator/recovery-codes").headers["location"] == "/coordinator/start"
    assert browser.get("/coordinator/recovery-codes").headers["location"] == "/coordinator/account"
    assert browser.get("/coordinator/trail").status_code == 200
    assert secret not in browser.get("/coordinator/account").text
    site.clock.pass_by(minutes=1)
    again = site.stranger()
    answer = again.post(
        "/coordinator/sign-in", name="wang fang", password=PASSWORD, code=pyotp.TOTP(secret).at(site.clock.now)
    )
    assert answer.status_code == 303
    told = {one.action for one in wait_for(site.store.trail.entries(Wanted()))}
    assert {"account.invite", "account.enrolled", "sign_in"} <= told
    assert wait_for(site.store.trail.check()).is_whole


def test_an_invitation_works_once_however_often_it_is_looked_at(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    path = invite(wu, "Wang Fang", "auditor")
    for _ in range(5):  # a messenger looks at every link
        assert site.stranger().get(path).status_code == 200
    enrol(site, path)
    late = site.stranger()
    assert late.get(path).status_code == 410
    assert late.post("/coordinator/invitation", link=path.rsplit("/", 1)[1]).status_code == 410


def test_an_invitation_too_old_replaced_or_invented_opens_nothing(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    path = invite(wu, "Wang Fang", "auditor")
    account = wait_for(site.store.staff.named("Wang Fang"))
    assert account is not None
    answer = wu.post(f"/coordinator/accounts/{account.id}/reset", follow=True)
    newer = link_on(answer.text).removeprefix(site.base)
    assert site.stranger().get(path).status_code == 410
    assert site.stranger().get(newer).status_code == 200
    site.clock.pass_by(hours=site.settings.console_invitation_hours)
    assert site.stranger().get(newer).status_code == 410
    for invented in ("x", "A" * 43, "%00", "..%2f..", "\u674e"):
        assert site.stranger().get(f"/coordinator/invitation/{invented}").status_code in (404, 410)


def test_who_is_shut_out_before_the_set_up_is_over_stays_out(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    path = invite(wu, "Wang Fang", "auditor")
    browser = site.stranger()
    browser.get(path)
    browser.post("/coordinator/invitation", link=path.rsplit("/", 1)[1])
    assert browser.get("/coordinator/enrolment").status_code == 200
    account = wait_for(site.store.staff.named("Wang Fang"))
    assert account is not None
    wu.post(f"/coordinator/accounts/{account.id}/disable")
    assert browser.get("/coordinator/enrolment").status_code == 403
    assert (
        browser.post("/coordinator/enrolment/password", password=PASSWORD, password_again=PASSWORD).status_code == 403
    )


def test_the_set_up_opens_no_other_page_and_nobody_else_s_session_opens_it(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    path = invite(wu, "Wang Fang", "administrator")
    browser = site.stranger()
    browser.get(path)
    browser.post("/coordinator/invitation", link=path.rsplit("/", 1)[1])
    for closed in ("/coordinator/accounts", "/coordinator/account", "/coordinator/trail", "/coordinator/start"):
        assert browser.get(closed).status_code == 303
    assert wu.get("/coordinator/enrolment").status_code == 403
    browser.post("/coordinator/enrolment/code", code="123456")  # the second step before the first
    assert browser.get("/coordinator/account").status_code == 303
    page = browser.get("/coordinator/enrolment").text
    assert "/coordinator/accounts" not in page


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [("brief", "brief", "Too short"), ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "Too easy"), ("wangfang2026", "wangfang2026", "your name"),
     (PASSWORD, PASSWORD + "x", "not the same"), ("", "", "Too short"), ("x" * 200, "x" * 200, "Too long")],
)  # fmt: skip
def test_a_password_that_is_not_taken_is_refused_at_its_field(
    site: ConsoleSite, password: str, again: str, said: str
) -> None:
    wu = site.sign_in("administrator")
    path = invite(wu, "Wang Fang", "auditor")
    browser = site.stranger()
    browser.get(path)
    browser.post("/coordinator/invitation", link=path.rsplit("/", 1)[1])
    answer = browser.post("/coordinator/enrolment/password", password=password, password_again=again)
    assert answer.status_code == 422
    assert said in Reading(answer.text).words
    assert not password or password not in answer.text


def test_a_wrong_code_keeps_the_secret_on_the_page(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    path = invite(wu, "Wang Fang", "auditor")
    browser = site.stranger()
    browser.get(path)
    browser.post("/coordinator/invitation", link=path.rsplit("/", 1)[1])
    browser.post("/coordinator/enrolment/password", password=PASSWORD, password_again=PASSWORD)
    before = re.findall(r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}", browser.get("/coordinator/enrolment").text)
    answer = browser.post("/coordinator/enrolment/code", code="12 34 56")
    assert answer.status_code == 422
    assert re.findall(r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}", answer.text) == before
    assert wait_for(site.store.staff.named("Wang Fang")).state == "invited"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [("", "auditor", "at most 40"), ("x" * 41, "auditor", "at most 40"), ("a\u202eb", "auditor", "at most 40"),
     ("a\x00b", "auditor", "at most 40"), ("Wang", "", "Choose a role"), ("Wang", "director", "Choose a role"), ("wu", "auditor", "Somebody else")],
)  # fmt: skip
def test_an_invitation_is_refused_at_its_field_and_keeps_what_was_typed(
    site: ConsoleSite, name: str, role: str, said: str
) -> None:
    wu = site.sign_in("administrator", "Wu")
    answer = wu.post("/coordinator/accounts/invite", name=name, role=role, language="zh_Hans")
    assert answer.status_code == 422
    page = Reading(answer.text)
    assert said in page.words
    [field] = [one for one in page.all("input") if one.get("id") == "f-name"]
    assert field["value"] == name
    assert len(wait_for(site.store.staff.accounts())) == 1


def test_the_last_administrator_cannot_shut_the_door_behind_everybody(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator", "Wu")
    mine = f"/coordinator/accounts/{wu.account.id}"
    nothing: dict[str, str] = {}
    for what, fields in (("disable", nothing), ("reset", nothing), ("role", {"role": "auditor"})):
        answer = wu.post(f"{mine}/{what}", fields)
        assert answer.status_code == 422
        assert "last active administrator" in answer.text
    site.account("administrator", "Second")
    assert wu.post(f"{mine}/role", role="auditor").status_code == 303
    assert wu.get("/coordinator/accounts").status_code == 403


def test_what_an_administrator_does_is_done_at_once_and_in_the_trail(site: ConsoleSite) -> None:
    wu, lin = site.sign_in("administrator", "Wu"), site.sign_in("auditor", "Lin")
    its = f"/coordinator/accounts/{lin.account.id}"
    assert "Lin is signed out everywhere" in wu.post(f"{its}/sign-out", follow=True).text
    assert lin.get("/coordinator/trail").status_code == 303
    site.clock.pass_by(seconds=30)
    assert lin.sign_in(lin.account).status_code == 303
    assert "role of Lin is changed" in wu.post(f"{its}/role", follow=True, role="coordinator").text
    assert lin.get("/coordinator/trail").status_code == 403
    assert "Lin is disabled" in wu.post(f"{its}/disable", follow=True).text
    assert lin.get("/coordinator/account").status_code == 303
    assert "Lin is enabled" in wu.post(f"{its}/enable", follow=True).text
    site.clock.pass_by(seconds=30)
    assert lin.sign_in(lin.account).status_code == 303  # with the password and codes of before
    told = [
        (one.name, one.action, one.was, one.became)
        for one in reversed(wait_for(site.store.trail.entries(Wanted(subject=lin.account.id))))
        if one.who == f"account:{wu.account.id}"
    ]
    assert told == [
        ("Wu", "account.sessions_ended", None, "1"),
        ("Wu", "account.role", "auditor", "coordinator"),
        ("Wu", "account.disable", "active", "disabled"),
        ("Wu", "account.sessions_ended", None, "1"),
        ("Wu", "account.enable", "disabled", "active"),
    ]
    for what in ("sign-out", "role", "disable", "enable", "reset"):
        assert wu.post(f"/coordinator/accounts/S-XXXXXX/{what}", role="auditor").status_code == 404


def test_after_a_reset_nothing_of_before_opens(site: ConsoleSite) -> None:
    wu, lin = site.sign_in("administrator", "Wu"), site.account("auditor", "Lin")
    known = site.stranger()
    assert known.sign_in(lin).status_code == 303
    path = link_on(wu.post(f"/coordinator/accounts/{lin.id}/reset", follow=True).text).removeprefix(site.base)
    assert known.get("/coordinator/trail").status_code == 303
    site.clock.pass_by(seconds=30)
    assert known.sign_in(lin).status_code == 422
    assert known.sign_in(lin, code=lin.recovery_codes[0]).status_code == 422
    assert wu.post(f"/coordinator/accounts/{lin.id}/enable").status_code == 303
    assert wait_for(site.store.staff.account(lin.id)).state == "invited"  # type: ignore[union-attr]
    browser, _ = enrol(site, path, "another lake, another wind")
    assert browser.get("/coordinator/trail").status_code == 200


def test_who_forgets_to_keep_the_codes_sees_them_until_they_say_so(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    browser, _ = enrol(site, invite(wu, "Second", "administrator"))
    first = browser.get("/coordinator/recovery-codes").text
    invited = browser.post("/coordinator/accounts/invite", name="Third", role="auditor", language="en")
    assert invited.status_code == 303
    assert browser.get("/coordinator/recovery-codes").text.count("<li><code>") == first.count("<li><code>") == 10


async def test_of_two_who_accept_one_invitation_only_one_gets_it(site: ConsoleSite) -> None:
    import asyncio

    from bot.channels.browser_session import new_session

    until = site.clock.now + timedelta(hours=1)
    made = await site.store.staff.invite(NewAccount("Wang", "auditor", "en"), until, "command:root")
    got = await asyncio.gather(
        *(site.store.staff.begin_enrolment(made.token, NewSession(new_session(), "", until)) for _ in range(20))
    )
    assert sum(got) == 1


def test_one_s_own_account(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor", "Lin")
    site.clock.pass_by(minutes=1)
    other = site.signed_in(lin.account)
    page = Reading(lin.get("/coordinator/account").text)
    assert page.words.count("This browser") == 1
    [mark] = [one["value"] for one in page.all("button") if one.get("name") == "session"]
    assert lin.post("/coordinator/account/sessions/end", session=mark).status_code == 303
    assert other.get("/coordinator/account").status_code == 303
    assert lin.get("/coordinator/account").status_code == 200
    third = site.signed_in(lin.account)
    assert lin.post("/coordinator/account/sessions/end-others").status_code == 303
    assert third.get("/coordinator/account").status_code == 303


def test_nobody_ends_somebody_else_s_session(site: ConsoleSite) -> None:
    lin, wu = site.sign_in("auditor", "Lin"), site.sign_in("administrator", "Wu")
    [session] = wait_for(site.store.staff.sessions(wu.account.id, site.console.idle))
    for mark in (session.mark, "zz", "", "00" * 16):
        lin.post("/coordinator/account/sessions/end", session=mark)
    assert wu.get("/coordinator/account").status_code == 200


def test_the_password_is_changed_only_by_who_knows_it(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin")
    browser, other = site.stranger(), site.signed_in(lin)
    browser.sign_in(lin)
    new = "another lake, another wind"
    given = {"password": new, "password_again": new}
    site.clock.pass_by(seconds=30)
    refused = browser.post("/coordinator/account/password", given, password_now="wrong", code=lin.code(site.clock.now))
    assert refused.status_code == 422
    assert "is not right" in Reading(refused.text).words
    refused = browser.post("/coordinator/account/password", given, password_now=PASSWORD, code="")
    assert refused.status_code == 422
    weak = browser.post(
        "/coordinator/account/password", given, password_now=PASSWORD, code="1", password="x", password_again="x"
    )
    assert weak.status_code == 422
    code = lin.code(site.clock.now)
    done = browser.post("/coordinator/account/password", given, password_now=PASSWORD, code=code)
    assert done.status_code == 303
    assert browser.get("/coordinator/account").status_code == 200
    assert other.get("/coordinator/account").status_code == 303
    site.clock.pass_by(seconds=30)
    assert site.stranger().sign_in(lin).status_code == 422
    assert site.stranger().sign_in(lin, password=new).status_code == 303


def test_an_open_browser_is_not_enough_to_guess_the_password(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor", "Lin")
    given = {"password": "another lake, another wind", "password_again": "another lake, another wind"}
    statuses = [
        lin.post("/coordinator/account/password", given, password_now=f"guess {n}", code="1").status_code
        for n in range(8)
    ]
    assert statuses == [422] * 5 + [429] * 3


def test_new_recovery_codes_take_the_place_of_the_old_ones(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin")
    browser = site.stranger()
    browser.sign_in(lin)
    site.clock.pass_by(seconds=30)
    answer = browser.post(
        "/coordinator/account/recovery-codes", password_for_codes=PASSWORD, code=lin.code(site.clock.now)
    )
    assert answer.headers["location"] == "/coordinator/recovery-codes"
    codes = re.findall(r"<code>([a-z0-9-]{32})</code>", browser.get("/coordinator/recovery-codes").text)
    assert len(codes) == 10
    assert site.stranger().sign_in(lin, code=lin.recovery_codes[0]).status_code == 422
    assert site.stranger().sign_in(lin, code=codes[3]).status_code == 303


def test_sign_ins_are_listed_and_new_browsers_marked(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin")
    browser = site.stranger()
    browser.sign_in(lin)
    browser.post("/coordinator/sign-out")
    site.clock.pass_by(minutes=1)
    browser.sign_in(lin)
    site.clock.pass_by(minutes=1)
    phone = site.stranger()
    phone.client.headers["user-agent"] = "Mozilla/5.0 (iPhone) MicroMessenger/8 <script>"
    phone.sign_in(lin)
    listed = wait_for(site.store.staff.sign_ins(lin.id))
    assert [(one.browser, one.is_new) for one in listed[:3]] == [
        ("WeChat, iPhone", True),
        ("Chrome, Windows", False),
        ("Chrome, Windows", True),
    ]
    page = phone.get("/coordinator/account").text
    assert "WeChat, iPhone" in page
    assert "New browser" in page


def test_the_language_is_the_account_s_and_is_changed_on_every_page(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor", "Lin", language="zh_Hans")
    assert '<html lang="zh-Hans">' in lin.get("/coordinator/trail?action=sign_in").text
    answer = lin.post("/coordinator/language", language="en", back="/coordinator/trail?action=sign_in")
    assert answer.headers["location"] == "/coordinator/trail?action=sign_in"
    assert '<html lang="en">' in lin.get("/coordinator/trail").text
    lin.post("/coordinator/language", language="fr", back="https://evil.example")
    assert '<html lang="en">' in lin.get("/coordinator/trail").text
    assert wait_for(site.store.staff.account(lin.account.id)).language == "en"  # type: ignore[union-attr]


def test_whoever_has_not_chosen_reads_chinese(site: ConsoleSite) -> None:
    stranger = site.stranger()
    stranger.client.cookies.clear()
    assert '<html lang="zh-Hans">' in stranger.get("/coordinator/sign-in", accept_language="de").text
    stranger.post("/coordinator/language", language="en", back="/coordinator/sign-in")
    assert '<html lang="en">' in stranger.get("/coordinator/sign-in").text


def test_a_demo_lets_in_by_one_press_and_only_a_demo(open_console: Callable[..., ConsoleSite]) -> None:
    demo, live = open_console(demo=True), open_console()
    for site in (demo, live):
        new = NewAccount("Lin (demo)", "coordinator", "en")
        until = site.clock.now + timedelta(days=1)
        first = wait_for(site.store.staff.demo_link(new, until))
        token = wait_for(site.store.staff.demo_link(new, until))
        assert len(wait_for(site.store.staff.accounts())) == 1
        browser = site.stranger()
        assert browser.get(f"/coordinator/invitation/{first}").status_code == 410  # a newer one took its place
        page = browser.get(f"/coordinator/invitation/{token}")
        assert browser.post("/coordinator/invitation", link=token).status_code == 410  # it sets up no account
        entered = browser.post("/coordinator/demo", link=token)
        assert wait_for(site.store.trail.check()).is_whole
        if site is live:
            assert (page.status_code, entered.status_code) == (410, 410)
            continue
        assert "lets you in as Lin (demo)" in page.text
        assert (page.status_code, entered.status_code) == (200, 303)
        assert browser.get("/coordinator/account").status_code == 200
        assert site.stranger().post("/coordinator/demo", link=token).status_code == 410
        nobody = site.stranger().post("/coordinator/sign-in", name="Lin (demo)", password="", code="")
        assert nobody.status_code == 422


def test_an_invitation_is_in_the_language_it_was_made_for(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    english, chinese = invite(wu, "Smith", "auditor"), invite(wu, "Wang", "auditor", "zh_Hans")
    guest = site.stranger()
    guest.client.cookies.clear()
    assert '<html lang="en">' in guest.get(english).text
    assert '<html lang="zh-Hans">' in guest.get(chinese).text
    guest.plant("staff-language", "en")
    assert '<html lang="en">' in guest.get(chinese).text  # whoever has chosen reads what they chose
