"""The conversation in a terminal: numbers tap, everything else is typed, and the list of answers can be read."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from bot.channels.terminal import Terminal
from tests.bot.family import Clock, conversation


async def play(folder: Path, *lines: str) -> tuple[Terminal, str]:
    talk = conversation(folder, Clock())
    written = io.StringIO()
    console = Console(file=written, width=200, highlight=False)

    def ask(rest: Iterable[str] = iter(lines)) -> str:
        for line in rest:
            return line
        raise EOFError

    terminal = Terminal(talk, talk._wording, console, ask, "en")
    await terminal.chat()
    return terminal, written.getvalue()


async def test_numbers_tap_and_words_are_typed(tmp_path: Path) -> None:
    terminal, written = await play(tmp_path, "2", "1", "my daughter", "2015-03", "#1")
    assert [one.hears for one in terminal.exchanges][-4:] == [
        "card.respondent.ask",
        "card.birth_date.ask",
        "card.sex.ask",
        "card.diagnosis.ask",
    ]
    assert "For example: 2015-03" in written
    assert written.count("March 2015. If that is wrong") == 1


async def test_a_bare_number_is_an_answer_where_a_number_is_asked_for(tmp_path: Path) -> None:
    terminal, written = await play(tmp_path, "2", "1", "1", "#1", "8")
    assert terminal.exchanges[-2].says == "[unsure]"
    assert "  #1  Not sure" in written


async def test_a_command_may_have_a_word_behind_it(tmp_path: Path) -> None:
    _, written = await play(tmp_path, "2", "1", "/language zh_Hans")
    assert "您是给谁填的？" in written


async def test_each_line_of_the_answers_has_its_own_number(tmp_path: Path) -> None:
    answers = ("2", "1", "1", "2023-05", "2")  # too young: the interview may end here
    _, written = await play(tmp_path, *answers)
    assert "Change Date of birth: May 2023" in written
