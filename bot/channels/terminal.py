"""The conversation in a terminal, for developers and translators: numbers to tap, everything else is typed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from bot.conversation import Conversation, Shown
from bot.message import Button, Incoming, Text
from bot.wording import Wording


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said and what was heard, by ids and message keys: the stuff of a test case."""

    says: str
    hears: str


class Terminal:
    """One chat on one console. `ask` reads a line; EOFError ends the chat."""

    def __init__(
        self,
        conversation: Conversation,
        wording: Wording,
        console: Console,
        ask: Callable[[], str],
        language: str | None,
    ) -> None:
        self._conversation = conversation
        self._wording = wording
        self._console = console
        self._ask = ask
        self._hint = language
        self._address = secrets.token_hex(8)
        self.exchanges: list[Exchange] = []

    async def chat(self) -> None:
        """Talk until the line ends or /quit."""
        shown = await self._say(
            Incoming(channel="terminal", address=self._address, id="hello", command="start", language_hint=self._hint)
        )
        while True:
            try:
                line = self._ask().strip()
            except EOFError:
                return
            if line == "/quit":
                return
            shown = await self._say(self._incoming(line, shown))

    def _incoming(self, line: str, shown: Shown) -> Incoming:
        here = {"channel": "terminal", "address": self._address, "id": secrets.token_hex(8)}
        buttons = _buttons(shown)
        if line.startswith("/") and len(line) > 1:
            command, *argument = line[1:].split(maxsplit=1)
            return Incoming.model_validate({**here, "command": command, "argument": argument[0] if argument else None})
        tapped = line.removeprefix("#")
        is_tap = tapped.isdecimal() and (line.startswith("#") or not _mark(shown))
        if is_tap and 1 <= int(tapped) <= len(buttons):
            return Incoming.model_validate({**here, "button": buttons[int(tapped) - 1].id, "revision": shown.revision})
        return Incoming.model_validate({**here, "text": line})

    async def _say(self, incoming: Incoming) -> Shown:
        shown = await self._conversation.handle(incoming)
        said = (
            f"/{incoming.command}"
            if incoming.command
            else f"[{incoming.button}]"
            if incoming.button
            else incoming.text or ""
        )
        self.exchanges.append(Exchange(said, shown.reply.text.key))
        self._show(shown)
        return shown

    def _show(self, shown: Shown) -> None:
        def say(text: Text) -> str:
            return self._wording.say(text, shown.language, self_answering=shown.self_answering)

        reply = shown.reply
        write = self._console.print
        write()
        read_back = any(note.key.startswith("understood") for note in reply.notes)
        if shown.answered is not None and shown.answered.answer is not None and not read_back:
            write(say(shown.answered.answer), style="dim", markup=False)
        for note in reply.notes:
            write(say(note), style="yellow", markup=False)
        if reply.part:
            write(
                say(Text(key="card.part", values={"part": reply.part[0], "parts": reply.part[1]})),
                style="dim",
                markup=False,
            )
        write(say(reply.text), style="bold red" if reply.kind == "urgent" else "bold", markup=False)
        for detail in reply.details:
            write(say(detail), markup=False)
        if reply.entry is not None and reply.entry.hint is not None:
            hint = Text(key="browser.example", values={"example": reply.entry.hint})
            write(say(hint), style="dim", markup=False)
        numbers = {button.id: f"{_mark(shown)}{number}" for number, button in enumerate(_buttons(shown), start=1)}
        for row in reply.rows:
            change = f"{numbers[row.change.id]:>4}  {say(row.change.label)} " if row.change is not None else "      "
            write(f"{change}{say(row.label)}: {say(row.answer)}", markup=False)
        for button in (*reply.choices, *reply.navigation):
            tick = "[x] " if button.chosen else ""
            style = "dim" if button.style == "navigation" else None
            write(f"{numbers[button.id]:>4}  {tick}{say(button.label)}", markup=False, style=style)


def _mark(shown: Shown) -> str:
    """What stands before the number of a button: "#" where a bare number is an answer, such as a score or a dose."""
    reply = shown.reply
    number_is_an_answer = reply.entry is not None and (
        reply.entry.kind == "number" or reply.card == "birth_date" or reply.card.endswith(".dose")
    )
    return "#" if number_is_an_answer else ""


def _buttons(shown: Shown) -> list[Button]:
    rows = [row.change for row in shown.reply.rows if row.change is not None]
    return [*shown.reply.choices, *rows, *shown.reply.navigation]
