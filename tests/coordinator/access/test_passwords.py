"""Which passwords are taken for the console, and how they are kept and compared."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from bot.coordinator.leaked_passwords import is_leaked
from bot.coordinator.passwords import Passwords, easy_words, weakness
from tests.coordinator.site import PASSWORD, ConsoleSite, wait_for

# `make console-pages` takes every listed password; the suite a share of them.
WHOLE = os.environ.get("BRASLE_WHOLE") == "1"
WIDE = str.maketrans({**{chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)}, " ": "\u3000"})


async def test_two_texts_are_two_passwords() -> None:
    passwords = Passwords()
    texts = ["\ud800 twelve letters", "? twelve letters", "\ufffd twelve letters", "x" * 128, "x" * 127]
    kept = {text: await passwords.hash(text) for text in texts}
    for text in texts:
        right = [one for one in texts if await passwords.is_right(kept[one], text, True)]
        assert right == [text]
    assert not await passwords.is_right(kept["x" * 128], "x" * 129, True)


async def test_a_password_kept_before_in_one_form_lets_in_once_more_and_is_then_kept_as_typed() -> None:
    passwords = Passwords()
    older = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
    wide = PASSWORD.translate(WIDE)
    for typed in (PASSWORD, wide):
        assert await passwords.is_right(older, typed, True)
    assert passwords.is_outdated(older)
    renewed = await passwords.hash(wide)
    assert not passwords.is_outdated(renewed)
    assert [await passwords.is_right(renewed, typed, True) for typed in (PASSWORD, wide)] == [False, True]


async def test_nobody_waits_while_a_password_is_weighed() -> None:
    """Signs that may each stand for several letters are weighed in all combinations: that takes long."""
    weighed = asyncio.create_task(Passwords().weakness("4@({[<69!1|7", "Lin Mei"))
    turns = 0
    while not weighed.done():
        await asyncio.sleep(0)
        turns += 1
    assert await weighed is None
    assert turns > 100


@given(st.text(max_size=200))
def test_any_text_is_judged_as_a_password(text: str) -> None:
    found = weakness(text, "Lin Mei")
    assert found is None or found in ("short", "long", "easy", "name")


@pytest.mark.parametrize(
    ("password", "expected"),
    [("short", "short"), ("x" * 129, "long"), ("aaaaaaaaaaaa", "easy"), ("abcabcabcabc", "easy"), ("password1234", "easy"),
     ("qwertyuiop123", "easy"), ("1qaz2wsx3edc", "easy"), ("Brasle2026!!", "easy"), ("linmei2026lin", "name"),
     ("correct horse battery", None), (PASSWORD, None), ("\u897f\u6e56\u8fb9\u7684\u67f3\u6811\u5f88\u9ad8\u5929\u4e5f\u5f88\u84dd", None)],
)  # fmt: skip
def test_what_is_too_easy_to_guess_is_not_taken(password: str, expected: str | None) -> None:
    assert weakness(password, "Lin Mei") == expected


def test_the_passwords_that_leaked_most_often_are_not_taken_nor_what_is_made_of_them() -> None:
    """All of the library's lists that are long enough, and a share of the 3,000 most frequent as people lengthen them."""
    long_enough = [one for every in FREQUENCY_LISTS.values() for one in every if len(one) >= 12]
    assert len(long_enough) > 3000
    lengthened = [
        made
        for at, leaked in enumerate(FREQUENCY_LISTS["passwords"][:3000])
        if WHOLE or at % 20 == 0
        for made in (
            leaked * 6,
            f"{leaked}123456789012",
            f"{leaked}2026!!",
            leaked.capitalize() + "!" * 9,
            f"0000{leaked}0000",
        )
        if 12 <= len(made) <= 128
    ]
    share = long_enough if WHOLE else long_enough[::20]
    taken = [password for password in (*share, *lengthened) if weakness(password, "Lin Mei") != "easy"]
    assert taken == []
    print(f"{len(share)} of {len(long_enough)} listed, {len(lengthened)} lengthened: 0 taken")


@pytest.mark.parametrize("end", ["", "2026", "!", "123456"])
def test_no_password_rests_on_a_word_of_the_product_the_trial_or_the_hospital(end: str) -> None:
    taken = [word for word in easy_words() if weakness(f"{word}{end}", "Lin Mei") is None]
    assert taken == []
    site = "Xihu Lakeside Paediatrics"
    assert weakness(f"Lakeside{end or 2026}", "Lin Mei", site) in ("easy", "short")


@pytest.mark.parametrize("line", ["five odd lamps sing", "2B44D2A9B6A5B4C7", "sha1", "SHA1:17"])
def test_a_list_of_the_operator_is_asked_too(
    line: str, tmp_path: Path, open_console: Callable[..., ConsoleSite]
) -> None:
    leaked = "five odd lamps sing"
    hashed = hashlib.sha1(leaked.encode(), usedforsecurity=False).hexdigest()
    lines = {"sha1": hashed, "SHA1:17": f"{hashed.upper()}:17"}
    (tmp_path / "leaked.txt").write_bytes(f"first\n{lines.get(line, line)}\r\nlast\n".encode())
    listed = line != "2B44D2A9B6A5B4C7"
    assert wait_for(is_leaked(leaked, tmp_path / "leaked.txt")) is listed
    assert wait_for(is_leaked(leaked[:-1], tmp_path / "leaked.txt")) is False
    assert wait_for(is_leaked(leaked, None)) is False
    if line == leaked:
        lin = open_console(leaked_passwords=tmp_path / "leaked.txt").sign_in("auditor")
        answer = lin.post("/coordinator/account/password", password=leaked, password_again=leaked)
        assert (answer.status_code, "Too easy to guess" in answer.text) == (422, True)
