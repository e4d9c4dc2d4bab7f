"""Passkeys in place of the code: what they open, and everything that does not open anything."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.browser_session import new_session
from bot.coordinator.passkeys import CHALLENGE_WORKS, Challenges, Passkeys, party_of
from bot.coordinator.visit import START
from bot.extras import is_there
from bot.store.account_records import NewPasskey, NewSession, Proof, Proved
from bot.store.audit import Wanted
from bot.store.passkeys import MOST
from bot.store.sign_in import FREE_TRIES
from bot.store.store import Store
from tests.coordinator.access.authenticator import Authenticator, read, written
from tests.coordinator.site import PASSWORD, Account, Clock, Colleague, ConsoleSite, Reading, Stranger, wait_for

ORIGIN = "https://screening.example.org"
SIGN_IN = "/coordinator/sign-in"
WRONG = "Name, password or passkey is not right"
LATE = "That took too long, or was sent again"
LOCKED = "Too many wrong attempts"


@pytest.fixture
def site(open_console: Callable[..., ConsoleSite]) -> ConsoleSite:
    return open_console(public_url=ORIGIN)


def actions(site: ConsoleSite) -> list[str]:
    return [entry.action for entry in wait_for(site.store.trail.entries(Wanted(limit=500)))]


def again(site: ConsoleSite, account: Account) -> dict[str, str]:
    """Password and a code that was not used yet."""
    site.clock.pass_by(seconds=30)
    return {"password_for_passkey": PASSWORD, "password_to_remove": PASSWORD, "code": account.code(site.clock.now)}


def begin(site: ConsoleSite, lin: Colleague, name: str = "Work laptop") -> dict[str, Any]:
    """What the page asks of the device for a new passkey."""
    answer = lin.post("/coordinator/account/passkeys", {"passkey_name": name, **again(site, lin.account)})
    assert (answer.status_code, answer.headers.get("location")) == (303, "/coordinator/account/passkeys/new"), (
        answer.text
    )
    page = Reading(lin.get("/coordinator/account/passkeys/new").text)
    [options] = [one["data-passkey-make"] for one in page.all("button") if "data-passkey-make" in one]
    read_: dict[str, Any] = json.loads(options)
    return read_


def added(site: ConsoleSite, account: Account, name: str = "Work laptop", **device: Any) -> Authenticator:
    """A device with a passkey of this account."""
    lin, held = site.signed_in(account), Authenticator(ORIGIN, **device)
    made = held.make(begin(site, lin, name))
    assert lin.post("/coordinator/account/passkeys/new", passkey_answer=made).status_code == 303
    assert [one.name for one in wait_for(site.store.staff.passkeys(account.id))][-1] == name
    lin.post("/coordinator/sign-out")
    return held


def ask(browser: Stranger, name: str) -> dict[str, Any]:
    """What the script asks the server before it asks the device."""
    if not browser.cookie("staff-form") and not browser.cookie("staff"):
        browser.get(SIGN_IN)
    answer = browser.post("/coordinator/passkey", name=name)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    options: dict[str, Any] = answer.json()
    return options


def enter(browser: Stranger, name: str, answer: str, *, password: str = PASSWORD) -> Response:
    return browser.post(SIGN_IN, name=name, password=password, code="", by_passkey="1", passkey_answer=answer)


def test_password_and_passkey_let_in_without_a_code(site: ConsoleSite) -> None:
    lin = site.account("administrator", "Lin Mei")
    held = added(site, lin)
    browser = site.stranger()
    options = ask(browser, "Lin Mei")
    assert options["rpId"] == "screening.example.org"
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    before = browser.cookie("staff-form")
    answer = enter(browser, "Lin Mei", held.sign(options))
    assert (answer.status_code, answer.headers["location"]) == (303, START)
    assert browser.cookie("staff") not in ("", before)
    assert browser.get("/coordinator/accounts").status_code == 200
    [last, *_] = wait_for(site.store.staff.sign_ins(lin.id))
    assert (last.by_passkey, last.by_recovery_code, last.is_new) == (True, False, True)
    entry = wait_for(site.store.trail.entries(Wanted(limit=1)))[0]
    assert (entry.action, entry.reason) == ("sign_in", "new browser by passkey")
    [passkey] = wait_for(site.store.staff.passkeys(lin.id))
    assert passkey.used == site.clock.now
    page = browser.get("/coordinator/account").text
    assert "With a passkey" in page
    assert "Work laptop" in page


def test_password_and_code_go_on_working(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    added(site, lin)
    site.clock.pass_by(seconds=30)
    assert site.stranger().sign_in(lin).status_code == 303


def test_the_passkey_does_not_take_the_place_of_the_password(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin), site.stranger()
    answer = enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei")), password="wrong")
    assert (answer.status_code, WRONG in answer.text) == (422, True)
    missing = enter(browser, "", "", password="")
    fields = {one.get("name"): one for one in Reading(missing.text).all("input")}
    assert {"name", "password"} == {name for name, one in fields.items() if "aria-invalid" in one}


FORGERIES: dict[str, dict[str, Any]] = {
    "signed with another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "for another host": {"rp_id": "evil.example"},
    "to an invented challenge": {"challenge": written(b"0" * 32)},
    "without asking its owner": {"verified": False},
    "as somebody else": {"user": b"somebody else..."},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_answer_opens_nothing(site: ConsoleSite, forgery: str) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin), site.stranger()
    answer = enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"), **FORGERIES[forgery]))
    assert (answer.status_code, WRONG in answer.text) == (422, True)
    assert actions(site)[0] == "sign_in.refused"
    assert not browser.cookie("staff")
    right = held.sign(ask(browser, "Lin Mei"))
    assert enter(browser, "Lin Mei", right).status_code == 303  # it was the forgery alone


@pytest.mark.parametrize(
    "origin", ["https://screening.example.org.evil.example", "http://screening.example.org", "null"]
)
def test_an_answer_from_another_origin_opens_nothing(site: ConsoleSite, origin: str) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin), site.stranger()
    held.origin = origin
    assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text


def test_a_signature_is_changed_in_no_bit(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin), site.stranger()
    given_ = json.loads(held.sign(ask(browser, "Lin Mei")))
    data = bytearray(read(given_["response"]["authenticatorData"]))
    data[-1] ^= 0x40  # a later count than was signed
    given_["response"]["authenticatorData"] = written(bytes(data))
    assert WRONG in enter(browser, "Lin Mei", json.dumps(given_)).text


def test_an_answer_is_taken_once(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin, counts=False), site.stranger()
    answer = held.sign(ask(browser, "Lin Mei"))
    assert enter(browser, "Lin Mei", answer).status_code == 303
    browser.post("/coordinator/sign-out")
    assert LATE in enter(browser, "Lin Mei", answer).text
    ask(browser, "Lin Mei")  # a challenge stands open again, but it is another one
    assert WRONG in enter(browser, "Lin Mei", answer).text


def test_a_challenge_is_for_one_browser_one_name_and_five_minutes(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    site.account("auditor", "Wu Fang")
    held = added(site, lin)
    one, other = site.stranger(), site.stranger()
    other.get(SIGN_IN)
    answer = held.sign(ask(one, "Lin Mei"))
    assert LATE in enter(other, "Lin Mei", answer).text  # stolen on its way, it opens no other browser
    assert LATE in enter(one, "Wu Fang", answer).text
    assert LATE in enter(one, "Lin Mei", answer).text  # and that one used it up
    late = held.sign(ask(one, "Lin Mei"))
    site.clock.now += CHALLENGE_WORKS
    assert LATE in enter(one, "Lin Mei", late).text
    assert "sign_in.refused" not in actions(site)  # whose password nobody looked at is not counted
    assert enter(one, "Lin Mei", held.sign(ask(one, "Lin Mei"))).status_code == 303


def test_somebody_else_s_passkey_opens_only_their_own_account(site: ConsoleSite) -> None:
    lin, wu = site.account("auditor", "Lin Mei"), site.account("auditor", "Wu Fang")
    added(site, lin)
    held, browser = added(site, wu), site.stranger()
    assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text
    assert enter(browser, "Wu Fang", held.sign(ask(browser, "Wu Fang"))).status_code == 303


def test_a_key_moved_to_another_account_s_row_opens_nothing(site: ConsoleSite) -> None:
    lin, wu = site.account("auditor", "Lin Mei"), site.account("auditor", "Wu Fang")
    held = added(site, wu)

    def move(ledger: Any) -> None:
        ledger.sql.execute("UPDATE passkey SET account = ?", (lin.id,))

    wait_for(site.store._write(move))
    browser = site.stranger()
    assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text  # it is sealed to Wu
    assert not browser.cookie("staff")


@pytest.mark.parametrize("now", [3, 5, 0])
def test_a_count_that_goes_back_is_refused_and_in_the_trail(site: ConsoleSite, now: int) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin, count=4), site.stranger()
    assert enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).status_code == 303  # the count is 5
    browser.post("/coordinator/sign-out")
    held.counts, held.count = False, now
    assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text
    copied = next(one for one in wait_for(site.store.trail.entries(Wanted(limit=9))) if "passkey" in one.action)
    assert (copied.action, copied.subject, copied.was, copied.became) == (
        "account.passkey_copied",
        lin.id,
        "5",
        str(now),
    )
    held.count = 6
    assert enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).status_code == 303


async def test_of_many_at_once_with_one_signature_only_one_gets_in_and_none_by_a_removed_passkey(
    site: ConsoleSite,
) -> None:
    lin, staff = site.account("auditor", "Lin Mei"), site.store.staff
    assert await staff.add_passkey(lin.id, NewPasskey(b"a credential", b"key", 4, "Work laptop"))
    until = site.clock.now + timedelta(hours=1)

    async def come(count: int) -> bool:
        proof = Proof(passkey=b"a credential", count=count)
        return await staff.succeed(
            Proved("Lin Mei", lin.id, proof, new_session()), NewSession(new_session(), "", until)
        )

    assert sum(await asyncio.gather(*(come(5) for _ in range(50)))) == 1
    [passkey] = await staff.passkeys(lin.id)
    assert await staff.remove_passkey(lin.id, passkey.mark)
    assert not await come(6)
    assert len(await staff.sessions(lin.id, site.console.idle)) == 1


def test_a_device_that_does_not_count_is_no_copy(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held = added(site, lin, counts=False)
    for _ in range(3):
        browser = site.stranger()
        assert enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).status_code == 303


def test_wrong_attempts_count_and_lock_as_with_codes(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, browser = added(site, lin), site.stranger()
    for _ in range(FREE_TRIES):
        assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"), verified=False)).text
    for entered in (enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))), browser.sign_in(lin)):
        assert (entered.status_code, LOCKED in entered.text) == (429, True)
    assert "account.locked" in actions(site)
    site.clock.pass_by(minutes=1)
    assert enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).status_code == 303


def test_the_question_is_the_same_for_a_name_that_nobody_has(site: ConsoleSite) -> None:
    lin, bare = site.account("auditor", "Lin Mei"), site.account("auditor", "Wu Fang")
    added(site, lin)
    asked = [ask(site.stranger(), name) for name in (lin.name, bare.name, "Nobody")]
    for one in asked:
        assert len(read(one.pop("challenge"))) == 32
    assert asked[0] == asked[1] == asked[2]
    texts = set()
    for name in (lin.name, bare.name, "Nobody"):
        browser = site.stranger()
        refused = enter(browser, name, Authenticator(ORIGIN).sign(ask(browser, name)))
        assert refused.status_code == 422
        texts.add(refused.text.replace(name, "").replace(browser.token, ""))
    assert len(texts) == 1


def test_who_adds_a_passkey_proves_first_who_they_are(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor", "Lin Mei")
    for wrong in ({"password_for_passkey": "wrong"}, {"code": "000000"}):
        typed = {"passkey_name": "Work laptop", **again(site, lin.account), **wrong}
        answer = lin.post("/coordinator/account/passkeys", typed)
        assert answer.status_code == 422
        assert "is not right" in answer.text
    assert lin.get("/coordinator/account/passkeys/new").status_code == 303
    made = Authenticator(ORIGIN).make({"user": {"id": ""}, "rp": {"id": "screening.example.org"}, "challenge": "AAAA"})
    assert LATE in lin.post("/coordinator/account/passkeys/new", passkey_answer=made).text
    assert wait_for(site.store.staff.passkeys(lin.account.id)) == []


def test_what_a_device_makes_is_looked_at_as_closely(site: ConsoleSite) -> None:
    lin, wu = site.sign_in("auditor", "Lin Mei"), site.account("auditor", "Wu Fang")
    known = added(site, wu)
    ways: dict[str, Callable[[dict[str, Any]], str]] = {
        "another origin": lambda asked: Authenticator("https://evil.example").make(asked),
        "another host": lambda asked: Authenticator(ORIGIN).make({**asked, "rp": {"id": "evil.example"}}),
        "another challenge": lambda asked: Authenticator(ORIGIN).make({**asked, "challenge": written(b"1" * 32)}),
        "nobody asked": lambda asked: Authenticator(ORIGIN).make(asked, verified=False),
        "a credential that Wu has": lambda asked: Authenticator(ORIGIN, credential=known.credential).make(asked),
        "no passkey": lambda asked: "{}",
        "nothing": lambda asked: "",
    }
    for way, answered in ways.items():
        answer = lin.post("/coordinator/account/passkeys/new", passkey_answer=answered(begin(site, lin)))
        assert (answer.status_code, "The passkey was not added" in unescape(answer.text)) == (422, True), way
    assert wait_for(site.store.staff.passkeys(lin.account.id)) == []
    asked = begin(site, lin)
    made = Authenticator(ORIGIN).make(asked)
    assert lin.post("/coordinator/account/passkeys/new", passkey_answer=made).status_code == 303
    assert LATE in lin.post("/coordinator/account/passkeys/new", passkey_answer=made).text
    assert len(begin(site, lin)["excludeCredentials"]) == 1


def test_a_challenge_for_a_new_passkey_is_no_use_in_another_session(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor", "Lin Mei")
    made = Authenticator(ORIGIN).make(begin(site, lin))
    for other in (site.sign_in("auditor", "Wu Fang"), site.signed_in(lin.account)):
        assert LATE in other.post("/coordinator/account/passkeys/new", passkey_answer=made).text
    assert lin.post("/coordinator/account/passkeys/new", passkey_answer=made).status_code == 303


def test_a_passkey_has_a_name_and_there_are_ten_at_most(site: ConsoleSite) -> None:
    lin = site.sign_in("auditor", "Lin Mei")
    answer = lin.post("/coordinator/account/passkeys", {"passkey_name": " ", **again(site, lin.account)})
    assert "Give it a name" in answer.text
    for number in range(MOST):
        new = NewPasskey(bytes([number]) * 16, b"key", 0, f"device {number}")
        assert wait_for(site.store.staff.add_passkey(lin.account.id, new))
    one_more = NewPasskey(b"x" * 16, b"key", 0, "device")
    assert not wait_for(site.store.staff.add_passkey(lin.account.id, one_more))
    answer = lin.post("/coordinator/account/passkeys", {"passkey_name": "one more", **again(site, lin.account)})
    assert "Remove one first" in answer.text


def test_a_passkey_stands_in_for_the_code_in_one_s_own_account(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, colleague = added(site, lin), site.signed_in(lin)
    asked = ask(colleague, "whatever a script says")
    assert [read(one["id"]) for one in asked["allowCredentials"]] == [held.credential]
    fields = {"password_for_codes": PASSWORD, "by_passkey": "1", "passkey_answer": held.sign(asked)}
    answer = colleague.post("/coordinator/account/recovery-codes", fields)
    assert answer.headers["location"] == "/coordinator/recovery-codes"
    assert LATE in colleague.post("/coordinator/account/recovery-codes", fields).text
    blank = colleague.post("/coordinator/account/recovery-codes", {**fields, "password_for_codes": ""})
    assert "Type your password" in blank.text
    forged = held.sign(ask(colleague, ""), key=ec.generate_private_key(ec.SECP256R1()))
    assert WRONG in colleague.post("/coordinator/account/recovery-codes", {**fields, "passkey_answer": forged}).text


def test_a_removed_passkey_opens_nothing(site: ConsoleSite) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, colleague = added(site, lin, "Old phone"), site.signed_in(lin)
    [passkey] = wait_for(site.store.staff.passkeys(lin.id))
    path = "/coordinator/account/passkeys/remove"
    assert "Choose the passkey" in colleague.post(path, {"passkey_mark": "", **again(site, lin)}).text
    typed = {"passkey_mark": passkey.mark, **again(site, lin)}
    assert colleague.post(path, {**typed, "password_to_remove": "wrong"}).status_code == 422
    wu = site.sign_in("auditor", "Wu Fang")
    assert wu.post(path, {**typed, **again(site, wu.account)}).status_code == 422  # not hers
    answer = colleague.post(path, {**typed, **again(site, lin)}, follow=True)
    assert "The passkey “Old phone” is removed" in answer.text
    assert actions(site)[0] == "account.passkey_removed"
    browser = site.stranger()
    assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text
    assert wait_for(site.store.staff.passkeys(lin.id)) == []


@pytest.mark.parametrize("how", ["disable", "reset"])
def test_who_is_shut_out_or_set_up_anew_has_no_passkeys(site: ConsoleSite, how: str) -> None:
    lin = site.account("auditor", "Lin Mei")
    held, by = added(site, lin), "command:root"
    beside = Store.open(site.store.folder, clock=site.clock, beside_server=True)
    if how == "disable":
        wait_for(beside.staff.disable(lin.id, by))
    else:
        wait_for(beside.staff.reset(lin.id, site.clock.now + timedelta(days=1), by))
    beside.close_now()
    assert wait_for(site.store.staff.passkeys(lin.id)) == []
    assert "account.passkey_removed" in actions(site)
    browser = site.stranger()
    assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text
    if how == "disable":
        wait_for(site.store.staff.enable(lin.id, by))
        assert WRONG in enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).text
        site.clock.pass_by(minutes=1)
        assert browser.sign_in(lin).status_code == 303  # the code of before is right again, and the way back in


ANSWERS = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["[" * 9000, "{}", "null", '{"rawId": 1}', '{"rawId": "\ud83d"}', "a" * 30_000, "\x00", "-1e999"]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.just("public-key"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "rawId", "type", "response", "clientDataJSON", "signature", "authenticatorData"]
                ),
                inner,
                max_size=7,
            )
        ),
        max_leaves=12,
    ).map(json.dumps),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=ANSWERS)
def test_whatever_is_answered_gets_a_page(site: ConsoleSite, answer: str) -> None:
    browser = site.stranger()
    ask(browser, "Nobody")
    assert enter(browser, "Nobody", answer).status_code in (422, 429)


@settings(max_examples=200, deadline=None)
@given(answer=ANSWERS, raw=st.binary(max_size=120))
def test_whatever_is_answered_proves_nothing(answer: str, raw: bytes) -> None:
    from bot.store.account_records import PasskeyKey

    passkeys = Passkeys(ORIGIN, Clock())
    half = {"authenticatorData": written(raw), "clientDataJSON": written(raw), "signature": written(raw)}
    for typed in (answer, json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": half})):
        assert passkeys.proof_of(typed, b"0" * 32, PasskeyKey(raw or b"\x04", b"", 0)) is None
        assert passkeys.made(typed, b"0" * 32, "name") is None


@pytest.mark.parametrize(
    ("public_url", "id_", "origin"),
    [
        ("https://Screening.Example.org", "screening.example.org", "https://screening.example.org"),
        ("https://screening.example.org:443", "screening.example.org", "https://screening.example.org"),
        ("https://screening.example.org:8443/x", "screening.example.org", "https://screening.example.org:8443"),
        ("https://b\u00fccher.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://localhost:8080", "localhost", "http://localhost:8080"),
    ],
)
def test_whom_passkeys_are_for_comes_from_the_settings(public_url: str, id_: str, origin: str) -> None:
    party = party_of(public_url)
    assert party is not None
    assert party.origin == origin
    assert party.id == id_


@pytest.mark.parametrize(
    "public_url",
    ["", "http://screening.example.org", "https://192.0.2.7", "https://[2001:db8::1]", "https://[", "https://a:b", "x"],
)
def test_without_https_or_a_name_there_is_nobody_whom_they_could_be_for(public_url: str) -> None:
    assert party_of(public_url) is None


@pytest.mark.parametrize("public_url", ["", "http://127.0.0.1:8080"])
def test_where_there_are_no_passkeys_the_pages_say_so(
    public_url: str, open_console: Callable[..., ConsoleSite]
) -> None:
    site = open_console(public_url=public_url)
    lin = site.sign_in("auditor", "Lin Mei")
    page = lin.get("/coordinator/account").text
    assert "Passkeys are not set up on this server" in page
    assert "passkeys.js" not in page
    assert "passkey" not in site.stranger().get(SIGN_IN).text
    assert lin.post("/coordinator/passkey").status_code == 404
    assert lin.post("/coordinator/account/passkeys", {"passkey_name": "x"}).status_code == 404


def test_without_the_extra_there_are_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import extras

    assert is_there("passkeys")
    monkeypatch.setattr(extras, "find_spec", lambda module: None)
    assert Passkeys(ORIGIN, Clock()).party is None


def test_the_host_that_a_request_names_makes_no_difference(site: ConsoleSite) -> None:
    browser = site.stranger()
    browser.get(SIGN_IN)
    answer = browser.post("/coordinator/passkey", name="Lin", headers={"host": "evil.example", "origin": ORIGIN})
    assert answer.json()["rpId"] == "screening.example.org"


def test_another_site_gets_no_challenge(site: ConsoleSite) -> None:
    browser = site.stranger()
    browser.get(SIGN_IN)
    assert (
        browser.post("/coordinator/passkey", name="Lin", headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert browser.post("/coordinator/passkey", name="Lin", token="forged").status_code == 403


def test_a_flood_of_strangers_drives_out_no_known_browser() -> None:
    challenges = Challenges(Clock())
    hers = challenges.give("her browser", "prove", "Lin Mei", known=True)
    for number in range(5000):
        challenges.give(f"stranger {number}", "prove", "Lin Mei", known=False)
    assert sum(map(len, challenges._rooms.values())) <= 2001
    assert challenges.take("her browser", "prove", "Lin Mei") == (hers, "")


def test_neither_key_nor_name_of_a_passkey_stands_readable_in_the_folder(
    site: ConsoleSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lin = site.account("auditor", "Lin Mei")
    held = added(site, lin, "A canary of a laptop")
    browser = site.stranger()
    assert enter(browser, "Lin Mei", held.sign(ask(browser, "Lin Mei"))).status_code == 303
    wait_for(site.store.close())
    whole = b"".join(path.read_bytes() for path in site.store.folder.iterdir())
    x = held.key.public_key().public_numbers().x.to_bytes(32, "big")
    for secret in (held.credential, written(held.credential).encode(), x, b"A canary of a laptop"):
        assert secret not in whole
    assert "canary" not in caplog.text
    assert written(held.credential) not in caplog.text
