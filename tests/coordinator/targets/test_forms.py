"""Every form of the console, filled in wrongly in both languages: a sentence stands at the field, and what was typed
stays.
"""

from __future__ import annotations

import re

import pyotp
import pytest

from bot.coordinator.access import Page
from tests.coordinator.site import WORDING, Stranger, wait_for
from tests.coordinator.targets.conftest import enter
from tests.coordinator.targets.forms import Form, Forms
from tests.coordinator.targets.ward import (
    ADDRESSES,
    FORMS,
    POSTED,
    PRESSES,
    READ,
    SECRET_OF_ENROLLING,
    Typed,
    Ward,
    enrolling,
    who,
)

LANGUAGES = WORDING.languages()
SECRET = re.compile("password|code|again")
# Where the sentence stands above the form instead: all of what was typed is wrong, or nothing can be typed.
ABOVE = frozenset({"form", "password_form", "codes_form", "telegram_form", "passkey_form", "accounts"})
# A hidden field or a button's value is not typed.
NOT_TYPED = frozenset({"hidden", "button"})
PROOFS = ("password_now", "password_for_codes", "password_for_telegram", "password_for_passkey", "password_to_remove")
BY_PATH = {page.path: page for page in POSTED}


def test_every_page_and_every_form_has_its_place_in_the_walks() -> None:
    assert set(ADDRESSES) == {page.path for page in READ}
    assert set(FORMS) | PRESSES == {page.path for page in POSTED}
    assert not set(FORMS) & PRESSES


def fills_in(ward: Ward, page: Page, language: str) -> Stranger:
    somebody = enter(ward, who(page), language)
    if page.path == "/enrolment/code":
        somebody.plant("staff", wait_for(enrolling(ward.site, language, has_password=True)))
    return somebody


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
@pytest.mark.parametrize("path", FORMS)
def test_a_wrong_form_says_so_at_the_field_and_keeps_what_was_typed(one_ward: Ward, path: str, language: str) -> None:
    page = BY_PATH[path]
    somebody = fills_in(one_ward, page, language)
    for wrong in FORMS[path]:
        at = one_ward.path(page)
        answer = somebody.post(at, wrong.typed)
        about = (path, wrong.field, {name: value[:40] for name, value in wrong.typed.items()})
        assert answer.status_code == wrong.status, (about, answer.status_code)
        read = Forms(answer.text)
        said = sentence(read, at, wrong)
        assert said.strip(), about
        assert "console." not in said, about
        assert bool(re.search("[\u4e00-\u9fff]", said)) == (language == "zh_Hans"), (about, said)
        [form] = [one for one in read.forms if one.action == at]
        kept(form, wrong)
        if "\u202e" in str(wrong.typed):
            assert "><b>&amp;" not in answer.text.replace("&lt;b&gt;", "")


def sentence(read: Forms, at: str, wrong: Typed) -> str:
    """What is said about the field, found by what a screen reader goes by."""
    if wrong.field in ABOVE:
        return read.texts[f"{wrong.field}-problem"]
    fields = [one for form in read.forms if form.action == at for one in form.fields if one.name == wrong.field]
    assert fields, wrong
    assert all(one.is_wrong for one in fields), wrong
    [about] = {one.attributes["aria-describedby"].split()[-1] for one in fields}
    return read.texts[about]


def kept(form: Form, wrong: Typed) -> None:
    """Everything typed stands in the form again: but for secrets, and for what was never offered."""
    for name, value in wrong.typed.items():
        fields = [one for one in form.fields if one.name == name]
        assert fields, (form.action, name)
        if SECRET.search(name):
            assert form.sent(name) in ([""], []), name
        elif fields[0].kind in ("select", "radio") and value not in form.sent(name):
            assert name == wrong.field or wrong.field in ABOVE, (form.action, name)
        elif fields[0].kind not in NOT_TYPED:
            assert form.sent(name) == [value.strip()] or (fields[0].kind == "radio" and not value), (name, form)


def test_every_field_that_a_page_shows_is_filled_in_wrongly_somewhere(one_ward: Ward) -> None:
    shown: dict[str, set[str]] = {}
    for page in READ:
        somebody = enter(one_ward, who(page))
        for address in ADDRESSES[page.path]:
            for form in Forms(
                somebody.get("/coordinator" + address.format(**one_ward.codes, **one_ward.parts)).text
            ).forms:
                if form.method == "post":
                    typed = {one.name for one in form.fields if one.kind not in NOT_TYPED}
                    shown.setdefault(template(one_ward, form.action), set()).update(typed)
    assert set(shown) <= {page.path for page in POSTED}
    for path, names in shown.items():
        tried = {wrong.field for wrong in FORMS.get(path, ())}
        # The language of an invitation offers nothing wrong, and the two proofs are refused together.
        assert names - {"language", *PROOFS} <= tried | {"code"} or tried <= ABOVE, path


def template(ward: Ward, action: str) -> str:
    """The path in ROOMS of a form's address."""
    for page in POSTED:
        pattern = re.sub(r"\{[a-z]+\}", "[A-Za-z0-9-]+", page.path)
        if re.fullmatch(f"/coordinator{pattern}", action):
            return page.path
    raise AssertionError(f"no page takes {action}")


def test_the_filter_leads_to_the_first_page_of_its_view_from_wherever_it_is_chosen(one_ward: Ward) -> None:
    pi = enter(one_ward, "pi")
    found = pi.post("/coordinator/search", search="nobody of this name")
    for html in (found.text, pi.get("/coordinator/page/1").text, pi.get("/coordinator?status=claimed").text):
        [form] = [one for one in Forms(html).forms if one.method == "get"]
        assert form.action == "/coordinator"


def test_a_code_is_taken_at_the_set_up_however_the_keyboard_writes_it(one_ward: Ward) -> None:
    somebody = enter(one_ward, "")
    somebody.plant("staff", wait_for(enrolling(one_ward.site, "zh_Hans", has_password=True)))
    code = pyotp.TOTP(SECRET_OF_ENROLLING).at(one_ward.site.clock.now)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert somebody.post("/coordinator/enrolment/code", code=f"{wide[:3]} {wide[3:]}").status_code == 303
