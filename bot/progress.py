"""How far a long piece of work is: told by what does it, shown by the command that waits for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from bot.extras import is_there

T = TypeVar("T")

# What is being done, how much of it is done, of how much in all; 0 in all: nobody knows how much.
Tell = Callable[[str, int, int], None]


def untold(what: str, done: int, whole: int) -> None:
    """For work that nobody watches."""


def followed(things: Sequence[T], what: str, tell: Tell) -> Iterator[T]:
    """One after the other, told now and then."""
    for done, thing in enumerate(things):
        if done % 50 == 0:
            tell(what, done, len(things))
        yield thing


@contextmanager
def progress() -> Iterator[Tell]:
    """A line for each piece of work, on a terminal only: nothing goes into a pipe, a file or a journal."""
    if not (sys.stderr.isatty() and is_there("terminal")):
        yield untold
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    lines: dict[str, TaskID] = {}

    def tell(what: str, done: int, whole: int) -> None:
        if what not in lines:
            for other in lines.values():
                shown.remove_task(other)
            lines.clear()
            lines[what] = shown.add_task(what, total=whole or None)
        shown.update(lines[what], completed=done, total=whole or None)

    with shown:
        yield tell
