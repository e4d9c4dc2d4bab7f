"""A command typed into the field of a page, also with the wide slash of a Chinese keyboard."""

from __future__ import annotations

import pytest
from starlette.datastructures import FormData

from bot.channels.browser_form import read_form


@pytest.mark.parametrize("text", ["/stop", "／stop", " ／stop "])
def test_a_typed_command_is_a_command(text: str) -> None:
    said = read_form(FormData([("text", text)]), "s" * 43, None, None)
    assert (said.command, said.text) == ("stop", None)


@pytest.mark.parametrize("text", ["stop", "1／2", "a /stop"])
def test_other_words_are_not(text: str) -> None:
    said = read_form(FormData([("text", text)]), "s" * 43, None, None)
    assert (said.command, said.text) == (None, text)
