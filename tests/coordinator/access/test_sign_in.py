"""Signing in: three proofs, few guesses, no code twice, a session nobody else can have."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.browser_session import form_token, new_session
from bot.coordinator.one_time_codes import _LETTERS, as_written, matching_step, new_recovery_codes, proof_of
from bot.coordinator.passwords import Passwords
from bot.coordinator.visit import START, ours
from bot.store.account_records import Attempt, Locked
from bot.store.audit import Wanted
from bot.store.sign_in import FREE_TRIES
from bot.store.store import Store
from tests.coordinator.site import PASSWORD, ConsoleSite, Reading, wait_for

WRONG = "Name, password or code is not right"
LOCKED = "Too many wrong attempts"


def actions(site: ConsoleSite) -> list[str]:
    return [entry.action for entry in wait_for(site.store.trail.entries(Wanted(limit=500)))]


def test_the_right_name_password_and_code_let_in(site: ConsoleSite) -> None:
    lin = site.account("administrator", "Lin Mei")
    stranger = site.stranger()
    answer = stranger.sign_in(lin)
    assert (answer.status_code, answer.headers["location"]) == (303, START)
    assert stranger.get("/coordinator/accounts").status_code == 200
    assert actions(site)[0] == "sign_in"


@pytest.mark.parametrize("typed", ["lin mei", " LIN MEI ", "\uff2c\uff49\uff4e \uff2d\uff45\uff49"])
def test_a_name_is_known_however_it_is_typed(site: ConsoleSite, typed: str) -> None:
    lin = site.account("auditor", "Lin Mei")
    answer = site.stranger().post("/coordinator/sign-in", name=typed, password=PASSWORD, code=lin.code(site.clock.now))
    assert answer.status_code == 303


WIDE = str.maketrans({**{chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)}, " ": "\u3000"})


def test_a_password_is_compared_exactly_as_typed_and_a_code_may_come_in_full_width_digits(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    code = lin.code(site.clock.now).translate(WIDE)
    others = (PASSWORD.translate(WIDE), PASSWORD.upper(), PASSWORD + " ", f" {PASSWORD}")
    for number, password in enumerate(others, start=1):
        assert number < FREE_TRIES
        assert WRONG in site.stranger().sign_in(lin, password=password, code=code).text
    site.clock.pass_by(minutes=5)
    assert site.stranger().sign_in(lin, code=lin.code(site.clock.now).translate(WIDE)).status_code == 303


def test_a_refusal_tells_nothing_about_which_was_wrong(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    code = lin.code(site.clock.now)
    tries = {
        "name": ("Lin Mai", PASSWORD, code),
        "password": ("Lin Mei", "a lake with some wind", code),
        "code": ("Lin Mei", PASSWORD, "000000" if code != "000000" else "000001"),
        "recovery code": ("Lin Mei", PASSWORD, "yyyy-yyyy-yyyy"),
        "no code at all": ("Lin Mei", PASSWORD, "not a code"),
    }
    pages = []
    for name, password, typed in tries.values():
        stranger = site.stranger()
        answer = stranger.post("/coordinator/sign-in", name=name, password=password, code=typed)
        assert answer.status_code == 422
        assert WRONG in answer.text
        assert password not in answer.text
        assert typed not in answer.text
        pages.append(answer.text.replace(stranger.token, "").replace(name, ""))
        site.clock.pass_by(hours=2)
    assert len(set(pages)) == 1


def test_empty_fields_are_named_and_the_name_is_kept(site: ConsoleSite) -> None:
    answer = site.stranger().post("/coordinator/sign-in", name="Lin Mei", password="", code=" ")
    assert answer.status_code == 422
    page = Reading(answer.text)
    fields = {one["name"]: one for one in page.all("input") if "name" in one}
    assert fields["name"]["value"] == "Lin Mei"
    assert "aria-invalid" not in fields["name"]
    for name in ("password", "code"):
        assert fields[name]["aria-invalid"] == "true"
        assert f"f-{name}-problem" in fields[name]["aria-describedby"]
        assert "value" not in fields[name]


def test_five_wrong_attempts_lock_and_each_further_one_locks_for_longer(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    stranger = site.stranger()
    for _ in range(FREE_TRIES):
        assert WRONG in stranger.sign_in(lin, password="wrong").text
    waits = []
    for _ in range(9):
        answer = stranger.sign_in(lin)
        assert answer.status_code == 429
        assert LOCKED in answer.text
        waited = 0
        while LOCKED in stranger.sign_in(lin, password="wrong").text:
            site.clock.pass_by(seconds=30)
            waited += 30
        waits.append(waited // 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    site.clock.pass_by(hours=1)
    assert stranger.sign_in(lin).status_code == 303
    assert "account.locked" in actions(site)
    fresh = site.stranger()
    for _ in range(FREE_TRIES - 1):  # a success has wiped the count
        assert WRONG in fresh.sign_in(lin, password="wrong").text
    site.clock.pass_by(seconds=30)
    assert fresh.sign_in(lin).status_code == 303


def test_a_lock_set_by_a_clock_that_was_put_back_since_holds_nobody_out(site: ConsoleSite) -> None:
    """Under a wrong clock every code is wrong, so a lock is what is to be expected."""
    lin = site.account("auditor", "Lin Mei")
    stranger = site.stranger()
    site.clock.pass_by(days=3650)
    for _ in range(FREE_TRIES):
        assert WRONG in stranger.sign_in(lin, password="wrong").text
    assert stranger.sign_in(lin).status_code == 429
    site.clock.pass_by(days=-3650)
    assert stranger.sign_in(lin).status_code == 303


def test_names_that_nobody_has_lock_in_the_same_way(site: ConsoleSite) -> None:
    stranger = site.stranger()
    for _ in range(FREE_TRIES):
        answer = stranger.post("/coordinator/sign-in", name="Nobody", password="x", code="1")
        assert answer.status_code == 422
    assert stranger.post("/coordinator/sign-in", name="Nobody", password="x", code="1").status_code == 429
    before = len(actions(site))
    assert "sign_in.refused" not in actions(site)  # inventing names does not fill the trail
    assert before == len(actions(site))


async def test_many_guesses_at_once_are_not_more_guesses(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    looked_at = await asyncio.gather(*(site.store.staff.attempt("Lin Mei", None) for _ in range(200)))
    assert sum(isinstance(one, Attempt) for one in looked_at) == FREE_TRIES
    assert sum(isinstance(one, Locked) for one in looked_at) == 200 - FREE_TRIES
    assert {one.account for one in looked_at if isinstance(one, Attempt)} == {lin.id}


def test_who_guesses_elsewhere_does_not_lock_a_known_browser(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    hers = site.stranger()
    assert hers.sign_in(lin).status_code == 303
    hers.post("/coordinator/sign-out")
    thief = site.stranger()
    for _ in range(FREE_TRIES + 3):
        thief.sign_in(lin, password="wrong")
    assert LOCKED in thief.sign_in(lin).text
    site.clock.pass_by(seconds=30)
    assert hers.sign_in(lin).status_code == 303


def test_no_code_is_taken_twice(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    code = lin.code(site.clock.now)
    assert site.stranger().sign_in(lin, code=code).status_code == 303
    assert WRONG in site.stranger().sign_in(lin, code=code).text
    site.clock.pass_by(seconds=30)
    earlier = lin.code(site.clock.now - timedelta(seconds=60))  # older than the one used, though still in its time
    assert WRONG in site.stranger().sign_in(lin, code=earlier).text
    assert site.stranger().sign_in(lin).status_code == 303


async def test_of_two_at_once_with_one_code_only_one_gets_in(site: ConsoleSite) -> None:
    from bot.store.account_records import NewSession, Proof, Proved

    lin = site.account("auditor", "Lin Mei")
    step = int(site.clock.now.timestamp()) // 30
    until = site.clock.now + timedelta(hours=1)
    ways = await asyncio.gather(
        *(
            site.store.staff.succeed(
                Proved("Lin Mei", lin.id, Proof(step=step), new_session()), NewSession(new_session(), "", until)
            )
            for _ in range(50)
        )
    )
    assert sum(ways) == 1
    assert len(await site.store.staff.sessions(lin.id, site.console.idle)) == 1


@pytest.mark.parametrize(("seconds", "gets_in"), [(-31, False), (-14, True), (0, True), (14, True), (31, False)])
def test_a_telephone_may_be_some_seconds_off(site: ConsoleSite, seconds: int, gets_in: bool) -> None:
    lin = site.account("auditor", "Lin Mei")
    site.clock.pass_by(seconds=15)
    answer = site.stranger().sign_in(lin, code=lin.code(site.clock.now + timedelta(seconds=seconds)))
    assert (answer.status_code == 303) is gets_in


def test_a_recovery_code_works_once_and_only_for_its_owner(site: ConsoleSite) -> None:
    lin, wu = site.account("auditor", "Lin Mei"), site.account("auditor", "Wu")
    code = lin.recovery_codes[0]
    written = as_written(code).upper()
    assert WRONG in site.stranger().sign_in(wu, code=written).text
    assert site.stranger().sign_in(lin, code=written).status_code == 303
    assert WRONG in site.stranger().sign_in(lin, code=written).text
    [last] = wait_for(site.store.staff.sign_ins(lin.id, 1))
    assert last.by_recovery_code
    assert wait_for(site.store.staff.recovery_codes_left(lin.id)) == 1


def test_a_session_planted_beforehand_is_never_taken_over(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    planted = new_session()
    victim = site.stranger()
    victim.plant("staff", planted)
    answer = victim.post("/coordinator/sign-in", token=form_token(planted), name="x", password="y", code="z")
    assert answer.status_code == 403  # a made-up session has no forms
    victim.client.cookies.clear()
    victim.plant("staff-form", planted)
    assert victim.sign_in(lin).status_code == 303
    assert victim.cookie("staff") not in ("", planted)
    thief = site.stranger()
    thief.plant("staff", planted)
    assert thief.get("/coordinator/account").status_code == 303


def test_signing_in_again_ends_the_session_before(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor")
    before = lin.cookie("staff")
    assert lin.sign_in(lin.account).status_code == 303
    assert lin.cookie("staff") != before
    old = site.stranger()
    old.plant("staff", before)
    assert old.get("/coordinator/account").status_code == 303


def test_a_session_ends_when_it_is_idle_and_after_its_day(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor")
    for _ in range(60):  # at work
        site.clock.pass_by(minutes=12)
        if lin.get("/coordinator/account").status_code != 200:
            break
    worked = site.clock.now - (wait_for(site.store.staff.sign_ins(lin.account.id, 1)))[0].at
    assert site.console.session_length <= worked <= site.console.session_length + timedelta(minutes=12)
    idle = site.sign_in("auditor")
    site.clock.pass_by(minutes=29)
    assert idle.get("/coordinator/account").status_code == 200
    site.clock.pass_by(minutes=31)
    assert idle.get("/coordinator/account").status_code == 303


def test_signing_out_ends_the_session_in_the_store_too(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor")
    secret = lin.cookie("staff")
    assert lin.post("/coordinator/sign-out").headers["location"] == "/coordinator/sign-in?out=1"
    assert "You are signed out" not in lin.get("/coordinator/sign-in").text
    lin.plant("staff", secret)
    assert lin.get("/coordinator/account").status_code == 303


@pytest.mark.parametrize("how", ["revoke", "revoke all", "disable", "reset"])
def test_what_another_program_revokes_is_over_with_the_next_request(
    site: ConsoleSite, how: str, open_console: Callable[..., ConsoleSite]
) -> None:
    lin = site.sign_in("auditor")
    assert lin.get("/coordinator/account").status_code == 200
    beside = Store.open(site.store.folder, clock=site.clock, beside_server=True)
    by = "command:root"
    if how == "revoke":
        assert wait_for(beside.staff.end_all(lin.account.id, by)) == 1
    elif how == "revoke all":
        assert wait_for(beside.staff.end_every(by)) == 1
    elif how == "disable":
        wait_for(beside.staff.disable(lin.account.id, by))
    else:
        wait_for(beside.staff.reset(lin.account.id, site.clock.now + timedelta(days=1), by))
    beside.close_now()
    assert lin.get("/coordinator/account").status_code == 303
    site.clock.pass_by(minutes=1)
    assert (site.stranger().sign_in(lin.account).status_code == 303) is how.startswith("revoke")


def test_a_role_changed_by_command_counts_with_the_next_request(site: ConsoleSite) -> None:
    wu = site.sign_in("administrator")
    site.account("administrator")
    assert wu.get("/coordinator/accounts").status_code == 200
    wait_for(site.store.staff.set_role(wu.account.id, "auditor", "command:root"))
    assert wu.get("/coordinator/accounts").status_code == 403


def test_the_cookies_keep_to_themselves(open_console: Callable[..., ConsoleSite]) -> None:
    site = open_console(public_url="https://screening.example.org")
    lin = site.account("auditor", "Lin Mei")
    stranger = site.stranger()
    cookies = [
        cookie
        for answer in (stranger.get("/coordinator/sign-in"), stranger.sign_in(lin))
        for cookie in answer.headers.get_list("set-cookie")
    ]
    names = {cookie.split("=")[0] for cookie in cookies}
    assert names == {"__Host-staff", "__Host-staff-form", "__Host-staff-browser", "__Host-staff-language"}
    for cookie in cookies:
        assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
    assert not any(
        "max-age" in cookie.lower() for cookie in cookies if cookie.startswith(("__Host-staff=", "__Host-staff-form="))
    )


def test_pages_are_stored_nowhere_and_load_nothing_from_elsewhere(site: ConsoleSite) -> None:
    lin = site.sign_in("administrator")
    for path in ("/coordinator/sign-in", "/coordinator/account", "/coordinator/accounts", "/coordinator/nothing"):
        headers = lin.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "given_next",
    ["https://evil.example", "//evil.example", "/coordinator@evil.example", "/coordinator/../admin", "javascript:alert(1)",
     "/\\evil.example", "/coordinator/x\nset-cookie: a=b", "/r/token", "/coordinator/" + "a" * 400, ""],
)  # fmt: skip
def test_after_signing_in_nobody_is_sent_elsewhere(site: ConsoleSite, given_next: str) -> None:
    lin = site.account("auditor", "Lin Mei")
    stranger = site.stranger()
    answer = stranger.post(
        "/coordinator/sign-in", name=lin.name, password=PASSWORD, code=lin.code(site.clock.now), next=given_next
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == START


@given(st.text(max_size=60).map(lambda text: "/coordinator" + text) | st.text(max_size=60))
def test_the_way_on_is_always_a_page_of_the_console(address: str) -> None:
    way = ours(address)
    assert way == START or (way == address and way.startswith("/coordinator"))
    assert ".." not in way.partition("?")[0].split("/")
    assert not set(way) & set("\\@:%#\n\r\t <>\"'")


def test_the_way_on_leads_back_to_where_somebody_wanted_to_go(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    stranger = site.stranger()
    asked = stranger.get("/coordinator/trail?of=BR-7K4MQR")
    page = Reading(stranger.get(asked.headers["location"]).text)
    [after] = [one["value"] for one in page.all("input") if one.get("name") == "next"]
    assert after == "/coordinator/trail?of=BR-7K4MQR"
    answer = stranger.post(
        "/coordinator/sign-in", name=lin.name, password=PASSWORD, code=lin.code(site.clock.now), next=after
    )
    assert answer.headers["location"] == after


def test_a_link_followed_from_a_mail_arrives_although_the_cookie_is_withheld(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor")
    cookie = lin.cookie("staff")
    lin.client.cookies.clear()  # as the browser does with SameSite=Strict
    answer = lin.get("/coordinator/trail?of=BR-7K4MQR", sec_fetch_site="cross-site")
    assert answer.status_code == 200
    assert {"http-equiv": "refresh", "content": "0;url=/coordinator/trail?of=BR-7K4MQR"} in Reading(answer.text).all(
        "meta"
    )
    lin.plant("staff", cookie)
    assert lin.get("/coordinator/trail?of=BR-7K4MQR").status_code == 200
    lin.client.cookies.clear()
    assert lin.get("/coordinator/trail").status_code == 303  # no loop for who is not signed in


def test_a_busy_server_sends_away_without_counting(site: ConsoleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    lin = site.account("auditor", "Lin Mei")
    monkeypatch.setattr(Passwords, "is_busy", lambda self, known_browser: True)
    for _ in range(FREE_TRIES * 2):
        assert site.stranger().sign_in(lin).status_code == 503
    monkeypatch.undo()
    assert site.stranger().sign_in(lin).status_code == 303


def test_an_older_hash_is_renewed_at_the_next_sign_in(site: ConsoleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    lin = site.account("auditor", "Lin Mei")
    before = wait_for(site.store.staff.proofs(lin.id)).password
    assert before.startswith("typed:$argon2id$v=19$m=19456,t=2,p=1$")
    monkeypatch.setattr(Passwords, "is_outdated", lambda self, kept: True)
    assert site.stranger().sign_in(lin).status_code == 303
    monkeypatch.undo()
    assert wait_for(site.store.staff.proofs(lin.id)).password != before
    site.clock.pass_by(minutes=1)
    assert site.stranger().sign_in(lin).status_code == 303


def test_no_secret_stands_readable_in_the_data_folder_or_in_the_log(
    site: ConsoleSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lin = site.account("auditor", "Lin Mei Canary")
    stranger = site.stranger()
    stranger.sign_in(lin, password="a wrong canary password")
    stranger.sign_in(lin)
    stranger.get("/coordinator/account")
    session, browser = stranger.cookie("staff"), stranger.cookie("staff-browser")
    code = lin.code(site.clock.now)
    wait_for(site.store.close())
    whole = b"".join(path.read_bytes() for path in site.store.folder.iterdir())
    secrets = [PASSWORD, "a wrong canary password", "Lin Mei Canary", lin.secret, session, browser, *lin.recovery_codes]
    for secret in secrets:
        assert secret.encode() not in whole
        assert secret not in caplog.text
    assert b"$argon2id$" not in whole
    assert code not in caplog.text


ODD = st.text(st.characters(codec=None), max_size=300) | st.sampled_from(
    [
        "\x00",
        "\ud800",
        "\u202e" * 20,
        "9" * 5000,
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "\uff11" * 6,
        "a" * 200_000,
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=ODD, password=ODD, code=ODD, after=ODD)
def test_whatever_is_typed_gets_a_page(site: ConsoleSite, name: str, password: str, code: str, after: str) -> None:
    answer = site.stranger().post("/coordinator/sign-in", name=name, password=password, code=code, next=after)
    assert answer.status_code in (422, 429)
    assert "<script>alert" not in answer.text


def test_a_code_is_good_for_its_thirty_seconds_and_no_longer(site: ConsoleSite) -> None:
    secret = pyotp.random_base32()
    at = site.clock.now.replace(second=0, microsecond=0)
    code = pyotp.TOTP(secret).at(at)
    good = [second for second in range(-90, 91) if matching_step(code, secret, at + timedelta(seconds=second))]
    assert good == list(range(30))


@given(st.text(max_size=40))
def test_any_text_is_judged_as_a_code(text: str) -> None:
    from datetime import UTC, datetime

    proof_of(text, pyotp.random_base32(), 0, datetime(2026, 11, 22, tzinfo=UTC))


def test_recovery_codes_differ_and_are_read_as_written() -> None:
    from datetime import UTC, datetime

    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        proof = proof_of(f" {as_written(code).upper()} ", "", 0, datetime(2026, 11, 22, tzinfo=UTC))
        assert proof is not None
        assert proof.recovery_code == code
        assert len(set(_LETTERS)) ** len(code) >= 2**112
        assert proof_of(code[:12], "", 0, datetime(2026, 11, 22, tzinfo=UTC)) is None


def test_the_time_to_answer_does_not_tell_whether_a_name_exists(
    site: ConsoleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    real = Passwords._compare

    def watched(self: Passwords, kept: str, password: bytes) -> bool:
        compared.append(kept[:30])
        return real(self, kept, password)

    monkeypatch.setattr(Passwords, "_compare", watched)
    site.account("auditor", "Lin Mei")
    stranger = site.stranger()
    for name in ("Lin Mei", "Nobody"):
        stranger.post("/coordinator/sign-in", name=name, password="wrong", code="123456")
    assert len(compared) == 2
    assert compared[0] == compared[1]  # the same parameters, so the same work


async def test_a_flood_from_elsewhere_keeps_nobody_waiting_in_their_own_browser() -> None:
    passwords = Passwords()
    kept = await passwords.hash(PASSWORD)
    flood = [asyncio.create_task(passwords.is_right("", f"guess {number}", False)) for number in range(40)]
    await asyncio.sleep(0)
    assert passwords.is_busy(False)
    assert not passwords.is_busy(True)
    assert await passwords.is_right(kept, PASSWORD, True)
    assert not all(task.done() for task in flood)
    assert not any(await asyncio.gather(*flood))
    assert not passwords.is_busy(False)
